#!/bin/sh
# Runs the benchmarks and prints the rows of docs/benchmarks.md. Each command
# runs RUNS times (default 5), ours and the peer's in turn; a figure is
# min–median–max. Needs Debian's time, python3-pandas and python3-openpyxl.
#
#   BENCH_RUNS=3 sh tools/bench.sh
set -eu
cd "$(dirname "$0")/.."
runs=${BENCH_RUNS:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python=/usr/bin/python3
catalog=catalog/forms/regional-self-assessment

for need in /usr/bin/time $python; do
  [ -x "$need" ] || { echo "bench: $need is missing (apt-get install time python3-pandas python3-openpyxl)" >&2; exit 1; }
done
$python -c 'import pandas, openpyxl' || { echo "bench: apt-get install python3-pandas python3-openpyxl" >&2; exit 1; }

go build -o "$work" ./cmd/yagura ./tools/bench/gen ./tools/bench/measure

# timed NAME COMMAND…: one run; adds "wall s, processor s, peak MB" to NAME.
# Exit code 1 of yagura only says that the answers have faults.
timed() {
  name=$1
  shift
  /usr/bin/time -o "$work/time" -f '%e %U %S %M' "$@" >"$work/out" 2>"$work/err" || [ $? = 1 ] || { cat "$work/err" >&2; exit 1; }
  tail -n 1 "$work/time" | awk '{printf "%.2f %.2f %.0f\n", $1, $2 + $3, $4 / 1024}' >>"$work/$name.rows"
}

# spread NAME COLUMN: min–median–max of the runs.
spread() {
  cut -d' ' -f"$2" "$work/$1.rows" | sort -n | awk '{v[NR] = $1} END {print v[1] "–" v[int((NR + 1) / 2)] "–" v[NR]}'
}

median() { spread "$1" "$2" | sed 's/^[^–]*–\(.*\)–.*/\1/'; }

ratio() { awk -v a="$(median "$1" "$3")" -v b="$(median "$2" "$3")" 'BEGIN {printf "%.1f×", a / b}'; }

# row INPUT WHAT NAME: a row of the first table.
row() { echo "| $1 | $2 | $(spread "$3" 1) | $(spread "$3" 2) | $(spread "$3" 3) |"; }

analyze() { # NAME FORM PARTIES ANSWERS [MORE…]
  name=$1 form=$2 parties=$3 answers=$4
  shift 4
  rm -rf "$work/result"
  timed "$name" "$work/yagura" assess analyze -q --no-reports --form "$form" --parties "$parties" --answers "$answers" --out "$work/result" "$@"
}

# same A B: the two programs computed the same figures.
same() {
  sort "$1" >"$work/a"
  sort "$2" >"$work/b"
  paste -d, "$work/a" "$work/b" | awk -F, '
    $1 != $6 || $2 != $7 || $3 != $8 || $4 != $9 || ($5 - $10) ^ 2 > 1e-12 * (1 + $5 ^ 2) {print; bad = 1}
    END {exit bad || NR == 0}' >&2 || { echo "bench: the figures differ" >&2; exit 1; }
}

"$work/yagura" demo sector -q --out "$work/sector" >/dev/null
mkdir "$work/books"
for n in 5000 10000 20000; do
  mkdir "$work/g$n"
  "$work/gen" -parties "$n" -out "$work/g$n"
done
large=$work/g20000

i=0
while [ "$i" -lt "$runs" ]; do
  i=$((i + 1))
  analyze small $catalog@2026.yaml "$work/sector/parties.csv" "$work/sector/answers-2026.csv" --previous "$work/sector/answers-2025.csv" --previous-form $catalog@2025.yaml
  for n in 5000 10000 20000; do
    analyze "g$n" "$work/g$n/form.yaml" "$work/g$n/parties.csv" "$work/g$n/answers.csv"
  done
  timed ours "$work/measure" distribution -form "$large/form.yaml" -parties "$large/parties.csv" -answers "$large/answers.csv"
  cp "$work/out" "$work/ours.txt"
  timed pandas $python tools/bench/pandas_distribution.py "$large"
  same "$work/ours.txt" "$work/out"
  timed plain $python tools/bench/pandas_distribution.py "$large" plain
  same "$work/ours.txt" "$work/out"
  "$work/measure" workbooks -form $catalog@2026.yaml -previous-form $catalog@2025.yaml -out "$work/books" >"$work/out"
  $python tools/bench/openpyxl_book.py >"$work/peer"
  for part in write read; do
    sed -n "s/^$part //p" "$work/out" >>"$work/$part.rows"
    sed -n "s/^$part //p" "$work/peer" >>"$work/openpyxl-$part.rows"
  done
  analyze books $catalog@2026.yaml "$work/sector/parties.csv" "$work/books"
  rm -rf "$work/demo"
  timed demo "$work/yagura" demo -q --out "$work/demo"
done

echo "Machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores; $(go version | cut -d' ' -f3); load average $(cut -d' ' -f1-3 /proc/loadavg); $runs runs, min–median–max."
echo
echo "| Input | What | Wall s | Processor s | Peak MB |"
echo "|---|---|---|---|---|"
row "498 × 85 items × 2 years" "\`assess analyze --no-reports\`" small
for n in 5000 10000 20000; do
  row "$n × 300 items, $(($(wc -l <"$work/g$n/answers.csv") - 1)) answers" "\`assess analyze --no-reports\`" "g$n"
done
row "498 workbooks" "\`assess analyze --no-reports --answers FOLDER\`" books
row "498 institutions" "\`demo\`: $(find "$work/demo" -path '*feedback*' -type f | wc -l) feedback files and the sector report" demo
echo
echo "| The same part | Wall s | Processor s | Peak MB | Ratio wall, processor, memory |"
echo "|---|---|---|---|---|"
echo "| Yagura, \`measure distribution\` | $(spread ours 1) | $(spread ours 2) | $(spread ours 3) | |"
for peer in pandas plain; do
  case $peer in pandas) what="categories, needed columns" ;; plain) what="read_csv as it is" ;; esac
  echo "| pandas $($python -c 'import pandas; print(pandas.__version__)'), $what | $(spread $peer 1) | $(spread $peer 2) | $(spread $peer 3) | $(ratio $peer ours 1), $(ratio $peer ours 2), $(ratio $peer ours 3) |"
done
echo
echo "| One workbook | Yagura ms wall | ms processor | openpyxl $($python -c 'import openpyxl; print(openpyxl.__version__)') ms wall | ms processor | Ratio wall, processor |"
echo "|---|---|---|---|---|---|"
for part in write read; do
  echo "| $part | $(spread $part 1) | $(spread $part 2) | $(spread openpyxl-$part 1) | $(spread openpyxl-$part 2) | $(ratio openpyxl-$part $part 1), $(ratio openpyxl-$part $part 2) |"
done
