#!/bin/sh
# Installs what the system tests run: Chromium for the HTML reports, poppler for
# the PDFs, LibreOffice for the workbooks, PostgreSQL for the second engine. Where it can't install (no Debian, not root) it says
# so; the tests then print which part they left out.
set -u
want="chromium poppler-utils libreoffice-calc fonts-noto-cjk postgresql"
missing=""
for p in $want; do
  dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $p"
done
[ -z "$missing" ] && exit 0
if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" != 0 ]; then
  echo "not installed:$missing (needs Debian and root); the tests that use them will say that they were left out" >&2
  exit 0
fi
echo "installing:$missing" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq >/dev/null && apt-get install -y -qq --no-install-recommends $missing >/dev/null
