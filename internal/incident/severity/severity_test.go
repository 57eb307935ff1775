package severity

import (
	"io/fs"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yagura/catalog"
	"yagura/internal/incident/facts"
	"yagura/internal/predicate"
)

func load(t testing.TB) (map[string]*Scheme, *facts.Dictionary) {
	t.Helper()
	d, err := facts.LoadDictionary(catalog.FS)
	if err != nil {
		t.Fatal(err)
	}
	list, err := Load(catalog.FS, d.Vars())
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*Scheme{}
	for _, s := range list {
		out[s.ID] = s
	}
	return out, d
}

func is(pairs ...any) predicate.Facts {
	f := predicate.Facts{}
	for i := 0; i < len(pairs); i += 2 {
		switch v := pairs[i+1].(type) {
		case int:
			f[pairs[i].(string)] = predicate.Is(float64(v))
		case predicate.Value:
			f[pairs[i].(string)] = v
		default:
			f[pairs[i].(string)] = predicate.Is(v)
		}
	}
	return f
}

// Every threshold of Delegated Regulation (EU) 2024/1772 from both sides.
func TestDORAThresholds(t *testing.T) {
	schemes, _ := load(t)
	second := []any{"impact.critical_services", true, "impact.media", true} // one threshold is met already
	for _, c := range []struct {
		facts []any
		want  string
	}{
		{nil, "not_major"},
		{[]any{"impact.clients_percent", 10}, "not_major"}, {[]any{"impact.clients_percent", 10.01}, "major"},
		{[]any{"impact.clients", 100_000}, "not_major"}, {[]any{"impact.clients", 100_001}, "major"},
		{[]any{"impact.counterparties_percent", 30}, "not_major"}, {[]any{"impact.counterparties_percent", 30.5}, "major"},
		{[]any{"impact.transactions_percent", 10}, "not_major"}, {[]any{"impact.transactions_percent", 11}, "major"},
		{[]any{"impact.value_percent", 10}, "not_major"}, {[]any{"impact.value_percent", 11}, "major"},
		{[]any{"impact.relevant_client", true}, "major"},
		{[]any{"time.duration", 24}, "not_major"}, {[]any{"time.duration", 24.1}, "major"},
		{[]any{"time.downtime", 2}, "not_major"}, {[]any{"time.downtime", 2.1}, "major"},
		{[]any{"impact.states", []string{"DE"}}, "not_major"}, {[]any{"impact.states", []string{"DE", "FR"}}, "major"},
		{[]any{"data.integrity", true, "data.adverse", false}, "not_major"}, {[]any{"data.integrity", true, "data.adverse", true}, "major"},
		{[]any{"impact.costs_eur", 100_000}, "not_major"}, {[]any{"impact.costs_eur", 100_001}, "major"},
		{[]any{"impact.complaints", true}, "not_major"}, // the same criterion once more
		{[]any{"impact.critical_services", false, "impact.clients", 100_001}, "not_major"},
	} {
		r := schemes["dora"].Classify(is(append(slices.Clone(second), c.facts...)...))
		if r.Level.ID != c.want {
			t.Errorf("%v: %s, want %s", c.facts, r.Level.ID, c.want)
		}
	}
	// Article 9(5)(b) suffices, and malicious access makes the services critical.
	if r := schemes["dora"].Classify(is("attack.unauthorised_access", true, "attack.may_lose_data", true)); r.Level.ID != "major" || !r.Settled() {
		t.Errorf("access: %s", r.Level.ID)
	}
}

