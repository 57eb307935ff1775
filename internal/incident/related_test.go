package incident

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"yagura/internal/clock"
	"yagura/internal/incident/correlate"
	"yagura/internal/incident/facts"
)

// toldCase makes a case with one report that states facts.
func toldCase(t *testing.T, id, party string, at time.Time, state map[string]any) (Case, newest) {
	t.Helper()
	c := Content{Zone: Zone}
	for fact, value := range state {
		doc, err := encode(facts.Record{Fact: fact, State: facts.Known, Value: value, KnownAt: facts.At(at)})
		if err != nil {
			t.Fatal(err)
		}
		c.Fields = append(c.Fields, Field{Fact: fact, Record: json.RawMessage(doc)})
	}
	doc, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return Case{ID: id, Party: party, FirstAt: clock.Micros(at), LastAt: clock.Micros(at)}, newest{id, string(doc)}
}

// Cases that share a vendor, a technique and an address within days are proposed with what
// they share; one that shares nothing but its kind is not.
func TestRelations(t *testing.T) {
	at := time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC)
	var cases []Case
	var rows []newest
	add := func(id string, day int, state map[string]any) {
		when := at.AddDate(0, 0, day)
		state["entity.name"], state["time.detected"], state["event.kind"] = "機関"+id, facts.At(when), "ransomware"
		k, r := toldCase(t, id, id, when, state)
		cases, rows = append(cases, k), append(rows, r)
	}
	for n := range 3 {
		add(fmt.Sprintf("C%d", n), n, map[string]any{"cause.third_party": "東西共同センター", "attack.indicators": "203.0.113.7", "attack.extension": ".locked"})
	}
	for n := range 12 {
		add(fmt.Sprintf("N%d", n), n, map[string]any{"cause.third_party": fmt.Sprintf("委託先%d", n)})
	}
	got := relations("C0", cases, rows, correlate.Defaults())
	if len(got) != 2 || !got[0].Direct || got[0].Kind != correlate.InCampaign || got[0].Chance < 0.9 || len(got[0].Evidence) == 0 {
		t.Fatalf("%+v", got)
	}
	for _, r := range got {
		if r.ID != "C1" && r.ID != "C2" {
			t.Error(r.ID)
		}
	}
	if got := relations("N3", cases, rows, correlate.Defaults()); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}
