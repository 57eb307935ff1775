package network

import (
	"bytes"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yagura/catalog"
	"yagura/internal/errs"
	"yagura/internal/thirdparty/roi"
)

func table(rows ...[]string) roi.Source {
	return roi.Source{Rows: len(rows), Row: func(i int, cells []string) { copy(cells, rows[i]) }}
}

// TestFromROI: two entities share a contract with two direct providers, each
// with a chain of its own.
func TestFromROI(t *testing.T) {
	s, err := roi.LoadSchema(catalog.FS)
	if err != nil {
		t.Fatal(err)
	}
	const service = "eba_TA:S17"
	use := func(user, provider, fn, at string) []string {
		return []string{"C1", user, provider, "eba_qCO:qx2003", fn, service, "", "", "", "", "", "", "eba_GA:DE", "eba_BT:x28", at, "eba_GA:IE", "eba_ZZ:x793", "eba_ZZ:x797"}
	}
	var b bytes.Buffer
	err = roi.Write(&b, s, roi.Meta{LEI: "5299000J2N45DDNE4Y28", Scope: "CON", Country: "DE", Period: "2025-12-31", Created: "20260228120000000"}, map[string]roi.Source{
		"B_01.02": table([]string{"E1", "One", "eba_GA:DE", "eba_CT:x12", "", "", "", "", "", "eba_CU:EUR", "1000"},
			[]string{"E2", "Two", "eba_GA:JP", "eba_CT:x309", "", "", "", "", "", "eba_CU:JPY", "5000"}),
		"B_06.01": table([]string{"F1", "eba_TA:x1", "Pay", "E1", "eba_BT:x28", "", "", "4", "1", "eba_ZZ:x793"}, []string{"F1", "eba_TA:x1", "Pay", "E2", "eba_BT:x29", "", "", "", "", ""}),
		"B_02.01": table([]string{"C1", "eba_CO:x1", "", "eba_CU:EUR", "300"}),
		"B_05.01": table([]string{"P1", "eba_qCO:qx2003", "", "", "Turm AG", "Turm", "", "eba_GA:DE", "", "", "P9", ""}, []string{"P9", "eba_qCO:qx2003", "", "", "Top AG", "", "", "eba_GA:US", "", "", "P9", ""}),
		"B_05.02": table([]string{"C1", service, "P1", "", "1", "P1", ""}, []string{"C1", service, "P2", "", "1", "P2", ""},
			[]string{"C1", service, "Q1", "", "2", "P1", ""}, []string{"C1", service, "Q2", "", "2", "P2", ""}, []string{"C1", service, "Q3", "", "3", "Q2", ""}),
		"B_07.01": table([]string{"C1", "P1", "", service, "eba_ZZ:x960", "eba_ZZ:x965", "", "eba_BT:x29", "eba_ZZ:x967", "eba_ZZ:x792", "eba_BT:x29", ""}),
		"B_02.02": table(use("E1", "P1", "F1", "eba_GA:US"), use("E1", "P2", "F1", "eba_GA:US"), use("E2", "P2", "F1", "eba_GA:JP"),
			use("E3", "P2", "F1", "eba_GA:JP"), use("E2", "P2", "F7", "eba_GA:JP")),
	})
	if err != nil {
		t.Fatal(err)
	}
	p, err := FromROI(s, bytes.NewReader(b.Bytes()), int64(b.Len()), map[string]float64{"EUR": 160})
	if err != nil {
		t.Fatal(err)
	}
	de, us, ie := Country{'D', 'E'}, Country{'U', 'S'}, Country{'I', 'E'}
	one := &Register{
		Institution: Institution{"E1", "One", "x12", de, 160000},
		Functions:   []Function{{"F1", "Pay", "x1", Yes, 4, 1, NoHours, HighImpact}},
		Providers: []Provider{{ID: Ident{CRN, de, "P1"}, Name: "Turm AG", LatinName: "Turm", Country: de, Parent: 1}, {ID: Ident{CRN, us, "P9"}, Name: "Top AG", Country: us, Parent: -1},
			{ID: Ident{Local, Country{}, "Q1"}, Parent: -1}, {ID: Ident{Local, Country{}, "P2"}, Parent: -1}, {ID: Ident{Local, Country{}, "Q2"}, Parent: -1}, {ID: Ident{Local, Country{}, "Q3"}, Parent: -1}},
		Contracts: []Contract{{"C1", 24000}},
		Services: []Service{{Type: "S17", Substitutability: HighlyComplexSubstitution, Reintegration: HighlyComplexReintegration, Impact: MediumImpact, ExitPlan: No, Alternatives: No, NoAlternative: true, Migration: true, Hours: NoHours},
			{Provider: 3, Type: "S17", Hours: NoHours}},
		Uses:  []Use{{0, 0, us, ie, Yes, HighImpact, FullReliance}, {1, 0, us, ie, Yes, HighImpact, FullReliance}},
		Links: []Link{{0, 2, 0, 2, NoHours}, {1, 4, 3, 2, NoHours}, {1, 5, 4, 3, NoHours}},
	}
	if diff := cmp.Diff(one, p.Registers[0]); diff != "" {
		t.Error(diff)
	}
	if r := p.Registers[1]; len(p.Registers) != 2 || len(r.Uses) != 1 || len(r.Links) != 2 || r.Institution.Assets != 5000 {
		t.Errorf("%+v", r)
	}
	if diff := cmp.Diff([]string{"JPY"}, p.Unconverted); diff != "" {
		t.Error(diff)
	}
	if _, err := FromROI(s, bytes.NewReader([]byte("no zip")), 6, nil); errs.KindOf(err) != errs.Invalid {
		t.Error(err)
	}
}

// TestFromROIGenerated: a generated package loses no row.
func TestFromROIGenerated(t *testing.T) {
	s, err := roi.LoadSchema(catalog.FS)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, _, err := roi.Gen(&b, s, roi.GenOptions{Rows: 2000, Seed: 3}); err != nil {
		t.Fatal(err)
	}
	p, err := FromROI(s, bytes.NewReader(b.Bytes()), int64(b.Len()), nil)
	if err != nil {
		t.Fatal(err)
	}
	g := Build(slices.Values(p.Registers), DefaultOptions())
	z := g.Size()
	if z.Uses != 2000 || z.Orphans != 0 || z.Deepest != 3 || z.Institutions != 3 {
		t.Errorf("%+v", z)
	}
	if m := g.Measure(MeasureOptions{}); len(m.Providers) == 0 || len(m.Subcontractors) == 0 {
		t.Error("no dependence")
	}
}
