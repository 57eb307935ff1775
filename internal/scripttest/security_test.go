package scripttest

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// chapters of the standard and how many requirements of level 1 and 2 each has in 5.0.0.
var chapters = map[string]int{"1": 27, "2": 11, "3": 19, "4": 10, "5": 9, "6": 35, "7": 18, "8": 7, "9": 7, "10": 29, "11": 14, "12": 9, "13": 13, "14": 9, "15": 13, "16": 16, "17": 7}

// TestSecurityTable holds docs/security/asvs.md to the tree: every test that it names
// exists, every requirement stands in it once, and a row says how it is held.
func TestSecurityTable(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(root, "docs", "security", "asvs.md"))
	if err != nil {
		t.Fatal(err)
	}
	tests := testNames(t)
	for _, m := range regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z0-9]+)`").FindAllStringSubmatch(string(data), -1) {
		if !tests[m[1]] {
			t.Errorf("there is no test %s", m[1])
		}
	}
	ids, one := map[string]bool{}, regexp.MustCompile(`^(\d+)\.\d+\.\d+$`)
	count := map[string]int{}
	for line := range strings.Lines(string(data)) {
		cells := strings.Split(line, "|")
		if len(cells) != 6 || strings.TrimSpace(cells[1]) == "id" || strings.HasPrefix(cells[1], "--") {
			continue
		}
		if strings.TrimSpace(cells[3]) == "" {
			t.Errorf("%s: how is it held?", cells[1])
		}
		for id := range strings.SplitSeq(strings.ReplaceAll(cells[1], "10.4.1 to 10.4.11", "10.4.1, 10.4.2, 10.4.3, 10.4.4, 10.4.5, 10.4.6, 10.4.7, 10.4.8, 10.4.9, 10.4.10, 10.4.11"), ",") {
			id = strings.TrimSpace(id)
			m := one.FindStringSubmatch(id)
			if m == nil || ids[id] {
				t.Errorf("%q is no number of a requirement, or stands twice", id)
				continue
			}
			ids[id] = true
			count[m[1]]++
		}
	}
	for chapter, n := range chapters {
		if count[chapter] != n {
			t.Errorf("chapter V%s: %d requirements, the standard has %d", chapter, count[chapter], n)
		}
	}
}

// testNames are all tests and fuzz targets of the tree.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Za-z0-9]+)\(`)
	err := filepath.WalkDir(filepath.Join(root, "internal"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		data, err := os.ReadFile(path)
		for _, m := range declared.FindAllSubmatch(data, -1) {
			out[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
