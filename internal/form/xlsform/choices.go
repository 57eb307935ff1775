package xlsform

import (
	"maps"
	"slices"
	"strconv"

	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/form/draft"
	"yagura/internal/i18n"
)

// list is one list of choices.
type list struct {
	options []*form.Option
	byName  map[string]string // option id by the choice's name
	ordered bool              // the scores rise from 0
	users   []*form.Item
}

// share makes a scale of every list that several items use as it is.
func share(f *form.Form, lists map[string]*list) {
	for _, name := range slices.Sorted(maps.Keys(lists)) {
		l := lists[name]
		if len(l.users) < 2 {
			continue
		}
		if f.Scales == nil {
			f.Scales = map[string]*form.Scale{}
		}
		id := draft.OptionID(name)
		for n := 2; f.Scales[id] != nil; n++ {
			id = draft.OptionID(name) + "_" + strconv.Itoa(n)
		}
		f.Scales[id] = &form.Scale{Options: l.options}
		for _, it := range l.users {
			it.Use, it.Options = id, nil
		}
	}
}

// readChoices reads the lists of the choices sheet.
func readChoices(d *draft.Draft, s *sheet, tx texts) map[string]*list {
	lists := map[string]*list{}
	if s == nil {
		return lists
	}
	bad := map[*list]bool{}
	for _, r := range s.rows {
		name := r.cell["list_name"]
		if name == "" {
			name = r.cell["list"]
		}
		if name == "" {
			continue
		}
		l := lists[name]
		if l == nil {
			l = &list{byName: map[string]string{}, ordered: true}
			lists[name] = l
		}
		l.add(d, r, tx, bad)
	}
	for l := range bad {
		l.ordered = false
		for _, o := range l.options {
			o.Score = nil
		}
	}
	for _, l := range lists {
		l.ordered = l.ordered && len(l.options) > 1
	}
	return lists
}

// add appends the choice of a row.
func (l *list) add(d *draft.Draft, r row, tx texts, bad map[*list]bool) {
	name := r.cell["name"]
	if name == "" {
		name = r.cell["value"]
	}
	if name == "" {
		d.Add(finding.Error, r.at("name"), "import.xlsform.no-name")
		return
	}
	if _, dup := l.byName[name]; dup {
		d.Add(finding.Warning, r.at("name"), "import.xlsform.duplicate-choice", "name", name)
		return
	}
	id := draft.OptionID(name)
	for n := 2; l.has(id); n++ {
		id = draft.OptionID(name) + "_" + strconv.Itoa(n)
	}
	l.byName[name] = id
	label := tx.of(r, "label")
	if label.IsZero() {
		label = i18n.Text{JA: name, EN: name}
	}
	o := &form.Option{ID: id, JA: draft.Line(label.JA), EN: draft.Line(label.EN)}
	text := r.cell["score"]
	score, err := strconv.ParseFloat(text, 64)
	switch {
	case text == "":
		l.ordered = false
	case err != nil || score < 0 || score > 1e6:
		if !bad[l] {
			d.Add(finding.Warning, r.at("score"), "import.xlsform.bad-score")
		}
		bad[l] = true
	default:
		last := -1.0
		if n := len(l.options); n > 0 && l.options[n-1].Score != nil {
			last = *l.options[n-1].Score
		}
		l.ordered = l.ordered && score > last && (len(l.options) > 0 || score == 0)
		o.Score = &score
	}
	l.options = append(l.options, o)
}

func (l *list) has(id string) bool {
	for _, o := range l.options {
		if o.ID == id {
			return true
		}
	}
	return false
}
