package paper

import (
	"io"
	"testing"

	"yagura/internal/i18n"
)

func BenchmarkNewRenderer(b *testing.B) {
	for b.Loop() {
		if _, err := NewRenderer(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkForms renders the sample, about the size of one feedback report.
func BenchmarkForms(b *testing.B) {
	for _, form := range []string{"html", "pdf", "xlsx"} {
		b.Run(form, func(b *testing.B) {
			d := sample(i18n.JA)
			render := renderers[form]
			if err := render(io.Discard, d); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := render(io.Discard, d); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
