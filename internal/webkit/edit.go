package webkit

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"yagura/internal/form"
	"yagura/internal/i18n"
)

// Edit does what the section's own buttons ask: a row of a table more or less,
// an answer cleared, last year's answer taken over, in a conflict the other's
// answer taken. It returns the fields to go on with, and the id of the item
// whose button was pressed: "" when none was, so that the form is to be saved.
// previous and theirs may be nil.
func Edit(f *form.Form, section string, values url.Values, previous, theirs form.Answers, lang i18n.Lang) (url.Values, string) {
	out := Unpressed(values)
	s := sectionOf(f, section)
	if s == nil {
		return out, ""
	}
	for _, it := range s.Items {
		if values.Get(it.ID+partKeep) == "theirs" {
			replaceAnswer(out, f, s, it, theirs, lang)
		}
		delete(out, it.ID+partKeep)
	}
	for _, it := range s.Items {
		switch {
		case values.Get(fieldAdd) == it.ID && it.Type == form.TypeTable:
			out.Set(it.ID+partRows, strconv.Itoa(min(rowCount(out, it.ID)+1, maxRows)))
			out.Del(it.ID + partNone)
		case values.Get(fieldClear) == it.ID:
			replaceAnswer(out, f, s, it, nil, lang)
		case values.Get(fieldAgain) == it.ID:
			replaceAnswer(out, f, s, it, previous, lang)
			out.Del(it.ID + partCarried) // who presses it has looked
		case it.Type == form.TypeTable && removeRow(out, it.ID, values.Get(fieldRemove)):
		default:
			continue
		}
		return out, it.ID
	}
	return out, ""
}

// Unpressed are the posted fields without those of the items' buttons. A saving
// between wants these alone: htmx sends along the button that merely has the focus, as
// when one tabs through the page.
func Unpressed(values url.Values) url.Values {
	out := maps.Clone(values)
	for _, name := range []string{fieldAdd, fieldRemove, fieldClear, fieldAgain} {
		delete(out, name)
	}
	return out
}

func rowCount(values url.Values, table string) int {
	n, err := strconv.Atoi(values.Get(table + partRows))
	if err != nil || n < 0 {
		return 0
	}
	return min(n, maxRows)
}

// replaceAnswer puts the fields of the answer in answers, or none, in the place
// of an item's fields.
func replaceAnswer(values url.Values, f *form.Form, s *form.Section, it *form.Item, answers form.Answers, lang i18n.Lang) {
	for name := range values {
		if name == it.ID || strings.HasPrefix(name, it.ID+"~") {
			delete(values, name)
		}
	}
	only := form.Answers{}
	if a, ok := answers[it.ID]; ok {
		only[it.ID] = a
	}
	for name, text := range FormFields(f, s.ID, only, lang) {
		if it.Type == form.TypeMulti && name == it.ID && text != "" {
			values[name] = strings.Split(text, listSeparator)
			continue
		}
		values.Set(name, text)
	}
}

// removeRow takes the row "table~n" away and moves those below it up.
func removeRow(values url.Values, table, which string) bool {
	text, ok := strings.CutPrefix(which, table+"~")
	row, err := strconv.Atoi(text)
	n := rowCount(values, table)
	if !ok || err != nil || row < 0 || row >= n {
		return false
	}
	moved := url.Values{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		rest, ok := strings.CutPrefix(name, table+"~")
		number, column, ok2 := strings.Cut(rest, "~")
		i, err := strconv.Atoi(number)
		if !ok || !ok2 || err != nil || i < row {
			continue
		}
		if i > row {
			moved[cellName(table, i-1, column)] = values[name]
		}
		delete(values, name)
	}
	maps.Copy(values, moved)
	values.Set(table+partRows, strconv.Itoa(n-1))
	return true
}
