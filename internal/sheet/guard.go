package sheet

import (
	"strings"

	"yagura/internal/form"
)

// Spreadsheet programs take a text that begins with one of these for a formula
// (OWASP, CSV Injection). In a CSV such a free text is written with an
// apostrophe in front, which the same programs hide, and read without it.
const formulaStart = "=+-@\t\r"

// guardText puts the apostrophe in front of a text that needs one; a text that
// already has apostrophes there gets one more, so that unguardText undoes it.
func guardText(s string) string {
	if needsGuard(s) {
		return "'" + s
	}
	return s
}

func unguardText(s string) string {
	if strings.HasPrefix(s, "'") && needsGuard(s[1:]) {
		return s[1:]
	}
	return s
}

func needsGuard(s string) bool {
	s = strings.TrimLeft(s, "'")
	return s != "" && strings.IndexByte(formulaStart, s[0]) >= 0
}

// isFree reports whether an item's values are free text; the texts of all other
// types are fixed by their form, and a negative number must stay one.
func isFree(it *form.Item) bool {
	return it.Type == form.TypeText || it.Type == form.TypeRef || it.Type == form.TypeCode && len(it.Options) == 0
}

func guard(it *form.Item, s string) string {
	if isFree(it) {
		return guardText(s)
	}
	return s
}

func unguard(it *form.Item, s string) string {
	if isFree(it) {
		return unguardText(s)
	}
	return s
}
