// Package figure finds the figures of a running text, Japanese or English: numbers with
// their units, dates (of the Western calendar and of eras), times of day and telephone
// numbers, and compares each with what is known, so that what is told to customers, media
// and authorities agrees with the reports.
package figure

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Kind says what a figure is.
type Kind string

// The kinds. Code is a telephone number, an address or a reference, compared as text.
const (
	Number Kind = "number"
	Date   Kind = "date"
	Clock  Kind = "clock"
	Code   Kind = "code"
)

// The units of numbers. Durations are in hours.
const (
	Plain   = ""
	Count   = "count" // persons, cases, accounts …
	Money   = "money"
	Percent = "%"
	Hours   = "hours"
	Gbps    = "Gbps"
	PPS     = "pps"
)

// The senses in which a number is said.
const (
	Exact = ""
	About = "about"
	Least = "least"
	More  = "more"
	Most  = "most"
	Less  = "less"
)

// Figure is one figure of a text. Start and End are its bytes. A date or time of day has
// -1 where a part is not said.
type Figure struct {
	Start, End       int
	Text             string
	Kind             Kind
	Value, Step      float64 // of a number, in its unit; Step is that of its last digit
	Unit, Sense      string
	Year, Month, Day int
	Hour, Minute     int
	After            bool // of a time of day: it belongs to the date before it
}

const (
	digits  = `(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})`
	numeral = `(?:[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?)`
	mixed   = numeral + `(?:[十百千万億兆]+(?:` + numeral + `)?)*`
	words   = `[〇一二三四五六七八九十百千万億兆]+`
	months  = `(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?`
)

// units are the words behind a number; longer ones first.
var units = []struct {
	word, unit string
	times      float64
}{
	{"パーセント", Percent, 1}, {"ユーロ", Money, 1}, {"ドル", Money, 1}, {"円", Money, 1}, {"%", Percent, 1}, {"割", Percent, 10}, {"Gbps", Gbps, 1}, {"Mbps", Gbps, .001}, {"pps", PPS, 1},
	{"時間", Hours, 1}, {"分間", Hours, 1. / 60}, {"分", Hours, 1. / 60}, {"秒間", Hours, 1. / 3600}, {"秒", Hours, 1. / 3600}, {"日間", Hours, 24}, {"週間", Hours, 168},
	{"口座", Count, 1}, {"店舗", Count, 1}, {"拠点", Count, 1}, {"か所", Count, 1}, {"箇所", Count, 1}, {"人", Count, 1}, {"名", Count, 1}, {"件", Count, 1}, {"社", Count, 1}, {"先", Count, 1}, {"台", Count, 1},
	{"percent", Percent, 1}, {"customers", Count, 1}, {"people", Count, 1}, {"persons", Count, 1}, {"clients", Count, 1}, {"cases", Count, 1}, {"accounts", Count, 1}, {"transactions", Count, 1}, {"records", Count, 1},
	{"hours", Hours, 1}, {"hour", Hours, 1}, {"minutes", Hours, 1. / 60}, {"days", Hours, 24}, {"weeks", Hours, 168}, {"yen", Money, 1}, {"JPY", Money, 1}, {"euros", Money, 1}, {"euro", Money, 1}, {"EUR", Money, 1}, {"USD", Money, 1}, {"dollars", Money, 1},
}

// scales are English words that multiply.
var scales = map[string]float64{"hundred": 100, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}

// finders, in the order in which they are tried at a place.
var finders = []struct {
	re   *regexp.Regexp
	read func(f *Figure, m []string) bool
}{
	{regexp.MustCompile(`^https?://[!-~]+`), code},
	{regexp.MustCompile(`^[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+`), code},
	{regexp.MustCompile(`^[A-Z]{2,}-[0-9]{4}-[0-9]+`), code},
	{regexp.MustCompile(`^(?:(令和|平成|昭和)(` + digits + `|元)年|([RHS])([0-9]{1,2})[./-])(?:(` + digits + `)[月./-](?:(` + digits + `)日?)?)?`), eraDate},
	{regexp.MustCompile(`^([0-9]{4}|[〇一二三四五六七八九]{4})年(?:(` + digits + `)月(?:(` + digits + `)日)?)?`), westernDate},
	{regexp.MustCompile(`^([0-9]{4})[/.-]([0-9]{1,2})[/.-]([0-9]{1,2})`), westernDate},
	{regexp.MustCompile(`^()(` + digits + `)月(` + digits + `)日`), westernDate},
	{regexp.MustCompile(`^()()(` + digits + `)日`), dayAlone},
	{regexp.MustCompile(`^(` + months + `) ([0-9]{1,2})(?:st|nd|rd|th)?(?:,? ([0-9]{4}))?`), func(f *Figure, m []string) bool { return english(f, m[3], m[1], m[2]) }},
	{regexp.MustCompile(`^([0-9]{1,2})(?:st|nd|rd|th)? (` + months + `)(?:,? ([0-9]{4}))?`), func(f *Figure, m []string) bool { return english(f, m[3], m[2], m[1]) }},
	{regexp.MustCompile(`^(午前|午後)?([0-9]{1,2})時(?:([0-9]{1,2})分|(半))?`), timeOfDay},
	{regexp.MustCompile(`^(午前|午後)(` + words + `)時(?:(` + words + `)分|(半))?`), timeOfDay},
	{regexp.MustCompile(`^()([0-9]{1,2}):([0-9]{2})(?::[0-9]{2})?()(?: ?([ap])\.?m\b\.?)?`), timeOfDay},
	{regexp.MustCompile(`^()([0-9]{1,2})()() ?([ap])\.?m\b\.?`), timeOfDay},
	{regexp.MustCompile(`^\+?[0-9]{2,4}-[0-9]{1,4}-[0-9]{3,4}`), code},
	{regexp.MustCompile(`^([¥$€]?)(` + mixed + `)`), number},
	{regexp.MustCompile(`^()(` + words + `)`), number},
}

