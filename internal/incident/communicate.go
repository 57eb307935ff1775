package incident

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"yagura/internal/authz"
	"yagura/internal/calendar"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/incident/facts"
	"yagura/internal/incident/letter"
	"yagura/internal/ledger"
)

// Letter is what is told of an incident to customers, media or an authority. One that was
// approved stays what it is; a later version follows it (Before).
type Letter struct {
	Tenant     string    `db:"tenant"`
	Incident   string    `db:"incident"`
	ID         string    `db:"id"`
	Seq        int64     `db:"seq"`
	Template   string    `db:"template"` // id@edition
	Audience   string    `db:"audience"`
	Lang       i18n.Lang `db:"lang"`
	Title      string    `db:"title"`
	Body       string    `db:"body"`
	State      string    `db:"state"`     // draft, approved, superseded, withdrawn
	Before     string    `db:"before_id"` // the version that this one follows
	Authors    string    `db:"authors"`   // persons who wrote it, one a line: none of them approves
	ApprovedBy string    `db:"approved_by"`
	SHA256     string    `db:"sha256"`
	CreatedAt  int64     `db:"created_at"`
	ChangedAt  int64     `db:"changed_at"`
	ApprovedAt int64     `db:"approved_at"`
	Number     int64     `db:"number"` // of the ledger entry of the approval; -1 before
	Reason     string    `db:"reason"`
	Version    int64     `db:"version"`
}

const letterColumns = `tenant, incident, id, seq, template, audience, lang, title, body, state, before_id, authors, approved_by, sha256, created_at, changed_at, approved_at, number, reason, version`

func (l Letter) authors() []string { return strings.Split(l.Authors, "\n") }

// Letters lists what is told of an incident, newest first.
func (s *Store) Letters(ctx context.Context, a authz.Actor, i Incident) ([]Letter, error) {
	if _, err := s.may.Decide(a, "incident.read", i.thing()); err != nil {
		return nil, err
	}
	return db.All[Letter](ctx, s.db.Tenant(a.Org), `select `+letterColumns+` from incident_letter where tenant = :tenant and incident = :id order by seq desc`, db.Args{"id": i.ID})
}

// Letter reads one of them; NotFound when there is none.
func (s *Store) Letter(ctx context.Context, a authz.Actor, i Incident, id string) (Letter, error) {
	if _, err := s.may.Decide(a, "incident.read", i.thing()); err != nil {
		return Letter{}, err
	}
	return oneLetter(ctx, s.db.Tenant(a.Org), a.Org, i.ID, id)
}

func oneLetter(ctx context.Context, q db.Querier, tenant, incident, id string) (Letter, error) {
	return db.One[Letter](ctx, q, `select `+letterColumns+` from incident_letter where tenant = :tenant and incident = :incident and id = :letter`,
		db.Args{"tenant": tenant, "incident": incident, "letter": id})
}

// MayApprove reports whether the actor may approve a letter: none of its authors may.
func (s *Store) MayApprove(a authz.Actor, i Incident, l Letter) bool {
	return l.State == "draft" && s.may.May(a, "incident.approve", i.thing(l.authors()...))
}

// Compose drafts a letter from a template with what is known now, and returns its id.
func (s *Store) Compose(ctx context.Context, a authz.Actor, id, template string, lang i18n.Lang) (string, error) {
	t := s.book.Letter(template)
	if t == nil || lang != i18n.JA && lang != i18n.EN {
		return "", errs.New(errs.NotFound, "incident: no template %s", template)
	}
	l := Letter{ID: string(s.ids.New()), Template: t.Name(), Audience: t.Audience, Lang: lang}
	err := s.change(ctx, a, id, "incident.write", func(tx *db.Tx, i *Incident, _ string) error {
		sh, err := s.sheet(ctx, tx, *i, time.Time{})
		if err != nil {
			return err
		}
		o, err := s.orgs.OrganisationIn(ctx, tx, i.Tenant)
		if err != nil {
			return err
		}
		fill := func(place string) string { return s.place(sh, o.Name(), place).In(lang) }
		l.Title, l.Body = letter.Fill(t.Subject.In(lang), fill), letter.Fill(t.Body.In(lang), fill)
		return s.addLetter(ctx, tx, a, i, l)
	})
	return l.ID, err
}

// place is what a template's place says: a fact in words, or that it is not known yet.
func (s *Store) place(sh *Sheet, who i18n.Text, id string) i18n.Text {
	switch id {
	case "organisation":
		return who
	case "reference":
		return i18n.Text{JA: sh.Reference, EN: sh.Reference}
	case "today":
		t := calendar.DayOf(sh.At, sh.Location()).Long()
		return t
	}
	r, ok := sh.View.Get(id)
	if !ok || r.State == facts.Unknown || r.State == facts.Investigating {
		return i18n.Both("incident.letter.not-yet")
	}
	return FactText(r, s.book.Dictionary.Entry(id), sh.Location())
}

