package form

import (
	"testing"

	"pgregory.net/rapid"

	"yagura/internal/finding"
)

const tools = `form: toy-tools
edition: "1"
kind: register
lists: [tool.name]
title: {ja: 道具台帳, en: Register of tools}
summary: {ja: 道具。, en: Tools.}
sections:
  - id: tool
    title: {ja: 道具, en: Tool}
    items:
      - {id: tool.name, ask: {ja: 名称, en: Name}, type: text}
      - {id: tool.kind, ask: {ja: 種類, en: Kind}, type: choice, scale: nominal, options: [{id: hand, ja: 手, en: Hand}, {id: power-ac, ja: 電動, en: Power}]}
      - {id: tool.safe, ask: {ja: 点検済み, en: Inspected}, type: yesno, max_score: 1}
      - {id: tool.parent, ask: {ja: 親, en: Parent}, type: ref, to: toy-tools, optional: true}
      - id: tool.users
        ask: {ja: 使用者, en: Users}
        type: table
        optional: true
        columns: [{id: unit, ask: {ja: 部署, en: Unit}, type: text}]
`

func toolForms(t interface{ Fatal(...any) }) (register, collection *Form) {
	f, found := Parse("tools.yaml", []byte(tools))
	if finding.HasErrors(found) {
		t.Fatal(found)
	}
	c, found := Collection(f)
	if finding.HasErrors(found) {
		t.Fatal(found)
	}
	return f, c
}

// Records become rows, their tables rows that point to them, and figures classes.
func TestCollect(t *testing.T) {
	_, c := toolForms(t)
	titles := func(key, id string) string { return map[string]string{"a": "槌"}[id] }
	a := c.Collect([]Book{{[]Entry{
		{"a", "槌", Answers{"tool.name": {Value: "槌"}, "tool.kind": {Value: "hand"}, "tool.safe": {Value: true}, "tool.users": {Value: []Row{{"unit": {Value: "営繕"}}, {"unit": {Value: "総務"}}}}}},
		{"b", "鋸", Answers{"tool.name": {Value: "鋸"}, "tool.kind": {Value: "power-ac"}, "tool.parent": {Value: "a"}}},
		{"c", "錐", Answers{"tool.name": {Value: "錐"}, "tool.kind": {Value: "hand"}, "tool.safe": {Value: false}}},
	}, titles}}, nil)
	if found := c.Validate(a, nil, nil); len(found) > 0 {
		t.Error(found)
	}
	rows := a[CollectedRecords].Value.([]Row)
	if len(rows) != 3 || rows[1]["tool.parent"].Value != "槌 [a]" {
		t.Error(rows)
	}
	if users := a["tool.users"].Value.([]Row); len(users) != 2 || users[1][RecordColumn].Value != "a" || users[1]["unit"].Value != "総務" || users[1][TitleColumn].Value != "槌" {
		t.Error(users)
	}
	for id, want := range map[string]any{CollectedCount: int64(3), CollectedSize: "n1", "tool.kind.share.hand": "p50", "tool.kind.share.power_ac": "p25",
		"tool.safe.share.yes": "p50", CollectedFilled: 88.9, CollectedCoverage: 50.0} { // 8 of 9 required answers; scores 100 and 0
		if got := a[id].Value; got != want {
			t.Errorf("%s: %v, want %v", id, got, want)
		}
	}
	_, overall := c.Score(a, nil, nil)
	if overall != 100*(2.0/4+1.0/4)/2 { // classes 75 to 90 and 50 to 75
		t.Errorf("score %v", overall)
	}
	if none := c.Collect([]Book{{nil, titles}}, nil); none[CollectedSize].Value != "n0" || len(none) != 3 || len(c.Validate(none, nil, nil)) > 0 {
		t.Errorf("an empty register: %v", none)
	}
}