// doraOracle is the regulation once more, as one expression over complete facts.
func doraOracle(f predicate.Facts) string {
	b := func(id string) bool { v, _ := f[id].One.(bool); return v }
	n := func(id string) float64 { v, _ := f[id].One.(float64); return v }
	critical := b("impact.critical_services") || b("impact.regulated_services") || b("attack.unauthorised_access")
	access := b("attack.unauthorised_access") && b("attack.may_lose_data")
	met := 0
	for _, m := range []bool{
		n("impact.clients_percent") > 10 || n("impact.clients") > 100000 || n("impact.counterparties_percent") > 30 || n("impact.transactions_percent") > 10 || n("impact.value_percent") > 10 || b("impact.relevant_client"),
		b("impact.media") || b("impact.complaints") || b("impact.regulatory_breach") || b("impact.client_loss"),
		n("time.duration") > 24 || b("impact.critical_services") && n("time.downtime") > 2,
		len(f["impact.states"].One.([]string)) >= 2,
		b("data.adverse") && (b("data.availability") || b("data.authenticity") || b("data.integrity") || b("data.confidentiality")) || access,
		n("impact.costs_eur") > 100000,
	} {
		if m {
			met++
		}
	}
	if critical && (access || met >= 2) || !b("entity.eu_simplified") && n("recurring.count") >= 2 && b("recurring.jointly") {
		return "major"
	}
	return "not_major"
}

// drawFacts draws complete facts for a scheme, mostly near thresholds.
func drawFacts(t *rapid.T, s *Scheme, vars predicate.Vars) predicate.Facts {
	f := predicate.Facts{}
	for _, id := range s.Reads() {
		switch vars[id] {
		case predicate.Bool:
			f[id] = predicate.Is(rapid.IntRange(0, 3).Draw(t, id) == 0)
		case predicate.Number:
			f[id] = predicate.Is(rapid.SampledFrom([]float64{0, 1, 2, 2.5, 10, 10.5, 24, 24.5, 30, 30.5, 10000, 10001, 100000, 100001}).Draw(t, id))
		case predicate.List:
			f[id] = predicate.Is(rapid.SampledFrom([][]string{{}, {"DE"}, {"DE", "FR"}}).Draw(t, id))
		default:
			f[id] = predicate.Is(rapid.SampledFrom([]string{"none", "some", "serious", "medium", "high"}).Draw(t, id))
		}
	}
	return f
}

func TestDORAAgainstOracle(t *testing.T) {
	schemes, d := load(t)
	rapid.Check(t, func(t *rapid.T) {
		f := drawFacts(t, schemes["dora"], d.Vars())
		if r := schemes["dora"].Classify(f); r.Level.ID != doraOracle(f) || !r.Settled() || len(r.Hinges) > 0 {
			t.Fatalf("%v: %s (%v), oracle %s", f, r.Level.ID, r.Settled(), doraOracle(f))
		}
	})
}

// Hiding facts never rules out what the whole truth says, and every hinge is
// confirmed by a value that brings its level about.
func TestUnknownFacts(t *testing.T) {
	schemes, d := load(t)
	for _, s := range schemes {
		rapid.Check(t, func(t *rapid.T) {
			whole := drawFacts(t, s, d.Vars())
			known := predicate.Facts{}
			for id, v := range whole {
				switch rapid.IntRange(0, 3).Draw(t, "hide "+id) {
				case 0:
				case 1:
					if n, ok := v.One.(float64); ok {
						v = predicate.Between(n, n+1)
					}
					known[id] = v
				default:
					known[id] = v
				}
			}
			r, truth := s.Classify(known), s.Classify(whole).Level
			if !slices.Contains(r.Possible, truth) || !slices.Contains(r.Possible, r.Level) {
				t.Fatalf("%s: possible %v, truth %s, level %s", s.ID, names(r.Possible), truth.ID, r.Level.ID)
			}
			if r.Settled() && r.Level != truth {
				t.Fatalf("%s: settled on %s, truth %s", s.ID, r.Level.ID, truth.ID)
			}
			// If hiding exactly one fact changed the level, that fact is a hinge.
			for id := range whole {
				one := predicate.Facts{}
				for k, v := range whole {
					if k != id {
						one[k] = v
					}
				}
				h := s.Classify(one)
				if h.Level != truth && !slices.ContainsFunc(h.Hinges, func(x Hinge) bool { return x.Fact == id && slices.Contains(x.Levels, truth) }) {
					t.Fatalf("%s: %s is no hinge to %s: %v", s.ID, id, truth.ID, h.Hinges)
				}
			}
		})
	}
}

