package figure

import (
	"math"
	"strconv"
	"strings"
)

// kanji are the digits as they are written in words.
var kanji = map[rune]float64{'〇': 0, '零': 0, '一': 1, '二': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9}

// small and large are the powers of ten of Japanese numerals: large ones close a group of
// four digits.
var (
	small = map[rune]float64{'十': 10, '百': 100, '千': 1000}
	large = map[rune]float64{'万': 1e4, '億': 1e8, '兆': 1e12}
)

// Numeral reads a number as Japanese texts write it: 12,000, 1万2千, 3千万, 一万二千, 二〇二六,
// 1.2億. Step is the value of its last digit (1000 of 1万2千), by which "about" is weighed.
// ok is false when the text is no number.
func Numeral(text string) (value, step float64, ok bool) {
	var total, group, digits float64 // of closed groups, of the group that is open, of the digits just read
	has, point := false, 0.0         // digits were read; place of the next digit behind the point
	last := 1.0
	for _, r := range strings.ReplaceAll(text, ",", "") {
		d, isDigit := kanji[r]
		if r >= '0' && r <= '9' {
			d, isDigit = float64(r-'0'), true
		}
		switch {
		case isDigit && point > 0:
			digits += d * point
			last, point = point, point/10
			has = true
		case isDigit:
			digits, has, last = digits*10+d, true, 1
		case r == '.' && has && point == 0:
			point = 0.1
		case small[r] > 0:
			if !has {
				digits = 1
			}
			group, last = group+digits*small[r], last*small[r]
			if !has || point == 0 {
				last = small[r]
			}
			digits, has, point, ok = 0, false, 0, true
		case large[r] > 0:
			if !has && group == 0 {
				return 0, 0, false
			}
			scale := large[r]
			if has && point == 0 {
				last = 1
			}
			total, last = total+(group+digits)*scale, last*scale
			group, digits, has, point, ok = 0, 0, false, 0, true
		default:
			return 0, 0, false
		}
	}
	value = total + group + digits
	return value, rounded(text, last), (has || ok) && !math.IsInf(value, 0)
}

// rounded is the step of a number whose trailing zeros may stand for rounding: 400000 is
// taken as said to the 100,000 only where its words say "about" (Figure.Sense).
func rounded(text string, last float64) float64 {
	digits := strings.ReplaceAll(text, ",", "")
	if v, err := strconv.ParseFloat(digits, 64); err == nil && v != 0 && !strings.Contains(digits, ".") {
		for step := 1.0; ; step *= 10 {
			if math.Mod(v, step*10) != 0 {
				return step
			}
		}
	}
	return last
}

// narrow turns full-width digits, letters and signs into plain ones, rune by rune, so that
// places stay what they are.
func narrow(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	case r == '　':
		return ' '
	case r == '‐' || r == '−' || r == '–':
		return '-'
	}
	return r
}
