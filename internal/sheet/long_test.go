package sheet

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/encoding/japanese"
	"pgregory.net/rapid"

	"yagura/internal/errs"
	"yagura/internal/finding"
	"yagura/internal/form"
)

func TestReadLongIdentity(t *testing.T) {
	f := everyType(t)
	rapid.Check(t, func(t *rapid.T) {
		var parties []string
		given := map[string]form.Answers{}
		for i := range rapid.IntRange(0, 4).Draw(t, "parties") {
			id := fmt.Sprintf("機関%d", 9-i)
			parties = append(parties, id)
			given[id] = drawAnswers(t, f.Items(), id)
		}
		var b bytes.Buffer
		o := CSVOptions{rapid.SampledFrom([]Encoding{UTF8BOM, UTF8, CP932}).Draw(t, "encoding")}
		if err := WriteLong(&b, f, parties, func(i int) form.Answers { return given[parties[i]] }, o); err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(b.Bytes())
		long, found := ReadLong(iotest.HalfReader(bytes.NewReader(b.Bytes())), f, "x.csv")
		if long == nil || len(found) > 0 {
			t.Fatalf("findings %v\n%s", found, b.String())
		}
		if long.SHA256 != sum {
			t.Errorf("hash differs")
		}
		var into form.Answers
		for p, id := range long.Parties() {
			into = long.Answers(p, into)
			sameAnswers(t, into, given[id])
			delete(given, id)
		}
		for id, a := range given {
			if len(a) > 0 {
				t.Errorf("%s is missing", id)
			}
		}
	})
}

const header = "party,item,value,state,comment\n"

func TestReadLongAcceptsWhatPeopleWrite(t *testing.T) {
	f := everyType(t)
	sjis := func(s string) string {
		out, err := japanese.ShiftJIS.NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	cases := map[string]string{
		"plain":           header + "A,gov.policy,all,,\nA,fig.staff,12,estimated,\n",
		"crlf":            "party,item,value,state,comment\r\nA,gov.policy,all,,\r\nA,fig.staff,12,estimated,\r\n",
		"bom, no end":     "\ufeff" + header + "A,gov.policy,all,,\nA,fig.staff,12,estimated,",
		"any order":       "comment,value,item,state,party\n,all,gov.policy,known,A\n,12,fig.staff,estimated,A\n",
		"quoted":          "\"party\",\"item\",\"value\",\"state\",\"comment\"\n\"A\",\"gov.policy\",\"all\",\"\",\"\"\n\"A\",\"fig.staff\",\"12\",\"estimated\",\"\"\r\n",
		"full width":      header + "A,gov.policy,全社で実施し、年1回以上見直している,把握済,\nA,fig.staff,１２,概算,\n",
		"spaces, blank":   header + "\nA , gov.policy, all ,,\n\n A,fig.staff,\" 12\",Estimated,\n\n",
		"cp932":           sjis("機関ID,項目ID,回答,状態,備考\nA,gov.policy,全社で実施し、年1回以上見直している,把握済,\nA,fig.staff,１２,概算,\n"),
		"cp932 late":      sjis("party,item,value,state\nA,gov.policy,all,\nA,fig.staff,12,概算\n"),
		"separated cells": "party,item,value,state,comment\nA,gov.policy,all,,\nA,fig.note,,,\nA,fig.staff,12,estimated,\n",
	}
	want := form.Answers{"gov.policy": {Value: "all"}, "fig.staff": {Value: int64(12), State: form.Estimated}}
	for name, text := range cases {
		t.Run(name, func(t *testing.T) {
			long, found := ReadLong(strings.NewReader(text), f, "x.csv")
			if name == "separated cells" {
				if len(found) != 1 || found[0].Rule != "sheet.csv-item" || found[0].Row != 3 || found[0].Column != "item" {
					t.Errorf("findings %v", found)
				}
				found = nil
			}
			if long == nil || len(found) > 0 || len(long.Parties()) != 1 || long.Parties()[0] != "A" {
				t.Fatalf("long %v, findings %v", long, found)
			}
			sameAnswers(t, long.Answers(0, nil), want)
		})
	}
}

func TestReadLongFaults(t *testing.T) {
	f := everyType(t)
	cases := []struct {
		name, text, rule, column string
		row                      int
	}{
		{"empty", "", "sheet.csv-empty", "", 1},
		{"no header", "A,gov.policy,all\n", "sheet.csv-column-unknown", "A", 1},
		{"value missing", "party,item\n", "sheet.csv-column-missing", "value", 1},
		{"twice", "party,item,value,value\n", "sheet.csv-column-twice", "value", 1},
		{"utf-16", "\xff\xfep\x00a\x00", "sheet.csv-utf16", "", 1},
		{"binary", "PK\x03\x04\x00\x00", "sheet.csv-binary", "", 1},
		{"option", header + "A,gov.policy,always,,\n", "value.option", "value", 2},
		{"state", header + "A,gov.policy,all,maybe,\n", "sheet.bad-state", "state", 2},
		{"item", header + "A,gov.polcy,all,,\n", "sheet.csv-item", "item", 2},
		{"party", header + ",gov.policy,all,,\n", "sheet.csv-no-party", "party", 2},
		{"duplicate", header + "A,gov.policy,all,,\nB,gov.policy,all,,\nA,gov.policy,none,,\n", "sheet.csv-duplicate", "item", 4},
		{"fields", header + "A,gov.policy,all,,,\n", "sheet.csv-fields", "", 2},
		{"line after quoted", header + "A,gov.policy,all,,\"a\nb\nc\"\nA,fig.staff,x,,\n", "value.integer", "value", 5},
		{"open quote", header + "A,gov.policy,\"all,,\nA,fig.staff,1,,\n", "sheet.csv-quote", "", 2},
		{"mixed encoding", "\ufeff" + header + "A,gov.note,\x8a\xbf,,\n", "sheet.csv-encoding", "value", 2},
		{"cell", header + "A,sys.list/0/name,x,,\n", "sheet.csv-cell", "item", 2},
		{"cell column", header + "A,sys.list/1/nome,x,,\n", "sheet.csv-cell", "item", 2},
		{"cell twice", header + "A,sys.list/1/name,x,,\nA,sys.list/1/name,x,,\n", "sheet.csv-duplicate", "item", 3},
		{"cell value", header + "A,sys.list/1/users,x,,\n", "value.integer", "value", 2},
		{"row count", header + "A,sys.list,many,,\n", "sheet.csv-row-count", "value", 2},
		{"too few rows", header + "A,sys.list,1,,\nA,sys.list/2/name,x,,\n", "sheet.csv-row-count-low", "value", 2},
		{"long record", header + "A,gov.note,\"" + strings.Repeat("a", 2<<20) + "\",,\n", "sheet.csv-long", "", 2},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, found := ReadLong(strings.NewReader(c.text), f, "x.csv")
			if len(found) == 0 {
				t.Fatal("no finding")
			}
			got := found[0]
			if got.Rule != c.rule || got.Row != c.row || got.Column != c.column || got.File != "x.csv" {
				t.Errorf("got %s at row %d column %q, want %s at row %d column %q", got.Rule, got.Row, got.Column, c.rule, c.row, c.column)
			}
			if strings.Contains(got.Message.JA+got.Mend.JA, "{") || strings.Contains(got.Message.JA, "[") {
				t.Errorf("message not filled: %s %s", got.Message.JA, got.Mend.JA)
			}
		})
	}
}

