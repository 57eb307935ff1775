package webkit_test

import (
	"net/url"
	"testing"

	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/webkit"
)

// TestRebase: who changed what since the page was made decides.
func TestRebase(t *testing.T) {
	f := every(t)
	hours := func(x float64) form.Answers { return form.Answers{"num.hours": {Value: x}} }
	none := form.Answers{}
	tests := []struct {
		name         string
		typed        string
		base, stored form.Answers
		want         string
		conflict     bool
	}{
		{"only mine", "2", hours(1), hours(1), "2", false},
		{"only theirs", "1", hours(1), hours(3), "3", false},
		{"both the same", "2", hours(1), hours(2), "2", false},
		{"both, differently", "2", hours(1), hours(3), "2", true},
		{"they answered first", "", none, hours(3), "3", false},
		{"they took it back", "1", hours(1), none, "", false},
		{"I took it back, they changed it", "", hours(1), hours(3), "", true},
		{"what can't be read is mine", "two", hours(1), hours(3), "two", true},
		{"what can't be read, alone", "two", hours(1), hours(1), "two", false},
		{"no base, the same", "3", nil, hours(3), "3", false},
		{"no base, different", "1", nil, hours(3), "1", true},
	}
	for _, tt := range tests {
		values := url.Values{"num.hours": {tt.typed}, "_item": {"num.hours", "no.such"}}
		got, conflicts := webkit.Rebase(f, "all", values, tt.base, tt.stored, webkit.Conflict{By: "再鑑担当"}, i18n.JA)
		c, ok := conflicts["num.hours"]
		if got.Get("num.hours") != tt.want || ok != tt.conflict || len(conflicts) > 1 || ok && !c.Theirs.Equal(tt.stored["num.hours"]) {
			t.Errorf("%s: %q with %v, want %q, conflict %v", tt.name, got.Get("num.hours"), conflicts, tt.want, tt.conflict)
		}
		if values.Get("num.hours") != tt.typed {
			t.Errorf("%s: the values that were given are changed", tt.name)
		}
	}
}
