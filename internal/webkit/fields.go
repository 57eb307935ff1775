package webkit

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"yagura/internal/form"
	"yagura/internal/i18n"
)

// listSeparator joins the values of one name in a map of fields.
const listSeparator = ";"

// maxRows is how many rows of a table a page takes; larger tables come by
// workbook.
const maxRows = 500

// FormFields are the fields, by name, that say a section's answers; DecodeForm
// is the inverse. lang is that in which durations are worded.
func FormFields(f *form.Form, section string, answers form.Answers, lang i18n.Lang) map[string]string {
	out := map[string]string{}
	s := sectionOf(f, section)
	if s == nil {
		return out
	}
	for _, it := range s.Items {
		a, ok := answers[it.ID]
		if !ok {
			continue
		}
		putAnswer(out, it, it.ID, a, lang)
		if a.Carried {
			out[it.ID+partCarried] = digest(it, a)
		}
	}
	return out
}

func sectionOf(f *form.Form, id string) *form.Section {
	for _, s := range f.Sections {
		if s.ID == id {
			return s
		}
	}
	return nil
}

func putAnswer(out map[string]string, it *form.Item, name string, a form.Answer, lang i18n.Lang) {
	if a.State != "" {
		out[name+partState] = string(a.State)
	}
	if a.Comment != "" {
		out[name+partComment] = a.Comment
	}
	switch v := a.Value.(type) {
	case nil:
	case []string:
		out[name] = strings.Join(v, listSeparator)
		if len(v) == 0 {
			out[name+partNone] = "1"
		}
	case form.Money:
		out[name] = groupDigits(it.FormatValue(v))
	case time.Duration:
		out[name] = durationText(v, lang)
	case form.DateTime:
		putDateTime(out, name, string(v))
	case []form.Row:
		out[name+partRows] = strconv.Itoa(len(v))
		if len(v) == 0 {
			out[name+partNone] = "1"
		}
		for i, row := range v {
			for _, c := range it.Columns {
				if cell, ok := row[c.ID]; ok {
					putAnswer(out, c, cellName(name, i, c.ID), cell, lang)
				}
			}
		}
	default:
		out[name] = it.FormatValue(v)
	}
}

func putDateTime(out map[string]string, name, text string) {
	date, rest, ok := strings.Cut(text, "T")
	if !ok {
		out[name] = text
		return
	}
	at := strings.IndexAny(rest, "Z+-")
	if at < 0 {
		at = len(rest)
	}
	clock := rest[:at]
	if short, ok := strings.CutSuffix(clock, ":00"); ok && strings.Count(short, ":") == 1 {
		clock = short
	}
	out[name], out[name+partTime], out[name+partZone] = date, clock, rest[at:]
}

// groupDigits sets commas between thousands: 1234567.5 is 1,234,567.5.
func groupDigits(s string) string {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	whole, fraction, dot := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if dot {
		whole += "." + fraction
	}
	return sign + whole
}

// durationText words a duration so that form.Item.ParseValue reads it back:
// 1日2時間30分, 1d 2h 30m.
func durationText(d time.Duration, lang i18n.Lang) string {
	units, gap := []string{"日", "時間", "分", "秒"}, ""
	if lang == i18n.EN {
		units, gap = []string{"d", "h", "m", "s"}, " "
	}
	if d == 0 {
		return "0" + units[2]
	}
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	var parts []string
	for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute} {
		if n := d / unit; n > 0 {
			parts = append(parts, strconv.FormatInt(int64(n), 10)+units[i])
		}
		d %= unit
	}
	if d > 0 {
		parts = append(parts, strconv.FormatFloat(d.Seconds(), 'f', -1, 64)+units[3])
	}
	return sign + strings.Join(parts, gap)
}

// digest tells whether a carried answer is still the one that was carried.
func digest(it *form.Item, a form.Answer) string {
	h := sha256.New()
	write := func(s string) { h.Write([]byte(s + "\x00")) }
	var walk func(it *form.Item, a form.Answer)
	walk = func(it *form.Item, a form.Answer) {
		write(string(stateOr(a.State)))
		write(a.Comment)
		rows, ok := a.Value.([]form.Row)
		if !ok {
			write(it.FormatValue(a.Value))
			return
		}
		for _, row := range rows {
			write("row")
			for _, c := range it.Columns {
				if cell, ok := row[c.ID]; ok {
					write(c.ID)
					walk(c, cell)
				}
			}
		}
	}
	walk(it, a)
	return hex.EncodeToString(h.Sum(nil))[:16]
}

func stateOr(s form.State) form.State {
	if s == "" {
		return form.Known
	}
	return s
}
