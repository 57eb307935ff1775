// Package roi reads, checks, generates and writes DORA registers of information
// (Regulation (EU) 2022/2554 Art 28(3), Implementing Regulation (EU) 2024/2956)
// as plain-CSV xBRL report packages. It is pure and streams: a package is read
// from an io.ReaderAt, findings come out, and no fact is held in memory longer
// than its row; only hashes of keys stay.
package roi

import (
	"encoding/json"
	"io/fs"
	"slices"
	"strings"

	"yagura/internal/errs"
)

// SchemaFile is where the catalog keeps the schema.
const SchemaFile = "registers/roi_schema.json"

// Schema is the model of the register: templates, columns, keys, foreign keys
// and closed lists, as in EBA's DORA 4.0 table metadata (module 1.1.0).
type Schema struct {
	Source string
	Tables []*Table // in order of their ids

	byID, byFile map[string]*Table
}

// Table is one template.
type Table struct {
	ID, Title, File string // B_02.02, …, b_02.02.csv
	Columns         []Column
	Primary         []int // positions in Columns; empty for B_99.01
	Refs            []Ref

	index int
	byCol map[string]int
}

// Column is one column of a template.
type Column struct {
	Code, Label string
	Type        ColumnType
	Key         bool
	Domain      *Domain // of an enumeration
}

// ColumnType is the type of a column's values.
type ColumnType byte

// The types: text, member of a closed list, date yyyy-mm-dd, integer, amount, and the literal true.
const (
	Text    ColumnType = 's'
	Enum    ColumnType = 'e'
	Date    ColumnType = 'd'
	Integer ColumnType = 'i'
	Amount  ColumnType = 'm'
	True    ColumnType = 't'
)

// Domain is a closed list.
type Domain struct {
	Name   string
	Values []string // qualified names, sorted

	set map[string]struct{}
}

// Has reports whether the list holds v.
func (d *Domain) Has(v []byte) bool { _, ok := d.set[string(v)]; return ok }

// Ref is a foreign key: Columns point at the whole primary key of Table.
type Ref struct {
	Rule    string // the taxonomy's number, R1 to R22
	Columns []int
	Table   *Table
}

// LoadSchema reads the schema from the catalog. An error is a fault of the
// embedded data.
func LoadSchema(fsys fs.FS) (*Schema, error) {
	data, err := fs.ReadFile(fsys, SchemaFile)
	if err != nil {
		return nil, err
	}
	var raw rawSchema
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, err
	}
	s := &Schema{Source: raw.Source, byID: map[string]*Table{}, byFile: map[string]*Table{}}
	domains := map[string]*Domain{}
	for name, values := range raw.Domains {
		d := &Domain{Name: name, Values: values, set: make(map[string]struct{}, len(values))}
		for _, v := range values {
			d.set[v] = struct{}{}
		}
		domains[name] = d
	}
	for id, rt := range raw.Tables {
		t := &Table{ID: id, Title: rt.Title, File: rt.File, byCol: map[string]int{}}
		for i, rc := range rt.Columns {
			if rc.Domain != "" && domains[rc.Domain] == nil || len(rc.Type) != 1 {
				return nil, errs.New(errs.Internal, "%s: %s.%s: unknown domain or type", SchemaFile, id, rc.Code)
			}
			t.Columns = append(t.Columns, Column{rc.Code, rc.Label, ColumnType(rc.Type[0]), rc.Key, domains[rc.Domain]})
			t.byCol[rc.Code] = i
		}
		s.Tables = append(s.Tables, t)
		s.byID[id], s.byFile[rt.File] = t, t
	}
	slices.SortFunc(s.Tables, func(a, b *Table) int { return strings.Compare(a.ID, b.ID) })
	return s, s.link(raw)
}

// link resolves keys and foreign keys.
func (s *Schema) link(raw rawSchema) error {
	for i, t := range s.Tables {
		t.index = i
		var err error
		if t.Primary, err = t.positions(raw.Tables[t.ID].Primary); err != nil {
			return err
		}
		for _, rr := range raw.Tables[t.ID].References {
			cols, err := t.positions(rr.Columns)
			to := s.byID[rr.Table]
			if err != nil || to == nil || len(raw.Tables[rr.Table].Primary) != len(cols) {
				return errs.New(errs.Internal, "%s: %s: foreign key %s does not fit", SchemaFile, t.ID, rr.Rule)
			}
			t.Refs = append(t.Refs, Ref{rr.Rule, cols, to})
		}
	}
	return nil
}

func (t *Table) positions(codes []string) ([]int, error) {
	var out []int
	for _, code := range codes {
		i, ok := t.byCol[code]
		if !ok {
			return nil, errs.New(errs.Internal, "%s: %s has no column %s", SchemaFile, t.ID, code)
		}
		out = append(out, i)
	}
	return out, nil
}

// Table finds a template by its id, nil when there is none.
func (s *Schema) Table(id string) *Table { return s.byID[id] }

// Col is the position of a column; code must be one of the template's.
func (t *Table) Col(code string) int {
	i, ok := t.byCol[code]
	if !ok {
		panic("roi: " + t.ID + " has no column " + code) // a mistake in a rule, found by any test
	}
	return i
}

// rawSchema is the file as it is.
type rawSchema struct {
	Source string
	Tables map[string]struct {
		Title, File string
		Primary     []string
		References  []struct {
			Columns     []string
			Table, Rule string
		}
		Columns []struct {
			Code, Label, Type string
			Key               bool
			Domain            string
		}
	}
	Domains map[string][]string
}
