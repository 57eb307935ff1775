package incident

import (
	"context"
	"time"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/incident/facts"
	"yagura/internal/incident/severity"
	"yagura/internal/obligation"
)

// Sheet is an incident with everything that follows from its facts as they were known at
// a moment.
type Sheet struct {
	Incident
	Base    facts.Base
	At      time.Time
	View    facts.View
	Clocks  []obligation.Clock
	Results []severity.Result // by each scheme
	Reports []Report          // oldest first
	Duties  map[string]string // duty → person
}

// Result is the classification by a scheme, nil when there is none of that id.
func (sh *Sheet) Result(scheme string) *severity.Result {
	for i := range sh.Results {
		if sh.Results[i].Scheme.ID == scheme {
			return &sh.Results[i]
		}
	}
	return nil
}

// Next is the open clock that is due first, nil when there is none.
func (sh *Sheet) Next() *obligation.Clock { return obligation.Next(sh.Clocks) }

// House is the classification by the organisation's own scheme.
func (sh *Sheet) House() *severity.Result { return sh.Result(own) }

// DORA is the classification by the Union's scheme.
func (sh *Sheet) DORA() *severity.Result { return sh.Result(dora) }

// Get reads an incident of the actor's organisation as it was known at a moment; the
// zero time is now. The error is NotFound when there is none.
func (s *Store) Get(ctx context.Context, a authz.Actor, id string, known time.Time) (*Sheet, error) {
	var sh *Sheet
	err := s.db.Tenant(a.Org).Read(ctx, func(tx *db.Tx) error {
		i, err := get(ctx, tx, a.Org, id)
		if err != nil {
			return err
		}
		if _, err := s.may.Decide(a, "incident.read", i.thing()); err != nil {
			return err
		}
		sh, err = s.sheet(ctx, tx, i, known)
		return err
	})
	return sh, err
}

// sheet computes everything of an incident at a moment; the zero time is now.
func (s *Store) sheet(ctx context.Context, q db.Querier, i Incident, known time.Time) (*Sheet, error) {
	if known.IsZero() {
		known = s.now.Now()
	}
	sh := &Sheet{Incident: i, At: known, Duties: map[string]string{}}
	var err error
	if sh.Reports, err = reports(ctx, q, i.Tenant, i.ID); err != nil {
		return nil, err
	}
	if sh.Base, err = base(ctx, q, i, sh.Reports); err != nil {
		return nil, err
	}
	duties, err := db.All[duty](ctx, q, `select duty, person from incident_duty where tenant = :tenant and incident = :id`, db.Args{"tenant": i.Tenant, "id": i.ID})
	if err != nil {
		return nil, err
	}
	for _, d := range duties {
		sh.Duties[d.Duty] = d.Person
	}
	s.judge(sh)
	return sh, nil
}

// judge computes view, clocks and classes of a sheet's base.
func (s *Store) judge(sh *Sheet) {
	sh.View = sh.Base.At(sh.At)
	sh.Clocks = s.book.Rules.Clocks(sh.View.Case(s.book.Dictionary), sh.At)
	known := severity.Facts(sh.View, s.book.Dictionary)
	sh.Results = nil
	for _, scheme := range s.book.Schemes {
		sh.Results = append(sh.Results, scheme.Classify(known))
	}
}

// History lists how the clocks of a sheet changed up to its moment, and by which facts.
func (s *Store) History(sh *Sheet) []obligation.Change {
	var moments []time.Time
	for _, m := range sh.Base.Moments() {
		if !m.After(sh.At) {
			moments = append(moments, m)
		}
	}
	return s.book.Rules.History(moments, func(known time.Time) (obligation.Case, []string) {
		return sh.Base.At(known).Case(s.book.Dictionary), sh.Base.Learned(known)
	})
}

// base reads everything that was ever stated of an incident.
func base(ctx context.Context, q db.Querier, i Incident, list []Report) (facts.Base, error) {
	b := facts.Base{ID: i.Reference, Title: i.Title, Zone: i.Zone, Exercise: i.Exercise == 1}
	type row struct {
		Fact string `db:"fact"`
		Doc  string `db:"doc"`
	}
	rows, err := db.All[row](ctx, q, `select fact, doc from incident_fact where tenant = :tenant and incident = :id order by seq`, db.Args{"tenant": i.Tenant, "id": i.ID})
	if err != nil {
		return b, err
	}
	for _, r := range rows {
		record, err := decode(r.Fact, r.Doc)
		if err != nil {
			return b, err
		}
		b.Records = append(b.Records, record)
	}
	for _, r := range list {
		if !r.State.Sent() {
			continue
		}
		report := facts.Report{Stage: r.Stage, Submitted: at(clock.FromMicros(r.SubmittedAt), i.Zone)}
		if r.AcceptedAt != 0 {
			report.Accepted = at(clock.FromMicros(r.AcceptedAt), i.Zone)
		}
		b.Reports = append(b.Reports, report)
	}
	return b, nil
}
