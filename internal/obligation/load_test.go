package obligation

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"yagura/catalog"
	"yagura/internal/calendar"
)

func load(t testing.TB) (Set, calendar.Set) {
	t.Helper()
	calendars, found := calendar.Load(catalog.FS)
	for _, f := range found {
		t.Fatal(f.Line("en"))
	}
	set, found := Load(catalog.FS, calendars)
	for _, f := range found {
		t.Fatal(f.Line("en"))
	}
	return set, calendars
}

func TestCatalogRules(t *testing.T) {
	set, _ := load(t)
	var ids []string
	for _, r := range set {
		ids = append(ids, r.ID)
		for _, s := range r.Stages {
			if set.Stage(s.Key()) != s {
				t.Errorf("stage %s is not found", s.Key())
			}
			for _, term := range s.Due {
				if term.within.unit == unverified && s.Verification() != "open" {
					t.Errorf("%s: a deadline that is not verified carries the mark %s", s.Key(), s.Verification())
				}
			}
		}
	}
	if got := strings.Join(ids, " "); got != "eu-dora-major jp-appi-leak jp-cyber-act jp-fsa-incident jp-tse-disclosure us-sec-8k" {
		t.Errorf("rules: %s", got)
	}
}

func TestFaultyRules(t *testing.T) {
	_, calendars := load(t)
	good, err := fs.ReadFile(catalog.FS, "obligations/eu-dora-major.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, rule string }{
		{"obligation: eu-dora-major", "obligation: eu-dora", "obligation.value"},
		{"calendar: eu-target", "calendar: mars", "obligation.value"},
		{"within: 4 h", "within: 4 hours", "obligation.value"},
		{"within: 4 h", "within: 0 h", "obligation.value"},
		{"lapses: classified", "lapses: doomsday", "obligation.value"},
		{"of: initial", "of: nothing", "obligation.value"},
		{"from: recovered", "from: rumour", "obligation.value"},
		{"which: last", "which: best", "obligation.value"},
		{`at: "12:00"`, `at: noon`, "obligation.value"},
		{"mark: verified", "mark: certain", "obligation.value"},
		{`effective: "2025-01-17"`, `effective: "2025-02-30"`, "obligation.value"},
		{"  entity.nis2: string", "  entity.nis2: number", "obligation.expr"},
		{"  entity.nis2: string", "  entity.nis2: string\n  entity.age: number", "obligation.value"},
		{`severity.dora == "major"`, `severity.dora = "major"`, "obligation.expr"},
		{"title: {ja: 初期通知, en: initial notification}", "title: {ja: 初期通知}", "obligation.text"},
		{"who:", "whom:", "obligation.syntax"},
		{"stages:", "stages: []\nold:", "obligation.syntax"},
		{"obligation:", "---\n---\nobligation:", "obligation.document"},
	} {
		data := strings.Replace(string(good), c.old, c.new, 1)
		if data == string(good) {
			t.Fatalf("%q is not in the rule", c.old)
		}
		set, found := Load(fstest.MapFS{"obligations/eu-dora-major.yaml": {Data: []byte(data)}}, calendars)
		if len(set) != 0 || len(found) == 0 || found[0].Rule != c.rule {
			t.Errorf("%s: %v", c.new, found)
			continue
		}
		if c.rule == "obligation.value" && found[0].Row == 0 {
			t.Errorf("%s: no line", c.new)
		}
	}
}

func FuzzParse(f *testing.F) {
	_, calendars := load(f)
	names, err := fs.Glob(catalog.FS, "obligations/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		data, err := fs.ReadFile(catalog.FS, name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("stages: [null]\n"))
	f.Add([]byte("obligation: x\nfacts: {a: bool}\ntrigger: a\nstages: [{id: s, due: [null]}]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, found := Parse("obligations/jp-appi-leak.yaml", data, calendars)
		if (r == nil) == (len(found) == 0) {
			t.Fatalf("%v, %v", r, found)
		}
		if r != nil {
			Set{r}.Clocks(Case{}, calendar.Date(2026, 11, 24).At(2, 10, calendar.Tokyo))
		}
	})
}
