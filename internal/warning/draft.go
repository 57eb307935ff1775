package warning

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"yagura/internal/authz"
	"yagura/internal/calendar"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
)

// Limits of the texts, in characters, and of the recipients.
const (
	MaxTitle   = 200
	MaxText    = 8000
	MaxParties = 2000
)

// Text is what of a warning is written by its maker.
type Text struct {
	TLP, Title, Body string
	Due              time.Time // by when an answer is asked for
}

// Proposal is what a warning is drafted from.
type Proposal struct {
	Text
	Exercise bool
	Provider string // key in the sector's graph
	Vendor   string
	Sources  []Source // what it rests on
	Parties  []Party  // who is to be warned; those that reported are left out
}

func (s *Store) check(t Text) error {
	switch {
	case !slices.Contains(TLPs, t.TLP):
		return errs.New(errs.Invalid, "%w", i18n.NewError("warning.bad-tlp"))
	case t.Title == "" || utf8.RuneCountInString(t.Title) > MaxTitle:
		return errs.New(errs.Invalid, "%w", i18n.NewError("warning.title-length", "max", MaxTitle))
	case t.Body == "" || utf8.RuneCountInString(t.Body) > MaxText:
		return errs.New(errs.Invalid, "%w", i18n.NewError("warning.body-length", "max", MaxText))
	case !t.Due.After(s.now.Now()):
		return errs.New(errs.Invalid, "%w", i18n.NewError("warning.bad-due"))
	}
	return nil
}

func (t Text) clean() Text {
	t.Title, t.Body = strings.TrimSpace(t.Title), strings.TrimSpace(t.Body)
	return t
}

// Propose drafts a warning and returns its id. Errors: Invalid for a text without its
// parts, a due time that is not to come, or nobody to be warned.
func (s *Store) Propose(ctx context.Context, a authz.Actor, p Proposal) (string, error) {
	w := Warning{Tenant: a.Org, ID: string(s.ids.New()), Exercise: flag(p.Exercise), Provider: p.Provider, Vendor: p.Vendor, State: Draft, Maker: a.Person,
		CreatedAt: s.micros(), Number: -1, Version: 1}
	basis, err := s.may.Decide(a, "warning.write", w.thing())
	if err != nil {
		return "", err
	}
	p.Text = p.clean()
	if err := s.check(p.Text); err != nil {
		return "", err
	}
	w.TLP, w.Title, w.Body, w.DueAt = p.TLP, p.Title, p.Body, clock.Micros(p.Due)
	parties := slices.DeleteFunc(slices.Clone(p.Parties), func(x Party) bool {
		return slices.ContainsFunc(p.Sources, func(s Source) bool { return s.Organisation == x.Organisation })
	})
	if len(parties) == 0 || len(parties) > MaxParties {
		return "", errs.New(errs.Invalid, "%w", i18n.NewError("warning.nobody"))
	}
	return w.ID, s.db.Tenant(a.Org).Tx(ctx, func(tx *db.Tx) error {
		w := w
		if err := s.insert(ctx, tx, &w); err != nil {
			return err
		}
		for _, x := range p.Sources {
			if _, err := tx.Exec(ctx, `insert into warning_source (tenant, warning, incident, organisation, code, name_ja, name_en, reference)
				values (:tenant, :warning, :incident, :organisation, :code, :ja, :en, :reference)`, db.Args{"warning": w.ID, "incident": x.Incident, "organisation": x.Organisation,
				"code": x.Code, "ja": x.NameJA, "en": x.NameEN, "reference": x.Reference}); err != nil {
				return err
			}
		}
		for _, x := range parties {
			if _, err := tx.Exec(ctx, `insert into warning_party (tenant, warning, organisation, code, name_ja, name_en, reach, functions, seen_at, answer, note, answered_at)
				values (:tenant, :warning, :organisation, :code, :ja, :en, :reach, :functions, 0, '', '', 0)`, db.Args{"warning": w.ID, "organisation": x.Organisation,
				"code": x.Code, "ja": x.NameJA, "en": x.NameEN, "reach": x.Reach, "functions": x.Functions}); err != nil {
				return err
			}
		}
		if err := s.tell(ctx, tx, Event{Kind: "warning.proposed", Org: a.Org, Roles: []authz.Role{authz.Manager, authz.Supervisor}, By: a, Link: "/intake/warnings/" + w.ID,
			Args: map[string]i18n.Text{"title": plain(w.Title), "n": plain(fmt.Sprint(len(parties)))}}); err != nil {
			return err
		}
		_, err := s.enter(ctx, tx, a, "warning.proposed", w, basis, w.Title+"\n"+w.Body)
		return err
	})
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func plain(s string) i18n.Text { return i18n.Text{JA: s, EN: s} }

func (s *Store) insert(ctx context.Context, tx *db.Tx, w *Warning) error {
	word := "W"
	if w.Exercise == 1 {
		word = "EX"
	}
	begins := fmt.Sprintf("%s-%d-", word, s.now.Now().In(calendar.Tokyo).Year())
	n, err := db.One[int64](ctx, tx, `select count(*) from warning_case where tenant = :tenant and reference like :begins`, db.Args{"begins": begins + "%"})
	if err != nil {
		return err
	}
	w.Reference = fmt.Sprintf("%s%04d", begins, n+1)
	_, err = tx.Exec(ctx, `insert into warning_case (`+columns+`) values (:tenant, :id, :reference, :exercise, :provider, :vendor, :tlp, :title, :body, :state, :due_at,
		:maker, :approver, :created_at, :sent_at, :reason, :number, :version)`, *w)
	return err
}

// Rewrite changes the text of a draft. Who changes it is its maker from then on, so that
// another person approves what is sent.
func (s *Store) Rewrite(ctx context.Context, a authz.Actor, id string, t Text) error {
	t = t.clean()
	if err := s.check(t); err != nil {
		return err
	}
	return s.db.Tenant(a.Org).Tx(ctx, func(tx *db.Tx) error {
		f, err := full(ctx, tx, a.Org, id)
		if err != nil {
			return err
		}
		if _, err := s.may.Decide(a, "warning.write", f.thing()); err != nil {
			return err
		}
		if f.State != Draft {
			return elsewhere(f.State)
		}
		_, err = tx.Exec(ctx, `update warning_case set tlp = :tlp, title = :title, body = :body, due_at = :due, maker = :maker, version = version + 1
			where tenant = :tenant and id = :id and state = 'draft'`, db.Args{"id": id, "tlp": t.TLP, "title": t.Title, "body": t.Body, "due": clock.Micros(t.Due), "maker": a.Person})
		return err
	})
}
