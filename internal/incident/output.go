package incident

import (
	"yagura/internal/calendar"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/incident/exchange"
	"yagura/internal/incident/facts"
	"yagura/internal/paper"
)

// Document is an incident in a format of exchange, as the command line writes it: stix,
// veris, or dora at the stage that is due next.
func (s *Store) Document(sh *Sheet, format string) (map[string]any, error) {
	if format == "stix" {
		return exchange.STIX(sh.Base, sh.View), nil
	}
	p := exchange.Find(s.book.Profiles, format, calendar.DayOf(sh.At, calendar.Tokyo))
	if p == nil || p.Format == "" {
		return nil, errs.New(errs.NotFound, "incident: no format %s", format)
	}
	o := exchange.Options{Incident: sh.Reference}
	if p.ID == "dora-incident" {
		o.Stage = exchange.DORAStage(sh.Base, sh.View)
	}
	return written(sh, p, o), nil
}

// written is a view in a JSON format, with what the Union's form derives.
func written(sh *Sheet, p *exchange.Profile, o exchange.Options) map[string]any {
	view := sh.View
	if p.ID == "dora-incident" {
		base := exchange.DeriveDORA(sh.Base, view, *sh.DORA())
		view = base.At(sh.At)
	}
	return p.Export(view, o)
}

// ReportDocument is a report in the JSON format of its form, by a sheet of the moment of
// its content; NotFound for a form without one.
func (s *Store) ReportDocument(sh *Sheet, r Report) (map[string]any, error) {
	p := s.book.Profile(r.Form)
	if p == nil || p.Format == "" {
		return nil, errs.New(errs.NotFound, "incident: the form has no format of exchange")
	}
	return written(sh, p, options(p, r.Stage, sh.Reference)), nil
}

// Print sets a report out for print: what its form says at its moment, with what changed
// since the report before it.
func (s *Store) Print(sh *Sheet, r Report, lang i18n.Lang) (*paper.Document, error) {
	p := s.book.Profile(r.Form)
	if p == nil {
		return nil, errs.New(errs.NotFound, "incident: the report has no form")
	}
	known := sh.At
	if r.KnownAt != 0 {
		known = micros(r.KnownAt)
	}
	out := exchange.Report{Base: sh.Base, Now: sh.Base.At(known.In(sh.Location())), Options: options(p, r.Stage, sh.Reference)}
	if before, err := sh.Report(r.Before); err == nil && before.KnownAt != 0 {
		view := sh.Base.At(micros(before.KnownAt).In(sh.Location()))
		out.Before = &view
	}
	return p.Document(out, lang), nil
}

// Unknowns counts the fields of a report of which no value is known.
func (c Content) Unknowns() (n int) {
	for _, f := range c.Fields {
		if f.Fact != "" && (f.State == "" || f.State == string(facts.Unknown) || f.State == string(facts.Investigating)) {
			n++
		}
	}
	return n
}
