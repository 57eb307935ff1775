package webkit

import (
	"fmt"
	"net/url"
	"strings"
)

// A marking must stand on every printed sheet, in the margin, where it covers
// nothing. Only a page rule of a style sheet can put it there, and the policy
// allows no style within the page: so the sheet is served for its text.
const (
	markingFile  = "marking.css"
	markingRunes = 80 // more is cut
)

func markingStyle(marking string) string {
	return Asset(markingFile) + "?m=" + url.QueryEscape(marking)
}

// markingSheet is a style sheet that prints the text at the top of each sheet.
func markingSheet(text string) string {
	return `@page { @top-right { content: ` + cssString(text) + `; font: bold 10pt sans-serif; vertical-align: bottom; padding-bottom: 2mm; } }` + "\n"
}

// cssString quotes a text for CSS: all but letters and digits is escaped by its
// code (CSS Syntax Level 3, 4.3.7), so that no text can end the string.
func cssString(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	n := 0
	for _, r := range text {
		if n++; n > markingRunes {
			break
		}
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r > 0xff:
			b.WriteRune(r)
		case r >= ' ':
			fmt.Fprintf(&b, `\%06x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
