package catalog

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestCaseLibrary(t *testing.T) {
	books := loadData(t).Casebooks()
	if len(books) != 2 || len(books[0].Cases) != 10 || len(books[1].Threats) != 20 {
		t.Fatalf("%d books", len(books))
	}
	for _, c := range books[0].Cases {
		if c.Month < "2020-07" || c.Month > "2021-11" || c.Mark != Secondary {
			t.Errorf("%s: %s %s", c.ID, c.Month, c.Mark)
		}
	}
	// The two sentences that the source puts above the ranking.
	for _, th := range books[1].Threats {
		switch {
		case th.Target != "organisation":
		case strings.Contains(th.Title.JA, "ランサムウェア") && (th.Rank != 1 || th.Previous != 1), strings.Contains(th.Title.JA, "サプライチェーン") && (th.Rank != 3 || th.Previous != 4):
			t.Errorf("%+v", th)
		}
	}
}

func TestCaseFaults(t *testing.T) {
	const head = "casebook: x\ntitle: {ja: あ, en: a}\nauthority: {ja: あ, en: a}\ndocument: {ja: あ, en: a}\nplace: {ja: あ, en: a}\nnotes: {ja: あ, en: a}\n" +
		"published: '2022'\neffective: '2022'\nsource: s\nlicence: l\nmark: secondary\n"
	for text, faulty := range map[string]bool{
		"cases:\n  - {id: a, month: '2020-07', effects: [data_leak], who: {ja: あ, en: a}, what: {ja: あ, en: a}}\n":                                       false,
		"cases:\n  - {id: a, month: '2020', effects: [data_leak], who: {ja: あ, en: a}, what: {ja: あ, en: a}}\n":                                          true,
		"cases:\n  - {id: a, month: '2020-07', effects: [rumour], who: {ja: あ, en: a}, what: {ja: あ, en: a}}\n":                                          true,
		"cases:\n  - {id: a, month: '2020-07', effects: [fraud], who: {ja: あ}, what: {ja: あ, en: a}}\n":                                                  true,
		"cases:\n  - {id: a, month: '2020-07', effects: [fraud], who: {ja: あ, en: a}, what: {ja: あ, en: a}, figures: [{value: 0, unit: yen}]}\n":         true,
		"threats:\n  - {id: a, target: organisation, rank: 1, title: {ja: あ, en: a}}\n  - {id: a, target: individual, rank: 1, title: {ja: あ, en: a}}\n": true,
		"threats:\n  - {id: a, target: individual, rank: 1, title: {ja: あ, en: a}}\n  - {id: b, target: individual, rank: 1, title: {ja: あ, en: a}}\n":   true,
	} {
		_, found := Load(fstest.MapFS{"cases/x.yaml": {Data: []byte(head + text)}})
		if (len(found) > 0) != faulty {
			t.Errorf("%s: %v", text, found)
		}
	}
}