func names(list []*Level) (out []string) {
	for _, l := range list {
		out = append(out, l.ID)
	}
	return out
}

func TestExplanation(t *testing.T) {
	schemes, _ := load(t)
	r := schemes["dora"].Classify(is("impact.critical_services", true, "time.downtime", 7, "impact.clients", predicate.Between(8000, 150000)))
	if r.Level.ID != "not_major" || r.Settled() || strings.Join(names(r.Possible), " ") != "major not_major" {
		t.Errorf("%s, possible %v", r.Level.ID, names(r.Possible))
	}
	var hinges []string
	for _, h := range r.Hinges {
		hinges = append(hinges, h.Fact)
	}
	for _, want := range []string{"impact.clients", "impact.media", "impact.states", "impact.costs_eur"} {
		if !slices.Contains(hinges, want) {
			t.Errorf("%s is no hinge: %v", want, hinges)
		}
	}
	for _, not := range []string{"time.duration", "data.adverse", "impact.critical_services"} {
		if slices.Contains(hinges, not) {
			t.Errorf("%s alone decides nothing", not)
		}
	}
	for _, c := range r.Criteria {
		if c.Criterion.ID == "duration" && (c.Verdict != predicate.Yes || c.Tests[1].Verdict != predicate.Yes || c.Tests[1].Facts[1] != "time.downtime") {
			t.Errorf("duration: %+v", c)
		}
	}
}

func TestOtherSchemes(t *testing.T) {
	schemes, _ := load(t)
	for _, c := range []struct {
		scheme string
		facts  predicate.Facts
		want   string
	}{
		{"fsb", is("impact.disruption", "serious", "impact.confidence", "high"), "sev1"},
		{"fsb", is("impact.disruption", "serious", "impact.confidence", "medium"), "sev2"},
		{"fsb", is("impact.disruption", "none", "impact.confidence", "none"), "sev3"},
		{"house", is("impact.clients", 20000, "response.bcp", true), "a"},
		{"house", is("impact.clients", 20000), "b"},
		{"house", is("impact.customers_or_business", true), "c"},
		{"house", is(), "d"},
		{"weighted", is("impact.disruption", "serious", "privacy.leak", true, "privacy.sensitive", true, "attack.encrypted", true, "time.downtime", 30, "impact.counterparties_percent", 40), "critical"},
		{"weighted", is("impact.disruption", "none", "privacy.leak", false, "data.confidentiality", false, "data.integrity", false, "attack.encrypted", false, "attack.unauthorised_access", false, "time.downtime", 0, "impact.counterparties_percent", 0), "low"},
	} {
		if r := schemes[c.scheme].Classify(c.facts); r.Level.ID != c.want {
			t.Errorf("%s %v: %s, want %s", c.scheme, c.facts, r.Level.ID, c.want)
		}
	}
	// 6·50 + 5·70 + 4·100 + 4·60 + 3·50 over 22
	r := schemes["weighted"].Classify(is("impact.disruption", "some", "privacy.leak", true, "privacy.sensitive", false, "privacy.financial_harm", false, "attack.encrypted", true, "time.downtime", 3, "impact.counterparties_percent", 5))
	if want := (300.0 + 350 + 400 + 240 + 150) / 22; math.Abs(r.Score-want) > 1e-9 || r.MaxScore != r.Score || r.Level.ID != "high" {
		t.Errorf("score %f to %f, want %f, %s", r.Score, r.MaxScore, want, r.Level.ID)
	}
}

