package form_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"yagura/internal/errs"
	"yagura/internal/form"
)

const tinyRegister = `form: toy
edition: "%s"
%s
title: {ja: 台帳, en: Register}
sections:
  - id: s
    title: {ja: 区分, en: Section}
    items:
      - {id: name, ask: {ja: 名称, en: Name}, type: text}
      - {id: rows, ask: {ja: 表, en: Table}, type: table, columns: [{id: a, ask: {ja: 列, en: Column}, type: text}]}
`

func library(t *testing.T, files map[string]string) *form.Library {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys["forms/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	l, err := form.NewLibrary(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func tiny(edition, more string) string {
	return strings.Replace(strings.Replace(tinyRegister, "%s", edition, 1), "%s", more, 1)
}

func TestLibrary(t *testing.T) {
	l := library(t, map[string]string{
		"toy@2025.yaml": tiny("2025", "kind: register\nlists: [name]"),
		"toy@2026.yaml": tiny("2026", "kind: register\nlists: [name]\nsupersedes: \"2025\""),
		"bad@1.yaml":    "form: [",
	})
	f, err := l.Form("toy", "")
	if err != nil || f.Edition != "2026" || l.Previous(f).Edition != "2025" || l.Previous(l.Previous(f)) != nil {
		t.Errorf("%v, %v", f, err)
	}
	if _, err := l.Form("toy", "1999"); errs.KindOf(err) != errs.NotFound {
		t.Error(err)
	}
	if _, err := l.Form("bad", ""); errs.KindOf(err) != errs.Invalid {
		t.Error(err)
	}
	if regs := l.Registers(); len(regs) != 1 || regs[0].Edition != "2026" {
		t.Errorf("registers: %v", regs)
	}
	if found := l.Check(); len(found) == 0 {
		t.Error("a broken form has no finding")
	}
}

func TestKind(t *testing.T) {
	for more, rule := range map[string]string{
		"kind: register":                      "form.register-without-lists",
		"kind: letter":                        "form.bad-kind",
		"lists: [name]":                       "form.lists-of-register",
		"kind: register\nlists: [rows]":       "form.lists-unknown",
		"kind: register\nlists: [nobody]":     "form.lists-unknown",
		"kind: register\nlists: [name]":       "",
		"kind: questionnaire":                 "",
		"kind: report":                        "",
		"audience: org.sector == \"shinkin\"": "",
	} {
		_, found := form.Parse("toy.yaml", []byte(tiny("1", more)))
		got := ""
		if len(found) > 0 {
			got = found[0].Rule
		}
		if got != rule {
			t.Errorf("%q: %q, want %q", more, got, rule)
		}
	}
}

func TestPopulation(t *testing.T) {
	org := &form.Org{ID: "b1", Sector: "shinkin", Flags: []string{"payment"}}
	for text, want := range map[string]bool{
		"": true, `org.sector in ["shinkin"]`: true, `org.sector == "bank"`: false,
		`"payment" in org.flags`: true, `1 / size(org.group) == 1`: false,
	} {
		p, found := form.ParsePopulation(text)
		if len(found) > 0 || p.Holds(org) != want {
			t.Errorf("%q: %v", text, found)
		}
	}
	for _, text := range []string{`org.rating == "A"`, `org.sector`, `answers["x"] == "y"`, `org.sector ==`, strings.Repeat("!", 3000)} {
		if _, found := form.ParsePopulation(text); len(found) == 0 {
			t.Errorf("%q was taken", text)
		}
	}
}
