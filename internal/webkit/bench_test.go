package webkit_test

import (
	"io"
	"testing"

	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/webkit"
)

// BenchmarkSection draws a section of 18 items with all that can stand beside
// them, in its page.
func BenchmarkSection(b *testing.B) {
	v, p := faulty(b), page("第1章")
	for b.Loop() {
		render(b, i18n.JA, p, webkit.FormSection(v))
	}
}

// BenchmarkTable draws and reads a table of 500 rows, the most that a page takes.
func BenchmarkTable(b *testing.B) {
	f := every(b)
	rows := make([]form.Row, 500)
	for i := range rows {
		rows[i] = answers()["tab.provider"].Value.([]form.Row)[0]
	}
	v := webkit.FormView{Form: f, Section: f.Sections[0], Answers: form.Answers{"tab.provider": {Value: rows}}}
	values := posted(b, section(b, i18n.JA, v))
	b.Run("draw", func(b *testing.B) {
		for b.Loop() {
			if err := webkit.FormSection(v).Render(b.Context(), io.Discard); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			webkit.DecodeForm(f, "all", values)
		}
	})
}
