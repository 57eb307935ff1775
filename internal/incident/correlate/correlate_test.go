package correlate

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yagura/catalog"
	"yagura/internal/incident/facts"
)

// drawn is a small sector with many ties in time, shared values and duplicates.
func drawn(t *rapid.T) []Report {
	var out []Report
	for i := range rapid.IntRange(0, 25).Draw(t, "reports") {
		r := Report{ID: fmt.Sprintf("R%02d", i), Exercise: rapid.IntRange(0, 9).Draw(t, "exercise") == 0,
			At: start.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "day")) * day)}
		if rapid.Bool().Draw(t, "vague") {
			r.Span = time.Duration(rapid.IntRange(0, 3).Draw(t, "span")) * day
		}
		for _, f := range Fields {
			for range rapid.IntRange(0, 2).Draw(t, string(f)) {
				text := fmt.Sprintf("%s%d", f, rapid.IntRange(0, 6).Draw(t, "value"))
				r.add(f, text)
				if f == Institution {
					r.Institution = text
					break
				}
			}
		}
		r.sort()
		out = append(out, r)
	}
	return out
}

// TestOrderDoesNotMatter: adding one by one in any order gives what all at once
// gives.
func TestOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := drawn(t)
		want := Correlate(all, Defaults())
		x := New(Defaults())
		for _, r := range rapid.Permutation(all).Draw(t, "order") {
			x.Add(r)
		}
		if diff := cmp.Diff(want.Groups(), x.Groups()); diff != "" {
			t.Fatalf("groups differ (-at once, +one by one): %s", diff)
		}
		if diff := cmp.Diff(want.Bursts(), x.Bursts()); diff != "" {
			t.Fatalf("bursts differ: %s", diff)
		}
	})
}

// TestSearchMissesNoPair: scoring every pair finds the links of the search.
func TestSearchMissesNoPair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := Correlate(drawn(t), Defaults())
		want := map[string]Kind{}
		for i := range x.entries {
			for j := range i {
				if kind, ok := everyPair(x, i, j); ok {
					want[x.entries[i].ID+" "+x.entries[j].ID] = kind
				}
			}
		}
		got := map[string]Kind{}
		for _, l := range x.links {
			got[x.entries[l.later].ID+" "+x.entries[l.earlier].ID] = l.kind
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("links (-every pair, +search): %s", diff)
		}
	})
}

// everyPair scores a pair by the definition, with sets.
func everyPair(x *Index, i, j int) (Kind, bool) {
	a, b := &x.entries[i], &x.entries[j]
	if a.At.Sub(b.At) > x.s.Horizon || a.Exercise != b.Exercise {
		return "", false
	}
	for _, c := range []struct {
		kind Kind
		m    *Model
	}{{Duplicate, &x.s.Duplicate}, {InCampaign, &x.s.Campaign}} {
		bits, identified, same := c.m.Prior, false, false
		if a.Span <= x.s.Vague && b.Span <= x.s.Vague {
			gap := max(0, a.At.Sub(b.At)-b.Span)
			bits += math.Log2(x.s.Horizon.Hours()/c.m.Scale.Hours()) - gap.Hours()/c.m.Scale.Hours()/math.Ln2
		}
		for f, w := range c.m.Fields {
			var shared []float64
			left, right := 0, 0
			for k, v := range a.keys {
				if Fields[v>>24] == f {
					left++
					if slices.Contains(b.keys, v) {
						shared = append(shared, max(0, math.Log2(w.Agree/a.frequency[k])))
					}
				}
			}
			for _, v := range b.Values {
				if v.Field == f {
					right++
				}
			}
			slices.Sort(shared)
			slices.Reverse(shared)
			for n, s := range shared {
				bits += s / math.Pow(2, float64(n))
			}
			if left > 0 && right > 0 && len(shared) == 0 && w.Differ {
				bits += math.Log2(1 - w.Agree)
			}
			identified = identified || len(shared) > 0 && w.Identifies
		}
		for _, v := range a.Values {
			same = same || v.Field == Institution && slices.Contains(b.Values, v)
		}
		if identified && bits >= c.m.Link && (!c.m.OtherInstitution || !same) {
			return c.kind, true
		}
	}
	return "", false
}

