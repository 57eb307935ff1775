package webkit

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"yagura/internal/errs"
	"yagura/internal/finding"
	"yagura/internal/form"
)

// DecodeForm reads the fields of one section as FormSection named them: the
// answers that could be read, every field as it was typed (for FormView.Fields,
// so that no input is lost), and what could not be read as findings whose
// pointers are those of form.Validate. Items without an answer have no entry;
// blank rows at the end of a table are left out. Limits are Validate's matter.
func DecodeForm(f *form.Form, section string, values url.Values) (form.Answers, map[string]string, []finding.Finding) {
	d := decoder{values: values, answers: form.Answers{}}
	raw := map[string]string{}
	for name, list := range values {
		raw[name] = joined(list)
	}
	s := sectionOf(f, section)
	if s == nil {
		return d.answers, raw, nil
	}
	for _, it := range s.Items {
		d.at = "/" + it.ID
		if a, ok := d.answer(it, it.ID, d.at); ok {
			a.Carried = d.carried(it, a)
			d.answers[it.ID] = a
		}
	}
	return d.answers, raw, d.found
}

// Shown are the ids of the items that the page asked: an item of these without
// a decoded answer was left or made empty; one that isn't keeps its answer.
func Shown(values url.Values) []string { return slices.Clone(values[fieldItem]) }

// Merge puts decoded answers in the place of the stored ones of the items shown.
func Merge(stored, decoded form.Answers, shown []string) form.Answers {
	out := make(form.Answers, len(stored)+len(decoded))
	for id, a := range stored {
		if !slices.Contains(shown, id) {
			out[id] = a
		}
	}
	for id, a := range decoded {
		out[id] = a
	}
	return out
}

type decoder struct {
	values  url.Values
	answers form.Answers
	found   []finding.Finding
	at      string
}

func (d *decoder) get(name string) string {
	return strings.TrimSpace(joined(d.values[name]))
}

func (d *decoder) fault(at, value, key string, args ...any) {
	f := finding.New(key, key, args...)
	f.Pointer, f.Value = at, value
	d.found = append(d.found, f)
}

// answer reads one item or cell; false when nothing was given.
func (d *decoder) answer(it *form.Item, name, at string) (form.Answer, bool) {
	a := form.Answer{State: form.State(d.get(name + partState)), Comment: d.get(name + partComment)}
	switch a.State {
	case form.Known:
		a.State = ""
	case "", form.Estimated, form.Unknown, form.NotApplicable:
	default:
		d.fault(at, string(a.State), "webkit.decode.state")
		a.State = ""
	}
	// A radio that is chosen can't be left by hand: saying "unknown" leaves it.
	if a.IsKnown() || it.Type != form.TypeChoice && it.Type != form.TypeYesNo {
		a.Value = d.value(it, name, at)
	}
	return a, a.Value != nil || a.Comment != "" || !a.IsKnown()
}

// value reads an item's value, nil when it is blank or cannot be read.
func (d *decoder) value(it *form.Item, name, at string) any {
	switch it.Type {
	case form.TypeTable:
		return d.table(it, name, at)
	case form.TypeMulti:
		return d.multi(it, name, at)
	case form.TypeDateTime:
		return d.dateTime(it, name, at)
	}
	text := d.get(name)
	if text == "" {
		return nil
	}
	return d.parse(it, text, at)
}

func (d *decoder) parse(it *form.Item, text, at string) any {
	value, err := it.ParseValue(text)
	if err != nil {
		key := err.Error()
		if errs.KindOf(err) != errs.Invalid || !strings.HasPrefix(key, "value.") {
			key = "webkit.decode.value"
		}
		d.fault(at, text, key)
		return nil
	}
	return value
}

func (d *decoder) multi(it *form.Item, name, at string) any {
	chosen := slices.DeleteFunc(slices.Clone(d.values[name]), func(s string) bool { return strings.TrimSpace(s) == "" })
	if d.get(name+partNone) != "" {
		if len(chosen) > 0 {
			d.fault(at, strings.Join(chosen, listSeparator), "webkit.decode.none")
			return nil
		}
		return []string{}
	}
	if len(chosen) == 0 {
		return nil
	}
	return d.parse(it, strings.Join(chosen, listSeparator), at)
}

var (
	clockTime = regexp.MustCompile(`^(\d{1,2})(?::|時)(\d{1,2})分?(?::?(\d{1,2}(?:\.\d+)?)秒?)?$`)
	packTime  = regexp.MustCompile(`^(\d{2})(\d{2})()$`)
)

// dateTime joins date, time and offset. The offset alone is no answer: it has a default.
func (d *decoder) dateTime(it *form.Item, name, at string) any {
	date, clock, zone := d.get(name), form.Normalise(d.get(name+partTime)), d.get(name+partZone)
	if date == "" && clock == "" {
		return nil
	}
	day, err := form.ParseDate(date)
	if err != nil {
		d.fault(at, date, "webkit.decode.datetime")
		return nil
	}
	m := clockTime.FindStringSubmatch(clock)
	if m == nil {
		m = packTime.FindStringSubmatch(clock)
	}
	if m == nil {
		d.fault(at, clock, "webkit.decode.datetime")
		return nil
	}
	if zone == "" {
		zone = "+09:00"
	}
	text := string(day.(form.Date)) + "T" + two(m[1]) + ":" + two(m[2]) + ":" + two(m[3]) + zone
	value, err := it.ParseValue(text)
	if err != nil {
		d.fault(at, date+" "+clock+" "+zone, "webkit.decode.datetime")
		return nil
	}
	return value
}

func two(digits string) string {
	whole, _, _ := strings.Cut(digits, ".")
	return strings.Repeat("0", max(0, 2-len(whole))) + digits
}

func (d *decoder) table(it *form.Item, name, at string) any {
	n := 0
	if text := d.get(name + partRows); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil || n < 0 || n > maxRows {
			d.fault(at, text, "webkit.decode.rows", "max", maxRows)
			return nil
		}
	}
	var rows []form.Row
	last := 0
	for i := range n {
		row := form.Row{}
		for _, c := range it.Columns {
			if a, ok := d.answer(c, cellName(name, i, c.ID), at+"/"+strconv.Itoa(i)+"/"+c.ID); ok {
				row[c.ID] = a
			}
		}
		if rows = append(rows, row); len(row) > 0 {
			last = len(rows)
		}
	}
	if rows = rows[:last]; len(rows) > 0 {
		if d.get(name+partNone) != "" {
			d.fault(at, "", "webkit.decode.none")
		}
		return rows
	}
	if d.get(name+partNone) != "" {
		return []form.Row{}
	}
	return nil
}

// carried: the answer is still the one carried over, and nobody confirmed it.
func (d *decoder) carried(it *form.Item, a form.Answer) bool {
	mark := d.get(it.ID + partCarried)
	return mark != "" && d.get(it.ID+partConfirm) == "" && mark == digest(it, a)
}

// joined is the text of a field; a name that came more than once counts as a
// list. Browsers send line ends as CR LF.
func joined(list []string) string {
	return strings.ReplaceAll(strings.Join(list, listSeparator), "\r\n", "\n")
}
