package scripttest

import (
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

var (
	fenced  = regexp.MustCompile("(?ms)^```.*?^```")
	link    = regexp.MustCompile(`\]\(([^)\s]+)(?:\s+"[^"]*")?\)`)
	heading = regexp.MustCompile(`(?m)^#{1,6}\s+(.+?)\s*$`)
)

// TestLinks follows the links of every document to files of the repository, and
// to the headings in them.
func TestLinks(t *testing.T) {
	n := 0
	for _, doc := range markdown(t) {
		for _, to := range linksOf(t, doc) {
			u, err := url.Parse(to)
			if err != nil {
				t.Errorf("%s: %s: %v", doc, to, err)
				continue
			}
			if u.Scheme != "" {
				continue
			}
			n++
			target := doc
			if u.Path != "" {
				target = filepath.Join(filepath.Dir(doc), filepath.FromSlash(u.Path))
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: dead link to %s", doc, to)
			} else if u.Fragment != "" && !headings(t, target)[u.Fragment] {
				t.Errorf("%s: %s has no heading for %s", doc, target, to)
			}
		}
	}
	if n < 10 {
		t.Errorf("the documents have %d links: the test has lost them", n)
	}
}

// markdown lists the documents of the repository.
func markdown(t *testing.T) []string {
	t.Helper()
	var list []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != root && (strings.HasPrefix(name, ".") || name == "demo-out" || name == "bin" || name == "node_modules") {
			return filepath.SkipDir
		}
		if !d.IsDir() && filepath.Ext(name) == ".md" {
			list = append(list, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func linksOf(t *testing.T, doc string) []string {
	t.Helper()
	data, err := os.ReadFile(doc)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, m := range link.FindAllStringSubmatch(inlineCode.ReplaceAllString(fenced.ReplaceAllString(string(data), ""), ""), -1) {
		list = append(list, m[1])
	}
	return list
}

// headings are a document's headings as the fragments that link to them: small
// letters, spaces as hyphens, no other signs.
func headings(t *testing.T, doc string) map[string]bool {
	t.Helper()
	data, err := os.ReadFile(doc)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(string(data), ""), -1) {
		found[strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case unicode.IsLetter(r), unicode.IsNumber(r), r == '-', r == '_':
				return unicode.ToLower(r)
			}
			return -1
		}, m[1])] = true
	}
	return found
}
