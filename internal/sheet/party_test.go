package sheet

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"yagura/internal/finding"
	"yagura/internal/form"
)

func sameOrg(a, b form.Org) bool {
	flags := slices.Equal(a.Flags, b.Flags)
	return flags && a.ID == b.ID && a.Name == b.Name && a.Sector == b.Sector && a.Size == b.Size &&
		a.Group == b.Group && a.Centre == b.Centre && a.Jurisdiction == b.Jurisdiction
}

func TestReadParties(t *testing.T) {
	text := "機関ID,名称,業態,規模,グループ,共同センター,法域,属性\r\n0001,\"甲, 信用金庫\",shinkin,small,,S1,JP,agent;internet_banking\r\n0002,乙銀行,regional_bank,large,G1,,JP,\r\n"
	got, found := ReadParties(strings.NewReader(text), "p.csv")
	want := []form.Org{
		{ID: "0001", Name: "甲, 信用金庫", Sector: "shinkin", Size: "small", Centre: "S1", Jurisdiction: "JP", Flags: []string{"agent", "internet_banking"}},
		{ID: "0002", Name: "乙銀行", Sector: "regional_bank", Size: "large", Group: "G1", Jurisdiction: "JP"},
	}
	if len(found) > 0 || !slices.EqualFunc(got, want, sameOrg) {
		t.Errorf("got %+v %v", got, found)
	}
	for _, enc := range []Encoding{UTF8BOM, UTF8, CP932} {
		var b bytes.Buffer
		if err := WriteParties(&b, want, CSVOptions{enc}); err != nil {
			t.Fatal(err)
		}
		if again, found := ReadParties(&b, "p.csv"); len(found) > 0 || !slices.EqualFunc(again, want, sameOrg) {
			t.Errorf("%s: got %+v %v", enc, again, found)
		}
	}
}

func TestReadPartiesFaults(t *testing.T) {
	cases := []struct {
		name, text, rule string
		severity         finding.Severity
		row, kept        int
	}{
		{"no id column", "name\n甲\n", "sheet.csv-column-missing", finding.Error, 1, 0},
		{"unknown column", "id,memo\nA,x\n", "sheet.csv-column-unknown", finding.Warning, 1, 1},
		{"twice", "id\nA\nB\nA\n", "sheet.party-twice", finding.Error, 4, 2},
		{"empty id", "id,name\n,x\n", "sheet.party-id", finding.Error, 2, 0},
		{"formula", "id\n=A\n", "sheet.party-id", finding.Error, 2, 0},
		{"fields", "id,name\nA\n", "sheet.csv-fields", finding.Error, 2, 0},
	}
	for _, c := range cases {
		got, found := ReadParties(strings.NewReader(c.text), "p.csv")
		ok := slices.ContainsFunc(found, func(f finding.Finding) bool {
			return f.Rule == c.rule && f.Severity == c.severity && f.Row == c.row && f.File == "p.csv"
		})
		if !ok || len(got) != c.kept {
			t.Errorf("%s: kept %d, findings %v", c.name, len(got), found)
		}
	}
}

func TestReadScores(t *testing.T) {
	text := "item,party,value\nq2,B,3\nq1,A,0\nq2,A,１\nq1,C,\n"
	got, found := ReadScores(strings.NewReader(text), "s.csv")
	if len(found) > 0 {
		t.Fatal(found)
	}
	same := slices.Equal(got.Items, []string{"q2", "q1"}) && slices.Equal(got.Parties, []string{"B", "A", "C"}) &&
		slices.Equal(got.Max, []int{3, 0}) && slices.Equal(got.Scores[0], []int8{3, 1, -1}) && slices.Equal(got.Scores[1], []int8{-1, 0, -1})
	if !same {
		t.Errorf("got %+v", got)
	}
	for _, bad := range []string{"-1", "1.5", "101", "x"} {
		_, found := ReadScores(strings.NewReader("party,item,value\nA,q,"+bad+"\n"), "s.csv")
		if len(found) != 1 || found[0].Rule != "sheet.score" || found[0].Row != 2 || found[0].Value != bad {
			t.Errorf("%s: %v", bad, found)
		}
	}
	if _, found := ReadScores(strings.NewReader("party,item,value\nA,q,1\nA,q,2\n"), "s.csv"); len(found) != 1 || found[0].Rule != "sheet.csv-duplicate" {
		t.Errorf("duplicate: %v", found)
	}
}