func TestReadLongCapsFindings(t *testing.T) {
	f := everyType(t)
	text := header + strings.Repeat("A,nothing,1,,\n", MaxFindings+7)
	_, found := ReadLong(strings.NewReader(text), f, "x.csv")
	last := found[len(found)-1]
	if len(found) != MaxFindings+1 || last.Rule != "sheet.more" || !strings.Contains(last.Message.EN, " 7 ") || last.Severity != finding.Error {
		t.Errorf("%d findings, last %v", len(found), last)
	}
}

// TestLongCodesFollowTheForm holds the promise of Codes: the order of rows does
// not matter, options come first in their order.
func TestLongCodesFollowTheForm(t *testing.T) {
	f := everyType(t)
	rows := []string{"B,gov.policy,all,,", "A,gov.policy,none,,", "C,gov.policy,,not_applicable,対象外", "A,fig.staff,5,,", "B,fig.staff,10,estimated,", "C,fig.staff,7,,"}
	var want string
	for turn := range rows {
		text := header + strings.Join(append(rows[turn:len(rows):len(rows)], rows[:turn]...), "\n")
		long, found := ReadLong(strings.NewReader(text), f, "x.csv")
		if len(found) > 0 {
			t.Fatal(found)
		}
		policy, staff := f.Item("gov.policy").Index(), f.Item("fig.staff").Index()
		got := fmt.Sprint(long.Parties(), long.Codes(policy, nil), long.Codes(staff, nil), long.Dict(staff))
		if want == "" {
			want = got
			if fmt.Sprint(long.Codes(policy, nil)) != "[1 3 4]" {
				t.Errorf("codes of options: %v", long.Codes(policy, nil))
			}
		}
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if c := long.Answers(2, nil)["gov.policy"]; c.Comment != "対象外" || c.State != form.NotApplicable {
			t.Errorf("comment: %#v", c)
		}
	}
}

