#!/bin/sh
# Renders the reports of the synthetic sector to pictures, for people to look
# at: look.sh [FOLDER]. Pictures: the pages on a screen (wide, and 320 px), the
# pages of the PDFs, and the workbook and the spreadsheets as LibreOffice prints
# them, in both languages.
set -eu
look=${1:-demo-look}
party=S001
pixels=16000 # the tallest picture Chromium takes of a page

for p in chromium pdftoppm soffice; do
  command -v "$p" >/dev/null 2>&1 || { echo "look.sh needs $p: make deps" >&2; exit 2; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go build -o "$work/yagura" ./cmd/yagura
mkdir -p "$look"
rm -f "$look"/ja/*.png "$look"/en/*.png

# shot PAGE WIDTH HEIGHT PICTURE: a frame makes pages narrower than a window can be.
shot() {
  printf '<!DOCTYPE html><style>body{margin:0}iframe{border:0;width:%spx;height:%spx}</style><iframe src="file://%s" scrolling="no"></iframe>' "$2" "$3" "$1" >"$work/frame.html"
  chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$work/chromium" \
    --window-size="$2,$3" --screenshot="$4" "file://$work/frame.html" >/dev/null 2>&1
}

# pages FILE PREFIX: every page of a PDF.
pages() { pdftoppm -r 70 -png "$1" "$2"; }

# printed FILE PREFIX: a spreadsheet as LibreOffice prints it.
printed() {
  soffice "-env:UserInstallation=file://$work/office" --headless --convert-to pdf --outdir "$work" "$1" >/dev/null 2>&1
  pages "$work/$(basename "$1" .xlsx).pdf" "$2"
}

for lang in ja en; do
  echo "$lang: reports" >&2
  data=$work/$lang
  "$work/yagura" -q --lang $lang demo sector --out "$data/sector"
  "$work/yagura" -q --lang $lang assess analyze --form regional-self-assessment --parties "$data/sector/parties.csv" \
    --answers "$data/sector/answers-2026.csv" --previous "$data/sector/answers-2025.csv" --only $party --out "$data/reports" \
    --marking "$([ $lang = ja ] && echo 取扱注意 || echo Restricted)" --notice "$([ $lang = ja ] && echo 合成データによる見本 || echo 'Synthetic data')"
  to=$look/$lang
  mkdir -p "$to"
  for name in sector feedback/$party; do
    base=$to/$(basename $name)
    shot "$data/reports/$name.html" 1280 $pixels "$base-wide.png"
    shot "$data/reports/$name.html" 320 $pixels "$base-narrow.png"
    pages "$data/reports/$name.pdf" "$base-pdf"
    printed "$data/reports/$name.xlsx" "$base-xlsx"
  done
  printed "$data/sector/workbooks/$party.xlsx" "$to/workbook"
done
echo "$look" >&2
