package yagura_test

import (
	"testing"

	"yagura/internal/calendar"
	"yagura/internal/form"
)

// The reader of dates in forms and the writer of eras must mean the same
// years. They are packages of different rings, so the check stands here.
func TestFormsReadTheErasThatCalendarWrites(t *testing.T) {
	for _, era := range calendar.Eras() {
		if era.Letter == "T" || era.Letter == "M" {
			continue // before what a form is asked about
		}
		for d := era.First; d < era.First+4*366 && d.EraShort()[:1] == era.Letter; d++ {
			for _, text := range []string{d.EraText().JA, d.EraShort()} {
				if got, err := form.ParseDate(text); err != nil || got != form.Date(d.String()) {
					t.Errorf("%s, written %s, is read as %v, %v", d, text, got, err)
				}
			}
		}
	}
	if calendar.Eras()[0].Letter != "R" {
		t.Errorf("the era is %s: form.ParseDate must learn it", calendar.Eras()[0].Letter)
	}
}
