package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"yagura/internal/calendar"
	"yagura/internal/finding"
	"yagura/internal/incident/correlate"
	"yagura/internal/incident/exchange"
	"yagura/internal/incident/facts"
)

type incidentCorrelateCmd struct {
	Dir string `arg:"" help:"${cli_help_arg_incident_dir}"`
	At  string `help:"${cli_help_flag_at}"`
}

// Run looks for duplicates, campaigns and bursts among the incidents of a folder.
func (c incidentCorrelateCmd) Run(r *run) error {
	reports, err := c.read(r)
	if err != nil {
		return err
	}
	x := correlate.Correlate(reports, correlate.Defaults())
	groups, bursts := x.Groups(), x.Bursts()
	if r.json {
		return r.print(map[string]any{"reports": len(reports), "groups": append([]correlate.Group{}, groups...), "bursts": append([]correlate.Burst{}, bursts...), "findings": r.shapes(r.told)})
	}
	r.line("incident.correlate.read", "n", len(reports), "groups", len(groups))
	for i := range groups {
		r.group(&groups[i])
	}
	for _, b := range bursts {
		key := "incident.correlate.burst"
		if b.Exercise {
			key = "incident.correlate.burst.exercise"
		}
		r.line(key, "field", r.evidenceField(b.Field), "text", b.Text, "from", dayOf(b.From), "to", dayOf(b.To), "n", b.Institutions,
			"expected", fmt.Sprintf("%.2f", b.Expected), "chance", fmt.Sprintf("%.2g", b.Chance))
	}
	return nil
}

// read reads every file of the folder: FACTS files, and JSON of VERIS or DORA. A
// report whose file says nothing of its institution keeps it unknown.
func (c incidentCorrelateCmd) read(r *run) ([]correlate.Report, error) {
	entries, err := os.ReadDir(c.Dir)
	if err != nil {
		return nil, err
	}
	d, err := facts.LoadDictionary(r.env.Catalog)
	if err != nil {
		return nil, err
	}
	profiles, err := exchange.Load(r.env.Catalog, d)
	if err != nil {
		return nil, err
	}
	now, err := momentOr(c.At, "Asia/Tokyo")
	if err != nil {
		return nil, err
	}
	var out []correlate.Report
	seen := map[string]string{}
	for _, e := range entries {
		ext := filepath.Ext(e.Name())
		if e.IsDir() || !slices.Contains([]string{".yaml", ".yml", ".json"}, ext) {
			continue
		}
		data, err := readInput(filepath.Join(c.Dir, e.Name()))
		if err != nil {
			return nil, err
		}
		var b facts.Base
		var found []finding.Finding
		if ext == ".json" {
			b, found = readExchange(profiles, e.Name(), data, now)
		} else {
			b, found = facts.Read(e.Name(), data, d)
		}
		r.report(found)
		if b.ID == "" {
			r.say("incident.correlate.unusable", "name", e.Name())
			continue
		}
		if other, twice := seen[b.ID]; twice {
			r.say("incident.correlate.twice", "id", b.ID, "name", e.Name(), "other", other)
			b.ID += " (" + e.Name() + ")"
		}
		seen[b.ID] = e.Name()
		if report := correlate.Read(&b, b.At(now)); !report.At.IsZero() && !report.At.After(now) {
			out = append(out, report)
		}
	}
	if len(out) == 0 {
		return nil, fail("incident.correlate.none", "dir", c.Dir)
	}
	return out, nil
}

// readExchange reads a record of VERIS, which names its schema, or of DORA.
func readExchange(profiles []*exchange.Profile, name string, data []byte, now time.Time) (facts.Base, []finding.Finding) {
	var doc map[string]any
	if err := json.Unmarshal(data, &doc); err != nil {
		f := finding.New("incident.import.syntax", "incident.import.syntax", "why", err)
		f.File = name
		return facts.Base{}, []finding.Finding{f}
	}
	format := "dora-incident"
	if _, ok := doc["schema_version"]; ok {
		format = "veris"
	}
	p := exchange.Find(profiles, format, calendar.DayOf(now, calendar.Tokyo))
	if p == nil {
		return facts.Base{}, nil
	}
	return p.Import(name, data, facts.At(now), "Asia/Tokyo")
}

// group prints one group with the reasons for it.
func (r *run) group(g *correlate.Group) {
	key := "incident.correlate.duplicates"
	if g.Campaign() {
		key = "incident.correlate.campaign"
	}
	head := r.t(key, "id", g.ID, "incidents", g.Incidents, "institutions", g.Institutions, "reports", len(g.Reports), "from", dayOf(g.First), "to", dayOf(g.Last))
	if g.Exercise {
		head = r.t("incident.exercise", "name", head)
	}
	fmt.Fprintln(r.env.Out, head)
	for _, m := range g.Reports {
		line := strings.TrimSpace(fmt.Sprintf("%s %s %s", dayOf(m.At), m.ID, m.Institution))
		if m.DuplicateOf != "" {
			line += r.t("incident.correlate.same", "id", m.DuplicateOf)
		}
		fmt.Fprintf(r.env.Out, "  %s\n", line)
	}
	for _, v := range g.Common {
		r.line("incident.correlate.common", "field", r.evidenceField(v.Field), "text", v.Text, "n", v.Incidents, "share", percent(v.Frequency))
	}
	for _, l := range g.Links {
		kind := "incident.correlate.link.campaign"
		if l.Kind == correlate.Duplicate {
			kind = "incident.correlate.link.duplicate"
		}
		r.line(kind, "a", l.A, "b", l.B, "bits", fmt.Sprintf("%.1f", l.Bits), "chance", percent(l.Chance))
		for _, e := range l.Evidence {
			text := r.evidenceField(e.Field)
			switch {
			case e.Text != "":
				text = r.t("incident.correlate.shares", "field", text, "text", e.Text, "share", percent(e.Frequency))
			case e.Field != correlate.Time && e.Field != correlate.Prior:
				text = r.t("incident.correlate.differs", "field", text)
			}
			fmt.Fprintf(r.env.Out, "      %+6.1f  %s\n", e.Bits, text)
		}
	}
}

func (r *run) evidenceField(f correlate.Field) string {
	return r.t("incident.correlate.field." + string(f))
}

// dayOf is a day in Japan.
func dayOf(t time.Time) string { return calendar.DayOf(t, calendar.Tokyo).String() }
