package predicate

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var vars = Vars{"privacy.leak": Bool, "privacy.persons": Number, "entity.type": String, "geo.states": List, "a": Bool, "b": Bool, "c": Bool}

func compile(t interface{ Fatalf(string, ...any) }, text string) *Predicate {
	c, err := NewCompiler(vars)
	if err != nil {
		t.Fatalf("%v", err)
	}
	p, err := c.Compile(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return p
}

func TestDecide(t *testing.T) {
	for _, c := range []struct {
		text  string
		facts Facts
		want  Verdict
	}{
		{`privacy.leak && privacy.persons > 1000`, Facts{}, Undetermined},
		{`privacy.leak && privacy.persons > 1000`, Facts{"privacy.leak": Is(false)}, No},
		{`privacy.leak || privacy.persons > 1000`, Facts{"privacy.leak": Is(true)}, Yes},
		{`privacy.persons > 1000`, Facts{"privacy.persons": Is(1000.0)}, No},
		{`privacy.persons > 1000`, Facts{"privacy.persons": Between(1001, 4000)}, Yes},
		{`privacy.persons > 1000`, Facts{"privacy.persons": Between(1000, 4000)}, Undetermined},
		{`privacy.persons > 1000`, Facts{"privacy.persons": Between(0, math.Inf(1))}, Undetermined},
		{`entity.type in ["credit_institution", "ccp"]`, Facts{"entity.type": Is("ccp")}, Yes},
		{`size(geo.states) >= 2`, Facts{"geo.states": Is([]string{"DE"})}, No},
		{`geo.states.exists(s, s == "FR")`, Facts{"geo.states": Is([]string{"DE", "FR"})}, Yes},
	} {
		if got := compile(t, c.text).Decide(c.facts); got != c.want {
			t.Errorf("%s over %v: %s, want %s", c.text, c.facts, got, c.want)
		}
	}
}

func TestReadsAndMissing(t *testing.T) {
	p := compile(t, `privacy.leak && (privacy.persons > 1000 || entity.type == "x") && privacy.leak`)
	if got := strings.Join(p.Reads(), " "); got != "privacy.leak privacy.persons entity.type" {
		t.Errorf("reads %s", got)
	}
	if got := strings.Join(p.Missing(Facts{"privacy.leak": Is(true), "privacy.persons": Between(1, 2)}), " "); got != "privacy.persons entity.type" {
		t.Errorf("missing %s", got)
	}
}

func TestRefused(t *testing.T) {
	c, err := NewCompiler(vars)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "privacy.persons", "nobody.knows", "privacy.leak >", `"a" == 1`, strings.Repeat(" ", MaxText) + "true"} {
		if _, err := c.Compile(text); err == nil {
			t.Errorf("%q was compiled", text)
		}
	}
	if _, err := NewCompiler(Vars{"Über": Bool}); err == nil {
		t.Error("an id out of form was declared")
	}
}

// Kleene's three-valued logic, computed here by trying both truths of every
// unknown: CEL's verdict may be weaker (undetermined), never contradict, and
// is exact when every fact appears once.
func TestUnknownsAgreeWithEveryCompletion(t *testing.T) {
	once := compile(t, `a && (b || !c)`)
	twice := compile(t, `(a && b) || (!a && c)`)
	rapid.Check(t, func(t *rapid.T) {
		facts := Facts{}
		for _, id := range []string{"a", "b", "c"} {
			if k := rapid.IntRange(0, 2).Draw(t, id); k < 2 {
				facts[id] = Is(k == 1)
			}
		}
		for _, p := range []*Predicate{once, twice} {
			got, want := p.Decide(facts), complete(p, facts)
			if got != want && (p == once || got != Undetermined) {
				t.Fatalf("%s over %v: %s, by completion %s", p.Text, facts, got, want)
			}
		}
	})
}

func complete(p *Predicate, facts Facts) Verdict {
	missing := p.Missing(facts)
	if len(missing) == 0 {
		return p.Decide(facts)
	}
	var all Verdict
	for _, truth := range []bool{true, false} {
		next := Facts{missing[0]: Is(truth)}
		for id, v := range facts {
			next[id] = v
		}
		v := complete(p, next)
		if all != "" && v != all {
			return Undetermined
		}
		all = v
	}
	return all
}

func TestCandidatesReachBothSides(t *testing.T) {
	for _, c := range []struct {
		text, id string
		known    Value
		want     string
	}{
		{`privacy.persons > 1000`, "privacy.persons", Value{}, "no yes"},
		{`privacy.persons > 1000`, "privacy.persons", Between(10, 900), "no"},
		{`entity.type == "ccp"`, "entity.type", Value{}, "no yes"},
		{`size(geo.states) >= 2`, "geo.states", Value{}, "no yes"},
		{`"FR" in geo.states`, "geo.states", Value{}, "no yes"},
	} {
		p := compile(t, c.text)
		seen := map[Verdict]bool{}
		for _, v := range p.Candidates(c.id, c.known) {
			seen[p.Decide(Facts{c.id: v})] = true
		}
		var got []string
		for _, v := range []Verdict{No, Yes, Undetermined} {
			if seen[v] {
				got = append(got, string(v))
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", c.text, got, c.want)
		}
	}
}

func BenchmarkDecide(b *testing.B) {
	p := compile(b, `privacy.leak && (privacy.persons > 1000 || entity.type == "x")`)
	facts := Facts{"privacy.leak": Is(true), "privacy.persons": Is(5000.0)}
	for b.Loop() {
		p.Decide(facts)
	}
}
