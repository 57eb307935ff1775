package webkit_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/webkit"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares a text with a file of testdata/golden, one tag a line.
func golden(t *testing.T, name, text string) {
	t.Helper()
	text = strings.ReplaceAll(text, webkit.Asset(""), "/static/HASH/")
	text = regexp.MustCompile(`(</[a-z0-9]+>|/>|<(div|fieldset|details|form|dl|ul|ol|table|thead|tbody|tr|main|header|nav|footer|body|head|select)\b[^>]*>)`).ReplaceAllString(text, "$1\n")
	path := filepath.Join("testdata/golden", name+".html")
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != text {
		t.Errorf("%s differs (go test ./internal/webkit -update writes it anew):\n%s", path, firstDifference(string(want), text))
	}
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			return fmt.Sprintf("line %d\n-%s\n+%s", i+1, w[i], g[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(g), len(w))
}

func TestGoldenLayout(t *testing.T) {
	for _, lang := range i18n.Langs {
		golden(t, "layout-"+string(lang), render(t, lang, page("内容の確認"), templ.Raw("<p>本文</p>")))
	}
}

// TestGoldenItems keeps each type of item, filled in and read.
func TestGoldenItems(t *testing.T) {
	f := every(t)
	for _, lang := range i18n.Langs {
		for _, it := range f.Items() {
			one := &form.Section{ID: "all", Items: []*form.Item{it}}
			v := sectionView(t)
			v.Section, v.Autosave, v.Fields = one, "", webkit.FormFields(f, "all", answers(), lang)
			var b bytes.Buffer
			if err := templ.Join(webkit.FormSection(v), webkit.FormReadOnly(v)).Render(webkit.WithLang(context.Background(), lang), &b); err != nil {
				t.Fatal(err)
			}
			golden(t, "item-"+it.ID+"-"+string(lang), b.String())
		}
	}
}

// TestVendoredFilesAreThoseOfTheirPackages compares the hashes with the table
// of static/vendor/README.md.
func TestVendoredFilesAreThoseOfTheirPackages(t *testing.T) {
	table, err := os.ReadFile("static/vendor/README.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile("(?m)^\\| `([^`]+)` .*`([0-9a-f]{64})` \\|$").FindAllStringSubmatch(string(table), -1)
	if len(rows) != 2 {
		t.Fatalf("%d files in the table", len(rows))
	}
	for _, row := range rows {
		data, err := os.ReadFile(filepath.Join("static/vendor", row[1]))
		if err != nil {
			t.Fatal(err)
		}
		if sum := fmt.Sprintf("%x", sha256.Sum256(data)); sum != row[2] {
			t.Errorf("%s has hash %s", row[1], sum)
		}
	}
}
