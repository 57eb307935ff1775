package register_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/record"
	"yagura/internal/register"
	"yagura/internal/sheet"
)

func toyForm(t testing.TB) *form.Form {
	t.Helper()
	data, err := os.ReadFile("testdata/forms/toy-seals@1.yaml")
	if err != nil {
		t.Fatal(err)
	}
	f, found := form.Parse("toy", data)
	if f == nil {
		t.Fatal(found)
	}
	return f
}

func full(id string, answers form.Answers) record.Full {
	v := map[string]int64{}
	for item := range answers {
		v[item] = 1
	}
	return record.Full{Record: record.Record{ID: id, Title: fmt.Sprint(answers["seal.name"].Value)}, Draft: record.Draft{Answers: answers, Versions: v}}
}

var (
	current = []record.Full{
		full("A", form.Answers{"seal.name": {Value: "甲"}, "seal.count": {Value: int64(3)}, "seal.keeper": {State: form.Unknown, Comment: "確認中"}}),
		full("B", form.Answers{"seal.name": {Value: "乙"}}),
	}
	toA = register.References{"seal.parent": {{ID: "A", Text: "甲"}, {ID: "B", Text: "乙"}, {ID: "C", Text: "双"}, {ID: "D", Text: "双"}}}
)

func diff(t testing.TB, f *form.Form, file string) register.Plan {
	t.Helper()
	list, found := sheet.ReadList(strings.NewReader(file), int64(len(file)), "a.csv")
	if list == nil {
		t.Fatal(found)
	}
	return register.Diff(f, current, toA, nil, list, "a.csv")
}

// Every fault stands at its cell.
func TestFaultsOfAFile(t *testing.T) {
	f := toyForm(t)
	for _, c := range []struct{ file, rule, column string }{
		{"seal.name\n甲\n", "register.column-id-missing", ""},
		{"id,seal.name,seal.name\n", "register.column-twice", ""},
		{"id,seal.nickname\nA,x\n", "register.column-unknown", ""},
		{"id,seal.name\nA,甲\nA,乙\n", "register.row-twice", "id"},
		{"id,seal.name\nZ,甲\n", "register.row-unknown", "id"},
		{"id,seal.name\n,甲\n", "register.row-same-title", ""},
		{"id,seal.kind\nA,三角\n", "value.option", "seal.kind"},
		{"id,seal.count\nA,多数\n", "value.integer", "seal.count"},
		{"id,seal.count\nA,-1\n", "answer.range", "seal.count"},
		{"id,seal.keeper#state\nA,たぶん\n", "register.state-unknown", "seal.keeper#state"},
		{"id,seal.keeper#state\nA,estimated\n", "answer.state", "seal.keeper#state"},
		{"id,seal.parent\nA,丙\n", "register.ref-unread", "seal.parent"},
		{"id,seal.parent\nA,双\n", "register.ref-unread", "seal.parent"},
		{"id,seal.made\nA,2026-02-30\n", "value.date", "seal.made"},
	} {
		plan := diff(t, f, c.file)
		if len(plan.Findings) != 1 || plan.Findings[0].Rule != c.rule || plan.Findings[0].Column != c.column || plan.Findings[0].Row < 1 {
			t.Errorf("%q: %+v", c.file, plan.Findings)
		}
	}
}

// A column that isn't in the file changes nothing; an empty cell takes the answer back.
func TestWhatAFileChanges(t *testing.T) {
	f := toyForm(t)
	for file, want := range map[string]string{
		"id,seal.name\nA,甲\n":                               "",
		"id,seal.count\nA,\n":                               "A seal.count 3→",
		"id,seal.count\nB,\n":                               "",
		"名前 [seal.name],管理 [id]\n丙,B\n":                     "B seal.name 乙→丙",
		"id,seal.parent\nB,甲\n":                             "B seal.parent →A",
		"id,seal.parent\nB,何か [A]\n":                        "B seal.parent →A",
		"id,seal.keeper,seal.keeper#state\n,総務部,\nA,総務部,\n": "new seal.keeper →総務部;A seal.keeper →総務部",
		"id,seal.uses\nB,契約;通知\n":                           "B seal.uses →contract;notice",
		"id,seal.name\n,\n":                                 "",
	} {
		plan := diff(t, f, file)
		var got []string
		for _, r := range plan.Rows {
			id := r.ID
			if id == "" {
				id = "new"
			}
			for _, c := range r.Changes {
				got = append(got, fmt.Sprintf("%s %s %s→%s", id, c.Item.ID, c.Item.FormatValue(c.Old.Value), c.Item.FormatValue(c.New.Value)))
			}
		}
		if text := strings.Join(got, ";"); text != want || finding.HasErrors(plan.Findings) {
			t.Errorf("%q: %q, want %q %v", file, text, want, plan.Findings)
		}
	}
}