func TestEvidenceAddsUp(t *testing.T) {
	s := newSector(3, 200)
	all := s.campaign(12, start.Add(60*day))
	for i := range 500 {
		all = append(all, s.noise(i, 100))
	}
	n := 0
	for _, g := range Correlate(all, Defaults()).Groups() {
		if len(g.Links) != len(g.Reports)-1 {
			t.Errorf("%s: %d links hold %d reports", g.ID, len(g.Links), len(g.Reports))
		}
		for _, l := range g.Links {
			sum := 0.0
			for _, e := range l.Evidence {
				sum += e.Bits
			}
			if n++; math.Abs(sum-l.Bits) > 1e-9 || math.Abs(l.Chance-1/(1+math.Pow(2, -l.Bits))) > 1e-12 {
				t.Errorf("%s – %s: evidence %.6f, score %.6f, chance %.6f", l.A, l.B, sum, l.Bits, l.Chance)
			}
		}
	}
	if n < 10 {
		t.Errorf("%d links", n)
	}
}

// TestScoreByHand: two reports without background, one day apart, sharing a
// vendor and one of two techniques.
func TestScoreByHand(t *testing.T) {
	one := Report{ID: "A", Institution: "甲銀行", At: start}
	one.add(Vendor, "株式会社アルファ")
	one.add(Technique, "phishing")
	one.add(Indicator, "203.0.113.7")
	two := Report{ID: "B", Institution: "乙信用金庫", At: start.Add(day)}
	two.add(Vendor, "（株）アルファ")
	two.add(Technique, "phishing")
	two.add(Technique, "valid accounts")
	two.add(Indicator, "203.0.113.7")
	groups := Correlate([]Report{one.done(), two.done()}, Defaults()).Groups()
	if len(groups) != 1 || len(groups[0].Links) != 1 || !groups[0].Campaign() {
		t.Fatalf("%+v", groups)
	}
	want := -12 + math.Log2(90.0/5) - 1.0/5*math.Log2E + math.Log2(0.9/0.02) + math.Log2(0.7/0.1) + math.Log2(0.4/0.001)
	if got := groups[0].Links[0]; math.Abs(got.Bits-want) > 1e-9 || got.Evidence[0].Field != Indicator || got.Evidence[0].Text != "203.0.113.7" {
		t.Errorf("%.4f, want %.4f: %+v", got.Bits, want, got.Evidence)
	}
}

func TestDuplicates(t *testing.T) {
	report := func(id, who, reference string, hours int) Report {
		r := Report{ID: id, Institution: who, At: start.Add(time.Duration(hours) * time.Hour)}
		r.add(Reference, reference)
		r.add(Class, "ransomware")
		return r.done()
	}
	for _, c := range []struct {
		name string
		a, b Report
		want bool
	}{
		{"the same incident by two channels", report("A", "甲銀行", "", 0), report("B", "株式会社甲銀行", "", 3), true},
		{"the same reference, the institution written otherwise", report("A", "", "FSA-1", 0), report("B", "乙", "FSA-1", 30), true},
		{"another institution", report("A", "甲銀行", "", 0), report("B", "乙銀行", "", 3), false},
		{"two months later", report("A", "甲銀行", "", 0), report("B", "甲銀行", "", 24*60), false},
	} {
		groups := Correlate([]Report{c.a, c.b}, Defaults()).Groups()
		if got := len(groups) == 1 && !groups[0].Campaign() && groups[0].Reports[1].DuplicateOf == "A"; got != c.want {
			t.Errorf("%s: %v, want %v: %+v", c.name, got, c.want, groups)
		}
	}
}

