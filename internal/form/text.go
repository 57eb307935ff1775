package form

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"yagura/internal/errs"
)

// Normalise folds what a Japanese keyboard makes different without meaning a
// difference: NFKC (full-width letters and digits, half-width kana), the many
// dashes to "-", the wave dash to "~", and surrounding white space of any width.
func Normalise(s string) string {
	if isPlain(s) {
		return strings.TrimSpace(s)
	}
	s = norm.NFKC.String(s)
	s = strings.Map(func(r rune) rune {
		switch r {
		case '‐', '‑', '‒', '–', '—', '―', '−', 'ー':
			return '-'
		case '〜':
			return '~' // what CP932 makes of it, ～, is ~ in NFKC
		case '\u200b', '\ufeff':
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// Valid reports whether the date is one of the calendar, in ISO 8601.
func (d Date) Valid() bool {
	_, err := time.Parse(time.DateOnly, string(d))
	return err == nil
}

var (
	eraDate = regexp.MustCompile(`^(令和|平成|昭和|R|H|S)\s*(元|\d{1,2})[年./-](\d{1,2})[月./-](\d{1,2})日?$`)
	ymdDate = regexp.MustCompile(`^(\d{4})[年./-](\d{1,2})[月./-](\d{1,2})日?$`)
	packed  = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})$`)
)

// eraStart is the year before an era's first (令和元年 = 2019 and so on).
var eraStart = map[string]int{"令和": 2018, "R": 2018, "平成": 1988, "H": 1988, "昭和": 1925, "S": 1925}

// ParseDate reads a calendar date: 2026-03-31, 2026/3/31, 20260331,
// 2026年3月31日, 令和8年3月31日, R8.3.31.
func ParseDate(plain string) (any, error) {
	plain = strings.ReplaceAll(Normalise(plain), " ", "")
	var y, m, d int
	switch {
	case eraDate.MatchString(plain):
		p := eraDate.FindStringSubmatch(plain)
		year := 1
		if p[2] != "元" {
			year, _ = strconv.Atoi(p[2])
		}
		y = eraStart[p[1]] + year
		m, _ = strconv.Atoi(p[3])
		d, _ = strconv.Atoi(p[4])
	default:
		p := ymdDate.FindStringSubmatch(plain)
		if p == nil {
			p = packed.FindStringSubmatch(plain)
		}
		if p == nil {
			return nil, errs.New(errs.Invalid, "value.date")
		}
		y, _ = strconv.Atoi(p[1])
		m, _ = strconv.Atoi(p[2])
		d, _ = strconv.Atoi(p[3])
	}
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if t.Day() != d || int(t.Month()) != m {
		return nil, errs.New(errs.Invalid, "value.date")
	}
	return Date(t.Format(time.DateOnly)), nil
}
