package playbook

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"yagura/catalog"
	"yagura/internal/errs"
	"yagura/internal/incident/facts"
	"yagura/internal/predicate"
)

func dictionary(t *testing.T) *facts.Dictionary {
	t.Helper()
	d, err := facts.LoadDictionary(catalog.FS)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// What an incident of each type is handled by, and what every playbook has to have.
func TestCatalog(t *testing.T) {
	d := dictionary(t)
	list, err := Load(catalog.FS, d.Vars())
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, p := range list {
		ids = append(ids, p.ID)
		var decides, secures, restores, monitors bool
		for _, s := range p.Steps {
			decides = decides || s.ID == "isolate-or-run" && len(s.Choice) >= 2
			secures = secures || s.Needs == Evidence && s.Before == "eradicate"
			restores = restores || slices.Contains(s.Facts, "response.restore_order")
			monitors = monitors || slices.Contains(s.Facts, "response.monitoring") && s.Before == "review"
			for _, id := range s.Facts {
				if d.Entry(id) == nil {
					t.Errorf("%s/%s: fact %s", p.ID, s.ID, id)
				}
			}
		}
		if !decides || !secures || !monitors || !restores && p.ID != "fraud" {
			t.Errorf("%s: isolate or run %v, evidence %v, order %v, monitoring %v", p.ID, decides, secures, restores, monitors)
		}
	}
	if want := []string{"data-leak", "ddos", "fraud", "insider", "provider-outage", "ransomware"}; !slices.Equal(ids, want) {
		t.Errorf("%v, want %v", ids, want)
	}
	for _, c := range []struct {
		known predicate.Facts
		want  string
	}{
		{predicate.Facts{"event.kind": predicate.Is("ransomware")}, "ransomware"},
		{predicate.Facts{"event.kind": predicate.Is("ransomware"), "privacy.leak": predicate.Is(true)}, "data-leak ransomware"},
		{predicate.Facts{"event.kind": predicate.Is("ddos")}, "ddos"},
		{predicate.Facts{"event.kind": predicate.Is("system_failure")}, ""},
		{predicate.Facts{"event.kind": predicate.Is("system_failure"), "cause.third_party": predicate.Is("クラウド事業者")}, "provider-outage"},
		{predicate.Facts{"crime.fraud_cases": predicate.Between(3, 9)}, "fraud"},
		{predicate.Facts{"attack.insider": predicate.Is(true)}, "insider"},
	} {
		var got []string
		for _, p := range list {
			if p.Applies(c.known) == predicate.Yes {
				got = append(got, p.ID)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%v: %v, want %s", c.known, got, c.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	data, err := os.ReadFile("testdata/toy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	vars := dictionary(t).Vars()
	toy, err := Parse(data, vars)
	if err != nil {
		t.Fatal(err)
	}
	if toy.Name() != "toy@1" || toy.Steps[0].Limit() != 15*time.Minute || toy.Steps[1].Before != "eradicate" {
		t.Errorf("%+v", toy)
	}
	if v := toy.Steps[2].Applies(predicate.Facts{}); v != predicate.Undetermined {
		t.Errorf("a step whose condition is not known: %s", v)
	}
	for _, c := range [][2]string{
		{"playbook: toy", "playbook: Toy"}, {"mark: open", "mark: sure"}, {"effective: \"2026-01-01\"", "effective: today"},
		{"other_cyber\"", "other_cyber"}, {"privacy.leak", "privacy.leek"}, {"state: triage", "state: panic"}, {"role: owner", "role: king"},
		{"within: 15m", "within: soon"}, {"before: eradicate", "before: triage"}, {"needs: evidence", "needs: luck"}, {"id: look", "id: secure"}, {"en: Look}", "en: \"\"}"},
	} {
		if text := strings.Replace(string(data), c[0], c[1], 1); text == string(data) {
			t.Errorf("%q is not in the toy", c[0])
		} else if _, err := Parse([]byte(text), vars); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%q for %q is taken: %v", c[1], c[0], err)
		}
	}
}

func TestInForce(t *testing.T) {
	list := []*Playbook{{ID: "a", Edition: "1", Effective: "2026-01-01"}, {ID: "a", Edition: "2", Effective: "2026-06-01"}, {ID: "b", Edition: "1", Effective: "2027-01-01"}}
	for day, want := range map[string]string{"2025-12-31": "", "2026-05-31": "a@1", "2026-06-01": "a@2", "2027-01-01": "a@2 b@1"} {
		var got []string
		for _, p := range InForce(list, day) {
			got = append(got, p.Name())
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", day, got, want)
		}
	}
}
