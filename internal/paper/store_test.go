package paper

import (
	"bytes"
	"testing"

	"yagura/internal/errs"
	"yagura/internal/i18n"
)

// A stored document renders to the bytes of the one that was stored, in all forms.
func TestStoredDocumentRendersAlike(t *testing.T) {
	for _, lang := range i18n.Langs {
		d := sample(lang)
		data, err := Encode(d)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Decode(data)
		if err != nil {
			t.Fatal(err)
		}
		if renderHTML(t, again) != renderHTML(t, d) {
			t.Errorf("%s: another page", lang)
		}
		a, _ := renderPDF(t, d)
		b, _ := renderPDF(t, again)
		if !bytes.Equal(a, b) {
			t.Errorf("%s: another PDF", lang)
		}
		twice, err := Encode(again)
		if err != nil || !bytes.Equal(twice, data) {
			t.Errorf("%s: stored again it has other bytes (%v)", lang, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	data, err := Encode(sample(i18n.JA))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add(data[:len(data)/2])
	f.Add([]byte(stored))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := Decode(data); err != nil && errs.KindOf(err) != errs.Invalid {
			t.Error(err)
		}
	})
}
