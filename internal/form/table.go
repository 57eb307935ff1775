package form

import (
	"fmt"
	"sort"
	"strings"

	"yagura/internal/finding"
)

// rows checks a table's rows: their number, their cells, and the key's uniqueness.
func (v *validator) rows(it *Item, rows []Row, at string) {
	if it.Min != nil && float64(len(rows)) < *it.Min || it.Max != nil && float64(len(rows)) > *it.Max {
		v.add(finding.Error, at, len(rows), "answer.rows", "range", rangeText(it.Min, it.Max))
	}
	keys := map[string]int{}
	for i, row := range rows {
		rat := fmt.Sprintf("%s/%d", at, i)
		for _, c := range it.Columns {
			a, ok := row[c.ID]
			switch {
			case ok:
				v.answer(c, a, rat+"/"+c.ID)
			case !c.Optional:
				v.add(finding.Error, rat+"/"+c.ID, nil, "answer.required", "id", c.ID)
			}
		}
		for _, id := range sortedIDs(row) {
			if it.Column(id) == nil {
				v.add(finding.Error, rat+"/"+id, nil, "answer.unknown-column", "id", id)
			}
		}
		if len(it.Key) == 0 {
			continue
		}
		key, ok := rowKey(row, it, it.Key)
		if first, dup := keys[key]; ok && dup {
			v.add(finding.Error, rat+"/"+it.Key[0], key, "answer.duplicate-key", "row", first+1)
		} else if ok {
			keys[key] = i
		}
	}
}

// foreign checks that every row's foreign keys are found where they point.
func (v *validator) foreign(it *Item) {
	rows, _ := v.e.scope.answers[it.ID].Value.([]Row)
	for _, fk := range it.Foreign {
		to := v.e.scope.form.items[fk.To]
		have := map[string]bool{}
		target, _ := v.e.scope.answers[fk.To].Value.([]Row)
		for _, row := range target {
			if key, ok := rowKey(row, to, fk.ToColumns); ok {
				have[key] = true
			}
		}
		for i, row := range rows {
			if key, ok := rowKey(row, it, fk.Columns); ok && !have[key] {
				v.add(finding.Error, fmt.Sprintf("/%s/%d/%s", it.ID, i, fk.Columns[0]), key, "answer.foreign-key", "table", fk.To)
			}
		}
	}
}

// rowKey joins the key columns' values; ok is false when one has no value.
func rowKey(row Row, table *Item, columns []string) (string, bool) {
	parts := make([]string, len(columns))
	for i, id := range columns {
		a := row[id]
		if a.Value == nil || !a.IsKnown() {
			return "", false
		}
		parts[i] = table.Column(id).FormatValue(a.Value)
	}
	return strings.Join(parts, "\x1f"), true
}

func sortedIDs(a Answers) []string {
	ids := make([]string, 0, len(a))
	for id := range a {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	return ids
}
