package i18n

import (
	"regexp"
	"slices"
	"testing"
)

var placeholder = regexp.MustCompile(`\{[a-z_]+\}`)

func TestMessages(t *testing.T) {
	all, err := load(files)
	if err != nil {
		t.Fatal(err)
	}
	for key, text := range all {
		if text.JA == "" || text.EN == "" {
			t.Errorf("%s: a language is missing: ja %q, en %q", key, text.JA, text.EN)
		}
		if ja, en := names(text.JA), names(text.EN); !slices.Equal(ja, en) {
			t.Errorf("%s: placeholders differ: ja %v, en %v", key, ja, en)
		}
	}
}

func names(s string) []string {
	found := placeholder.FindAllString(s, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

func TestBothFillsEachLanguage(t *testing.T) {
	got := fill("{who}: {n}", EN, []any{"who", Text{JA: "甲", EN: "A"}, "n", 3})
	if got != "A: 3" {
		t.Errorf("fill = %q", got)
	}
	if got := T(JA, "no.such.key"); got != "[no.such.key]" {
		t.Errorf("unknown key gives %q", got)
	}
}
