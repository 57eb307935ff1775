// Package sheet carries answers in and out of the files that people use: Excel
// workbooks made from a form (Write, Read, Annotate) and CSV (long answers,
// the list of parties, matrices of scores). Reading goes by the ids written in
// the file, never by position, and every fault is a finding with its place.
package sheet

import (
	"strings"

	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/i18n"
)

// MaxFindings is how many findings one reading keeps; the rest are counted in
// a last finding of rule sheet.more.
const MaxFindings = 1000

// list collects findings up to MaxFindings.
type list struct {
	file  string
	found []finding.Finding
	more  int
	worst finding.Severity // of the findings that were only counted
}

func (l *list) add(f finding.Finding) {
	if f.File == "" {
		f.File = l.file
	}
	if len(l.found) < MaxFindings {
		l.found = append(l.found, f)
		return
	}
	l.more++
	if l.more == 1 || f.Severity == finding.Error {
		l.worst = f.Severity
	}
}

// all returns the findings, and how many more there were.
func (l *list) all() []finding.Finding {
	if l.more == 0 {
		return l.found
	}
	f := finding.New("sheet.more", "sheet.more", "n", l.more)
	f.File, f.Severity = l.file, l.worst
	return append(l.found, f)
}

// states are the value states in the order of the drop-down.
var states = []form.State{form.Known, form.Estimated, form.Unknown, form.NotApplicable}

// StateLabel is the name of a value state: 把握済, 概算, 不明, 該当なし.
func StateLabel(s form.State) i18n.Text {
	if s == "" {
		s = form.Known
	}
	return i18n.Both("sheet.state." + string(s))
}

// parseState reads a state's id or its label in either language; "" is "".
func parseState(text string) (form.State, bool) {
	plain := strings.ToLower(form.Normalise(text))
	if plain == "" {
		return "", true
	}
	for _, s := range states {
		label := StateLabel(s)
		if plain == string(s) || plain == strings.ToLower(form.Normalise(label.JA)) || plain == strings.ToLower(form.Normalise(label.EN)) {
			return s, true
		}
	}
	return "", false
}

// parseAnswer reads a value and a state as they stand in a file. An empty value
// with an explicit state "known" is the empty value of the types that have one:
// no option of a multi item, an empty text. ok is false for an entry that says
// nothing. The error is the message key of what was expected.
func parseAnswer(it *form.Item, value, state string) (a form.Answer, ok bool, err error) {
	s, good := parseState(state)
	if !good {
		return a, true, errBadState
	}
	a.State = s
	if strings.TrimSpace(value) != "" {
		a.Value, err = it.ParseValue(value)
		return a, true, err
	}
	if s == form.Known {
		switch it.Type {
		case form.TypeMulti:
			a.Value = []string{}
		case form.TypeText:
			a.Value = ""
		}
	}
	return a, s != "", nil
}

// badValue is the finding for a value or state that cannot be read; err is the
// message key of what was expected.
func badValue(err error, party, item, value string) finding.Finding {
	f := finding.New(err.Error(), "sheet.bad-value-of", "party", party, "item", item)
	if party == "" {
		f = finding.New(err.Error(), "sheet.bad-value", "item", item)
	}
	f.Mend = i18n.Both(err.Error())
	f.Value = value
	return f
}