func TestLongLocate(t *testing.T) {
	f := everyType(t)
	text := header + "B,gov.officer,yes,,\nA,gov.policy,,not_applicable,\nA,fig.share,120,,\nA,sys.list/1/name,x,,\nA,sys.list/1/users,-4,,\n"
	long, found := ReadLong(strings.NewReader(text), f, "x.csv")
	if len(found) > 0 {
		t.Fatal(found)
	}
	got := f.Validate(long.Answers(0, nil), nil, nil)
	long.Locate(0, got)
	want := map[string]string{"/gov.policy": "x.csv:3:comment", "/fig.share": "x.csv:4:value", "/sys.list/0/users": "x.csv:6:value", "/gov.officer": "x.csv:/gov.officer"}
	for _, fd := range got {
		if place, ok := want[fd.Pointer]; ok && fd.Place() != place {
			t.Errorf("%s: at %s, want %s", fd.Pointer, fd.Place(), place)
		}
		delete(want, fd.Pointer)
	}
	if len(want) > 0 {
		t.Errorf("not found: %v", want)
	}
}

func TestWriteLongGuardsFormulas(t *testing.T) {
	f := everyType(t)
	answers := form.Answers{"gov.note": {Value: "=HYPERLINK()", Comment: "+1"}, "fig.budget": {Value: form.Money{Minor: -5, Currency: "JPY"}}}
	var b bytes.Buffer
	if err := WriteLong(&b, f, []string{"A"}, func(int) form.Answers { return answers }, CSVOptions{UTF8}); err != nil {
		t.Fatal(err)
	}
	want := "party,item,value,state,comment\r\nA,gov.note,'=HYPERLINK(),,'+1\r\nA,fig.budget,-5,,\r\n"
	if b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

func TestWriteLongCP932(t *testing.T) {
	f := everyType(t)
	write := func(note string) (string, error) {
		var b bytes.Buffer
		err := WriteLong(&b, f, []string{"A"}, func(int) form.Answers { return form.Answers{"gov.note": {Value: note}} }, CSVOptions{CP932})
		long, _ := ReadLong(&b, f, "x.csv")
		if len(long.Parties()) == 0 {
			return "", err
		}
		return fmt.Sprint(long.Answers(0, nil)["gov.note"].Value), err
	}
	if got, err := write("1〜2−3—4‖5¥"); err != nil || got != "1～2－3―4∥5￥" {
		t.Errorf("twins: %q, %v", got, err)
	}
	_, err := write("𠮷野家é🙂é")
	var u *Unencodable
	if !errors.As(err, &u) || errs.KindOf(err) != errs.Invalid || len(u.Findings) != 3 || u.Findings[0].Value != "é" || u.Findings[0].Row != 2 || u.Findings[0].Column != "value" {
		t.Errorf("unencodable: %v", err)
	}
}

func FuzzReadLong(f *testing.F) {
	fm := everyType(f)
	for _, s := range []string{
		"", header, header + "A,gov.policy,all,,\n", header + "A,gov.note,\"x\ny\",,'=1\r\n", "\ufeff" + header + "甲,gov.topics,incidents;threats,known,備考\n",
		header + "A,sys.list,2,,\nA,sys.list/1/name,x,,\n", "party,item,value\nA,fig.drill,令和8年3月31日\n", "\x8b@\x8a\xd6ID,item,value\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		long, found := ReadLong(bytes.NewReader(data), fm, "x.csv")
		if long == nil {
			if len(found) == 0 {
				t.Fatal("refused without a finding")
			}
			return
		}
		if long.SHA256 != sha256.Sum256(data) {
			t.Error("hash differs")
		}
		given := make([]form.Answers, len(long.Parties()))
		for p := range given {
			given[p] = long.Answers(p, nil)
		}
		var b bytes.Buffer
		if err := WriteLong(&b, fm, long.Parties(), func(i int) form.Answers { return given[i] }, CSVOptions{}); err != nil {
			t.Fatal(err)
		}
		again, found := ReadLong(&b, fm, "x.csv")
		if len(found) > 0 {
			t.Fatalf("written anew: %v", found)
		}
		for p, id := range again.Parties() {
			for q, other := range long.Parties() {
				if id == other {
					sameAnswers(t, again.Answers(p, nil), given[q])
				}
			}
		}
	})
}
