package exchange

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"yagura/catalog"
	"yagura/internal/calendar"
	"yagura/internal/i18n"
	"yagura/internal/incident/facts"
	"yagura/internal/obligation"
)

func load(t testing.TB) ([]*Profile, *facts.Dictionary) {
	t.Helper()
	d, err := facts.LoadDictionary(catalog.FS)
	if err != nil {
		t.Fatal(err)
	}
	list, err := Load(catalog.FS, d)
	if err != nil {
		t.Fatal(err)
	}
	return list, d
}

var known = facts.At(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC))

var today = calendar.Date(2026, 11, 24)

// Editions are chosen by the day; forms changed twice within a year.
func TestFind(t *testing.T) {
	list := []*Profile{{ID: "jp-common", Edition: "1", Effective: "2025-10-01", Until: "2026-09-30"}, {ID: "jp-common", Edition: "2", Effective: "2026-10-01"}, {ID: "veris", Edition: "1", Effective: "2023-01-01"}}
	for _, c := range []struct {
		name string
		day  calendar.Day
		want string
	}{
		{"jp-common", calendar.Date(2026, 9, 30), "jp-common@1"}, {"jp-common", calendar.Date(2026, 10, 1), "jp-common@2"}, {"jp-common", calendar.Date(2024, 1, 1), "jp-common@1"},
		{"jp-common@1", today, "jp-common@1"}, {"veris", today, "veris@1"}, {"jp", today, ""}, {"ver", today, ""},
	} {
		got := ""
		if p := Find(list, c.name, c.day); p != nil {
			got = p.Name()
		}
		if got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

type verisCase struct {
	Incident map[string]any
	Should   string
	Message  string
}

func verisCases(t testing.TB) (map[string]verisCase, *Schema) {
	t.Helper()
	data, err := os.ReadFile("testdata/veris/cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases map[string]verisCase
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	if data, err = os.ReadFile("testdata/veris/schema-1.4.1.json"); err != nil {
		t.Fatal(err)
	}
	s, err := ParseSchema(data)
	if err != nil {
		t.Fatal(err)
	}
	return cases, s
}

// obsolete are the cases whose verdict the 1.4.1 schema changes, and why. The
// records are of 1.3; they are upgraded first, so that what is tested is the
// fault that the case was made for.
var obsolete = map[string]string{
	"valid_timeline":                 "1.4 writes times as 05:45:00 PM; the case has 16:20",
	"valid_asset":                    "asset.governance is no field any more",
	"valid_victim.industry_two":      "an industry code begins with a NAICS sector now; 12 is none",
	"asset.assets_missing":           "asset.assets is required now",
	"actor.external.country_missing": "the country of an external actor is optional now",
	"actor.external.name_empty":      "an empty list of names is allowed now",
	"timeline.incident.year_high":    "years go to 2050 now",
}

func TestVERISCases(t *testing.T) {
	cases, schema := verisCases(t)
	if len(cases) != 222 {
		t.Errorf("%d cases", len(cases))
	}
	for name, c := range cases {
		UpgradeVERIS(c.Incident)
		found := schema.Check(c.Incident)
		got := "pass"
		if len(found) > 0 {
			got = "fail"
		}
		why, listed := obsolete[name]
		if (got != c.Should) != listed {
			t.Errorf("%s: %s, should %s (%s; obsolete: %s): %v", name, got, c.Should, c.Message, why, found)
		}
	}
}

// VERIS JSON → facts → FACTS file → facts → VERIS JSON is the same JSON, for
// valid records, old ones as they came, and even the faulty ones.
func TestVERISRoundTrip(t *testing.T) {
	cases, _ := verisCases(t)
	list, d := load(t)
	p := Find(list, "veris", today)
	for name, c := range cases {
		for _, upgrade := range []bool{false, true} {
			if upgrade {
				UpgradeVERIS(c.Incident)
			}
			roundTrip(t, p, d, name, c.Incident)
		}
	}
}

func roundTrip(t *testing.T, p *Profile, d *facts.Dictionary, name string, doc map[string]any) {
	t.Helper()
	data, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	b, found := p.Import(name+".json", data, known, "UTC")
	if len(found) > 0 {
		t.Fatalf("%s: %v", name, found)
	}
	var file strings.Builder
	if err := facts.Write(&file, b); err != nil {
		t.Fatal(err)
	}
	again, found := facts.Read("facts.yaml", []byte(file.String()), d)
	if len(found) > 0 {
		t.Fatalf("%s: %s", name, found[0].Line(i18n.EN))
	}
	id := ""
	if _, ok := doc["incident_id"]; ok {
		id = again.ID
	}
	out := p.Export(again.At(known.To), Options{Incident: id})
	if !same(plain(out), plain(doc)) {
		got, _ := json.Marshal(out)
		t.Errorf("%s:\n%s\n%s", name, data, got)
	}
}

// The import understands, not only stores.
func TestVERISMeaning(t *testing.T) {
	cases, _ := verisCases(t)
	list, _ := load(t)
	data, err := json.Marshal(cases["valid_victim"].Incident)
	if err != nil {
		t.Fatal(err)
	}
	b, found := Find(list, "veris", today).Import("x.json", data, known, "UTC")
	if len(found) > 0 {
		t.Fatal(found)
	}
	v := b.At(known.To)
	if b.ID != "test" || v.Text("event.confirmed") != "confirmed" || v.Text("entity.name") != "test" {
		t.Errorf("%+v", b)
	}
	if r, _ := v.Get("time.occurred"); r.Value.(facts.Moment).Text != "2014" {
		t.Errorf("occurred %+v", r)
	}
}

const night = `incident: INC-7
zone: Europe/Berlin
known: "2026-11-24T05:00"
facts:
  - {fact: event.reference, value: INC-7}
  - {fact: event.description, value: Encryption of the core banking servers}
  - {fact: event.confirmed, value: confirmed}
  - {fact: time.detected, value: "2026-11-24T02:10"}
  - {fact: time.occurred, value: "2026-11-24"}
  - {fact: severity.dora_classified, value: "2026-11-24T04:40"}
  - {fact: severity.dora_criteria, value: [critical_services_affected, data_losses]}
  - {fact: entity.name, value: Example Bank}
  - {fact: entity.lei, value: 529900T8BM49AURSDO55}
  - {fact: entity.eu_type, value: credit_institution}
  - {fact: entity.contact_name, value: Duty officer}
  - {fact: impact.clients, estimate: [8000, 15000]}
  - {fact: time.downtime, value: 30.5}
  - {fact: attack.malware, value: [Ransomware]}
  - {fact: attack.actor, state: unknown}
`

func view(t testing.TB, d *facts.Dictionary, text string) facts.View {
	t.Helper()
	b, found := facts.Read("f", []byte(text), d)
	if len(found) > 0 {
		t.Fatal(found[0].Line(i18n.EN))
	}
	return b.At(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))
}

func TestDORAExport(t *testing.T) {
	list, d := load(t)
	p := Find(list, "dora", today)
	doc := p.Export(view(t, d, night), Options{Stage: "initial"})
	for path, want := range map[string]any{
		"incidentSubmission": "initial_notification", "incident.detectionDateTime": "2026-11-24T01:10:00Z", "affectedEntity.0.LEI": "529900T8BM49AURSDO55",
		"impactAssessment.affectedAssets.affectedClients.number": 15000.0, "impactAssessment.serviceImpact.serviceDowntime": "001:06:30",
		"incident.classificationTypes.0.classificationCriterion.1": "data_losses", "affectedEntity.0.entityType": "AFFECTED_ENTITY",
	} {
		if got, ok := get(doc, path); !ok || !same(plain(got), want) {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
	if _, ok := get(doc, "incident.incidentOccurrenceDateTime"); ok {
		t.Error("a day was written as a moment")
	}
	if found := p.Check(doc, "initial"); len(found) > 0 {
		t.Errorf("initial: %v", found)
	}
	var at []string
	for _, f := range p.Check(doc, "intermediate") {
		at = append(at, f.Pointer)
	}
	want := "/impactAssessment/criticalServicesAffected /impactAssessment/isAffectedInfrastructureComponents /incident/classificationTypes/0/dataLosseMaterialityThresholds /incident/incidentType/incidentClassification"
	if strings.Join(at, " ") != want {
		t.Errorf("intermediate: %s", strings.Join(at, " "))
	}
	// The trap: what current validators let pass.
	if found := p.Check(map[string]any{"incidentSubmission": "final_report"}, "final"); len(found) < 12 {
		t.Errorf("an empty final report: %d findings", len(found))
	}
}

func TestDORARoundTrip(t *testing.T) {
	list, d := load(t)
	p := Find(list, "dora", today)
	doc := plain(p.Export(view(t, d, night), Options{Stage: "initial"})).(map[string]any)
	doc["incident"].(map[string]any)["somethingNew"] = []any{1.5, nil, map[string]any{}}
	roundTrip(t, p, d, "dora", doc)
	doc["affectedEntity"] = append(doc["affectedEntity"].([]any), map[string]any{"name": "Second", "LEI": "x"})
	doc["submittingEntity"].(map[string]any)["name"] = "Another"
	roundTrip(t, p, d, "dora", doc)
}

func TestDurationPattern(t *testing.T) {
	list, d := load(t)
	p := Find(list, "dora", today)
	doc := p.Export(view(t, d, night), Options{Stage: "initial"})
	put(doc, "incident.incidentDuration", "25:99")
	put(doc, "affectedEntity.0.LEI", "short")
	if found := p.Check(doc, "initial"); len(found) != 2 || found[0].Rule != "incident.form.pattern" {
		t.Errorf("%v", found)
	}
}

// A record made here from few facts keeps the VERIS schema.
func TestVERISExportIsValid(t *testing.T) {
	list, d := load(t)
	_, schema := verisCases(t)
	for _, text := range []string{night, "incident: I\nzone: UTC\nknown: \"2026-11-24\"\nfacts: [{fact: time.occurred, value: \"2026\"}]\n"} {
		doc := plain(Find(list, "veris", today).Export(view(t, d, text), Options{Incident: "INC-7"}))
		for _, f := range schema.Check(doc) {
			t.Error(f.Line(i18n.EN))
		}
	}
}

// Every form that an obligation names is a profile, and in force when it is.
func TestObligationsNameForms(t *testing.T) {
	list, _ := load(t)
	calendars, _ := calendar.Load(catalog.FS)
	rules, found := obligation.Load(catalog.FS, calendars)
	if len(found) > 0 {
		t.Fatal(found)
	}
	for _, r := range rules {
		for _, s := range r.Stages {
			if s.Form != "" && !slices.ContainsFunc(list, func(p *Profile) bool { return p.Name() == s.Form }) {
				t.Errorf("%s: no form %s", s.Key(), s.Form)
			}
		}
	}
}

func TestDORAHasAllFields(t *testing.T) {
	list, _ := load(t)
	count := map[string]int{}
	for _, f := range Find(list, "dora", today).Fields {
		section, _, _ := strings.Cut(f.No, ".")
		count[section]++
	}
	if count["1"] != 15 || count["2"] != 10 || count["3"] != 35 || count["4"] != 16 {
		t.Errorf("fields by section: %v", count)
	}
}

func FuzzImport(f *testing.F) {
	list, d := load(f)
	cases, _ := verisCases(f)
	for _, name := range []string{"valid_impact", "valid_timeline", "valid_victim", "plus_fields"} {
		data, err := json.Marshal(cases[name].Incident)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(`{"affectedEntity":[{"LEI":"x"}],"incident":{"incidentDuration":"001:00:00"}}`))
	f.Add([]byte(`{"timeline":{"incident":{"year":2026,"month":13}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, name := range []string{"veris", "dora"} {
			p := Find(list, name, today)
			doc, _ := decode("x", data)
			b, found := p.Import("x.json", data, known, "UTC")
			if len(found) > 0 {
				continue
			}
			id := ""
			if s, ok := doc["incident_id"].(string); ok && name == "veris" && s != "" {
				id = b.ID
			}
			if out := p.Export(b.At(known.To), Options{Incident: id}); !same(plain(out), plain(doc)) {
				t.Fatalf("%s: %v\n%v", name, doc, out)
			}
			_ = d
		}
	})
}
