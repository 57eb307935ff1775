package calendar

import "time"

// rule is one line of 国民の祝日に関する法律（昭和23年法律第178号）第2条 as it
// stood in the years first to last: a day of the month, or the n-th Monday.
type rule struct {
	name        string // key under calendar.holiday
	first, last int
	month       time.Month
	day         int // day of the month; 0 with monday
	monday      int // n-th Monday of the month; 0 with day
}

const forever = LastYear

// rules are the law of 1948 and its amendments of 1966 (建国記念の日, whose day
// an order of that year set and which began in 1967; 敬老の日; 体育の日), 1989
// (the change of reign), 1995 (海の日), 1998 and 2001 (Mondays), 2005 (昭和の日),
// 2014 (山の日), 2017 (the change of reign) and 2018 (スポーツの日), with the
// Olympic act's moves of 2020 and 2021 (平成三十二年東京オリンピック競技大会・
// 東京パラリンピック競技大会特別措置法 第32条 and its amendment).
var rules = []rule{
	{"new-year", FirstYear, forever, time.January, 1, 0},
	{"coming-of-age", FirstYear, 1999, time.January, 15, 0},
	{"coming-of-age", 2000, forever, time.January, 0, 2},
	{"foundation", 1967, forever, time.February, 11, 0},
	{"emperor", FirstYear, 1988, time.April, 29, 0},
	{"emperor", 1989, 2018, time.December, 23, 0},
	{"emperor", 2020, forever, time.February, 23, 0}, // none in 2019
	{"greenery", 1989, 2006, time.April, 29, 0},
	{"greenery", 2007, forever, time.May, 4, 0},
	{"showa", 2007, forever, time.April, 29, 0},
	{"constitution", FirstYear, forever, time.May, 3, 0},
	{"children", FirstYear, forever, time.May, 5, 0},
	{"marine", 1996, 2002, time.July, 20, 0},
	{"marine", 2003, 2019, time.July, 0, 3},
	{"marine", 2020, 2020, time.July, 23, 0},
	{"marine", 2021, 2021, time.July, 22, 0},
	{"marine", 2022, forever, time.July, 0, 3},
	{"mountain", 2016, 2019, time.August, 11, 0},
	{"mountain", 2020, 2020, time.August, 10, 0},
	{"mountain", 2021, 2021, time.August, 8, 0},
	{"mountain", 2022, forever, time.August, 11, 0},
	{"aged", 1966, 2002, time.September, 15, 0},
	{"aged", 2003, forever, time.September, 0, 3},
	{"health-sports", 1966, 1999, time.October, 10, 0},
	{"health-sports", 2000, 2019, time.October, 0, 2},
	{"sports", 2020, 2020, time.July, 24, 0},
	{"sports", 2021, 2021, time.July, 23, 0},
	{"sports", 2022, forever, time.October, 0, 2},
	{"culture", FirstYear, forever, time.November, 3, 0},
	{"labour", FirstYear, forever, time.November, 23, 0},
	// One act each; the day counts as a 祝日, so that the days beside it may
	// become holidays too (which happened in 2019 only).
	{"wedding", 1959, 1959, time.April, 10, 0},
	{"funeral", 1989, 1989, time.February, 24, 0},
	{"enthronement", 1990, 1990, time.November, 12, 0},
	{"wedding", 1993, 1993, time.June, 9, 0},
	{"accession", 2019, 2019, time.May, 1, 0},
	{"enthronement", 2019, 2019, time.October, 22, 0},
}

func (r rule) in(year int) Day {
	if r.monday == 0 {
		return Date(year, r.month, r.day)
	}
	first := Date(year, r.month, 1)
	toMonday := (int(time.Monday-first.Weekday()) + 7) % 7
	return first + Day(toMonday+7*(r.monday-1))
}

// equinoxes are 春分日 and 秋分日 in Japanese time by the approximation of
// 新こよみ便利帳 (海上保安庁水路部 暦計算研究会編、恒星社厚生閣, 1991): the days of
// March and September are ⌊a + 0.242194 (year − 1980) − leap days⌋, with one pair
// of constants for 1900 to 1979 and one for 1980 to 2099.
func equinoxes(year int) (vernal, autumnal Day) {
	const perYear, unit = 242194, 1000000
	v, a, leaps := 20835700, 23258800, (year-1983)/4 // towards zero, as the book's [ ]
	if year >= 1980 {
		v, a, leaps = 20843100, 23248800, (year-1980)/4
	}
	drift := perYear * (year - 1980)
	return Date(year, time.March, (v+drift)/unit-leaps), Date(year, time.September, (a+drift)/unit-leaps)
}

// publicHolidays are the holidays of a year with the keys of their names.
func publicHolidays(year int) map[Day]string {
	named := map[Day]string{} // 国民の祝日
	for _, r := range rules {
		if r.first <= year && year <= r.last {
			named[r.in(year)] = r.name
		}
	}
	vernal, autumnal := equinoxes(year)
	named[vernal], named[autumnal] = "vernal-equinox", "autumnal-equinox"

	all := map[Day]string{}
	for d, name := range named {
		all[d] = name
		if sub, ok := substitute(d, named); ok {
			all[sub] = "substitute"
		}
	}
	// 第3条第3項, since 27 December 1985: a day between two 祝日, unless it is a
	// substitute holiday. Until 2006 Sundays were excepted; later none comes up.
	for d := range named {
		mid := d + 1
		if named[mid] != "" || named[d+2] == "" || year < 1986 {
			continue
		}
		if all[mid] == "" && mid.Weekday() != time.Sunday {
			all[mid] = "between"
		}
	}
	return all
}

// substitute is the 振替休日 of 第3条第2項, since 12 April 1973: of a 祝日 on a
// Sunday the next day, since 2007 the next that is not itself a 祝日.
func substitute(d Day, named map[Day]string) (Day, bool) {
	if d.Weekday() != time.Sunday || d < Date(1973, time.April, 12) {
		return 0, false
	}
	sub := d + 1
	for d.Year() >= 2007 && named[sub] != "" {
		sub++
	}
	return sub, named[sub] == ""
}
