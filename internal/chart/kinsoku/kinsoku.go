// Package kinsoku breaks Japanese and mixed text into lines that fit a width.
//
// The rules are a subset of JIS X 4051:2004 (日本語文書の組版方法), as W3C's
// "Requirements for Japanese Text Layout" (JLREQ, 3.1.7 and 3.1.8) restates
// them: some characters may not begin a line (行頭禁則: closing brackets,
// stops, middle dots, small kana, iteration marks, the long vowel mark), some
// may not end one (行末禁則: opening brackets, prefixed currency signs), and
// some pairs are not parted (分離禁止: dashes and leaders in a row). Words of
// Latin letters and digits stay whole and are cut only when a line of its own
// cannot hold one. Nothing is stretched or hung: lines are set flush left.
package kinsoku

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// notAtStart are the characters that may not begin a line: JLREQ classes
// cl-02 closing brackets, cl-03 hyphens, cl-04 dividing punctuation, cl-05
// middle dots, cl-06 full stops, cl-07 commas, cl-09 iteration marks, cl-10
// prolonged sound mark, cl-11 small kana, cl-13 postfixed abbreviations.
const notAtStart = "’”）〕］｝〉》」』】｠〙〗»〟)]}" +
	"‐〜゠–～-" + "！？‼⁇⁈⁉!?" + "・：；:;" + "。．." + "、，," +
	"ヽヾゝゞ々〻" + "ー" +
	"ぁぃぅぇぉァィゥェォっゃゅょゎゕゖッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ" +
	"°′″℃¢％‰%"

// notAtEnd are the characters that may not end a line: cl-01 opening brackets
// and cl-12 prefixed abbreviations.
const notAtEnd = "‘“（〔［｛〈《「『【｟〘〖«〝([{" + "¥￥＄$£＃#€№"

// unparted are characters of which two alike in a row stay together (cl-08).
const unparted = "—―…‥〳〴〵"

var starts, ends, pairs = set(notAtStart), set(notAtEnd), set(unparted)

func set(s string) map[rune]bool {
	m := make(map[rune]bool, utf8.RuneCountInString(s))
	for _, r := range s {
		m[r] = true
	}
	return m
}

// NotAtStart reports whether r may not begin a line.
func NotAtStart(r rune) bool { return starts[r] }

// NotAtEnd reports whether r may not end a line.
func NotAtEnd(r rune) bool { return ends[r] }

// Measure gives the advance width of one character in the unit of the width
// that Lines is given. It must not be negative.
type Measure func(r rune) float64

// Lines breaks text into lines not wider than width. A newline in text ends a
// line. Spaces at a break stay at the end of the line before it and do not
// count towards its width, so the lines in order, with the newlines put back,
// are the text (the concatenation property). A line is wider than width only
// when a single character is.
func Lines(text string, width float64, measure Measure) []string {
	var lines []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		lines = appendLines(lines, paragraph, width, measure)
	}
	return lines
}

func appendLines(lines []string, text string, width float64, measure Measure) []string {
	for {
		cut := lineEnd(text, width, measure)
		lines = append(lines, text[:cut])
		if cut == len(text) {
			return lines
		}
		text = text[cut:]
	}
}

// lineEnd returns the byte offset at which the first line of text ends: the
// last allowed break that fits, or where none fits the last character that does.
func lineEnd(text string, width float64, measure Measure) int {
	used, allowed, fits := 0.0, 0, 0
	var prev rune
	for at, r := range text {
		if at > 0 {
			if mayBreak(prev, r) {
				allowed = at
			}
			fits = at
		}
		if at > 0 && !isSpace(r) && used+measure(r) > width+1e-9 {
			return firstOf(allowed, fits)
		}
		used += measure(r)
		prev = r
	}
	return len(text)
}

func firstOf(allowed, fits int) int {
	if allowed > 0 {
		return allowed
	}
	return fits
}

// mayBreak reports whether a line may end after a and the next begin with b.
func mayBreak(a, b rune) bool {
	switch {
	case isSpace(b) || starts[b] || ends[a] || glue(a) || glue(b):
		return false // a space stays on the line before the break
	case a == b && pairs[a]:
		return false
	case isSpace(a):
		return true
	case (a == '-' || a == '/') && unicode.IsLetter(b):
		return true // after the hyphen of a compound, between the parts of a path
	}
	return !(inWord(a) && inWord(b))
}

func isSpace(r rune) bool { return r == ' ' || r == '\u3000' || r == '\t' }

// glue reports whether r forbids a break on both its sides (UAX #14, GL and WJ).
func glue(r rune) bool { return r == '\u00a0' || r == '\u2060' || r == '\ufeff' }

// inWord reports whether r is part of a word of a script that is written with
// spaces (Latin, Greek, Cyrillic, digits and the marks between them), or a
// mark that belongs to the character before it.
func inWord(r rune) bool {
	return r > ' ' && r < 0x7f || r >= 0xa1 && r <= 0x058f || r == '’' ||
		r >= 0xfe00 && r <= 0xfe0f || r >= 0xe0100 && r <= 0xe01ef
}
