package calendar

import (
	"cmp"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"yagura/catalog"
	"yagura/internal/errs"
)

func TestCatalogCalendars(t *testing.T) {
	set := load(t)
	var ids []string
	for _, c := range set {
		ids = append(ids, c.ID)
		if want := map[string]string{"eu-target": "Europe/Berlin"}[c.ID]; c.Zone.String() != cmp.Or(want, "Asia/Tokyo") {
			t.Errorf("%s: zone %s", c.ID, c.Zone)
		}
	}
	if got := strings.Join(ids, " "); got != "eu-target jp-bank jp-government weekday" {
		t.Errorf("calendars: %s", got)
	}
	if _, err := set.Get("mars"); errs.KindOf(err) != errs.NotFound {
		t.Error(err)
	}
}

func TestFaultyCalendars(t *testing.T) {
	good, err := fs.ReadFile(catalog.FS, "calendars/jp-bank.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, rule string }{
		{"calendar: jp-bank", "calendar: bank", "calendar.file.id"},
		{"zone: Asia/Tokyo", "zone: Asia/Edo", "calendar.file.value"},
		{"zone: Asia/Tokyo", "zone: Local", "calendar.file.value"},
		{"zone: Asia/Tokyo\n", "", "calendar.file.value"},
		{"week: [saturday, sunday]", "week: [saturday, holiday]", "calendar.file.value"},
		{"week: [saturday, sunday]", "week: [sunday, sunday]", "calendar.file.value"},
		{"week: [saturday, sunday]", "week: [monday, tuesday, wednesday, thursday, friday, saturday, sunday]", "calendar.file.week"},
		{"holidays: japan", "holidays: us", "calendar.file.value"},
		{`from: "12-31"`, `from: "02-29"`, "calendar.file.value"},
		{"mark: secondary", "mark: sure", "calendar.file.value"},
		{"licence: Apache-2.0\n", "", "calendar.file.value"},
		{"title: {ja: 銀行, en: Banks in Japan}", "title: {ja: 銀行}", "calendar.file.text"},
		{"zone:", "timezone:", "calendar.file.syntax"},
		{"week: [", "week: [[", "calendar.file.syntax"},
		{"zone:", "---\nzone:", "calendar.file.document"},
	} {
		if !strings.Contains(string(good), c.old) {
			t.Fatalf("%q is not in the file", c.old)
		}
		data := []byte(strings.Replace(string(good), c.old, c.new, 1))
		set, faults := Load(fstest.MapFS{"calendars/jp-bank.yaml": {Data: data}})
		if len(set) != 0 || len(faults) == 0 || faults[0].Rule != c.rule || faults[0].File != "calendars/jp-bank.yaml" {
			t.Errorf("%s → %s: %v", c.old, c.new, faults)
			continue
		}
		if c.rule != "calendar.file.syntax" && c.rule != "calendar.file.document" && c.new != "" && faults[0].Row == 0 {
			t.Errorf("%s: no line", c.new)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"jp-bank", "jp-government", "weekday"} {
		data, err := fs.ReadFile(catalog.FS, "calendars/"+name+".yaml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("closed:\n  - {from: 1, to: [2]}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, faults := Parse("calendars/jp-bank.yaml", data)
		if (c == nil) == (len(faults) == 0) {
			t.Fatalf("%v, %v", c, faults)
		}
		if c != nil {
			c.Open(Date(2026, 12, 25))
		}
	})
}
