package scripttest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"yagura/internal/i18n"
)

// areas are the first parts of the message keys: cli, form, report …
func areas() map[string]bool {
	all := map[string]bool{}
	for _, key := range i18n.Keys("") {
		area, _, _ := strings.Cut(key, ".")
		all[area] = true
	}
	return all
}

// areaOf is the area that a package's word method puts before its argument.
var areaOf = map[string]string{"internal/paper": "paper.", "internal/assessment/report": "report."}

// composed begin the keys that are put together from more than one literal.
var composed = []string{
	"report.sector.", "report.size.", // report.classWord: the sector and size classes of institutions
	"notice.",                                                      // the kind of a notice follows
	"calendar.deadline.",                                           // one day, or more
	"calendar.era.",                                                // the letter of the era follows
	"ledger.kind.",                                                 // the kind of an entry follows
	"authz.",                                                       // a refusal: the id of the policy that forbids follows
	"roi.",                                                         // a finding of roi: the name of its rule follows
	"paper.author", "paper.date", "paper.marking", "paper.release", // the first sheet of paper.XLSX, from a table
}

var (
	keyLike  = regexp.MustCompile(`^([a-z]+)\.[a-z0-9_.-]+$`)
	helpName = regexp.MustCompile(`\$\{(cli_help_[a-z_]+)\}`)
)

// source is what the program's code says about messages.
type source struct {
	keys     map[string]string // literal that looks like a key → where it stands
	prefixes map[string]string // the same for literals that end with a dot or hyphen
	help     map[string]string // name of a help text in a struct tag → where
}

// TestMessagesOfTheCodeExist: a key that the code names has a message. A key
// that is put together at run time must begin as some message's key does.
func TestMessagesOfTheCodeExist(t *testing.T) {
	src := readSource(t)
	for key, where := range src.keys {
		if !i18n.Has(key) && !rule(key) && !named(t, key) {
			t.Errorf("%s: no message %s", where, key)
		}
	}
	for prefix, where := range src.prefixes {
		if len(i18n.Keys(prefix)) == 0 {
			t.Errorf("%s: no message begins with %s", where, prefix)
		}
	}
	helps := map[string]bool{}
	for _, key := range i18n.Keys("cli.help.") {
		helps[strings.ReplaceAll(key, ".", "_")] = true
	}
	for name, where := range src.help {
		if !helps[name] {
			t.Errorf("%s: no message for %s", where, name)
		}
	}
	if len(src.keys) < 100 || len(src.help) < 20 {
		t.Errorf("the code names %d messages and %d help texts: the test has lost them", len(src.keys), len(src.help))
	}
}

// named reports whether a literal is no message but an action of the policies, or
// the kind of a ledger entry or notice, each of which has its message under a prefix.
func named(t *testing.T, word string) bool {
	t.Helper()
	field, org := strings.CutPrefix(word, "org.")
	if strings.HasSuffix(word, ".templ") || org && slices.Contains([]string{"sector", "size", "group", "centre", "jurisdiction", "flags"}, field) {
		return true // the source that a generated file names; a field that conditions read
	}
	policy, err := os.ReadFile(filepath.Join(root, "internal/authz/policy.cedar"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains(string(policy), `Action::"`+word+`"`) || i18n.Has("ledger.kind."+word) || i18n.Has("notice."+word+".subject")
}

// TestMessagesAreUsed: no message is left that nothing shows.
func TestMessagesAreUsed(t *testing.T) {
	src := readSource(t)
	for _, key := range i18n.Keys("") {
		base := strings.TrimSuffix(key, ".mend")
		if _, ok := src.keys[base]; ok || src.begins(key) {
			continue
		}
		if _, ok := src.help[strings.ReplaceAll(key, ".", "_")]; !ok {
			t.Errorf("nothing uses the message %s", key)
		}
	}
}

func (s *source) begins(key string) bool {
	for _, prefix := range composed {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	for prefix := range s.prefixes {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}

func readSource(t *testing.T) *source {
	t.Helper()
	s := &source{keys: map[string]string{}, prefixes: map[string]string{}, help: map[string]string{}}
	known := areas()
	fset := token.NewFileSet()
	err := filepath.WalkDir(filepath.Join(root, "internal"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		s.read(fset, file, areaOf[filepath.ToSlash(dir)], known)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// read takes in a file's literals; those given to a method word are keys of the
// package's own area.
func (s *source) read(fset *token.FileSet, file *ast.File, area string, known map[string]bool) {
	own := map[*ast.BasicLit]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "word" && area != "" && len(n.Args) > 0 {
				for _, lit := range literals(n.Args[0]) {
					own[lit] = true
				}
			}
		case *ast.BasicLit:
			if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
				if own[n] {
					text = area + text
				}
				s.note(text, fset.Position(n.Pos()).String(), known)
			}
		}
		return true
	})
}

// literals are the texts in an expression.
func literals(e ast.Expr) []*ast.BasicLit {
	var list []*ast.BasicLit
	ast.Inspect(e, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			list = append(list, lit)
		}
		return true
	})
	return list
}

func (s *source) note(text, where string, known map[string]bool) {
	for _, m := range helpName.FindAllStringSubmatch(text, -1) {
		s.help[m[1]] = where
	}
	text, _, _ = strings.Cut(text, "%") // a key made by fmt.Sprintf
	m := keyLike.FindStringSubmatch(text)
	if m == nil || !known[m[1]] || strings.HasSuffix(text, ".templ") { // the source that generated Go names is no key
		return
	}
	if strings.HasSuffix(text, ".") || strings.HasSuffix(text, "-") {
		s.prefixes[text] = where
	} else {
		s.keys[text] = where
	}
}

// rule reports whether a text that looks like a key is something else.
func rule(text string) bool {
	return strings.HasSuffix(text, ".json") || strings.HasSuffix(text, ".yaml") || strings.HasSuffix(text, ".csv")
}