// idioms begin like a number and are none.
var idioms = []string{"一人ひとり", "一人一人", "一日も", "一日でも", "一部", "一時", "十分", "万一", "千葉", "一切", "一般", "一定", "一層", "一覧", "一同", "一環", "一方", "一件落着", "三者", "二次", "二重", "二段階", "四半期"}

// Find lists the figures of a text in their order. What is counted as a name (第1号, A4) is
// left out.
func Find(text string) []Figure {
	var b strings.Builder
	var place []int // byte of the narrowed text → byte of the text
	for i, r := range text {
		n := narrow(r)
		for range utf8.RuneLen(n) {
			place = append(place, i)
		}
		b.WriteRune(n)
	}
	place = append(place, len(text))
	plain := b.String()
	var out []Figure
	for at := 0; at < len(plain); {
		f, n := match(plain, at)
		if n == 0 {
			_, size := utf8.DecodeRuneInString(plain[at:])
			at += size
			continue
		}
		if f.Kind != "" {
			if last := len(out) - 1; f.Kind == Clock && last >= 0 && out[last].Kind == Date {
				f.After = utf8.RuneCountInString(text[out[last].End:place[at]]) <= 4
			}
			f.Start, f.End = place[at], place[at+n]
			f.Text = text[f.Start:f.End]
			out = append(out, f)
		}
		at += n
	}
	return out
}

