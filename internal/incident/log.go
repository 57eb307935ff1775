package incident

import (
	"context"
	"strings"
	"unicode/utf8"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
)

// Entry is one line of an incident's log. Kinds: opened, fact, clock, classified, state,
// duty, task, evidence, report, question, note, decision.
type Entry struct {
	Seq       int64  `db:"seq"`
	Kind      string `db:"kind"`
	At        int64  `db:"at"`         // when it happened
	EnteredAt int64  `db:"entered_at"` // when it was entered
	KnownAt   int64  `db:"known_at"`   // of a decision: what was known then is the facts of this moment; 0 otherwise
	Person    string `db:"person"`
	Name      string `db:"name"`
	BodyJA    string `db:"body_ja"`
	BodyEN    string `db:"body_en"`
	Options   string `db:"options"` // of a decision: what was weighed, one a line
	Reason    string `db:"reason"`
}

// Body is what the entry says.
func (e Entry) Body() i18n.Text { return i18n.Text{JA: e.BodyJA, EN: e.BodyEN} }

// note enters a line in the log.
func (s *Store) note(ctx context.Context, tx *db.Tx, a authz.Actor, i *Incident, e Entry) error {
	if e.At == 0 {
		e.At = s.micros()
	}
	if e.BodyEN == "" {
		e.BodyEN = e.BodyJA
	}
	_, err := tx.Exec(ctx, `insert into incident_log (tenant, incident, seq, kind, at, entered_at, known_at, person, name, body_ja, body_en, options, reason)
		select :tenant, :id, coalesce(max(seq), 0) + 1, :kind, :at, :entered, :known, :person, :name, :ja, :en, :options, :reason from incident_log
		where tenant = :tenant and incident = :id`,
		db.Args{"tenant": i.Tenant, "id": i.ID, "kind": e.Kind, "at": e.At, "entered": s.micros(), "known": e.KnownAt, "person": a.Person, "name": a.Name,
			"ja": e.BodyJA, "en": e.BodyEN, "options": e.Options, "reason": e.Reason})
	return err
}

// Log lists an incident's log, newest first, at most limit lines.
func (s *Store) Log(ctx context.Context, a authz.Actor, i Incident, limit int) ([]Entry, error) {
	if _, err := s.may.Decide(a, "incident.read", i.thing()); err != nil {
		return nil, err
	}
	return db.All[Entry](ctx, s.db.Tenant(a.Org), `select seq, kind, at, entered_at, known_at, person, name, body_ja, body_en, options, reason from incident_log
		where tenant = :tenant and incident = :id order by at desc, seq desc limit :limit`, db.Args{"id": i.ID, "limit": limit})
}

// Write enters what someone saw, did or decided. when is the moment at which it happened,
// "" now. A decision needs its reason; what was known is what was known when it was taken.
func (s *Store) Write(ctx context.Context, a authz.Actor, id, when string, e Entry) error {
	e.BodyJA = strings.TrimSpace(e.BodyJA)
	e.BodyEN = ""
	switch {
	case e.BodyJA == "":
		return errs.New(errs.Invalid, "%w", i18n.NewError("incident.empty"))
	case utf8.RuneCountInString(e.BodyJA+e.Options+e.Reason) > MaxText:
		return errs.New(errs.Invalid, "%w", i18n.NewError("incident.too-long", "max", MaxText))
	case e.Kind == "decision" && strings.TrimSpace(e.Reason) == "":
		return errs.New(errs.Invalid, "%w", i18n.NewError("incident.reason-missing"))
	}
	return s.change(ctx, a, id, "incident.write", func(tx *db.Tx, i *Incident, _ string) error {
		var err error
		if e.At, err = s.moment(i, when); err != nil {
			return err
		}
		if e.Kind == "decision" {
			e.KnownAt = e.At
		}
		return s.note(ctx, tx, a, i, e)
	})
}

// moment reads when something happened, "" for now.
func (s *Store) moment(i *Incident, when string) (int64, error) {
	if strings.TrimSpace(when) == "" {
		return s.micros(), nil
	}
	m, err := told(when, i.Zone)
	if err != nil || m.From.After(s.now.Now()) {
		return 0, errs.New(errs.Invalid, "%w", i18n.NewError("incident.bad-when", "value", when))
	}
	return clock.Micros(m.From), nil
}