func (s *Store) addLetter(ctx context.Context, tx *db.Tx, a authz.Actor, i *Incident, l Letter) error {
	n, err := db.One[int64](ctx, tx, `select coalesce(max(seq), 0) from incident_letter where tenant = :tenant and incident = :id`, db.Args{"tenant": i.Tenant, "id": i.ID})
	if err != nil {
		return err
	}
	l.Tenant, l.Incident, l.Seq, l.State, l.Authors = i.Tenant, i.ID, n+1, "draft", a.Person
	l.CreatedAt, l.ChangedAt, l.Number, l.Version = s.micros(), s.micros(), -1, 1
	_, err = tx.Exec(ctx, `insert into incident_letter (`+letterColumns+`) values (:tenant, :incident, :id, :seq, :template, :audience, :lang, :title, :body, :state, :before_id, :authors,
		:approved_by, :sha256, :created_at, :changed_at, :approved_at, :number, :reason, :version)`, l)
	return err
}

// Rewrite changes a draft. Errors: Conflict when it was changed meanwhile or is no draft.
func (s *Store) Rewrite(ctx context.Context, a authz.Actor, id, letter string, version int64, title, body string) error {
	title, body = strings.TrimSpace(title), strings.ReplaceAll(body, "\r\n", "\n")
	switch {
	case title == "" || utf8.RuneCountInString(title) > MaxTitle:
		return errs.New(errs.Invalid, "%w", i18n.NewError("incident.title-length", "max", MaxTitle))
	case utf8.RuneCountInString(body) > MaxText:
		return errs.New(errs.Invalid, "%w", i18n.NewError("incident.too-long", "max", MaxText))
	}
	return s.change(ctx, a, id, "incident.write", func(tx *db.Tx, i *Incident, _ string) error {
		l, err := oneLetter(ctx, tx, a.Org, i.ID, letter)
		if err != nil {
			return err
		}
		if l.Version != version || l.State != "draft" {
			return errs.New(errs.Conflict, "%w", i18n.NewError("incident.letter-changed"))
		}
		if !slices.Contains(l.authors(), a.Person) {
			l.Authors += "\n" + a.Person
		}
		l.Title, l.Body, l.ChangedAt = title, body, s.micros()
		_, err = tx.Exec(ctx, `update incident_letter set title = :title, body = :body, authors = :authors, changed_at = :changed_at, version = version + 1
			where tenant = :tenant and incident = :incident and id = :id`, l)
		return err
	})
}

// Release approves a letter: a person who did not write it, and with a reason when a figure
// differs from what is known or reported. From then on it stays as it is; the ledger has
// its hash.
func (s *Store) Release(ctx context.Context, a authz.Actor, id, letter, reason string) error {
	return s.change(ctx, a, id, "incident.read", func(tx *db.Tx, i *Incident, _ string) error {
		l, err := oneLetter(ctx, tx, a.Org, i.ID, letter)
		if err != nil {
			return err
		}
		basis, err := s.may.Decide(a, "incident.approve", i.thing(l.authors()...))
		if err != nil {
			return err
		}
		if l.State != "draft" {
			return errs.New(errs.Conflict, "%w", i18n.NewError("incident.letter-changed"))
		}
		sh, err := s.sheet(ctx, tx, *i, time.Time{})
		if err != nil {
			return err
		}
		l.Reason = strings.TrimSpace(reason)
		if l.Reason == "" && differs(s.Figures(sh, l.Body)) {
			return errs.New(errs.Invalid, "%w", i18n.NewError("incident.letter-differs"))
		}
		doc := []byte(l.Title + "\n\n" + l.Body)
		l.State, l.ApprovedBy, l.ApprovedAt, l.SHA256 = "approved", a.Person, s.micros(), ledger.HashPayload(doc)
		if _, err := tx.Exec(ctx, `update incident_letter set state = 'superseded' where tenant = :tenant and incident = :incident and id = :before_id and state = 'approved'`, l); err != nil {
			return err
		}
		text := i18n.Both("incident.log.letter", "audience", i18n.Both("incident.audience."+l.Audience), "title", i18n.Text{JA: l.Title, EN: l.Title})
		if err := s.note(ctx, tx, a, i, Entry{Kind: "report", BodyJA: text.JA, BodyEN: text.EN, Reason: l.Reason, KnownAt: l.ApprovedAt}); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, Event{Kind: "incident.letter", Org: i.Tenant, Persons: l.authors(), By: a, Link: "/incidents/" + i.ID + "/letters/" + l.ID,
			Args: map[string]i18n.Text{"incident": i.name(), "title": {JA: l.Title, EN: l.Title}}}); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update incident_letter set state = :state, approved_by = :approved_by, approved_at = :approved_at, sha256 = :sha256, reason = :reason, version = version + 1
			where tenant = :tenant and incident = :incident and id = :id`, l); err != nil {
			return err
		}
		if l.Number, err = s.enter(ctx, tx, a, "incident.letter", *i, "letter", l.ID, basis, doc); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `update incident_letter set number = :number where tenant = :tenant and incident = :incident and id = :id`, l)
		return err
	})
}

// Revise drafts the next version of a letter and returns its id.
func (s *Store) Revise(ctx context.Context, a authz.Actor, id, letter string) (string, error) {
	next := string(s.ids.New())
	err := s.change(ctx, a, id, "incident.write", func(tx *db.Tx, i *Incident, _ string) error {
		l, err := oneLetter(ctx, tx, a.Org, i.ID, letter)
		if err != nil {
			return err
		}
		return s.addLetter(ctx, tx, a, i, Letter{ID: next, Template: l.Template, Audience: l.Audience, Lang: l.Lang, Title: l.Title, Body: l.Body, Before: l.ID})
	})
	return next, err
}
