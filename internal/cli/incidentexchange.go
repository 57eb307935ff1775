package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"yagura/internal/calendar"
	"yagura/internal/finding"
	"yagura/internal/incident/exchange"
	"yagura/internal/incident/facts"
	"yagura/internal/incident/severity"
	"yagura/internal/paper"
)

type incidentExportCmd struct {
	Facts  string `arg:"" help:"${cli_help_arg_facts}"`
	Form   string `required:"" help:"${cli_help_flag_incident_form}"`
	Stage  string `help:"${cli_help_flag_incident_stage}"`
	At     string `help:"${cli_help_flag_at}"`
	Since  string `help:"${cli_help_flag_since}"`
	Schema string `help:"${cli_help_flag_incident_schema}"`
	Out    string `short:"o" default:"-" help:"${cli_help_flag_incident_out}"`
}

// Run writes the incident of a FACTS file in a recipient's form.
func (c incidentExportCmd) Run(r *run) error {
	in, err := r.openIncident(c.Facts, c.At)
	if err != nil {
		return err
	}
	if c.Form == "stix" {
		return r.document(c.Out, exchange.STIX(in.base, in.view))
	}
	p, err := r.profile(in.dict, c.Form, in.view.Known)
	if err != nil {
		return err
	}
	o := exchange.Options{Stage: c.Stage, Incident: in.base.ID}
	if render := renderers[filepath.Ext(c.Out)]; render != nil {
		return c.paper(r, in, p, o, render)
	}
	if p.Format == "" {
		return r.list(in, p, o, c.Out)
	}
	if p.ID == "dora-incident" {
		if o.Stage == "" {
			o.Stage = exchange.DORAStage(in.base, in.view)
		}
		s, err := r.scheme(in, "dora")
		if err != nil {
			return err
		}
		in.base = exchange.DeriveDORA(in.base, in.view, s.Classify(severity.Facts(in.view, in.dict)))
		in.view = in.base.At(in.view.Known)
	}
	if o.Stage != "" && p.Stages[o.Stage] == nil {
		return fail("incident.no-stage", "stage", o.Stage)
	}
	doc := p.Export(in.view, o)
	found := append(exerciseFinding(in), p.Check(doc, o.Stage)...)
	more, err := schemaFindings(c.Schema, doc)
	if err != nil {
		return err
	}
	found = append(found, more...)
	r.report(found)
	if r.json {
		return r.print(map[string]any{"form": p.Name(), "stage": o.Stage, "document": doc, "findings": r.shapes(r.told)})
	}
	return r.document(c.Out, doc)
}

// document writes one JSON document to a file.
func (r *run) document(name string, doc any) error {
	return r.writeFile(name, func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(doc)
	})
}

// exerciseFinding warns that a format without a place for it does not say that
// the incident is an exercise.
func exerciseFinding(in *incident) []finding.Finding {
	if !in.base.Exercise {
		return nil
	}
	f := finding.New("incident.export.exercise", "incident.export.exercise")
	f.Severity = finding.Warning
	return []finding.Finding{f}
}

var renderers = map[string]func(io.Writer, *paper.Document) error{".html": paper.HTML, ".pdf": paper.PDF, ".xlsx": paper.XLSX}

// paper writes the form for print, or as a workbook.
func (c incidentExportCmd) paper(r *run, in *incident, p *exchange.Profile, o exchange.Options, render func(io.Writer, *paper.Document) error) error {
	report := exchange.Report{Base: in.base, Now: in.base.At(in.view.Known.In(in.zone)), Options: o}
	if c.Since != "" {
		since, err := momentOr(c.Since, in.base.Zone)
		if err != nil {
			return err
		}
		before := in.base.At(since)
		report.Before = &before
	}
	d := p.Document(report, r.lang)
	if err := r.writeFile(c.Out, func(w io.Writer) error { return render(w, d) }); err != nil {
		return err
	}
	if r.json {
		return r.print(map[string]any{"form": p.Name(), "file": c.Out, "findings": r.shapes(r.told)})
	}
	r.say("cli.wrote", "name", c.Out)
	return nil
}

// schemaFindings checks a document against a schema that the user supplies.
func schemaFindings(name string, doc map[string]any) ([]finding.Finding, error) {
	if name == "" {
		return nil, nil
	}
	data, err := readInput(name)
	if err != nil {
		return nil, err
	}
	s, err := exchange.ParseSchema(data)
	if err != nil {
		return nil, err
	}
	data, err = json.Marshal(doc) // the schema speaks of JSON's types
	if err != nil {
		return nil, err
	}
	var plain any
	if err := json.Unmarshal(data, &plain); err != nil {
		return nil, err
	}
	return s.Check(plain), nil
}

