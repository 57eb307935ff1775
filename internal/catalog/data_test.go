package catalog

import (
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"testing"

	data "yagura/catalog"
	"yagura/internal/i18n"
)

func loadData(t *testing.T) *Catalog {
	t.Helper()
	c, findings := Load(data.FS)
	for _, f := range findings {
		t.Errorf("%s", f.Line(i18n.EN))
	}
	return c
}

// The official numbers, held here too so that data and expectation cannot drift
// together.
func TestOfficialCounts(t *testing.T) {
	c := loadData(t)
	want := map[string]map[string]int{
		"g7-cyber-2016":            {"element": 8},
		"g7-assessment-2017":       {"outcome": 5, "component": 5},
		"g7-tlpt-2018":             {"element": 6},
		"g7-third-party-2018":      {"element": 6},
		"g7-third-party-2022":      {"element": 7},
		"g7-exercise-2020":         {"part": 2, "element": 11},
		"g7-ransomware-2022":       {"element": 8},
		"fsb-cirr-2020":            {"component": 7, "practice": 49},
		"basel-por-2021":           {"principle": 7},
		"dora-2022":                {"chapter": 5, "article": 41},
		"nisc-ransomware-2021":     {"viewpoint": 4, "route": 5},
		"fsa-alerts-2022":          {"measure": 3},
		"meti-management-3.0":      {"principle": 3, "directive": 10},
		"keidanren-cyber":          {"principle": 5},
		"fsa-guideline-2024":       {"heading": 34},
		"nist-csf-2.0":             {"function": 6, "category": 22, "subcategory": 106},
		"fsa-boj-frontier-ai-2026": {"measure": 9},
	}
	if len(c.Frameworks()) != len(want) {
		t.Errorf("%d frameworks, want %d", len(c.Frameworks()), len(want))
	}
	for id, kinds := range want {
		f, ok := c.Framework(id)
		if !ok {
			t.Errorf("no framework %s", id)
			continue
		}
		total := 0
		for kind, n := range kinds {
			total += n
			if got := f.Count()[kind]; got != n {
				t.Errorf("%s: %d of kind %s, want %d", id, got, kind, n)
			}
		}
		if len(f.Items) != total {
			t.Errorf("%s: %d items, want %d", id, len(f.Items), total)
		}
	}
	fsb, _ := c.Framework("fsb-cirr-2020")
	for component, n := range map[string]int{"GOV": 8, "PREP": 10, "ANA": 3, "MIT": 4, "RES": 8, "COM": 6, "IMP": 7} {
		if got := len(fsb.Children(component)); got != n {
			t.Errorf("fsb-cirr-2020 %s: %d practices, want %d", component, got, n)
		}
	}
	alerts, _ := c.Framework("fsa-alerts-2022")
	if len(alerts.Issued) != 4 {
		t.Errorf("fsa-alerts-2022: issued %v, want four dates", alerts.Issued)
	}
}

// CSF 2.0 leaves numbers out that version 1.1 had used, so the ids are listed.
func TestCSFIdentifiers(t *testing.T) {
	c := loadData(t)
	csf, _ := c.Framework("nist-csf-2.0")
	want := map[string]string{
		"GV.OC": "01 02 03 04 05", "GV.RM": "01 02 03 04 05 06 07", "GV.RR": "01 02 03 04", "GV.PO": "01 02", "GV.OV": "01 02 03",
		"GV.SC": "01 02 03 04 05 06 07 08 09 10",
		"ID.AM": "01 02 03 04 05 07 08", "ID.RA": "01 02 03 04 05 06 07 08 09 10", "ID.IM": "01 02 03 04",
		"PR.AA": "01 02 03 04 05 06", "PR.AT": "01 02", "PR.DS": "01 02 10 11", "PR.PS": "01 02 03 04 05 06", "PR.IR": "01 02 03 04",
		"DE.CM": "01 02 03 06 09", "DE.AE": "02 03 04 06 07 08",
		"RS.MA": "01 02 03 04 05", "RS.AN": "03 06 07 08", "RS.CO": "02 03", "RS.MI": "01 02",
		"RC.RP": "01 02 03 04 05 06", "RC.CO": "03 04",
	}
	for category, numbers := range want {
		var got []string
		for _, it := range csf.Children(category) {
			got = append(got, strings.TrimPrefix(it.ID, category+"-"))
		}
		if strings.Join(got, " ") != numbers {
			t.Errorf("%s: %v, want %s", category, got, numbers)
		}
	}
}

// Every article as adopted but the four that were added has its number in the
// proposal, and the numbers 4 to 40 are all used once and in order.
func TestDORAProposalNumbers(t *testing.T) {
	c := loadData(t)
	dora, _ := c.Framework("dora-2022")
	next, added := 4, 0
	for _, it := range dora.Items {
		if it.Kind != "article" {
			continue
		}
		if it.Proposal == "none" {
			added++
			continue
		}
		if want := strconv.Itoa(next); it.Proposal != want {
			t.Errorf("article %s: proposal %s, want %s", it.ID, it.Proposal, want)
		}
		next++
	}
	if next != 41 || added != 4 {
		t.Errorf("proposal numbers end at %d with %d added, want 40 and 4", next-1, added)
	}
}

func TestReferenceSeries(t *testing.T) {
	c := loadData(t)
	if n := len(c.References()); n != 17 {
		t.Errorf("%d series, want 17", n)
	}
	ranges := map[string][2]float64{
		"cssa-fy2022-policy-and-plan":     {76.85, 76.95},
		"cssa-fy2022-contingency-plan":    {85, 95},
		"cssa-fy2022-third-party-lacking": {50, 60},
		"cssa-fy2023-soc-not-24x365":      {15, 20},
		"cssa-fy2023-patch-internal":      {30, 35},
	}
	for id, want := range ranges {
		r, ok := c.Reference(id)
		if !ok {
			t.Errorf("no series %s", id)
			continue
		}
		low, high := r.Range()
		if diff(low, want[0]) || diff(high, want[1]) {
			t.Errorf("%s: range %v–%v, want %v", id, low, high, want)
		}
		if r.Population.N != 498 || r.Set.ID != "cssa" {
			t.Errorf("%s: population %d of set %s, want 498 of cssa", id, r.Population.N, r.Set.ID)
		}
	}
}

func diff(a, b float64) bool { return a-b > 1e-9 || b-a > 1e-9 }

var (
	controlRef = regexp.MustCompile(`\b[a-z][a-z0-9.-]*-[a-z0-9.-]*:[A-Z0-9][A-Za-z0-9.-]*`)
	seriesRef  = regexp.MustCompile(`series: *([a-z0-9-]+)`)
)

// What the forms map to must exist.
func TestFormsMapToTheCatalog(t *testing.T) {
	c := loadData(t)
	for _, name := range c.Forms() {
		text, err := fs.ReadFile(data.FS, "forms/"+name)
		if err != nil {
			t.Fatal(err)
		}
		seen := 0
		for i, line := range strings.Split(string(text), "\n") {
			if strings.Contains(line, "maps:") {
				for _, ref := range controlRef.FindAllString(line, -1) {
					seen++
					if _, _, err := c.Resolve(ref); err != nil {
						t.Errorf("%s:%d: %v", name, i+1, err)
					}
				}
			}
			for _, m := range seriesRef.FindAllStringSubmatch(line, -1) {
				if _, ok := c.Reference(m[1]); !ok {
					t.Errorf("%s:%d: no series %s", name, i+1, m[1])
				}
			}
		}
		if seen == 0 {
			t.Errorf("%s: no maps found", name)
		}
	}
}
