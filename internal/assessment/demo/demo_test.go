package demo

import (
	"math"
	"os"
	"slices"
	"testing"

	"yagura/internal/catalog"
	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/i18n"
)

func load(tb testing.TB, name string) *form.Form {
	tb.Helper()
	data, err := os.ReadFile("../../../catalog/forms/" + name + ".yaml")
	if err != nil {
		tb.Fatal(err)
	}
	f, found := form.Parse(name, data)
	if f == nil {
		tb.Fatal(found[0].Line(i18n.EN))
	}
	return f
}

// published reads the figures that the catalog holds.
func published(tb testing.TB) Figures {
	tb.Helper()
	c, found := catalog.Load(os.DirFS("../../../catalog"))
	if finding.HasErrors(found) {
		tb.Fatal(found[0].Line(i18n.EN))
	}
	out := Figures{}
	for _, r := range c.References() {
		low, high := r.Range()
		out[r.ID] = Figure{FY: r.FY, Share: (low + high) / 200}
	}
	return out
}

func TestSectorMatchesPublishedFigures(t *testing.T) {
	cur, prev := load(t, "regional-self-assessment@2026"), load(t, "regional-self-assessment@2025")
	figures := published(t)
	s := Generate(1, i18n.JA, cur, prev, figures)
	count := map[string]int{}
	for _, p := range s.Parties {
		count[p.Sector]++
	}
	if count["regional_bank"] != 99 || count["shinkin"] != 254 || count["credit_coop"] != 145 {
		t.Errorf("institutions by sector: %v", count)
	}
	g := &generator{figures: figures}
	checked := 0
	for _, year := range []struct {
		form    *form.Form
		answers []form.Answers
		latest  bool
	}{{cur, s.Current, true}, {prev, s.Previous, false}} {
		for _, it := range year.form.Items() {
			for _, want := range g.figuresOf(it, year.latest) {
				checked++
				if got := share(it, want.options, year.answers); math.Abs(got-want.share) > 0.02 {
					t.Errorf("%s %s: %.3f, published %.3f", year.form.Edition, it.ID, got, want.share)
				}
			}
		}
	}
	if checked < 25 {
		t.Errorf("only %d figures were compared", checked)
	}
}

func share(it *form.Item, options []string, all []form.Answers) float64 {
	hit, n := 0, 0
	for _, a := range all {
		v, ok := a[it.ID]
		if !ok || !v.IsKnown() {
			continue
		}
		n++
		switch x := v.Value.(type) {
		case string:
			if slices.Contains(options, x) {
				hit++
			}
		case []string:
			if slices.ContainsFunc(x, func(id string) bool { return slices.Contains(options, id) }) {
				hit++
			}
		}
	}
	return float64(hit) / float64(n)
}

func TestAnswersAreValidAndRepeatable(t *testing.T) {
	cur, prev := load(t, "regional-self-assessment@2026"), load(t, "regional-self-assessment@2025")
	a, b := Generate(7, i18n.JA, cur, prev, published(t)), Generate(7, i18n.JA, cur, prev, published(t))
	odd := 0
	for i := range a.Parties {
		if len(a.Current[i]) != len(b.Current[i]) {
			t.Fatalf("%s: two runs of one seed differ", a.Parties[i].ID)
		}
		for id, x := range a.Current[i] {
			if !x.Equal(b.Current[i][id]) {
				t.Fatalf("%s %s: two runs of one seed differ", a.Parties[i].ID, id)
			}
		}
		for _, year := range []struct {
			f *form.Form
			a form.Answers
		}{{cur, a.Current[i]}, {prev, a.Previous[i]}} {
			found := year.f.Validate(year.a, nil, &a.Parties[i])
			if finding.HasErrors(found) {
				t.Fatalf("%s %s: %s", a.Parties[i].ID, year.f.Edition, found[0].Line(i18n.EN))
			}
			if len(found) > 0 {
				odd++
			}
		}
	}
	if odd == 0 || odd > len(a.Parties)/3 {
		t.Errorf("%d of %d answer sets have contradictions; some should, most should not", odd, 2*len(a.Parties))
	}
}