func TestBursts(t *testing.T) {
	s := newSector(11, 200)
	var all []Report
	for i := range 2000 {
		all = append(all, s.noise(i, 365))
	}
	if got := Correlate(all, Defaults()).Bursts(); len(got) > 0 {
		t.Errorf("noise alone: %+v", got)
	}
	hit := s.campaign(12, start.Add(250*day))
	got := Correlate(append(all, hit...), Defaults()).Bursts()
	if len(got) == 0 || got[0].Institutions < 8 || got[0].Chance > 1e-6 || got[0].From.Before(hit[0].At.Add(-7*day)) {
		t.Fatalf("%+v", got)
	}
	if early := Correlate(until(hit, start.Add(300*day)), Defaults()).Bursts(); len(early) > 0 {
		t.Errorf("without background: %+v", early)
	}
}

func TestExercisesStayApart(t *testing.T) {
	s := newSector(5, 200)
	all := s.campaign(6, start)
	played := slices.Clone(all)
	for i := range played {
		played[i].ID, played[i].Exercise = "E"+played[i].ID, true
	}
	real := Correlate(all, Defaults())
	both := Correlate(append(played, all...), Defaults())
	var kept []Group
	for _, g := range both.Groups() {
		for _, m := range g.Reports {
			if (m.ID[0] == 'E') != g.Exercise {
				t.Errorf("%s is in the group %s", m.ID, g.ID)
			}
		}
		if !g.Exercise {
			kept = append(kept, g)
		}
	}
	if diff := cmp.Diff(real.Groups(), kept); diff != "" {
		t.Errorf("the exercise changes what is real: %s", diff)
	}
}

func TestIndicators(t *testing.T) {
	got := Indicators("通信先：hxxps://Evil[.]example[.]com/a.php、203.0.113.9:443, 10.0.0.5 192.168.1.1\n「ｅｖｉｌ.example.com」 D41D8CD98F00B204E9800998ECF8427E spam@mail.example.jp 2001:db8::1 調査中")
	want := []string{"2001:db8::1", "203.0.113.9", "d41d8cd98f00b204e9800998ecf8427e", "evil.example.com", "mail.example.jp"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzIndicators(f *testing.F) {
	f.Add("hxxp://a[.]example/x 203.0.113.7")
	f.Fuzz(func(t *testing.T, s string) {
		for _, i := range Indicators(s) {
			if again := Indicators(i); len(again) != 1 || again[0] != i {
				t.Errorf("%q gives %q, which gives %q", s, i, again)
			}
		}
	})
}

const night = `
incident: INC-1
zone: Asia/Tokyo
known: "2026-11-24T02:12"
facts:
  - {fact: entity.name, value: 甲銀行}
  - {fact: time.occurred, value: "2026-11-23T23:50"}
  - {fact: cause.third_party, value: 株式会社アルファ}
  - {fact: attack.techniques, state: under_investigation}
  - {fact: attack.malware, value: [Ransomware, Unknown]}
  - {fact: event.kind, value: ransomware}
  - {fact: attack.extension, value: .locked}
  - {fact: attack.indicators, value: "203.0.113.7, 10.0.0.1"}
  - {fact: event.description, value: "VPN装置の脆弱性 cve-2026-12345 の悪用"}
`

func TestRead(t *testing.T) {
	d, err := facts.LoadDictionary(catalog.FS)
	if err != nil {
		t.Fatal(err)
	}
	b, found := facts.Read("x", []byte(night), d)
	if len(found) > 0 {
		t.Fatal(found)
	}
	r := Read(&b, b.At(b.Moments()[0]))
	want := []Value{{Class, "ransomware"}, {Description, "vpn装置の脆弱性 cve-2026-12345 の悪用"}, {Indicator, ".locked"}, {Indicator, "203.0.113.7"},
		{Institution, "甲銀行"}, {Technique, "ransomware"}, {Vendor, "アルファ"}, {Vulnerability, "cve-2026-12345"}}
	if diff := cmp.Diff(want, r.Values); diff != "" {
		t.Error(diff)
	}
	if r.Span != time.Minute-time.Microsecond || !r.At.Equal(time.Date(2026, 11, 23, 14, 50, 0, 0, time.UTC)) || r.Institution != "甲銀行" {
		t.Errorf("%v %v %q", r.At, r.Span, r.Institution)
	}
}
