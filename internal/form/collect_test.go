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
	a := c.Collect([]Entry{
		{"a", "槌", Answers{"tool.name": {Value: "槌"}, "tool.kind": {Value: "hand"}, "tool.safe": {Value: true}, "tool.users": {Value: []Row{{"unit": {Value: "営繕"}}, {"unit": {Value: "総務"}}}}}},
		{"b", "鋸", Answers{"tool.name": {Value: "鋸"}, "tool.kind": {Value: "power-ac"}, "tool.parent": {Value: "a"}}},
		{"c", "錐", Answers{"tool.name": {Value: "錐"}, "tool.kind": {Value: "hand"}, "tool.safe": {Value: false}}},
	}, nil, titles)
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
	if none := c.Collect(nil, nil, titles); none[CollectedSize].Value != "n0" || len(none) != 3 || len(c.Validate(none, nil, nil)) > 0 {
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
		a := c.Collect(entries, nil, func(string, string) string { return "" })
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
