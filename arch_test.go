// Package yagura_test holds the checks of the whole tree: the rings of the
// architecture and the sizes of files and functions.
package yagura_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// rings: a package imports only packages of a lower ring, or of its own folder.
// Within the pure ring a package may import those listed for it.
var rings = map[string]int{
	"catalog": 0, "internal/errs": 0, "internal/i18n": 0, "internal/finding": 0,
	"internal/clock": 0, "internal/id": 0, "internal/calendar": 0,
	"internal/form": 1, "internal/peer": 1, "internal/chart": 1, "internal/catalog": 1, "internal/sheet": 1, "internal/paper": 1,
	"internal/predicate": 1, "internal/obligation": 1, "internal/offline": 1,
	"internal/db": 2, "internal/ledger": 2, "internal/authz": 2, "internal/org": 2, "internal/signin": 2, "internal/jobs": 2, "internal/notice": 2,
	"internal/record": 2, "internal/register": 2, "internal/filing": 2, "internal/campaign": 2, "internal/action": 2, "internal/webkit": 2,
	"internal/assessment": 3, "internal/thirdparty": 3, "internal/incident": 3, "internal/warning": 3, "internal/screening": 3, "internal/practice": 3,
	"internal/web": 4, "internal/api": 4, "internal/cli": 4,
	"internal/app": 5, "internal/scripttest": 5, "internal/storetest": 5, "cmd/yagura": 5, "tools": 5,
}

// sameRing lists the imports between packages of one ring that are intended.
var sameRing = map[string][]string{
	"internal/i18n":       nil,
	"internal/finding":    {"internal/i18n", "internal/errs"},
	"internal/id":         {"internal/clock", "internal/errs"},
	"internal/calendar":   {"catalog", "internal/finding", "internal/i18n", "internal/errs"}, // its calendars are data, checked
	"internal/sheet":      {"internal/form"},                                                 // workbooks and CSV are forms' cells
	"internal/paper":      {"internal/chart"},                                                // a page holds figures
	"internal/catalog":    {"internal/form"},                                                 // the catalog holds forms
	"internal/org":        {"internal/db", "internal/authz", "internal/ledger"},
	"internal/record":     {"internal/db", "internal/authz", "internal/ledger"},
	"internal/register":   {"internal/db", "internal/authz", "internal/ledger", "internal/record", "internal/org"},
	"internal/filing":     {"internal/db", "internal/authz", "internal/ledger", "internal/record", "internal/register", "internal/org", "internal/notice", "internal/jobs"},
	"internal/campaign":   {"internal/db", "internal/authz", "internal/ledger", "internal/filing", "internal/org", "internal/notice", "internal/jobs", "internal/record"},
	"internal/action":     {"internal/db", "internal/authz", "internal/ledger", "internal/org", "internal/notice", "internal/jobs"},
	"internal/offline":    {"internal/form"}, // a package holds a form and its answers
	"internal/predicate":  {"internal/form"},
	"internal/obligation": {"internal/predicate"},
	"internal/signin":     {"internal/db"},
	"internal/jobs":       {"internal/db"},
	"internal/notice":     {"internal/db", "internal/jobs"},
	"internal/webkit":     {"internal/db", "internal/authz"},
	"internal/cli":        {"internal/api"},
	"internal/module":     {"internal/db", "internal/authz"},
	"internal/ledger":     {"internal/db"}, // entries are stored with the fact
	"internal/scripttest": {"internal/app"},
	"cmd/yagura":          {"internal/app"},
}

func TestImportsGoToALowerRing(t *testing.T) {
	eachFile(t, func(path string, file *ast.File, _ *token.FileSet) {
		from := home(filepath.ToSlash(filepath.Dir(path)))
		if from == "" {
			return
		}
		for _, imp := range file.Imports {
			to, ok := strings.CutPrefix(strings.Trim(imp.Path.Value, `"`), "yagura/")
			if !ok || home(to) == from {
				continue
			}
			to = home(to)
			if to == "" {
				t.Errorf("%s imports %s, which has no ring: enter it in rings", path, imp.Path.Value)
				continue
			}
			if rings[to] < rings[from] || allowed(from, to) || to == "internal/storetest" && strings.HasSuffix(path, "_test.go") {
				continue // the engines are for tests of every ring, and for tests only
			}
			t.Errorf("%s (ring %d) imports %s (ring %d)", path, rings[from], to, rings[to])
		}
	})
}

// home is the ringed folder that a package folder belongs to.
func home(dir string) string {
	for d := dir; d != "." && d != "/" && d != ""; d = filepath.ToSlash(filepath.Dir(d)) {
		if _, ok := rings[d]; ok {
			return d
		}
	}
	return ""
}

func allowed(from, to string) bool {
	for _, have := range sameRing[from] {
		if have == to {
			return true
		}
	}
	return false
}

func TestEveryPackageHasARing(t *testing.T) {
	eachFile(t, func(path string, _ *ast.File, _ *token.FileSet) {
		dir := filepath.ToSlash(filepath.Dir(path))
		if dir != "." && home(dir) == "" {
			t.Errorf("%s: no ring", path)
		}
	})
}

// The limits of the house: a file has at most 500 lines, a function 80.
func TestSizes(t *testing.T) {
	eachFile(t, func(path string, file *ast.File, fset *token.FileSet) {
		if strings.HasSuffix(path, "_templ.go") {
			return // written by templ; its source is beside it
		}
		if n := fset.File(file.Pos()).LineCount(); n > 500 {
			t.Errorf("%s has %d lines; the ceiling is 500", path, n)
		}
		for _, d := range file.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := fset.Position(fn.End()).Line - fset.Position(fn.Pos()).Line + 1; n > 80 {
				t.Errorf("%s: %s has %d lines; the ceiling is 80", path, fn.Name.Name, n)
			}
		}
	})
}

func TestPackagesHaveAComment(t *testing.T) {
	seen := map[string]bool{}
	eachFile(t, func(path string, file *ast.File, _ *token.FileSet) {
		dir := filepath.Dir(path)
		seen[dir] = seen[dir] || file.Doc != nil || strings.HasSuffix(path, "_test.go")
	})
	for dir, ok := range seen {
		if !ok {
			t.Errorf("%s: no package comment", dir)
		}
	}
}

func eachFile(t *testing.T, visit func(path string, file *ast.File, fset *token.FileSet)) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == "demo-out" || strings.HasPrefix(d.Name(), ".") && path != ".") {
			return filepath.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".go" {
			return nil
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, src, parser.ParseComments)
		if err != nil {
			return err
		}
		visit(path, file, fset)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
