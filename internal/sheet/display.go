package sheet

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"yagura/internal/form"
	"yagura/internal/i18n"
)

// cellText is what a cell of a workbook shows of a value.
type cellText struct {
	text   string
	number bool // text is a number's literal, to be stored as a number
}

// display shows values in one language such that reading them back gives the
// same value.
type display struct {
	lang   i18n.Lang
	labels map[*form.Option]string
}

func newDisplay(f *form.Form, lang i18n.Lang) *display {
	d := &display{lang: lang, labels: map[*form.Option]string{}}
	for _, it := range f.Items() {
		d.enter(it)
		for _, c := range it.Columns {
			d.enter(c)
		}
	}
	return d
}

// enter chooses what stands for each option: its label, or its id where the
// label would be read as another option or, in a list, as more than one.
func (d *display) enter(it *form.Item) {
	for _, o := range it.Options {
		label := strings.TrimSpace(o.Label().In(d.lang))
		read, err := it.ParseValue(label)
		one, isOne := read.(string)
		many, isMany := read.([]string)
		if err != nil || isOne && one != o.ID || isMany && (len(many) != 1 || many[0] != o.ID) {
			label = o.ID
		}
		d.labels[o] = label
	}
}

// value shows a value of an item. Numbers of more than 15 digits, which
// spreadsheets do not keep, and dates before their calendar begins are texts.
func (d *display) value(it *form.Item, value any) cellText {
	text := it.FormatValue(value)
	switch v := value.(type) {
	case string:
		if o := it.Option(v); o != nil {
			return cellText{text: d.labels[o]}
		}
	case []string:
		return cellText{text: d.options(it, v)}
	case bool:
		return cellText{text: yesNo(v, d.lang)}
	case int64, form.Money:
		return cellText{text, digits(text) <= 15}
	case float64:
		exact := digits(text) <= 15 && !math.IsNaN(v) && !math.IsInf(v, 0)
		return cellText{text, exact}
	case form.Date:
		if serial, ok := serialOf(v); ok {
			return cellText{strconv.Itoa(serial), true}
		}
	case form.DateTime:
		return cellText{text: strings.Replace(text, "T", " ", 1)}
	case time.Duration:
		if words := durationWords(v, d.lang); words != "" {
			return cellText{text: words}
		}
	}
	return cellText{text: text}
}

// plain is value for reading by people: dates as dates, not as serial numbers.
func (d *display) plain(it *form.Item, value any) string {
	switch v := value.(type) {
	case form.Date:
		return strings.ReplaceAll(string(v), "-", "/")
	case int64, form.Money:
		return thousands(it.FormatValue(v))
	case []form.Row:
		return i18n.T(d.lang, "sheet.rows", "n", len(v))
	}
	return d.value(it, value).text
}

// thousands groups the digits of a number's whole part by commas.
func thousands(s string) string {
	whole, fraction, hasFraction := strings.Cut(s, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if hasFraction {
		whole += "." + fraction
	}
	return sign + whole
}

func (d *display) options(it *form.Item, ids []string) string {
	parts := make([]string, len(ids))
	for i, id := range ids {
		parts[i] = id
		if o := it.Option(id); o != nil {
			parts[i] = d.labels[o]
		}
	}
	return strings.Join(parts, "; ")
}

func yesNo(v bool, lang i18n.Lang) string {
	if v {
		return i18n.T(lang, "sheet.yes")
	}
	return i18n.T(lang, "sheet.no")
}

func digits(s string) int {
	n := 0
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			n++
		}
	}
	return n
}

// durationWords writes whole seconds as 1日2時間30分 or 1d 2h 30m; "" when the
// duration has no such form.
func durationWords(d time.Duration, lang i18n.Lang) string {
	if d <= 0 || d%time.Second != 0 {
		return ""
	}
	names, sep := []string{"d", "h", "m", "s"}, " "
	if lang == i18n.JA {
		names, sep = []string{"日", "時間", "分", "秒"}, ""
	}
	var parts []string
	for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second} {
		if n := d / unit; n > 0 {
			parts = append(parts, fmt.Sprintf("%d%s", n, names[i]))
			d -= n * unit
		}
	}
	return strings.Join(parts, sep)
}

// The serial numbers of dates count days from 1899-12-30. Below minSerial
// (1901-01-01) the count of the spreadsheets is off by one or the number is no
// date; maxSerial is 9999-12-31.
const (
	minSerial = 367
	maxSerial = 2958465
)

var serialZero = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)

func serialOf(d form.Date) (int, bool) {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return 0, false
	}
	n := int(t.Sub(serialZero) / (24 * time.Hour))
	return n, n >= minSerial && n <= maxSerial
}

// dateOf turns a serial number into a date, or with hours into an instant of
// Japan time, the way it is shown in the cell.
func dateOf(serial float64, withTime bool) string {
	seconds := time.Duration(math.Round(serial*86400)) * time.Second
	t := serialZero.Add(seconds)
	if !withTime {
		return t.Format(time.DateOnly)
	}
	return t.Format("2006-01-02T15:04:05") + "+09:00"
}
