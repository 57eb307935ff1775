package roi

import (
	"archive/zip"
	"bytes"
	"cmp"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Change is one row that two packages do not share.
type Change struct {
	Table string       `json:"table"`
	Kind  string       `json:"change"` // added, removed, changed
	Key   []string     `json:"key"`
	RowA  int          `json:"row_a,omitempty"` // lines of the two files
	RowB  int          `json:"row_b,omitempty"`
	Cells []CellChange `json:"cells,omitempty"` // of a changed row
}

// CellChange is one cell that differs.
type CellChange struct {
	Column string `json:"column"`
	A      string `json:"a"`
	B      string `json:"b"`
}

// keyedRow is a row of a file by its key.
type keyedRow struct {
	line  int
	cells []string
}

// Diff compares two packages row by row: by primary key, and by line in
// B_99.01, which has none. It expects packages that Check can open; of rows
// with one key the first counts. Both packages' rows of one template at a time
// are held in memory.
func Diff(s *Schema, a, b io.ReaderAt, sizeA, sizeB int64) ([]Change, error) {
	za, err := zip.NewReader(a, sizeA)
	if err != nil {
		return nil, err
	}
	zb, err := zip.NewReader(b, sizeB)
	if err != nil {
		return nil, err
	}
	all := []Change{}
	for _, t := range s.Tables {
		ra, err := keyedRows(za, t)
		if err != nil {
			return nil, err
		}
		rb, err := keyedRows(zb, t)
		if err != nil {
			return nil, err
		}
		all = append(all, t.diff(ra, rb)...)
	}
	return all, nil
}

func (t *Table) diff(a, b map[string]keyedRow) (list []Change) {
	for k, ra := range a {
		rb, ok := b[k]
		if !ok {
			list = append(list, Change{t.ID, "removed", t.keyOf(ra.cells), ra.line, 0, nil})
			continue
		}
		var cells []CellChange
		for i, c := range t.Columns {
			if ra.cells[i] != rb.cells[i] {
				cells = append(cells, CellChange{c.Code, ra.cells[i], rb.cells[i]})
			}
		}
		if cells != nil {
			list = append(list, Change{t.ID, "changed", t.keyOf(ra.cells), ra.line, rb.line, cells})
		}
	}
	for k, rb := range b {
		if _, ok := a[k]; !ok {
			list = append(list, Change{t.ID, "added", t.keyOf(rb.cells), 0, rb.line, nil})
		}
	}
	slices.SortFunc(list, func(x, y Change) int {
		return cmp.Or(slices.Compare(x.Key, y.Key), cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.RowA+x.RowB, y.RowA+y.RowB))
	})
	return list
}

func (t *Table) keyOf(cells []string) []string {
	key := make([]string, len(t.Primary))
	for i, p := range t.Primary {
		key[i] = cells[p]
	}
	return key
}

// keyedRows reads a template's file; a package without it has no rows.
func keyedRows(zr *zip.Reader, t *Table) (map[string]keyedRow, error) {
	rows := map[string]keyedRow{}
	for _, f := range zr.File {
		if path.Base(f.Name) != t.File {
			continue
		}
		rc, err := f.Open()
		if err != nil {
			return nil, err
		}
		defer rc.Close()
		s := newScanner(io.LimitReader(rc, 4<<30), 32<<10)
		var order []int
		for n := 0; s.scan(); n++ {
			if n == 0 {
				for _, c := range s.cells {
					i, ok := t.byCol[string(bytes.TrimPrefix(c, []byte("\xef\xbb\xbf")))]
					if !ok {
						i = -1
					}
					order = append(order, i)
				}
				continue
			}
			cells := make([]string, len(t.Columns))
			for i, c := range s.cells {
				if i < len(order) && order[i] >= 0 {
					cells[order[i]] = string(c)
				}
			}
			key := strings.Join(t.keyOf(cells), "\x00")
			if len(t.Primary) == 0 {
				key = strconv.Itoa(n)
			}
			if _, twice := rows[key]; !twice {
				rows[key] = keyedRow{s.line, cells}
			}
		}
		return rows, s.failure()
	}
	return rows, nil
}
