package web

import (
	"os"
	"testing"

	"yagura/internal/webkit/templsum"
)

// TestGeneratedTemplatesAreOfTheirSources: see templsum.
func TestGeneratedTemplatesAreOfTheirSources(t *testing.T) {
	want, err := templsum.Sum(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile(templsum.File)
	if err != nil || string(have) != want {
		t.Errorf("%s is not that of these files (%v): run go generate ./internal/web", templsum.File, err)
	}
}
