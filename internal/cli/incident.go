package cli

import (
	"time"

	"yagura/internal/clock"
	"yagura/internal/finding"
	"yagura/internal/i18n"
	"yagura/internal/incident/facts"
)

type incidentCmd struct {
	Classify  incidentClassifyCmd  `cmd:"" help:"${cli_help_incident_classify}"`
	Clocks    incidentClocksCmd    `cmd:"" help:"${cli_help_incident_clocks}"`
	Export    incidentExportCmd    `cmd:"" help:"${cli_help_incident_export}"`
	Import    incidentImportCmd    `cmd:"" help:"${cli_help_incident_import}"`
	Correlate incidentCorrelateCmd `cmd:"" help:"${cli_help_incident_correlate}"`
}

// incident is a FACTS file as a command reads it.
type incident struct {
	dict *facts.Dictionary
	base facts.Base
	view facts.View
	zone *time.Location
}

// openIncident reads a FACTS file and what it says at a moment: a text as FACTS
// files have it, in the zone of the incident; empty is now.
func (r *run) openIncident(name, at string) (*incident, error) {
	data, err := readInput(name)
	if err != nil {
		return nil, err
	}
	in := &incident{}
	if in.dict, err = facts.LoadDictionary(r.env.Catalog); err != nil {
		return nil, err
	}
	var found []finding.Finding
	in.base, found = facts.Read(name, data, in.dict)
	r.report(found)
	if in.zone, err = time.LoadLocation(in.base.Zone); err != nil || in.base.ID == "" {
		return nil, fail("incident.unusable", "name", name)
	}
	moment, err := momentOr(at, in.base.Zone)
	if err != nil {
		return nil, err
	}
	in.view = in.base.At(moment)
	return in, nil
}

// momentOr reads a moment; empty is now.
func momentOr(text, zone string) (time.Time, error) {
	if text == "" {
		return clock.System().Now(), nil
	}
	m, err := facts.ParseMoment(text, zone)
	if err != nil {
		return time.Time{}, fail("incident.at", "at", text)
	}
	return m.From, nil
}

// t is a message in the run's language.
func (r *run) t(key string, args ...any) string { return i18n.T(r.lang, key, args...) }

// head names the incident; an exercise is marked as one.
func (r *run) head(in *incident) string {
	s := in.base.ID
	if in.base.Title != "" {
		s += " " + in.base.Title
	}
	if in.base.Exercise {
		s = r.t("incident.exercise", "name", s)
	}
	return s
}
