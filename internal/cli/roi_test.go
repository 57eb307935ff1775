package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"yagura/catalog"
)

// yagura runs the program as a user would.
func yagura(args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	code = Run(context.Background(), args, Env{Streams: Streams{strings.NewReader(""), &o, &e}, Catalog: catalog.FS})
	return code, o.String(), e.String()
}

func packages(t *testing.T, dir string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.zip"))
	if err != nil || len(names) != 1 {
		t.Fatalf("%v, %v", names, err)
	}
	return names[0]
}

func TestROICheckAndGen(t *testing.T) {
	dir := t.TempDir()
	if code, _, errs := yagura("--lang=en", "roi", "gen", "--rows", "200", "-o", dir); code != exitDone {
		t.Fatal(code, errs)
	}
	clean := packages(t, dir)
	if code, out, errs := yagura("--lang=en", "roi", "check", clean); code != exitDone || !strings.Contains(out, "(0 errors, 0 warnings)") {
		t.Errorf("clean: %d %s %s", code, out, errs)
	}
	bad := t.TempDir()
	code, out, _ := yagura("--json", "roi", "gen", "--rows", "200", "--faults", "foreign-key-R18,reason-missing", "-o", bad)
	var made struct {
		Faults []struct {
			Rule, File, Column string
			Row                int
		}
	}
	if err := json.Unmarshal([]byte(out), &made); code != exitDone || err != nil || len(made.Faults) != 2 {
		t.Fatal(code, err, out)
	}
	xlsx := filepath.Join(bad, "findings.xlsx")
	code, out, _ = yagura("--json", "--lang=en", "roi", "check", packages(t, bad), "--xlsx", xlsx)
	var rep struct {
		Errors, Warnings int
		Findings         []struct {
			Rule, File, Column, Message, Severity string
			Row                                   int
		}
	}
	if err := json.Unmarshal([]byte(out), &rep); code != exitFindings || err != nil || rep.Errors != 1 || rep.Warnings < 1 {
		t.Fatal(code, err, out)
	}
	for _, want := range made.Faults {
		hit := false
		for _, f := range rep.Findings {
			hit = hit || f.Rule == want.Rule && f.File == want.File && f.Row == want.Row && f.Column == want.Column && f.Message != ""
		}
		if !hit {
			t.Errorf("%+v is not among %+v", want, rep.Findings)
		}
	}
	if info, err := os.Stat(xlsx); err != nil || info.Size() == 0 {
		t.Error("no workbook of findings", err)
	}
}

func TestROIWrongInput(t *testing.T) {
	dir := t.TempDir()
	note := filepath.Join(dir, "note.zip")
	if err := os.WriteFile(note, []byte("no zip"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"roi", "check", note}, {"roi", "check", dir}, {"roi", "check", filepath.Join(dir, "none.zip")},
		{"roi", "gen", "--faults", "gremlin", "-o", dir}, {"roi", "gen", "--rows", "3", "-o", dir}, {"roi", "check"},
	} {
		if code, _, errs := yagura(args...); code != exitUsage || errs == "" {
			t.Errorf("%v: exit code %d, %q", args, code, errs)
		}
	}
}

func TestROIWorkbookBuildDiff(t *testing.T) {
	dir := t.TempDir()
	book := filepath.Join(dir, "register.xlsx")
	if code, _, errs := yagura("roi", "workbook", "-o", book); code != exitDone {
		t.Fatal(code, errs)
	}
	if code, _, errs := yagura("roi", "build", book, "-o", dir); code != exitUsage || errs == "" {
		t.Error("a workbook without its cover filled is built:", code, errs)
	}
	f, err := excelize.OpenFile(book)
	if err != nil {
		t.Fatal(err)
	}
	for cell, v := range map[string]string{"B1": "5493001KJTIIGC8Y1R12", "B3": "FR", "B4": "2025-12-31", "B5": "20260228120000000"} {
		if err := f.SetCellStr("package", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.SetSheetRow("B_02.01", "A3", &[]string{"CA-1", "eba_CO:x1", "", "eba_CU:EUR", "1000"}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Save(), f.Close()); err != nil {
		t.Fatal(err)
	}
	first, second := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	if code, _, errs := yagura("roi", "build", book, "-o", first); code != exitDone {
		t.Error(code, errs)
	}
	if code, _, errs := yagura("roi", "gen", "--rows", "10", "-o", second+".zip"); code != exitDone {
		t.Fatal(code, errs)
	}
	code, out, errs := yagura("--lang=en", "roi", "diff", packages(t, first), second+".zip")
	if code != exitDone || !strings.Contains(out, "B_02.01\tremoved\tCA-1\n") || !strings.Contains(errs, "1 removed") {
		t.Error(code, out, errs)
	}
	if code, _, _ := yagura("roi", "diff", book, second+".zip"); code != exitDone { // a workbook is a zip without templates
		t.Error(code)
	}
	if code, _, _ := yagura("roi", "diff", "roi_test.go", second+".zip"); code != exitUsage {
		t.Error("a text file is compared:", code)
	}
}