func TestRecurring(t *testing.T) {
	schemes, _ := load(t)
	now := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	small := is("impact.critical_services", true, "impact.clients", 60_000, "impact.costs_eur", 60_000)
	past := func(day, cause string) Past {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		return Past{ID: day, At: at, Cause: cause, Facts: small}
	}
	for _, c := range []struct {
		list []Past
		want int
	}{
		{[]Past{past("2026-11-01", "vpn"), past("2026-08-01", "vpn")}, 1},
		{[]Past{past("2026-11-01", "vpn"), past("2026-05-29", "vpn")}, 0}, // longer ago than six months
		{[]Past{past("2026-11-01", "vpn"), past("2026-08-01", "mail")}, 0},
		{[]Past{past("2026-11-01", ""), past("2026-08-01", "")}, 0},
		{[]Past{past("2026-11-01", "vpn")}, 0},
	} {
		if got := schemes["dora"].Recurring(c.list, now); len(got) != c.want {
			t.Errorf("%v: %d", c.list, len(got))
		}
	}
	if got := schemes["fsb"].Recurring([]Past{past("2026-11-01", "vpn"), past("2026-08-01", "vpn")}, now); got != nil {
		t.Errorf("a scheme without joint rule: %v", got)
	}
}

func TestDurationFollowsFromMoments(t *testing.T) {
	schemes, d := load(t)
	text := "incident: I\nzone: Asia/Tokyo\nknown: \"2026-11-24T02:12\"\nfacts:\n  - {fact: time.detected, value: \"2026-11-24T02:10\"}\n"
	at := func(s string) time.Time {
		m, err := facts.ParseMoment(s, "Asia/Tokyo")
		if err != nil {
			t.Fatal(err)
		}
		return m.From
	}
	for _, c := range []struct{ more, now, want string }{
		{"", "2026-11-25T02:00", "undetermined"}, {"", "2026-11-25T02:12", "yes"},
		{"  - {fact: time.recovered, value: \"2026-11-24T20:00\", known: \"2026-11-24T21:00\"}\n", "2026-11-27T00:00", "no"},
		{"  - {fact: time.occurred, value: \"2026-11-23\"}\n", "2026-11-24T12:00", "undetermined"}, // at some time of the day before
		{"  - {fact: time.duration, value: 30}\n", "2026-11-24T03:00", "yes"},
	} {
		b, found := facts.Read("f", []byte(text+c.more), d)
		if len(found) > 0 {
			t.Fatal(found)
		}
		r := schemes["dora"].Classify(Facts(b.At(at(c.now)), d))
		for _, cr := range r.Criteria {
			if cr.Criterion.ID == "duration" && string(cr.Tests[0].Verdict) != c.want {
				t.Errorf("%+v: %s", c, cr.Tests[0].Verdict)
			}
		}
	}
}

func TestFaultySchemes(t *testing.T) {
	_, d := load(t)
	good, err := fs.ReadFile(catalog.FS, "taxonomies/severity-dora.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new string }{
		{"impact.clients_percent > 10.0", "impact.clients_percent >> 10"},
		{"impact.clients_percent > 10.0", "impact.unheard_of > 10.0"},
		{"thresholds >= 2.0", "threshold >= 2.0"},
		{"[clients, reputation,", "[customers, reputation,"},
		{"id: reputation", "id: clients"},
		{`when: "true"`, "when: critical_services"},
		{"mark: verified", "mark: sure"},
		{"effective: \"2025-01-17\"", "effective: soon"},
		{"criteria:", "criterion:"},
		{"title: {ja: 重大, en: major}", "title: {ja: 重大}"},
	} {
		text := strings.Replace(string(good), c.old, c.new, 1)
		if text == string(good) {
			t.Fatalf("%q is not there", c.old)
		}
		if _, err := Parse([]byte(text), d.Vars()); err == nil {
			t.Errorf("%s was accepted", c.new)
		}
	}
}

func FuzzParse(f *testing.F) {
	d, err := facts.LoadDictionary(catalog.FS)
	if err != nil {
		f.Fatal(err)
	}
	names, err := fs.Glob(catalog.FS, "taxonomies/severity-*.yaml")
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
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Parse(data, d.Vars())
		if err != nil {
			return
		}
		if r := s.Classify(predicate.Facts{}); r.Level == nil || len(r.Possible) == 0 {
			t.Fatalf("no level: %+v", r)
		}
	})
}
