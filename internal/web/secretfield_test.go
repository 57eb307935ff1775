package web_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"yagura/internal/webkit"
)

// Every field that a browser hides is one that an error page doesn't keep.
func TestHiddenInputsAreSecretFields(t *testing.T) {
	files, err := filepath.Glob("*.templ")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	input := regexp.MustCompile(`InputView\{Name: "([a-z-]+)"[^\n]*(?:Type: "password"|one-time-code)`)
	n := 0
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range input.FindAllSubmatch(data, -1) {
			if n++; !slices.Contains(webkit.SecretFields, string(m[1])) {
				t.Errorf("%s: %s is not in webkit.SecretFields", name, m[1])
			}
		}
	}
	if n < 5 {
		t.Errorf("only %d fields were found", n)
	}
}
