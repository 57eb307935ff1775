package calendar

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/japanese"

	"yagura/internal/finding"
	"yagura/internal/i18n"
)

// Limits of a file of days.
const (
	maxFile   = 1 << 20 // the Cabinet Office's list of 70 years has some 20 KB
	maxFaults = 100
)

// ReadDays reads a file of two columns, date and name: the Cabinet Office's
// list of public holidays (syukujitsu.csv) or the closed days of one house in
// the same layout. It may be UTF-8 or CP932, and have a heading. Dates are
// written 2026/1/1 or 2026-01-01. Every fault is a finding with its line, at
// most 100; with any finding the days are nil. Days keep the order of the file.
func ReadDays(file string, data []byte) ([]Holiday, []finding.Finding) {
	r := &dayReader{file: file, seen: map[Day]bool{}}
	text, ok := r.decode(data)
	if !ok {
		return nil, r.faults
	}
	in := csv.NewReader(strings.NewReader(text))
	in.FieldsPerRecord, in.LazyQuotes = -1, true
	for first := true; len(r.faults) < maxFaults; first = false {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			r.fault(0, "", "calendar.days.shape") // with lazy quotes: none that is known
			break
		}
		line, _ := in.FieldPos(0)
		r.record(line, record, first)
	}
	if len(r.days) == 0 && len(r.faults) == 0 {
		r.fault(0, "", "calendar.days.empty")
	}
	if len(r.faults) > 0 {
		return nil, r.faults
	}
	return r.days, nil
}

type dayReader struct {
	file   string
	days   []Holiday
	seen   map[Day]bool
	faults []finding.Finding
}

func (r *dayReader) fault(row int, value, key string, args ...any) {
	f := finding.New(key, key, args...)
	f.File, f.Row, f.Value = r.file, row, value
	r.faults = append(r.faults, f)
}

func (r *dayReader) decode(data []byte) (string, bool) {
	if len(data) > maxFile {
		r.fault(0, "", "calendar.days.large", "max", maxFile)
		return "", false
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		var err error
		if data, err = japanese.ShiftJIS.NewDecoder().Bytes(data); err != nil {
			data = []byte("\ufffd")
		}
	}
	if bytes.ContainsAny(data, "\x00\ufffd") {
		r.fault(0, "", "calendar.days.encoding")
		return "", false
	}
	return string(data), true
}

var slashed = regexp.MustCompile(`^(\d{4})[/-](\d{1,2})[/-](\d{1,2})$`)

func (r *dayReader) record(line int, record []string, heading bool) {
	for i := range record {
		record[i] = strings.TrimSpace(record[i])
	}
	for len(record) > 0 && record[len(record)-1] == "" { // spreadsheets add empty columns
		record = record[:len(record)-1]
	}
	if len(record) == 0 || heading && !strings.ContainsAny(record[0], "0123456789") {
		return
	}
	day, ok := slashedDay(record[0])
	switch {
	case len(record) > 2:
		r.fault(line, strings.Join(record, ","), "calendar.days.shape")
	case !ok:
		r.fault(line, record[0], "calendar.days.date", "value", record[0], "first", FirstYear, "last", LastYear)
	case r.seen[day]:
		r.fault(line, record[0], "calendar.days.twice", "value", record[0])
	case len(record) < 2:
		r.fault(line, record[0], "calendar.days.name")
	default:
		r.seen[day] = true
		r.days = append(r.days, Holiday{day, named(record[1])})
	}
}

func slashedDay(s string) (Day, bool) {
	p := slashed.FindStringSubmatch(s)
	if p == nil {
		return 0, false
	}
	year, _ := strconv.Atoi(p[1])
	month, _ := strconv.Atoi(p[2])
	day, _ := strconv.Atoi(p[3])
	d := Date(year, time.Month(month), day)
	y, m, dd := d.Civil()
	return d, y == year && int(m) == month && dd == day && Covers(d)
}

// named gives a Japanese name its English one where that is known.
func named(ja string) i18n.Text {
	for _, key := range i18n.Keys("calendar.holiday.") {
		if text := i18n.Both(key); text.JA == ja {
			return text
		}
	}
	return i18n.Text{JA: ja}
}
