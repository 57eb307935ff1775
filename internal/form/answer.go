package form

import (
	"fmt"
	"strconv"
	"time"
)

// State says how far a value is known.
type State string

// The value states. An empty State in an Answer means Known.
const (
	Known         State = "known"
	Estimated     State = "estimated"
	Unknown       State = "unknown"
	NotApplicable State = "not_applicable"
)

// Answers are the answers of one organisation to one form, by item id. An item
// without an entry is unanswered.
type Answers map[string]Answer

// Answer is the answer to one item.
type Answer struct {
	Value   any    // Go type by item type, see Type; nil when unknown or not applicable
	State   State  // "" means known
	Comment string // free text; the reason when not applicable
	Carried bool   // copied from last year and not confirmed since
}

// Row is one row of a table item: answers by column id.
type Row = Answers

// Date is a calendar date as ISO 8601 text, "2006-01-02".
type Date string

// DateTime is an instant with its offset as RFC 3339 text, "2006-01-02T15:04:05+09:00".
type DateTime string

// Money is an amount in minor units of a currency (yen: 1 = one yen; euro: 1 = one cent).
type Money struct {
	Minor    int64  `json:"minor"`
	Currency string `json:"currency"` // ISO 4217
}

// FileRef names an attached file by its content.
type FileRef struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`   // bytes
	SHA256 string `json:"sha256"` // hex
}

// IsKnown reports whether the answer carries a value (known or estimated).
func (a Answer) IsKnown() bool { return a.State == "" || a.State == Known || a.State == Estimated }

// Equal reports whether two answers say the same (comments included, the
// carried mark not).
func (a Answer) Equal(b Answer) bool {
	return normal(a.State) == normal(b.State) && a.Comment == b.Comment && equalValue(a.Value, b.Value)
}

// SameValue is Equal without the comment.
func (a Answer) SameValue(b Answer) bool {
	return normal(a.State) == normal(b.State) && equalValue(a.Value, b.Value)
}

func normal(s State) State {
	if s == "" {
		return Known
	}
	return s
}

func equalValue(a, b any) bool {
	switch x := a.(type) {
	case []string:
		y, ok := b.([]string)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if x[i] != y[i] {
				return false
			}
		}
		return true
	case []Row:
		y, ok := b.([]Row)
		return ok && equalRows(x, y)
	default:
		return a == b
	}
}

func equalRows(x, y []Row) bool {
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if len(x[i]) != len(y[i]) {
			return false
		}
		for id, a := range x[i] {
			b, ok := y[i][id]
			if !ok || !a.Equal(b) {
				return false
			}
		}
	}
	return true
}

// FormatDuration writes a duration as ISO 8601 with days and smaller units:
// "P1DT2H30M", "PT0S" for zero.
func FormatDuration(d time.Duration) string {
	if d == 0 {
		return "PT0S"
	}
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	days := d / (24 * time.Hour)
	d -= days * 24 * time.Hour
	s := sign + "P"
	if days > 0 {
		s += fmt.Sprintf("%dD", days)
	}
	if d > 0 {
		s += "T"
		if h := d / time.Hour; h > 0 {
			s += fmt.Sprintf("%dH", h)
		}
		if m := d % time.Hour / time.Minute; m > 0 {
			s += fmt.Sprintf("%dM", m)
		}
		if sec := d % time.Minute; sec > 0 {
			s += strconv.FormatFloat(sec.Seconds(), 'f', -1, 64) + "S"
		}
	}
	return s
}
