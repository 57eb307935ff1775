package chart

import "unicode"

// EstimateWidth is the width of text in a proportional sans-serif font that is
// not known: full width for East Asian characters (UAX #11, classes W and F,
// and A as Japanese fonts have it), a class average for the others. It errs to
// the wide side, so that labels laid out by it do not touch.
func EstimateWidth(text string, size float64, bold bool) float64 {
	em := 0.0
	for _, r := range text {
		em += advance(r)
	}
	if bold {
		em *= 1.05
	}
	return em * size
}

// advance is the estimated advance of r in em.
func advance(r rune) float64 {
	switch {
	case r >= 0x80:
		if r >= 0x1100 && !(r >= 0x2000 && r <= 0x206f) || r >= 0x2010 && r <= 0x2027 {
			return wide(r)
		}
		if unicode.Is(unicode.Mn, r) {
			return 0
		}
		return 0.66
	case r >= '0' && r <= '9':
		return 0.63
	case r == 'i' || r == 'j' || r == 'l' || r == 'I' || r == '.' || r == ',' || r == ':' || r == ';' || r == '\'' || r == '!' || r == '|':
		return 0.34
	case r == 'm' || r == 'w' || r == 'M' || r == 'W' || r == '%' || r == '@':
		return 0.93
	case r >= 'A' && r <= 'Z':
		return 0.71
	case r == ' ' || r == 'f' || r == 't' || r == 'r' || r == '(' || r == ')' || r == '[' || r == ']' || r == '/' || r == '-':
		return 0.4
	}
	return 0.61
}

func wide(r rune) float64 {
	if r >= 0xff61 && r <= 0xff9f { // half-width katakana
		return 0.5
	}
	return 1
}