// What is collected is valid and survives its own encoding, whatever the records are.
func TestCollectIsAlwaysFit(t *testing.T) {
	f, c := toolForms(t)
	rapid.Check(t, func(t *rapid.T) {
		var entries []Entry
		for i := range rapid.IntRange(0, 40).Draw(t, "n") {
			a := Answers{}
			if rapid.Bool().Draw(t, "named") {
				a["tool.name"] = Answer{Value: rapid.StringMatching(`[a-z槌鋸]{1,8}`).Draw(t, "name")}
			}
			if rapid.Bool().Draw(t, "kind") {
				a["tool.kind"] = Answer{Value: rapid.SampledFrom([]string{"hand", "power-ac"}).Draw(t, "k")}
			}
			if rapid.Bool().Draw(t, "safe") {
				a["tool.safe"] = Answer{Value: rapid.Bool().Draw(t, "s")}
			}
			entries = append(entries, Entry{string(rune('a'+i%26)) + string(rune('a'+i/26)), "", a})
		}
		a := c.Collect([]Book{{entries, func(string, string) string { return "" }}}, nil)
		if found := c.Validate(a, nil, nil); len(found) > 0 {
			t.Fatal(found)
		}
		data, err := c.EncodeAnswers(a)
		if err != nil {
			t.Fatal(err)
		}
		back, found := c.DecodeAnswers(data)
		if len(found) > 0 || len(back) != len(a) {
			t.Fatal(found, len(back), len(a))
		}
		sum := 0
		for _, o := range f.Item("tool.kind").Options {
			if a[shareID("tool.kind", o.ID)].Value == "p100" {
				sum++
			}
		}
		if sum > 1 {
			t.Fatal("two options are all of one list")
		}
	})
}

const shelves = `form: toy-shelves
edition: "1"
kind: register
lists: [shelf.name]
title: {ja: 棚, en: Shelves}
summary: {ja: 棚。, en: Shelves.}
sections:
  - id: shelf
    title: {ja: 棚, en: Shelf}
    items:
      - {id: shelf.name, ask: {ja: 名称, en: Name}, type: text}
      - {id: shelf.tool, ask: {ja: 道具, en: Tool}, type: ref, to: toy-tools, optional: true}
`

// Two registers that are collected together keep their own tables and figures, and their
// records are read back as they were, references as ids.
func TestCollectTogether(t *testing.T) {
	reg, _ := toolForms(t)
	second, found := Parse("shelves.yaml", []byte(shelves))
	if finding.HasErrors(found) {
		t.Fatal(found)
	}
	c, found := Collection(reg, second)
	if finding.HasErrors(found) {
		t.Fatal(found)
	}
	if c.Register() != reg || len(c.Registers()) != 2 || c.CollectedTables()[1] != "collected.records.toy_shelves" {
		t.Error(c.Registers(), c.CollectedTables())
	}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[a-z\[\] 槌]{1,8}`)
		var tools, shelf []Entry
		for i := range rapid.IntRange(0, 8).Draw(t, "tools") {
			e := Entry{ID: string(rune('a' + i)), Answers: Answers{"tool.name": {Value: name.Draw(t, "name")}}}
			if rapid.Bool().Draw(t, "users") {
				e.Title = name.Draw(t, "title")
				e.Answers["tool.users"] = Answer{Value: []Row{{"unit": {Value: name.Draw(t, "unit")}}, {"unit": {Value: "a"}}}}
			}
			tools = append(tools, e)
		}
		for i := range rapid.IntRange(0, 8).Draw(t, "shelves") {
			e := Entry{ID: string(rune('p' + i)), Answers: Answers{"shelf.name": {Value: name.Draw(t, "name")}}}
			if rapid.Bool().Draw(t, "points") {
				e.Answers["shelf.tool"] = Answer{Value: string(rune('a' + rapid.IntRange(0, 9).Draw(t, "to")))}
			}
			shelf = append(shelf, e)
		}
		title := func(_, id string) string { return map[string]string{"a": "槌 [x]", "b": "鋸"}[id] }
		a := c.Collect([]Book{{tools, title}, {shelf, title}}, nil)
		if a[CollectedCount].Value != int64(len(tools)) || a["collected.count.toy_shelves"].Value != int64(len(shelf)) {
			t.Fatal(a)
		}
		if found := c.Validate(a, nil, nil); len(found) > 0 {
			t.Fatal(found)
		}
		data, err := c.EncodeAnswers(a)
		if err != nil {
			t.Fatal(err)
		}
		a, _ = c.DecodeAnswers(data)
		for i, want := range [][]Entry{tools, shelf} {
			got := c.Collected(a)[i]
			if len(got) != len(want) {
				t.Fatal(got, want)
			}
			for j, e := range want {
				if got[j].ID != e.ID || len(got[j].Answers) != len(e.Answers) {
					t.Fatal(got[j], e)
				}
				for id, x := range e.Answers {
					if !got[j].Answers[id].Equal(x) {
						t.Fatalf("%s: %v, want %v", id, got[j].Answers[id], x)
					}
				}
			}
		}
	})
}
