// Package finding is the one shape of a fault found in something a person
// gave: where it is, which rule it breaks, and how to mend it.
package finding

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"yagura/internal/i18n"
)

// Severity ranks a finding.
type Severity string

// Error blocks the use of the input; Warning and Info do not.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Info    Severity = "info"
)

// Finding is one fault. Of the place only the fields that apply are set: Row
// counts lines of the file from 1 (the header is row 1), Column is a column's
// letters in a workbook and its name elsewhere, Pointer is an RFC 6901 JSON
// pointer.
type Finding struct {
	Rule     string
	Severity Severity
	File     string
	Sheet    string
	Row      int
	Column   string
	Pointer  string
	Party    string // whose answer it is, where that is known
	Value    string
	Message  i18n.Text // what is wrong
	Mend     i18n.Text // what to do about it; may be empty
}

// New makes a finding of severity error whose texts are the messages
// key and, where it exists, key+".mend".
func New(rule, key string, args ...any) Finding {
	f := Finding{Rule: rule, Severity: Error, Message: i18n.Both(key, args...)}
	if i18n.Has(key + ".mend") {
		f.Mend = i18n.Both(key+".mend", args...)
	}
	return f
}

// Place renders where the fault is: file:row:column, sheet!A1, or the pointer.
func (f Finding) Place() string {
	var parts []string
	if f.File != "" {
		parts = append(parts, f.File)
	}
	switch {
	case f.Sheet != "" && f.Row > 0:
		parts = append(parts, fmt.Sprintf("%s!%s%d", f.Sheet, f.Column, f.Row))
	case f.Sheet != "":
		parts = append(parts, f.Sheet)
	case f.Row > 0:
		parts = append(parts, fmt.Sprint(f.Row))
		if f.Column != "" {
			parts = append(parts, f.Column)
		}
	case f.Pointer != "":
		parts = append(parts, f.Pointer)
	}
	return strings.Join(parts, ":")
}

// Line renders the finding as one line of text in lang, fit for a terminal:
// control characters, which a value from a hostile file may hold, show as "�".
func (f Finding) Line(lang i18n.Lang) string {
	s := f.Place()
	if s != "" {
		s += ": "
	}
	return strings.Map(printable, s+f.Text(lang)+" ["+f.Rule+"]")
}

func printable(r rune) rune {
	if unicode.IsControl(r) {
		return '\ufffd'
	}
	return r
}

// Text is the message followed by its mend.
func (f Finding) Text(lang i18n.Lang) string {
	s := f.Message.In(lang)
	if m := f.Mend.In(lang); m != "" {
		if lang == i18n.EN {
			s += " "
		}
		s += m
	}
	return s
}

// JSON is the finding's public shape in one language.
func (f Finding) JSON(lang i18n.Lang) json.Marshaler { return shape{f, lang} }

type shape struct {
	f    Finding
	lang i18n.Lang
}

func (s shape) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Rule     string   `json:"rule"`
		Severity Severity `json:"severity"`
		File     string   `json:"file,omitempty"`
		Sheet    string   `json:"sheet,omitempty"`
		Row      int      `json:"row,omitempty"`
		Column   string   `json:"column,omitempty"`
		Pointer  string   `json:"pointer,omitempty"`
		Party    string   `json:"party,omitempty"`
		Value    string   `json:"value,omitempty"`
		Message  string   `json:"message"`
	}{s.f.Rule, s.f.Severity, s.f.File, s.f.Sheet, s.f.Row, s.f.Column, s.f.Pointer, s.f.Party, s.f.Value, s.f.Text(s.lang)})
}

// HasErrors reports whether any finding is of severity error.
func HasErrors(list []Finding) bool {
	for _, f := range list {
		if f.Severity == Error {
			return true
		}
	}
	return false
}