// match is the figure that begins at a place and its length, 0 when none does. A name is
// passed over: a figure of no kind.
func match(plain string, at int) (Figure, int) {
	first, _ := utf8.DecodeRuneInString(plain[at:])
	if !strings.ContainsRune("0123456789+¥$€", first) && kanji[first] == 0 && first != '〇' && small[first] == 0 && !strings.ContainsRune("令平昭午", first) && (first > 'z' || first < 'A') {
		return Figure{}, 0
	}
	for _, w := range idioms {
		if strings.HasPrefix(plain[at:], w) {
			return Figure{}, len(w)
		}
	}
	letter := first >= 'A' && first <= 'z'
	if at > 0 && (word(plain[at-1]) || plain[at-1] == '-' || plain[at-1] == '.') && (letter || at > 1 && word(plain[at-2])) {
		return Figure{}, 0
	}
	for _, k := range finders {
		m := k.re.FindStringSubmatch(plain[at:])
		if m == nil {
			continue
		}
		f := Figure{Year: -1, Month: -1, Day: -1, Hour: -1, Minute: -1}
		end := at + len(m[0])
		if !k.read(&f, append(m, plain[:at], plain[end:])) {
			continue
		}
		n := len(m[0])
		if f.Kind == Number {
			n += unit(&f, plain[end:])
			if named(plain[:at], plain[at+n:]) || f.Unit == Plain && kanji[first]+small[first] > 0 {
				return Figure{}, n
			}
			f.Sense = sense(plain[:at], plain[at+n:])
		}
		return f, n
	}
	if letter {
		return Figure{}, len(regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*`).FindString(plain[at:]))
	}
	return Figure{}, 0
}

func word(b byte) bool { return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' }

// named reports whether a number is part of a name (第1報, Article 5) or numbers a line.
func named(before, after string) bool {
	if line := strings.TrimLeft(before[strings.LastIndexByte(before, '\n')+1:], " ("); line == "" && after != "" && strings.ContainsRune(".)、", firstRune(after)) {
		return true
	}
	before = strings.TrimRight(before, " ")
	return strings.HasSuffix(before, "第") || strings.HasSuffix(before, "Article") || strings.HasSuffix(before, "No.")
}

func firstRune(s string) rune { r, _ := utf8.DecodeRuneInString(s); return r }

func code(f *Figure, _ []string) bool { f.Kind = Code; return true }

// small1 reads a number of at most two digits, -1 for none.
func small1(text string) int {
	if text == "元" {
		return 1
	}
	if v, _, ok := Numeral(text); ok && text != "" {
		return int(v)
	}
	return -1
}

// eras begin in these years: year 1 is the first.
var eras = map[string]int{"令和": 2019, "R": 2019, "平成": 1989, "H": 1989, "昭和": 1926, "S": 1926}

func eraDate(f *Figure, m []string) bool {
	year := small1(m[2] + m[4])
	if year < 1 {
		return false
	}
	return day(f, eras[m[1]+m[3]]+year-1, small1(m[5]), small1(m[6]))
}

func westernDate(f *Figure, m []string) bool {
	year := -1
	if m[1] != "" {
		v, _, _ := Numeral(m[1])
		year = int(v)
	}
	return day(f, year, small1(m[2]), small1(m[3]))
}

// dayAlone is a day without its month, unless it counts days (3日間) or is put in words.
func dayAlone(f *Figure, m []string) bool {
	rest := m[len(m)-1]
	if strings.HasPrefix(rest, "間") || strings.HasPrefix(rest, "以内") || strings.HasPrefix(rest, "後") {
		return false
	}
	return day(f, -1, -1, small1(m[3]))
}

func english(f *Figure, year, month, d string) bool {
	y := -1
	if year != "" {
		y, _ = strconv.Atoi(year)
	}
	n := slices.Index([]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}, month[:3])
	return day(f, y, n+1, small1(d))
}

func day(f *Figure, year, month, d int) bool {
	f.Kind, f.Year, f.Month, f.Day = Date, year, month, d
	return month != 0 && month <= 12 && d != 0 && d <= 31
}

// timeOfDay takes 午前 (am), hours, minutes, 半 and a or p of English.
func timeOfDay(f *Figure, m []string) bool {
	rest := m[len(m)-1]
	if m[3] == "" && m[4] == "" && (strings.HasPrefix(rest, "間") || strings.HasPrefix(rest, "的")) {
		return false
	}
	f.Kind, f.Hour, f.Minute = Clock, small1(m[2]), -1
	if m[3] != "" {
		f.Minute = small1(m[3])
	}
	if m[4] != "" {
		f.Minute = 30
	}
	late := m[1] == "午後" || len(m) > 7 && m[5] == "p"
	switch {
	case late && f.Hour < 12:
		f.Hour += 12
	case len(m) > 7 && m[5] == "a" && f.Hour == 12:
		f.Hour = 0
	}
	return f.Hour <= 24 && f.Minute < 60
}

func number(f *Figure, m []string) bool {
	v, step, ok := Numeral(m[2])
	f.Kind, f.Value, f.Step = Number, v, step
	if m[1] != "" {
		f.Unit = Money
	}
	return ok
}

// unit reads what stands behind a number and returns its length.
func unit(f *Figure, rest string) int {
	n := 0
	for w, times := range scales {
		if trimmed := strings.TrimPrefix(rest, " "); strings.HasPrefix(trimmed, w) {
			f.Value, f.Step = f.Value*times, f.Step*times
			n = len(rest) - len(trimmed) + len(w)
			break
		}
	}
	rest = rest[n:]
	trimmed := strings.TrimPrefix(rest, " ")
	for _, u := range units {
		if strings.HasPrefix(trimmed, u.word) {
			f.Unit, f.Value, f.Step = u.unit, f.Value*u.times, f.Step*u.times
			return n + len(rest) - len(trimmed) + len(u.word)
		}
	}
	return n
}

// sense reads the words around a number that bound it.
func sense(before, after string) string {
	before, after = strings.TrimRight(before, " "), strings.TrimLeft(after, " ")
	for _, w := range []struct {
		sense, before, after string
	}{
		{About, "約", "程度"}, {About, "およそ", "前後"}, {About, "概ね", "ほど"}, {About, "about", "余り"}, {About, "approximately", "弱"}, {About, "around", "強"}, {About, "roughly", ""}, {About, "nearly", ""},
		{Least, "at least", "以上"}, {More, "more than", "超"}, {More, "over", "を超え"}, {More, "", "を上回"}, {Most, "最大", "以下"}, {Most, "up to", "以内"}, {Most, "at most", ""},
		{Less, "fewer than", "未満"}, {Less, "less than", "に満たない"}, {Less, "under", "を下回"},
	} {
		if w.before != "" && strings.HasSuffix(before, w.before) || w.after != "" && strings.HasPrefix(after, w.after) {
			return w.sense
		}
	}
	return Exact
}
