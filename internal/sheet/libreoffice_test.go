package sheet

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"yagura/internal/form"
)

// fixed are answers of every type, as testdata/libreoffice.xlsx has them.
func fixed() form.Answers {
	return form.Answers{
		"gov.policy":     {Value: "partly", Comment: "二行の\n備考 <&> \"引用\""},
		"gov.officer":    {Value: true, Carried: true},
		"gov.topics":     {Value: []string{"incidents", "vendors"}},
		"gov.note":       {Value: "=1+1 と _x0041_ と 髙﨑①〜"},
		"fig.staff":      {Value: int64(1200), State: form.Estimated},
		"fig.ratio":      {Value: -1.0 / 3},
		"fig.share":      {Value: 35.5},
		"fig.budget":     {Value: form.Money{Minor: 123456789, Currency: "JPY"}},
		"fig.budget_usd": {Value: form.Money{Minor: 118636544586, Currency: "USD"}},
		"fig.drill":      {Value: form.Date("2026-03-31")},
		"fig.detected":   {Value: form.DateTime("2026-03-31T15:04:05+09:00")},
		"fig.rto":        {Value: 36 * time.Hour},
		"fig.cloud":      {Value: "foreign"},
		"fig.vendor":     {Value: "@vendor-001"},
		"sys.list": {Value: []form.Row{
			{"name": {Value: "勘定系"}, "kind": {Value: "core"}, "users": {State: form.Unknown}, "tested": {Value: form.Date("2025-11-30")}, "mfa": {Value: false}},
			{"name": {Value: "=IB"}, "kind": {Value: "web"}, "users": {Value: int64(5), State: form.Estimated, Comment: "概数"}, "uses": {Value: []string{"pay", "loan"}}},
		}},
		"sys.backups": {Value: []form.Row{}},
	}
}

func sameBook(t *testing.T, data []byte, f *form.Form) {
	t.Helper()
	book, found := readBytes(data, f)
	if len(found) > 0 {
		t.Fatal(found)
	}
	want := fixed()
	sameAnswers(t, book.Answers, want)
	if book.Party != "0001" || !book.Answers["gov.officer"].Carried || book.Answers["gov.policy"].Carried {
		t.Errorf("party %q, carried %v", book.Party, book.Answers["gov.officer"])
	}
}

// TestReadLibreOffice reads a workbook that LibreOffice opened and saved. The
// fixture is made anew, where soffice is installed, by UPDATE=1.
func TestReadLibreOffice(t *testing.T) {
	f := everyType(t)
	const fixture = "testdata/libreoffice.xlsx"
	if os.Getenv("UPDATE") != "" {
		must(t, os.WriteFile(fixture, throughLibreOffice(t, f), 0o644))
	}
	data, err := os.ReadFile(fixture)
	must(t, err)
	sameBook(t, data, f)
}

// TestLibreOfficeRoundTrip sends a workbook through the LibreOffice installed.
func TestLibreOfficeRoundTrip(t *testing.T) {
	if _, err := exec.LookPath("soffice"); err != nil || testing.Short() {
		t.Skip("soffice is not installed, or -short: only the saved fixture is read")
	}
	f := everyType(t)
	sameBook(t, throughLibreOffice(t, f), f)
}

func throughLibreOffice(t *testing.T, f *form.Form) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, Write(&b, f, WriteOptions{Party: "0001", Name: "甲信用金庫", Answers: fixed(), Previous: fixed()}))
	dir := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(dir, "out"), 0o755))
	in := filepath.Join(dir, "book.xlsx")
	must(t, os.WriteFile(in, b.Bytes(), 0o644))
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "soffice", "-env:UserInstallation=file://"+filepath.Join(dir, "profile"),
		"--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", filepath.Join(dir, "out"), in)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	data, err := os.ReadFile(filepath.Join(dir, "out", "book.xlsx"))
	must(t, err)
	return data
}
