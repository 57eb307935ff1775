package exchange

import (
	"strings"
	"testing"
	"time"

	"yagura/internal/i18n"
	"yagura/internal/incident/facts"
	"yagura/internal/incident/severity"
	"yagura/internal/paper"

	"yagura/catalog"
)

func cells(t *testing.T, d *paper.Document, no string) []paper.Cell {
	t.Helper()
	for _, b := range d.Blocks {
		if table, ok := b.(paper.Table); ok {
			for _, row := range table.Rows {
				if row[0].Text == no {
					return row
				}
			}
		}
	}
	t.Fatalf("no field %s", no)
	return nil
}

// The reader of an update sees what changed, and what it was.
func TestUpdateShowsChanges(t *testing.T) {
	list, d := load(t)
	b, found := facts.Read("f", []byte(night+"  - {fact: impact.clients, value: 9200, known: \"2026-11-24T15:00\", source: 営業企画}\n"), d)
	if len(found) > 0 {
		t.Fatal(found)
	}
	b.Exercise = true
	at := func(hour int) facts.View { return b.At(time.Date(2026, 11, 24, hour, 0, 0, 0, time.UTC)) }
	before := at(6)
	p := Find(list, "dora", today)
	doc := p.Document(Report{Base: b, Now: at(20), Before: &before, Options: Options{Stage: "intermediate"}}, i18n.JA)
	row := cells(t, doc, "3.4")
	if !row[2].Strong || row[2].Text != "9200" || !strings.Contains(row[3].Text, "8000～15000") || row[5].Text != "営業企画" {
		t.Errorf("3.4: %+v", row)
	}
	if row := cells(t, doc, "2.4"); row[2].Strong || row[3].Text != "" {
		t.Errorf("2.4 did not change: %+v", row)
	}
	if row := cells(t, doc, "1.1"); row[2].Text != "intermediate_report" {
		t.Errorf("1.1: %+v", row)
	}
	if !strings.Contains(doc.Notice, "演習") {
		t.Errorf("an exercise is not marked: %q", doc.Notice)
	}
	if first := p.Document(Report{Base: b, Now: at(20)}, i18n.EN); len(cells(t, first, "2.4")) != 5 {
		t.Error("a first report has a column for the earlier one")
	}
}

func TestVariants(t *testing.T) {
	list, d := load(t)
	for kind, want := range map[string]string{"ransomware": "R1 R2 R3 R4 R5 R6 R7", "ddos": "D1 D2 D3 D4 D5", "other_cyber": "O1 O2"} {
		v := view(t, d, "incident: I\nzone: UTC\nknown: \"2026\"\nfacts: [{fact: event.kind, value: "+kind+"}]\n")
		var got []string
		for _, l := range Find(list, "jp-common", today).List(v, Options{}) {
			if l.Field.Only != "" {
				got = append(got, l.Field.No)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v", kind, got)
		}
	}
}

func TestDerivedForDORA(t *testing.T) {
	_, d := load(t)
	schemes, err := severity.Load(catalog.FS, d.Vars())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range schemes {
		if s.ID != "dora" {
			continue
		}
		b, found := facts.Read("f", []byte("incident: I\nzone: UTC\nknown: \"2026-11-24\"\nfacts:\n  - {fact: impact.critical_services, value: true}\n  - {fact: impact.clients, value: 200000}\n  - {fact: impact.transactions, value: 0}\n  - {fact: impact.counterparties, estimate: [1, 5]}\n"), d)
		if len(found) > 0 {
			t.Fatal(found)
		}
		v := b.At(time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC))
		b = DeriveDORA(b, v, s.Classify(severity.Facts(v, d)))
		now := b.At(v.Known)
		for id, want := range map[string]string{"severity.dora_criteria": "critical_services_affected clients_financial_counterparts_and_transactions_affected",
			"impact.figures": "actual_figures_for_clients_affected estimates_for_financial_counterparts_affected no_impact_on_transactions"} {
			if r, _ := now.Get(id); strings.Join(r.Value.([]string), " ") != want {
				t.Errorf("%s: %v", id, r.Value)
			}
		}
		if again := DeriveDORA(b, now, s.Classify(severity.Facts(now, d))); len(again.Records) != len(b.Records) {
			t.Error("what is stated was derived again")
		}
	}
}

func TestNextDORAReport(t *testing.T) {
	b := facts.Base{ID: "I", Zone: "UTC"}
	at := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	for i, want := range []string{"initial", "intermediate", "final", "final"} {
		if got := DORAStage(b, b.At(at.Add(time.Duration(i)*time.Hour))); got != want {
			t.Errorf("after %d reports: %s, want %s", i, got, want)
		}
		stage := []string{"eu-dora-major/initial", "eu-dora-major/intermediate", "eu-dora-major/final", ""}[i]
		b = b.WithReport(facts.Report{Stage: stage, Submitted: facts.At(at.Add(time.Duration(i) * time.Hour))})
	}
	if got := DORAStage(b, b.At(at.Add(-time.Hour))); got != "initial" {
		t.Errorf("before any report: %s", got)
	}
}
