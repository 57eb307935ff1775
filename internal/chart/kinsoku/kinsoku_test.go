package kinsoku

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// em measures every character as one, or a half below U+0100.
func em(r rune) float64 {
	if r < 0x100 {
		return 0.5
	}
	return 1
}

func TestLines(t *testing.T) {
	tests := []struct {
		name, text string
		width      float64
		want       []string
	}{
		{"fits", "金融分野", 4, []string{"金融分野"}},
		{"no kanji is lost at a break", "金融分野のサイバー", 4, []string{"金融分野", "のサイ", "バー"}},
		{"a stop does not begin a line", "規程を定める。次", 6, []string{"規程を定め", "る。次"}},
		{"a bracket does not end a line", "規程等（要領）", 4, []string{"規程等", "（要領）"}},
		{"small kana stay behind", "あいうっ", 3, []string{"あい", "うっ"}},
		{"words stay whole", "NIST CSF を参照", 5, []string{"NIST CSF ", "を参照"}},
		{"a long word is cut", "abcdefghij", 2, []string{"abcd", "efgh", "ij"}},
		{"a word moves down", "項目 abcdefgh", 4, []string{"項目 ", "abcdefgh"}},
		{"newline ends a line", "一\n二", 4, []string{"一", "二"}},
		{"dashes stay together", "前略――後", 3, []string{"前略", "――後"}},
		{"a path breaks after a slash", "docs/guide", 3, []string{"docs/", "guide"}},
		{"a date is not parted", "令和 2026/04/01", 6, []string{"令和 ", "2026/04/01"}},
		{"only forbidden characters are parted where they must", "。。。", 2, []string{"。。", "。"}},
		{"empty", "", 4, []string{""}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := Lines(test.text, test.width, em); !slices.Equal(got, test.want) {
				t.Errorf("Lines(%q, %v) = %q, want %q", test.text, test.width, got, test.want)
			}
		})
	}
}

var alphabet = []rune("金融分野のサイバーセキュリティ、。「」（）・ー っァabcXYZ019-/.,!%¥$…―\u3000\u00a0é’")

func TestLinesProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := string(rapid.SliceOfN(rapid.SampledFrom(alphabet), 0, 60).Draw(t, "text"))
		width := rapid.Float64Range(0.2, 20).Draw(t, "width")
		checkLines(t, text, width)
	})
}

type failer interface {
	Fatalf(format string, args ...any)
}

// checkLines checks that nothing is lost, nothing is too wide, and that a line
// begins or ends where it may not only if it had no allowed break at all.
func checkLines(t failer, text string, width float64) {
	var rebuilt []string
	for _, paragraph := range strings.Split(text, "\n") {
		lines := Lines(paragraph, width, em)
		rebuilt = append(rebuilt, strings.Join(lines, ""))
		for i, line := range lines {
			trimmed := strings.TrimRight(line, " \u3000\t")
			if w := measure(trimmed); w > width+1e-9 && utf8.RuneCountInString(trimmed) > 1 && strings.TrimLeft(trimmed, " \u3000\t") == trimmed {
				t.Fatalf("line %q is %v wide, more than %v", line, w, width)
			}
			if i == 0 {
				continue
			}
			before, _ := utf8.DecodeLastRuneInString(lines[i-1])
			first, _ := utf8.DecodeRuneInString(line)
			if !mayBreak(before, first) && hasBreak(lines[i-1]) {
				t.Fatalf("%q | %q is broken where it may not be, with an allowed break before it", lines[i-1], line)
			}
		}
	}
	if got := strings.Join(rebuilt, "\n"); got != text {
		t.Fatalf("the lines join to %q, not %q", got, text)
	}
}

func measure(s string) float64 {
	w := 0.0
	for _, r := range s {
		w += em(r)
	}
	return w
}

func hasBreak(line string) bool {
	var prev rune
	for i, r := range line {
		if i > 0 && mayBreak(prev, r) {
			return true
		}
		prev = r
	}
	return false
}

func FuzzLines(f *testing.F) {
	f.Add("金融庁「ガイドライン」（2024年10月）を参照すること。", 5.0)
	f.Add("https://example.jp/a/b?c=d&e=f", 3.0)
	f.Add("\xff\xfe壊れたUTF-8", 2.0)
	f.Fuzz(func(t *testing.T, text string, width float64) {
		if !(width > 0 && width < 1000) || len(text) > 2000 {
			return
		}
		checkLines(t, text, width)
	})
}
