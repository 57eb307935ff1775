package roi

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"yagura/internal/i18n"
)

// filled is a workbook with a synthetic register typed in.
func filled(t *testing.T, s *Schema, w *world) []byte {
	t.Helper()
	var empty, out bytes.Buffer
	if err := WriteWorkbook(&empty, s, i18n.JA); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&empty)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m := w.meta()
	for i, v := range []string{m.LEI, m.Scope, m.Country, m.Period, m.Created, "EUR"} {
		cell, _ := excelize.CoordinatesToCellName(2, i+1)
		if err := f.SetCellStr(coverSheet, cell, v); err != nil {
			t.Fatal(err)
		}
	}
	for id, src := range w.sources() {
		for i := range src.Rows {
			cells := make([]string, len(s.Table(id).Columns))
			src.Row(i, cells)
			for col, v := range cells {
				at, _ := excelize.CoordinatesToCellName(col+1, firstRow+i)
				if v != "" {
					if err := f.SetCellStr(id, at, v); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestWorkbookToPackage(t *testing.T) {
	s := schema(t)
	o := GenOptions{Rows: 40, Seed: 5}
	book := filled(t, s, newWorld(s, o))
	m, tables, found := ReadWorkbook(bytes.NewReader(book), s)
	if len(found) > 0 || !m.Valid() {
		t.Fatal(found, m)
	}
	var built, again bytes.Buffer
	for _, w := range []*bytes.Buffer{&built, &again} {
		if err := Write(w, s, m, tables); err != nil {
			t.Fatal(err)
		}
	}
	direct, name, _ := generate(t, s, o)
	if !bytes.Equal(built.Bytes(), again.Bytes()) || !bytes.Equal(built.Bytes(), direct) {
		t.Error("a package built from a workbook differs from the same register written directly")
	}
	if r := check(s, built.Bytes(), Options{Name: name}); len(r.Findings) > 0 {
		t.Error(r.Findings)
	}
}

func TestWorkbookHasDropDowns(t *testing.T) {
	s := schema(t)
	var buf bytes.Buffer
	if err := WriteWorkbook(&buf, s, i18n.EN); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&buf)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, table := range s.Tables {
		validations, err := f.GetDataValidations(table.ID)
		if err != nil {
			t.Fatal(err)
		}
		want := 0
		for _, c := range table.Columns {
			if c.Type == Enum || c.Type == True {
				want++
			}
		}
		if len(validations) != want {
			t.Errorf("%s: %d drop-downs, want %d", table.ID, len(validations), want)
		}
		for _, v := range validations {
			rng, ok := strings.CutPrefix(v.Formula1, "'"+listSheet+"'!")
			if !ok {
				continue
			}
			first, last, _ := strings.Cut(strings.ReplaceAll(rng, "$", ""), ":")
			a, _ := f.GetCellValue(listSheet, first)
			z, _ := f.GetCellValue(listSheet, last)
			col, _, _ := excelize.SplitCellName(strings.SplitN(v.Sqref, ":", 2)[0])
			n, _ := excelize.ColumnNameToNumber(col)
			d := table.Columns[n-1].Domain
			if a != d.Values[0] || z != d.Values[len(d.Values)-1] {
				t.Errorf("%s.%s offers %s to %s", table.ID, table.Columns[n-1].Code, a, z)
			}
		}
	}
}

func TestReadWorkbookFindings(t *testing.T) {
	s := schema(t)
	if _, tables, found := ReadWorkbook(strings.NewReader("no workbook"), s); tables != nil || len(found) != 1 {
		t.Error(found)
	}
	var buf bytes.Buffer
	if err := WriteWorkbook(&buf, s, i18n.EN); err != nil {
		t.Fatal(err)
	}
	f, _ := excelize.OpenReader(&buf)
	defer f.Close()
	f.SetCellStr("B_01.02", "Z1", "c0777")
	f.SetCellInt("B_01.02", "G3", 46022) // 2025-12-31 as a spreadsheet's day number
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	_, tables, found := ReadWorkbook(&out, s)
	if len(found) != 5 || found[4].Sheet != "B_01.02" || found[4].Column != "Z" || found[0].Sheet != coverSheet || found[0].Row != 1 {
		t.Error(found)
	}
	cells := make([]string, 11)
	tables["B_01.02"].Row(0, cells)
	if tables["B_01.02"].Rows != 1 || cells[c0070] != "2025-12-31" {
		t.Error(cells)
	}
}

func TestDiff(t *testing.T) {
	s := schema(t)
	o := GenOptions{Rows: 60, Seed: 2}
	a, _, _ := generate(t, s, o)
	b := newBreaker(newWorld(s, o))
	added := b.append("B_04.01", 0, 0, func(r []string) { r[c0040] = "BR-NEW" })
	changed := b.change("B_07.01", c0070, nil, func(r []string) { r[c0070] = "2025-04-01" })
	var buf bytes.Buffer
	if err := b.write(&buf); err != nil {
		t.Fatal(err)
	}
	diff := func(x, y []byte) []Change {
		got, err := Diff(s, bytes.NewReader(x), bytes.NewReader(y), int64(len(x)), int64(len(y)))
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := diff(a, a); len(got) != 0 {
		t.Error(got)
	}
	got := diff(a, buf.Bytes())
	if len(got) != 2 || got[0].Kind != "added" || got[0].RowB != added.Row || got[0].Key[2] != "BR-NEW" ||
		got[1].Kind != "changed" || got[1].RowA != changed.Row || got[1].Cells[0] != (CellChange{"c0070", "2025-03-31", "2025-04-01"}) {
		t.Errorf("%+v", got)
	}
	if back := diff(buf.Bytes(), a); len(back) != 2 || back[0].Kind != "removed" || back[0].RowA != added.Row {
		t.Errorf("%+v", back)
	}
}
