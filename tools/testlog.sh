#!/bin/sh
# Reads the log of "go test -v": prints the packages' results, all that failing
# tests said, and at the end every test that was left out, with its reason.
#
#   sh tools/testlog.sh LOG STATUS
set -u
if [ "$2" = 0 ]; then
  grep -E '^(ok|FAIL|\?)' "$1" | grep -v 'no test files'
else
  grep -vE '^(=== |(    )*--- (PASS|SKIP)|PASS$)' "$1"
fi
awk '
  /^ +[a-z_A-Z0-9]+_test\.go:[0-9]+: / {reason = $0; sub(/^ +[^ ]+ /, "", reason)}
  /^ *--- SKIP: / {left[++n] = $3 ": " reason; reason = ""}
  /^ *--- (PASS|FAIL): / {reason = ""}
  END {if (n) print "\nleft out:"; for (i = 1; i <= n; i++) print "  " left[i]}
' "$1"
exit "$2"