// What is written is read back unchanged, in both languages and all encodings.
func TestAFileOfAnyRegisterIsReadBack(t *testing.T) {
	f := toyForm(t)
	rapid.Check(t, func(t *rapid.T) {
		var records []record.Full
		for i := range rapid.IntRange(0, 5).Draw(t, "n") {
			a := form.Answers{}
			put := func(item string, x form.Answer) {
				if rapid.Bool().Draw(t, item) {
					a[item] = x
				}
			}
			put("seal.name", form.Answer{Value: rapid.StringMatching(`[=+\-@'",;あ甲 \[\]a-c]{0,8}[甲x]`).Draw(t, "name")})
			put("seal.kind", form.Answer{Value: rapid.SampledFrom([]string{"round", "square"}).Draw(t, "kind")})
			put("seal.made", form.Answer{Value: form.Date(fmt.Sprintf("20%02d-0%d-1%d", rapid.IntRange(0, 99).Draw(t, "y"), rapid.IntRange(1, 9).Draw(t, "m"), rapid.IntRange(0, 9).Draw(t, "d")))})
			put("seal.uses", form.Answer{Value: rapid.SampledFrom([][]string{{}, {"contract"}, {"contract", "notice"}}).Draw(t, "uses")})
			put("seal.keeper", rapid.SampledFrom([]form.Answer{{Value: "総務"}, {State: form.Unknown}, {State: form.Unknown, Comment: "=確認中"}}).Draw(t, "keeper"))
			put("seal.locked", form.Answer{Value: rapid.Bool().Draw(t, "locked")})
			put("seal.count", form.Answer{Value: int64(rapid.IntRange(0, 9999).Draw(t, "count"))})
			put("seal.parent", form.Answer{Value: "C"})
			for item, x := range a {
				if s, ok := x.Value.(string); ok && strings.TrimSpace(s) != s {
					delete(a, item)
				}
			}
			records = append(records, full(fmt.Sprint("R", i), a))
		}
		lang := rapid.SampledFrom(i18n.Langs).Draw(t, "lang")
		enc := rapid.SampledFrom([]sheet.Encoding{sheet.UTF8BOM, sheet.UTF8, sheet.CP932}).Draw(t, "enc")
		head, rows := register.Table(f, records, toA, lang)
		var b bytes.Buffer
		if err := sheet.WriteList(&b, head, rows, sheet.CSVOptions{Encoding: enc}); err != nil {
			t.Fatal(err)
		}
		list, found := sheet.ReadList(bytes.NewReader(b.Bytes()), int64(b.Len()), "a.csv")
		if list == nil {
			t.Fatal(found)
		}
		plan := register.Diff(f, records, toA, nil, list, "a.csv")
		if len(plan.Rows) > 0 || len(plan.Findings) > 0 || plan.Same != len(records) {
			t.Fatalf("%+v %v\n%s", plan.Rows, plan.Findings, b.String())
		}
	})
}

func FuzzDiff(f *testing.F) {
	toy := toyForm(f)
	for _, file := range []string{"id,seal.name\nA,甲\n", "id,seal.keeper#state,seal.uses\nA,不明,契約\n", "名 [id],[\nA,]\n", "\"id\",\"seal.parent\"\n,\"双 [C]\"\n"} {
		f.Add([]byte(file))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		list, found := sheet.ReadList(bytes.NewReader(data), int64(len(data)), "a")
		if list == nil {
			if len(found) == 0 {
				t.Error("a file was refused without a reason")
			}
			return
		}
		plan := register.Diff(toy, current, toA, nil, list, "a")
		for _, r := range plan.Rows {
			if len(r.Changes) == 0 {
				t.Errorf("row %d changes nothing", r.Row)
			}
		}
	})
}
