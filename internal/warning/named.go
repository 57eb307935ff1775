package warning

import (
	"strings"
	"unicode"

	"yagura/internal/form"
)

// Named lists the names of reporting institutions that occur in a text: in both
// languages, with and without the legal form, whatever the width of letters and blanks
// between them; and the references of their reports.
func Named(sources []Source, texts ...string) []string {
	text := fold(strings.Join(texts, "\n"))
	var out []string
	seen := map[string]bool{}
	for _, s := range sources {
		for _, name := range []string{s.NameJA, s.NameEN, s.Reference} {
			for _, n := range []string{fold(name), bare(name)} {
				if len([]rune(n)) >= 2 && strings.Contains(text, n) && !seen[name] {
					seen[name] = true
					out = append(out, name)
				}
			}
		}
	}
	return out
}

// fold writes a text without blanks, in one width and in lower case.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '　' {
			return -1
		}
		return unicode.ToLower(r)
	}, form.Normalise(s))
}

// bare is a folded name without the usual legal forms.
func bare(name string) string {
	n := fold(name)
	for _, legal := range []string{"株式会社", "(株)", "有限会社", "合同会社", "相互会社", "co.,ltd.", "corporation", "inc.", "ltd."} {
		n = strings.ReplaceAll(n, legal, "")
	}
	return n
}
