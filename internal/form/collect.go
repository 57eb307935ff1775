package form

import (
	"math"
	"strings"
	"sync"
)

// Entry is a record of a register.
type Entry struct {
	ID      string
	Title   string // may be empty
	Answers Answers
}

// onceCollection makes the collection form of a register once.
func onceCollection(f *Form) func() *Form {
	return sync.OnceValue(func() *Form { c, _ := Collection(f); return c })
}

// Collect answers a collection form from the records of its register: the records
// themselves, and the figures. title gives what a record is called that a ref item (or
// column, "item/column") points to, "" when that is not known. org is the one whose
// register it is. Without records the shares have no answer. The same records give the
// same answers.
func (f *Form) Collect(entries []Entry, org *Org, title func(key, id string) string) Answers {
	reg := f.register
	out := Answers{}
	records := make([]Row, 0, len(entries))
	tables := map[string][]Row{}
	for _, e := range entries {
		row := Row{RecordColumn: {Value: e.ID}}
		for _, it := range reg.order {
			a, ok := e.Answers[it.ID]
			switch {
			case !ok:
			case it.Type == TypeTable:
				rows, _ := a.Value.([]Row)
				for _, r := range rows {
					tables[it.ID] = append(tables[it.ID], tableRow(e, it, r, title))
				}
			default:
				row[it.ID] = cell(it.ID, it, a, title)
			}
		}
		records = append(records, row)
	}
	out[CollectedRecords] = Answer{Value: records}
	for id, rows := range tables {
		out[id] = Answer{Value: rows}
	}
	out[CollectedCount] = Answer{Value: int64(len(entries))}
	out[CollectedSize] = Answer{Value: classOf(sizes, float64(len(entries)))}
	for _, it := range reg.order {
		shareInto(out, it, entries)
	}
	f.scoresInto(out, entries, org)
	return out
}

func tableRow(e Entry, table *Item, r Row, title func(key, id string) string) Row {
	out := Row{RecordColumn: {Value: e.ID}}
	if e.Title != "" {
		out[TitleColumn] = Answer{Value: e.Title}
	}
	for _, c := range table.Columns {
		if a, ok := r[c.ID]; ok {
			out[c.ID] = cell(table.ID+"/"+c.ID, c, a, title)
		}
	}
	return out
}

// cell is an answer as it stands in a row.
func cell(key string, it *Item, a Answer, title func(key, id string) string) Answer {
	a.Carried = false
	switch v := a.Value.(type) {
	case string:
		if t := ""; it.Type == TypeRef {
			if t = title(key, v); t != "" {
				a.Value = t + " [" + v + "]"
			}
		}
	case FileRef:
		a.Value = strings.TrimSpace(v.Name + " [sha256:" + v.SHA256 + "]")
	}
	return a
}

// shareInto answers with the classes of the options' shares, if a record knows the item.
func shareInto(out Answers, it *Item, entries []Entry) {
	if !shared(it) {
		return
	}
	known, has := 0, map[string]int{}
	for _, e := range entries {
		a, ok := e.Answers[it.ID]
		if !ok || !a.IsKnown() || a.Value == nil {
			continue
		}
		known++
		switch v := a.Value.(type) {
		case string:
			has[v]++
		case bool:
			if v {
				has["yes"]++
			}
		case []string:
			for _, id := range v {
				has[id]++
			}
		}
	}
	if known == 0 {
		return
	}
	for _, o := range optionsOf(it) {
		out[shareID(it.ID, o.ID)] = Answer{Value: classOf(shares, 100*float64(has[o.ID])/float64(known))}
	}
}

// scoresInto answers how many of the required answers are there, and the mean of the
// records' scores, both in percent.
func (f *Form) scoresInto(out Answers, entries []Entry, org *Org) {
	asked, there, sum, scored := 0, 0, 0.0, 0
	for _, e := range entries {
		ev := f.register.Evaluate(e.Answers, nil, org)
		for i, it := range f.register.order {
			_, answered := e.Answers[it.ID]
			if ev.Applies[i] && !it.Optional {
				asked++
				if answered {
					there++
				}
			}
		}
		if !math.IsNaN(ev.Overall) {
			sum += ev.Overall
			scored++
		}
	}
	if asked > 0 {
		f.level(out, CollectedFilled, FilledClass, 100*float64(there)/float64(asked))
	}
	if scored > 0 {
		f.level(out, CollectedCoverage, CoverageClass, sum/float64(scored))
	}
}

// level answers with a percentage, to one decimal, and its class.
func (f *Form) level(out Answers, id, class string, x float64) {
	out[id], out[class] = Answer{Value: math.Round(10*x) / 10}, Answer{Value: classOf(steps, x)}
}
