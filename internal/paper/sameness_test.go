package paper

import (
	"bytes"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"yagura/internal/i18n"
)

// TestSameBytes: a document gives the same bytes each time, also when several
// goroutines render at once.
func TestSameBytes(t *testing.T) {
	for form, render := range renderers {
		var files [4]bytes.Buffer
		var wait sync.WaitGroup
		for i := range files {
			wait.Go(func() {
				if err := render(&files[i], sample(i18n.JA)); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		for i := range files {
			if !bytes.Equal(files[0].Bytes(), files[i].Bytes()) {
				t.Errorf("%s: two renderings of one document differ", form)
			}
		}
	}
}

// TestEmptyDocument: a document with nothing in it, and blocks with nothing in
// them, are rendered without failing.
func TestEmptyDocument(t *testing.T) {
	for form, render := range renderers {
		for _, d := range []*Document{
			{Lang: i18n.JA},
			{Lang: i18n.EN, Blocks: []Block{Heading{}, Paragraph{}, List{}, Letter{}, Table{}, KeyFigures{}, Note{}, PageBreak{}, PageBreak{}}},
		} {
			var b bytes.Buffer
			if err := render(&b, d); err != nil {
				t.Errorf("%s: %v", form, err)
			}
		}
	}
}

// TestSampleFiles writes the sample in every form to the folder named by PAPER_OUT, to be looked at.
func TestSampleFiles(t *testing.T) {
	dir := os.Getenv("PAPER_OUT")
	if dir == "" {
		t.Skip("PAPER_OUT names no folder to write the sample documents to")
	}
	for _, lang := range i18n.Langs {
		for form, render := range renderers {
			var b bytes.Buffer
			if err := render(&b, sample(lang)); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "sample-"+string(lang)+"."+form), b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
