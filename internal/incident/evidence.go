package incident

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
)

// Evidence is something that was secured: a disk image, a log, a message. What is kept
// here is its SHA-256 and where it is; the thing itself stays with its holder.
type Evidence struct {
	ID         string `db:"id"`
	Title      string `db:"title"`
	SHA256     string `db:"sha256"` // lower-case hex
	Size       int64  `db:"size"`   // bytes; 0 when it is not known
	ObtainedAt int64  `db:"obtained_at"`
	Holder     string `db:"holder"` // who has it now
	Place      string `db:"place"`
	CreatedAt  int64  `db:"created_at"`
	CreatedBy  string `db:"created_by"`
}

// Custody is one link of the chain of custody.
type Custody struct {
	Evidence string `db:"evidence"`
	Seq      int64  `db:"seq"`
	At       int64  `db:"at"`
	Holder   string `db:"holder"`
	Place    string `db:"place"`
	Reason   string `db:"reason"`
	Person   string `db:"person"`
	Name     string `db:"name"` // who entered it
	Number   int64  `db:"number"`
}

// Evidence lists what was secured, with the chain of each.
func (s *Store) Evidence(ctx context.Context, a authz.Actor, i Incident) (list []Evidence, chain map[string][]Custody, err error) {
	if _, err := s.may.Decide(a, "incident.read", i.thing()); err != nil {
		return nil, nil, err
	}
	chain = map[string][]Custody{}
	err = s.db.Tenant(a.Org).Read(ctx, func(tx *db.Tx) error {
		var err error
		if list, err = db.All[Evidence](ctx, tx, `select id, title, sha256, size, obtained_at, holder, place, created_at, created_by from incident_evidence
			where tenant = :tenant and incident = :id order by id`, db.Args{"id": i.ID}); err != nil {
			return err
		}
		rows, err := db.All[Custody](ctx, tx, `select evidence, seq, at, holder, place, reason, person, name, number from incident_custody
			where tenant = :tenant and incident = :id order by evidence, seq`, db.Args{"id": i.ID})
		for _, r := range rows {
			chain[r.Evidence] = append(chain[r.Evidence], r)
		}
		return err
	})
	return list, chain, err
}

// Secure enters a piece of evidence; when is the moment at which it was obtained, "" now.
func (s *Store) Secure(ctx context.Context, a authz.Actor, id, when string, e Evidence) error {
	e.Title, e.Holder, e.Place, e.SHA256 = strings.TrimSpace(e.Title), strings.TrimSpace(e.Holder), strings.TrimSpace(e.Place), strings.ToLower(strings.TrimSpace(e.SHA256))
	sum, err := hex.DecodeString(e.SHA256)
	switch {
	case e.Title == "" || utf8.RuneCountInString(e.Title+e.Holder+e.Place) > MaxText:
		return errs.New(errs.Invalid, "%w", i18n.NewError("incident.title-length", "max", MaxTitle))
	case err != nil || len(sum) != 32:
		return errs.New(errs.Invalid, "%w", i18n.NewError("incident.bad-hash"))
	case e.Holder == "" || e.Place == "":
		return errs.New(errs.Invalid, "%w", i18n.NewError("incident.no-holder"))
	}
	return s.change(ctx, a, id, "incident.write", func(tx *db.Tx, i *Incident, basis string) error {
		e.ID, e.CreatedAt, e.CreatedBy = string(s.ids.New()), s.micros(), a.Person
		var err error
		if e.ObtainedAt, err = s.moment(i, when); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `insert into incident_evidence (tenant, incident, id, title, sha256, size, obtained_at, holder, place, created_at, created_by)
			values (:tenant, :incident, :id, :title, :sha256, :size, :obtained, :holder, :place, :at, :by)`,
			db.Args{"tenant": a.Org, "incident": i.ID, "id": e.ID, "title": e.Title, "sha256": e.SHA256, "size": e.Size, "obtained": e.ObtainedAt,
				"holder": e.Holder, "place": e.Place, "at": e.CreatedAt, "by": a.Person}); err != nil {
			return err
		}
		text := i18n.Both("incident.log.evidence", "title", e.Title, "holder", e.Holder)
		if err := s.note(ctx, tx, a, i, Entry{Kind: "evidence", BodyJA: text.JA, BodyEN: text.EN}); err != nil {
			return err
		}
		return s.custody(ctx, tx, a, i, e, i18n.T(i18n.JA, "incident.log.secured"), basis)
	})
}

// Pass hands a piece of evidence to another holder or place, with the reason.
func (s *Store) Pass(ctx context.Context, a authz.Actor, id, evidence, holder, place, reason string) error {
	holder, place, reason = strings.TrimSpace(holder), strings.TrimSpace(place), strings.TrimSpace(reason)
	if holder == "" || place == "" || reason == "" {
		return errs.New(errs.Invalid, "%w", i18n.NewError("incident.no-holder"))
	}
	return s.change(ctx, a, id, "incident.write", func(tx *db.Tx, i *Incident, basis string) error {
		e, err := db.One[Evidence](ctx, tx, `select id, title, sha256, size, obtained_at, holder, place, created_at, created_by from incident_evidence
			where tenant = :tenant and incident = :incident and id = :id`, db.Args{"tenant": a.Org, "incident": i.ID, "id": evidence})
		if err != nil {
			return err
		}
		e.Holder, e.Place = holder, place
		if _, err := tx.Exec(ctx, `update incident_evidence set holder = :holder, place = :place where tenant = :tenant and incident = :incident and id = :id`,
			db.Args{"tenant": a.Org, "incident": i.ID, "id": evidence, "holder": holder, "place": place}); err != nil {
			return err
		}
		text := i18n.Both("incident.log.custody", "title", e.Title, "holder", holder)
		if err := s.note(ctx, tx, a, i, Entry{Kind: "evidence", BodyJA: text.JA, BodyEN: text.EN, Reason: reason}); err != nil {
			return err
		}
		return s.custody(ctx, tx, a, i, e, reason, basis)
	})
}

// custody adds a link to the chain: the ledger has it under the evidence's hash.
func (s *Store) custody(ctx context.Context, tx *db.Tx, a authz.Actor, i *Incident, e Evidence, reason, basis string) error {
	payload, err := json.Marshal(map[string]string{"sha256": e.SHA256, "holder": e.Holder, "place": e.Place, "reason": reason})
	if err != nil {
		return err
	}
	number, err := s.enter(ctx, tx, a, "incident.custody", *i, "evidence", e.ID, basis, payload)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into incident_custody (tenant, incident, evidence, seq, at, holder, place, reason, person, name, number)
		select :tenant, :incident, :evidence, coalesce(max(seq), 0) + 1, :at, :holder, :place, :reason, :person, :name, :number from incident_custody
		where tenant = :tenant and incident = :incident and evidence = :evidence`,
		db.Args{"tenant": a.Org, "incident": i.ID, "evidence": e.ID, "at": s.micros(), "holder": e.Holder, "place": e.Place, "reason": reason,
			"person": a.Person, "name": a.Name, "number": number})
	return err
}
