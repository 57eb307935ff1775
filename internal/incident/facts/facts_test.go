package facts

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yagura/catalog"
	"yagura/internal/calendar"
	"yagura/internal/i18n"
	"yagura/internal/obligation"
	"yagura/internal/predicate"
)

func dictionary(t testing.TB) *Dictionary {
	t.Helper()
	d, err := LoadDictionary(catalog.FS)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

const night = `incident: INC-1
title: 勘定系のランサムウェア
zone: Asia/Tokyo
source: SOC
facts:
  - {fact: time.detected, value: "2026-11-24T02:10", known: "2026-11-24T02:12"}
  - {fact: impact.clients, estimate: [8000, 15000], known: "2026-11-24T03:00", since: "2026-11-24T02:10"}
  - {fact: impact.clients, value: 9200, known: "2026-11-24T15:00", since: "2026-11-24T02:10", source: 営業企画}
  - {fact: privacy.leak, state: under_investigation, known: "2026-11-24T03:00"}
  - {fact: impact.services, value: 為替, known: "2026-11-24T03:00"}
  - {fact: impact.services, value: "為替、ATM", known: "2026-11-24T18:00", since: "2026-11-24T12:00"}
  - {fact: time.occurred, value: "2026-11", known: "2026-11-24T10:00"}
  - {fact: time.aware, value: "2026-11-23T18:20", zone: Europe/Berlin, known: "2026-11-23T18:25"}
  - {fact: attack.ransom_note, state: not_applicable, known: "2026-11-24T10:00"}
reports:
  - {stage: jp-fsa-incident/first, submitted: "2026-11-24T02:25"}
`

func read(t testing.TB, text string) Base {
	t.Helper()
	b, found := Read("night.yaml", []byte(text), dictionary(t))
	for _, f := range found {
		t.Fatal(f.Line(i18n.EN))
	}
	return b
}

func tokyo(t testing.TB, text string) time.Time {
	t.Helper()
	m, err := ParseMoment(text, "Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	return m.From
}

// What did we know on Tuesday at 14:00, and what do we know now of that time?
func TestTwoTimes(t *testing.T) {
	b := read(t, night)
	for _, c := range []struct{ valid, known, fact, want string }{
		{"2026-11-24T02:00", "2026-11-24T02:00", "time.detected", "none"},
		{"2026-11-24T14:00", "2026-11-24T14:00", "impact.clients", "estimated"},
		{"2026-11-24T14:00", "2026-11-24T16:00", "impact.clients", "known"},
		{"2026-11-24T16:00", "2026-11-24T16:00", "impact.services", "為替"},
		{"2026-11-24T11:00", "2026-11-24T19:00", "impact.services", "為替"},
		{"2026-11-24T12:00", "2026-11-24T19:00", "impact.services", "為替、ATM"},
		{"2026-11-24T12:00", "2026-11-24T17:59", "impact.services", "為替"},
		{"2026-11-24T14:00", "2026-11-24T14:00", "privacy.leak", "under_investigation"},
	} {
		r, ok := b.AsOf(tokyo(t, c.valid), tokyo(t, c.known)).Get(c.fact)
		got := string(r.State)
		if s, text := r.Value.(string); text {
			got = s
		}
		if !ok {
			got = "none"
		}
		if got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestDiff(t *testing.T) {
	b := read(t, night)
	var ids []string
	for _, c := range Diff(b.At(tokyo(t, "2026-11-24T14:00")), b.At(tokyo(t, "2026-11-24T18:00"))) {
		ids = append(ids, c.Fact)
	}
	if got := strings.Join(ids, " "); got != "impact.clients impact.services" {
		t.Errorf("changed: %s", got)
	}
}

func TestCase(t *testing.T) {
	b, d := read(t, night), dictionary(t)
	c := b.At(tokyo(t, "2026-11-24T14:00")).Case(d)
	if v := c.Facts["impact.clients"]; v.One != nil || v.Low != 8000 || v.High != 15000 {
		t.Errorf("clients %+v", v)
	}
	if _, ok := c.Facts["privacy.leak"]; ok {
		t.Error("what is under investigation counts as known")
	}
	if c.Facts["attack.ransom_note"].One != "" {
		t.Error("what does not apply is not none")
	}
	if got := c.Events["time.aware"]; !got.Equal(tokyo(t, "2026-11-24T02:20")) {
		t.Errorf("aware at %s", got)
	}
	if got := c.Events["time.occurred"]; !got.Equal(tokyo(t, "2026-11-01T00:00")) {
		t.Errorf("an imprecise moment starts at %s", got)
	}
	if n := len(c.Reports["jp-fsa-incident/first"]); n != 1 {
		t.Errorf("%d reports", n)
	}
	if n := len(b.At(tokyo(t, "2026-11-24T02:24")).Case(d).Reports); n != 0 {
		t.Errorf("a report is known before it was made")
	}
}

func TestFaults(t *testing.T) {
	for _, c := range []struct{ old, new, rule string }{
		{"zone: Asia/Tokyo\n", "zone: Mars/Olympus\n", "facts.zone"},
		{"incident: INC-1\n", "", "facts.no-incident"},
		{"fact: impact.services,", "fact: impact.service,", "facts.unknown"},
		{"estimate: [8000, 15000]", "estimate: [15000, 8000]", "facts.estimate"},
		{"estimate: [8000, 15000]", "estimate: [8000]", "facts.estimate"},
		{"estimate: [8000, 15000]", "estimate: [.nan, 8000]", "facts.estimate"},
		{"value: 9200", "value: many", "facts.value"},
		{"value: 9200", "value: -1", "facts.value"},
		{"value: 9200", "value: 9200, estimate: [1, 2]", "facts.estimate"},
		{"state: under_investigation", "state: rumour", "facts.state"},
		{"state: under_investigation", "state: unknown, value: true", "facts.surplus"},
		{`value: "2026-11"`, `value: "2026-13"`, "facts.moment"},
		{`value: "2026-11"`, `value: "0001"`, "facts.moment"},
		{`known: "2026-11-24T02:12"`, `source: x`, "facts.no-known"},
		{"stage: jp-fsa-incident/first, ", `stage: "", `, "facts.report"},
		{"title:", "titel:", "facts.syntax"},
		{"incident: INC-1", "---\n---\nincident: INC-1", "facts.document"},
	} {
		text := strings.Replace(night, c.old, c.new, 1)
		_, found := Read("night.yaml", []byte(text), dictionary(t))
		if len(found) == 0 || found[0].Rule != c.rule {
			t.Errorf("%s: %v", c.new, found)
		}
	}
	b, found := Read("night.yaml", []byte(strings.Replace(night, "value: 9200", "value: many", 1)), dictionary(t))
	if len(found) != 1 || found[0].Row != 8 || len(b.Records) != 8 {
		t.Errorf("%v with %d records", found, len(b.Records))
	}
}

// The taxonomy has the 37 values of the published version, which lists may hold.
func TestTaxonomy(t *testing.T) {
	e := dictionary(t).Entry("event.classes")
	if len(e.Options) != 37 || e.OptionTitle("availability/ddos").EN != "Distributed denial of service" || e.OptionTitle("x").JA != "x" {
		t.Errorf("%d values", len(e.Options))
	}
	for value, faults := range map[string]int{"[availability/ddos, fraud/phishing]": 0, "[]": 0, "[availability/everything]": 1} {
		_, found := Read("f", []byte("incident: I\nzone: UTC\nknown: \"2026\"\nfacts: [{fact: event.classes, value: "+value+"}]\n"), dictionary(t))
		if len(found) != faults {
			t.Errorf("%s: %v", value, found)
		}
	}
}

// Every fact and event that an obligation reads is in the dictionary with the
// type that the obligation gives it.
func TestObligationsReadTheDictionary(t *testing.T) {
	d := dictionary(t)
	calendars, found := calendar.Load(catalog.FS)
	if len(found) > 0 {
		t.Fatal(found)
	}
	rules, found := obligation.Load(catalog.FS, calendars)
	if len(found) > 0 {
		t.Fatal(found)
	}
	known := d.Vars()
	for _, r := range rules {
		for id, typ := range r.Facts {
			if known[id] != typ {
				t.Errorf("%s: %s is %q, in the dictionary %q", r.ID, id, typ, known[id])
			}
		}
		for _, id := range r.Events {
			if e := d.Entry(id); e == nil || e.Type != Time {
				t.Errorf("%s: %s is no moment of the dictionary", r.ID, id)
			}
		}
	}
}

// A naive second reading: sort all records that count and take the last.
func TestAsOfAgainstOracle(t *testing.T) {
	d := dictionary(t)
	rapid.Check(t, func(t *rapid.T) {
		b := drawBase(t, d)
		valid, known := drawMoment(t, "valid").From, drawMoment(t, "known").From
		v := b.AsOf(valid, known)
		for _, id := range []string{"impact.clients", "privacy.leak", "event.description"} {
			want := -1
			for i, r := range b.Records {
				from := r.Since.From
				if r.Since.IsZero() {
					from = r.KnownAt.From
				}
				if r.Fact != id || r.KnownAt.From.After(known) || from.After(valid) {
					continue
				}
				if want >= 0 {
					w := b.Records[want]
					was := w.Since.From
					if w.Since.IsZero() {
						was = w.KnownAt.From
					}
					if from.Before(was) || from.Equal(was) && r.KnownAt.From.Before(w.KnownAt.From) {
						continue
					}
				}
				want = i
			}
			got, ok := v.facts[id]
			if ok != (want >= 0) || ok && got != want {
				t.Fatalf("%s: record %d, want %d", id, got, want)
			}
		}
	})
}

func TestWriteAndReadAgain(t *testing.T) {
	d := dictionary(t)
	rapid.Check(t, func(t *rapid.T) {
		b := drawBase(t, d)
		var out bytes.Buffer
		if err := Write(&out, b); err != nil {
			t.Fatal(err)
		}
		again, found := Read("again.yaml", out.Bytes(), d)
		if len(found) > 0 {
			t.Fatal(found[0].Line(i18n.EN), "\n", out.String())
		}
		if !equalBase(b, again) {
			t.Fatalf("%+v\n%+v\n%s", b, again, out.String())
		}
	})
}

func equalBase(a, b Base) bool {
	if a.ID != b.ID || a.Title != b.Title || a.Zone != b.Zone || a.Exercise != b.Exercise || len(a.Records) != len(b.Records) || len(a.Reports) != len(b.Reports) {
		return false
	}
	for i := range a.Records {
		x, y := a.Records[i], b.Records[i]
		if x.Fact != y.Fact || !Same(x, y) || x.Source != y.Source || x.Note != y.Note || !x.Since.Equal(y.Since) || !x.KnownAt.Equal(y.KnownAt) {
			return false
		}
	}
	for i := range a.Reports {
		x, y := a.Reports[i], b.Reports[i]
		if x.Stage != y.Stage || !x.Submitted.Equal(y.Submitted) || !x.Accepted.Equal(y.Accepted) || !x.KnownAt.Equal(y.KnownAt) {
			return false
		}
	}
	return true
}

func drawMoment(t *rapid.T, label string) Moment {
	text := rapid.SampledFrom([]string{"2026", "2026-11", "2026-11-24", "2026-11-24T02:10", "2026-11-24T02:10:30", "2026-11-25T00:00", "2026-11-24T02:10+01:00", "2026-10-25T02:30"}).Draw(t, label)
	m, err := ParseMoment(text, "Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func drawBase(t *rapid.T, d *Dictionary) Base {
	b := Base{ID: "I", Title: rapid.String().Filter(printable).Draw(t, "title"), Zone: "Asia/Tokyo", Exercise: rapid.Bool().Draw(t, "exercise")}
	for range rapid.IntRange(0, 12).Draw(t, "records") {
		r := Record{Fact: rapid.SampledFrom([]string{"impact.clients", "privacy.leak", "event.description", "impact.states", "time.aware", "event.kind", "veris.rest"}).Draw(t, "fact"),
			State: rapid.SampledFrom([]State{Known, Known, Unknown, Investigating, NotApplicable}).Draw(t, "state"), KnownAt: drawMoment(t, "known"),
			Source: rapid.SampledFrom([]string{"", "SOC", "営業"}).Draw(t, "source")}
		if rapid.Bool().Draw(t, "has since") {
			r.Since = drawMoment(t, "since")
		}
		if r.State == Known {
			r.Value = drawValue(t, r.Fact)
		} else if r.Fact == "impact.clients" && r.State == Unknown {
			r.State, r.Low, r.High = Estimated, float64(rapid.IntRange(0, 9).Draw(t, "low")), 10
		}
		b = b.With(r)
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "reports") {
		at := At(time.Date(2026, 11, 24, 3+i, 0, 0, 0, time.UTC))
		b = b.WithReport(Report{Stage: "a/b", Submitted: at})
	}
	return b
}

func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x85 || r == 0x7f || r == 0xfffd })
}

func drawValue(t *rapid.T, fact string) any {
	switch fact {
	case "impact.clients":
		return rapid.Float64Range(0, 1e12).Draw(t, "number")
	case "privacy.leak":
		return rapid.Bool().Draw(t, "bool")
	case "impact.states":
		return rapid.SliceOf(rapid.SampledFrom([]string{"DE", "FR", "yes", "1"})).Draw(t, "list")
	case "time.aware":
		return drawMoment(t, "value")
	case "event.kind":
		return "ransomware"
	}
	return rapid.String().Filter(printable).Draw(t, "text")
}

func FuzzRead(f *testing.F) {
	d := dictionary(f)
	f.Add([]byte(night))
	f.Add([]byte("incident: x\nzone: Asia/Tokyo\nfacts: [null]\nreports: [null]\n"))
	f.Add([]byte("incident: x\nzone: UTC\nknown: \"2026\"\nfacts: [{fact: veris.rest, value: \"{}\"}, {fact: impact.clients, estimate: [1, .inf]}]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, found := Read("f.yaml", data, d)
		if len(found) > 0 {
			return
		}
		b.At(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)).Case(d)
		var out bytes.Buffer
		if err := Write(&out, b); err != nil {
			t.Fatal(err)
		}
		again, found := Read("f.yaml", out.Bytes(), d)
		if len(found) > 0 || !equalBase(b, again) {
			t.Fatalf("%v\n%s\n%s", found, data, out.String())
		}
	})
}

func TestConditionsSeeRanges(t *testing.T) {
	d := dictionary(t)
	c, err := predicate.NewCompiler(d.Vars())
	if err != nil {
		t.Fatal(err)
	}
	p, err := c.Compile("impact.clients > 5000.0 && !(attack.ransom_note != '')")
	if err != nil {
		t.Fatal(err)
	}
	b := read(t, night)
	if got := p.Decide(b.At(tokyo(t, "2026-11-24T14:00")).Facts(d)); got != predicate.Yes {
		t.Error(got)
	}
}
