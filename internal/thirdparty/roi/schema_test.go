package roi

import (
	"testing"

	"yagura/catalog"
)

func schema(t testing.TB) *Schema {
	t.Helper()
	s, err := LoadSchema(catalog.FS)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSchemaIsWhole(t *testing.T) {
	s := schema(t)
	columns, refs, rules := 0, 0, map[string]bool{}
	for _, table := range s.Tables {
		columns += len(table.Columns)
		for _, r := range table.Refs {
			refs++
			rules[r.Rule] = true
		}
		for i, c := range table.Columns {
			if (c.Type == Enum) != (c.Domain != nil) {
				t.Errorf("%s.%s: type %c, domain %v", table.ID, c.Code, c.Type, c.Domain)
			}
			isKey := false
			for _, p := range table.Primary {
				isKey = isKey || p == i
			}
			if isKey != c.Key {
				t.Errorf("%s.%s: key %v, in the primary key %v", table.ID, c.Code, c.Key, isKey)
			}
		}
	}
	if len(s.Tables) != 15 || columns != 120 || refs != 22 || len(rules) != 22 {
		t.Errorf("%d tables, %d columns, %d foreign keys of %d rules; want 15, 120, 22, 22", len(s.Tables), columns, refs, len(rules))
	}
	for _, name := range []string{"c0130", "c0150", "c0160"} {
		b0202 := s.Table("B_02.02")
		if d := b0202.Columns[b0202.Col(name)].Domain; len(d.Values) != 252 || !d.Has([]byte("eba_GA:qx2007")) {
			t.Errorf("%s: %d countries", name, len(d.Values))
		}
	}
	if c := s.Table("B_03.03").Columns[2].Code; c != "c0031" {
		t.Errorf("B_03.03's link column is %s, want c0031", c)
	}
}
