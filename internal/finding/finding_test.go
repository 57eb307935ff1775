package finding

import (
	"testing"

	"yagura/internal/i18n"
)

func TestLineHoldsNoControlCharacters(t *testing.T) {
	f := Finding{Rule: "r", File: "a\x1b[2Jb.csv", Row: 2, Column: "value", Message: i18n.Text{JA: "「1\n2」", EN: "“1\n2”"}}
	if got, want := f.Line(i18n.EN), "a\ufffd[2Jb.csv:2:value: “1\ufffd2” [r]"; got != want {
		t.Errorf("Line = %q, want %q", got, want)
	}
}

func TestPlace(t *testing.T) {
	for want, f := range map[string]Finding{
		"a.csv:2:value":  {File: "a.csv", Row: 2, Column: "value"},
		"a.xlsx:1 統制!D7": {File: "a.xlsx", Sheet: "1 統制", Row: 7, Column: "D"},
		"a.json:/x/0/y":  {File: "a.json", Pointer: "/x/0/y"},
		"/x":             {Pointer: "/x"},
	} {
		if got := f.Place(); got != want {
			t.Errorf("Place = %q, want %q", got, want)
		}
	}
}
