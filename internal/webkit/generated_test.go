package webkit_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"yagura/internal/webkit/templsum"
)

// TestGeneratedTemplatesAreOfTheirSources: see templsum. Where the generator
// is installed, its output is compared too.
func TestGeneratedTemplatesAreOfTheirSources(t *testing.T) {
	want, err := templsum.Sum(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile(templsum.File)
	if err != nil || string(have) != want {
		t.Errorf("%s is not that of these files (%v): run go generate ./internal/webkit", templsum.File, err)
	}
	tool, err := exec.LookPath("templ")
	if err != nil {
		return
	}
	names, _ := filepath.Glob("*.templ")
	for _, name := range names {
		made, err := exec.Command(tool, "generate", "-f", name, "-stdout").Output()
		if err != nil {
			t.Fatalf("templ generate %s: %v", name, err)
		}
		kept, err := os.ReadFile(strings.TrimSuffix(name, ".templ") + "_templ.go")
		if err != nil || string(kept) != string(made) {
			t.Errorf("%s: the generated Go is stale (%v)", name, err)
		}
	}
}

// inline are the things that the content security policy would refuse, or that
// need eval.
var inline = regexp.MustCompile(`(?i)\sstyle=|\son[a-z]+=|hx-on|<script[^>]*>[^<]|<style|javascript:|hx-vals=.?js:`)

func TestTemplatesHoldNothingInline(t *testing.T) {
	names, _ := filepath.Glob("*.templ")
	if len(names) == 0 {
		t.Fatal("no templates")
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if m := inline.FindString(string(data)); m != "" {
			t.Errorf("%s holds %q", name, m)
		}
	}
}
