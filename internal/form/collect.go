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

// Book is a register with its records.
type Book struct {
	Entries []Entry
	// Title gives what a record is called that a ref item (or column, "item/column")
	// points to, "" when that is not known.
	Title func(key, id string) string
}

// onceCollection makes the collection form of a register once.
func onceCollection(f *Form, with []*Form) func() *Form {
	return sync.OnceValue(func() *Form { c, _ := Collection(f, with...); return c })
}

// Collect answers a collection form from its registers, by their positions in Registers:
// the records themselves, and the figures. org is the one whose registers they are. Without
// records the shares have no answer. The same records give the same answers.
func (f *Form) Collect(books []Book, org *Org) Answers {
	out := Answers{}
	for i, r := range f.registers {
		r.collect(out, i, books[i])
	}
	f.scoresInto(out, books, org)
	return out
}

// collect answers with the records and the shares of the register at a position.
func (f *Form) collect(out Answers, at int, b Book) {
	records := make([]Row, 0, len(b.Entries))
	tables := map[string][]Row{}
	for _, e := range b.Entries {
		row := Row{RecordColumn: {Value: e.ID}}
		for _, it := range f.order {
			a, ok := e.Answers[it.ID]
			switch {
			case !ok:
			case it.Type == TypeTable:
				rows, _ := a.Value.([]Row)
				for _, r := range rows {
					tables[it.ID] = append(tables[it.ID], tableRow(e, it, r, b.Title))
				}
			default:
				row[it.ID] = cell(it.ID, it, a, b.Title)
			}
		}
		records = append(records, row)
	}
	out[partID(CollectedRecords, f, at)] = Answer{Value: records}
	for id, rows := range tables {
		out[id] = Answer{Value: rows}
	}
	out[partID(CollectedCount, f, at)] = Answer{Value: int64(len(b.Entries))}
	out[partID(CollectedSize, f, at)] = Answer{Value: classOf(sizes, float64(len(b.Entries)))}
	for _, it := range f.order {
		shareInto(out, it, b.Entries)
	}
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
func (f *Form) scoresInto(out Answers, books []Book, org *Org) {
	asked, there, sum, scored := 0, 0, 0.0, 0
	for at, r := range f.registers {
		for _, e := range books[at].Entries {
			ev := r.Evaluate(e.Answers, nil, org)
			for i, it := range r.order {
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
