package facts

import (
	"time"

	"yagura/internal/errs"
)

// Precision says how precisely a moment is known.
type Precision string

// The precisions.
const (
	Year   Precision = "year"
	Month  Precision = "month"
	Date   Precision = "day"
	Minute Precision = "minute"
	Second Precision = "second"
)

// Moment is a moment as it was told: with the zone in which it was told and as
// precise as it was told. Its zero value is no moment.
type Moment struct {
	Text      string // as written: 2026, 2026-11, 2026-11-24, 2026-11-24T02:10, with or without an offset
	Zone      string // IANA zone that the text is told in; empty: the text has an offset
	Precision Precision
	From, To  time.Time // first and last moment it can have been, in that zone
}

var layouts = []struct {
	text      string
	precision Precision
	offset    bool
}{
	{"2006", Year, false}, {"2006-01", Month, false}, {time.DateOnly, Date, false},
	{"2006-01-02T15:04", Minute, false}, {"2006-01-02T15:04:05", Second, false},
	{"2006-01-02T15:04Z07:00", Minute, true}, {"2006-01-02T15:04:05Z07:00", Second, true}, {"2006-01-02T15:04:05.999999Z07:00", Second, true},
}

// ParseMoment reads an ISO 8601 moment, years 1900 to 2099. A text with an
// offset is told in that offset, another in the zone. Errors are of kind
// errs.Invalid.
func ParseMoment(text, zone string) (Moment, error) {
	for _, l := range layouts {
		if _, err := time.Parse(l.text, text); err != nil {
			continue
		}
		m := Moment{Text: text, Precision: l.precision}
		if l.offset {
			at, err := time.Parse(l.text, text)
			if err != nil {
				return Moment{}, errs.New(errs.Invalid, "%w", err)
			}
			m.From = at
			return m.bounded()
		}
		loc, err := time.LoadLocation(zone)
		if err != nil || zone == "" || zone == "Local" {
			return Moment{}, errs.New(errs.Invalid, "zone %q is not known", zone)
		}
		m.Zone = zone
		if m.From, err = time.ParseInLocation(l.text, text, loc); err != nil {
			return Moment{}, errs.New(errs.Invalid, "%w", err)
		}
		return m.bounded()
	}
	return Moment{}, errs.New(errs.Invalid, "%q is not a moment such as 2026-11-24T02:10", text)
}

func (m Moment) bounded() (Moment, error) {
	if y := m.From.Year(); y < 1900 || y > 2099 {
		return Moment{}, errs.New(errs.Invalid, "the year %d lies outside 1900 to 2099", y)
	}
	var next time.Time
	switch m.Precision {
	case Year:
		next = m.From.AddDate(1, 0, 0)
	case Month:
		next = m.From.AddDate(0, 1, 0)
	case Date:
		next = m.From.AddDate(0, 0, 1)
	case Minute:
		next = m.From.Add(time.Minute)
	default:
		next = m.From.Add(time.Second)
	}
	m.To = next.Add(-time.Microsecond)
	return m, nil
}

// At is a moment known to the microsecond.
func At(t time.Time) Moment {
	text := t.Format("2006-01-02T15:04:05.999999Z07:00")
	m, err := ParseMoment(text, "")
	if err != nil {
		return Moment{}
	}
	return m
}

// IsZero reports whether there is no moment.
func (m Moment) IsZero() bool { return m.Text == "" }

// Equal reports whether two moments were told alike.
func (m Moment) Equal(o Moment) bool { return m.Text == o.Text && m.Zone == o.Zone }
