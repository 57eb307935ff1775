package form

import "strings"

// CollectedTables are the ids of the tables that hold the records of a collection form's
// registers, by their positions in Registers.
func (f *Form) CollectedTables() []string {
	out := make([]string, len(f.registers))
	for i, r := range f.registers {
		out[i] = partID(CollectedRecords, r, i)
	}
	return out
}

// Collected reads the records back that a collection form was answered from (Collect), by
// the positions of the registers. A reference is the record's id again; what a file or a
// comment on a reference said beside that is not given back.
func (f *Form) Collected(answers Answers) [][]Entry {
	out := make([][]Entry, len(f.registers))
	for i, r := range f.registers {
		out[i] = r.collected(answers, i)
	}
	return out
}

func (f *Form) collected(answers Answers, at int) []Entry {
	rows, _ := answers[partID(CollectedRecords, f, at)].Value.([]Row)
	entries, of := make([]Entry, 0, len(rows)), make(map[string]int, len(rows))
	for _, row := range rows {
		id, _ := row[RecordColumn].Value.(string)
		e := Entry{ID: id, Answers: Answers{}}
		for _, it := range f.order {
			if a, ok := row[it.ID]; ok && it.Type != TypeTable && it.Type != TypeFile {
				e.Answers[it.ID] = uncell(it, a)
			}
		}
		of[id] = len(entries)
		entries = append(entries, e)
	}
	for _, it := range f.order {
		if it.Type != TypeTable {
			continue
		}
		rows, _ := answers[it.ID].Value.([]Row)
		for _, row := range rows {
			id, _ := row[RecordColumn].Value.(string)
			at, ok := of[id]
			if !ok {
				continue
			}
			r := Row{}
			for _, c := range it.Columns {
				if a, ok := row[c.ID]; ok && c.Type != TypeFile {
					r[c.ID] = uncell(c, a)
				}
			}
			e := &entries[at]
			e.Title, _ = row[TitleColumn].Value.(string)
			list, _ := e.Answers[it.ID].Value.([]Row)
			e.Answers[it.ID] = Answer{Value: append(list, r)}
		}
	}
	return entries
}

// uncell is an answer of a register as it stood before cell.
func uncell(it *Item, a Answer) Answer {
	text, ok := a.Value.(string)
	if !ok || it.Type != TypeRef {
		return a
	}
	if at := strings.LastIndex(text, " ["); at >= 0 && strings.HasSuffix(text, "]") {
		a.Value = text[at+2 : len(text)-1]
	}
	return a
}