// profile finds a form of incidents: in the catalog, as it is in force at a
// moment, or in a file of the user's own.
func (r *run) profile(d *facts.Dictionary, name string, at time.Time) (*exchange.Profile, error) {
	if strings.HasSuffix(name, ".yaml") {
		data, err := readInput(name)
		if err != nil {
			return nil, err
		}
		return exchange.Parse(data, d)
	}
	list, err := exchange.Load(r.env.Catalog, d)
	if err != nil {
		return nil, err
	}
	if p := exchange.Find(list, name, calendar.DayOf(at, calendar.Tokyo)); p != nil {
		return p, nil
	}
	var names []string
	for _, p := range list {
		names = append(names, p.Name())
	}
	return nil, fail("incident.no-form", "name", name, "known", strings.Join(names, ", "))
}

// list prints a form that is a list of fields.
func (r *run) list(in *incident, p *exchange.Profile, o exchange.Options, out string) error {
	lines := p.List(in.view, o)
	if r.json {
		var fields []any
		for _, l := range lines {
			state := l.Record.State
			if state == "" && l.Field.Fact != "" {
				state = facts.Unknown
			}
			fields = append(fields, map[string]any{"no": l.Field.No, "title": l.Field.Title.In(r.lang), "fact": l.Field.Fact, "state": state, "text": l.Text.In(r.lang)})
		}
		return r.print(map[string]any{"form": p.Name(), "cells": p.Cells, "fields": fields, "findings": r.shapes(r.told)})
	}
	return r.writeFile(out, func(w io.Writer) error {
		fmt.Fprintln(w, r.head(in))
		fmt.Fprintln(w, p.Title.In(r.lang)+" "+p.Name())
		if p.Cells == "unknown" {
			fmt.Fprintln(w, r.t("incident.cells-unknown"))
		}
		for _, l := range lines {
			fmt.Fprintf(w, "%-3s %s: %s\n", l.Field.No, l.Field.Title.In(r.lang), l.Text.In(r.lang))
		}
		return nil
	})
}

type incidentImportCmd struct {
	File    string `arg:"" help:"${cli_help_arg_input}"`
	From    string `enum:"veris,dora" required:"" help:"${cli_help_flag_incident_from}"`
	Known   string `help:"${cli_help_flag_known}"`
	Upgrade bool   `help:"${cli_help_flag_upgrade}"`
	Zone    string `default:"Asia/Tokyo" help:"${cli_help_flag_zone}"`
	Schema  string `help:"${cli_help_flag_incident_schema}"`
	Out     string `short:"o" default:"-" help:"${cli_help_flag_out}"`
}

// Run reads a record of another system into a FACTS file.
func (c incidentImportCmd) Run(r *run) error {
	data, err := readInput(c.File)
	if err != nil {
		return err
	}
	d, err := facts.LoadDictionary(r.env.Catalog)
	if err != nil {
		return err
	}
	at, err := momentOr(c.Known, c.Zone)
	if err != nil {
		return err
	}
	p, err := r.profile(d, c.From, at)
	if err != nil {
		return err
	}
	if c.Upgrade && c.From == "veris" {
		if data, err = upgraded(data); err != nil {
			return fail("incident.unusable", "name", c.File)
		}
	}
	known := facts.At(at)
	if c.Known != "" {
		if known, err = facts.ParseMoment(c.Known, c.Zone); err != nil {
			return fail("incident.at", "at", c.Known)
		}
	}
	b, found := p.Import(filepath.Base(c.File), data, known, c.Zone)
	r.report(found)
	if finding.HasErrors(found) {
		return fail("incident.unusable", "name", c.File)
	}
	var doc map[string]any
	if err := json.Unmarshal(data, &doc); err != nil {
		return err
	}
	more, err := schemaFindings(c.Schema, doc)
	if err != nil {
		return err
	}
	r.report(more)
	if r.json {
		var file strings.Builder
		if err := facts.Write(&file, b); err != nil {
			return err
		}
		return r.print(map[string]any{"incident": b.ID, "facts": len(b.Records), "file": file.String(), "findings": r.shapes(r.told)})
	}
	return r.writeFile(c.Out, func(w io.Writer) error { return facts.Write(w, b) })
}

// upgraded brings a VERIS record of version 1.3 to 1.4.
func upgraded(data []byte) ([]byte, error) {
	var doc map[string]any
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, err
	}
	exchange.UpgradeVERIS(doc)
	return json.Marshal(doc)
}
