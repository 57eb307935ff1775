package warning

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"yagura/internal/authz"
	"yagura/internal/calendar"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/jobs"
)

// DueJob is the kind of the due row at whose time recipients that gave no final answer,
// and the sender, are told.
const DueJob = "warning-due"

// Received is a warning in the hands of a recipient. It says nothing of who reported.
type Received struct {
	Tenant     string `db:"tenant"`
	ID         string `db:"id"`
	Sender     string `db:"sender"`
	SenderJA   string `db:"sender_ja"`
	SenderEN   string `db:"sender_en"`
	Reference  string `db:"reference"`
	Vendor     string `db:"vendor"`
	TLP        string `db:"tlp"`
	Title      string `db:"title"`
	Body       string `db:"body"`
	SentAt     int64  `db:"sent_at"`
	DueAt      int64  `db:"due_at"`
	RecalledAt int64  `db:"recalled_at"`
	Reason     string `db:"reason"`
	SeenAt     int64  `db:"seen_at"`
	SeenBy     string `db:"seen_by"`
	Answer     string `db:"answer"`
	Note       string `db:"note"`
	AnsweredAt int64  `db:"answered_at"`
	AnsweredBy string `db:"answered_by"`
}

// From is the sender's name.
func (r Received) From() i18n.Text { return i18n.Text{JA: r.SenderJA, EN: r.SenderEN} }

// Open reports whether an answer is still asked for.
func (r Received) Open() bool { return r.RecalledAt == 0 && !final(r.Answer) }

// Late reports whether the time to answer has passed (now in microseconds) without one.
func (r Received) Late(now int64) bool { return r.Open() && r.DueAt < now }

func (r Received) thing() authz.Thing {
	return authz.Thing{Kind: "warning", ID: r.ID, Tenant: r.Tenant}
}

const receivedColumns = `tenant, id, sender, sender_ja, sender_en, reference, vendor, tlp, title, body, sent_at, due_at, recalled_at, reason, seen_at, seen_by, answer, note, answered_at, answered_by`

// Inbox lists the warnings that the actor's organisation received, open ones first, at
// most limit.
func (s *Store) Inbox(ctx context.Context, a authz.Actor, limit int) ([]Received, error) {
	if _, err := s.may.Decide(a, "warning.receive", Received{Tenant: a.Org}.thing()); err != nil {
		return nil, err
	}
	return db.All[Received](ctx, s.db.Tenant(a.Org), `select `+receivedColumns+` from warning_received where tenant = :tenant
		order by case when recalled_at = 0 and answer in ('', 'checking') then 0 else 1 end, due_at, id limit :limit`, db.Args{"limit": limit})
}

// Read reads a warning that the actor's organisation received, or NotFound.
func (s *Store) Read(ctx context.Context, a authz.Actor, id string) (Received, error) {
	r, err := db.One[Received](ctx, s.db.Tenant(a.Org), `select `+receivedColumns+` from warning_received where tenant = :tenant and id = :id`, db.Args{"id": id})
	if err == nil {
		_, err = s.may.Decide(a, "warning.receive", r.thing())
	}
	return r, err
}

// Answer keeps what a recipient answers, and what it says beside it, on both sides; with
// the answer "" it only acknowledges the receipt. An answer may be changed as long as the
// warning stands: every one is in the ledger.
func (s *Store) Answer(ctx context.Context, a authz.Actor, id, answer, note string) error {
	note = strings.TrimSpace(note)
	switch {
	case answer != "" && !slices.Contains(Answers, answer):
		return errs.New(errs.Invalid, "%w", i18n.NewError("warning.bad-answer"))
	case utf8.RuneCountInString(note) > MaxText:
		return errs.New(errs.Invalid, "%w", i18n.NewError("warning.body-length", "max", MaxText))
	}
	return s.db.System("a recipient answers a warning").Tx(ctx, func(tx *db.Tx) error {
		r, err := db.One[Received](ctx, tx, `select `+receivedColumns+` from warning_received where tenant = :org and id = :id`, db.Args{"org": a.Org, "id": id})
		if err != nil {
			return err
		}
		basis, err := s.may.Decide(a, "warning.answer", r.thing())
		if err != nil {
			return err
		}
		if r.RecalledAt != 0 {
			return elsewhere(Recalled)
		}
		kind := "warning.acknowledged"
		if r.SeenAt == 0 {
			r.SeenAt, r.SeenBy = s.micros(), a.Person
		}
		if answer != "" {
			kind = "warning.answered"
			r.Answer, r.Note, r.AnsweredAt, r.AnsweredBy = answer, note, s.micros(), a.Person
		}
		if _, err := tx.Exec(ctx, `update warning_received set seen_at = :seen_at, seen_by = :seen_by, answer = :answer, note = :note, answered_at = :answered_at, answered_by = :answered_by
			where tenant = :tenant and id = :id`, r); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update warning_party set seen_at = :seen_at, answer = :answer, note = :note, answered_at = :answered_at
			where tenant = :sender and warning = :id and organisation = :tenant`, r); err != nil {
			return err
		}
		if err := s.answered(ctx, tx, a, r, answer); err != nil {
			return err
		}
		_, err = s.enter(ctx, tx, a, kind, Warning{ID: r.ID, Version: 1}, basis, answer+"\n"+note)
		return err
	})
}

// answered tells the sender of an answer.
func (s *Store) answered(ctx context.Context, tx *db.Tx, a authz.Actor, r Received, answer string) error {
	if answer == "" {
		return nil
	}
	name, err := s.orgs.OrganisationIn(ctx, tx, a.Org)
	if err != nil {
		return err
	}
	return s.tell(ctx, tx, Event{Kind: "warning.answered", Org: r.Sender, Roles: []authz.Role{authz.Manager, authz.Supervisor}, Link: "/intake/warnings/" + r.ID,
		Args: map[string]i18n.Text{"organisation": name.Name(), "title": plain(r.Title), "answer": i18n.Both("warning.answer." + answer)}})
}

// Handlers are for the runner of due rows.
func (s *Store) Handlers() map[string]jobs.Handler {
	return map[string]jobs.Handler{DueJob: {InTx: s.due, System: true}}
}

// due tells those whose final answer is missing at the time that was asked for, and the
// sender how many they are.
func (s *Store) due(ctx context.Context, tx *db.Tx, j jobs.Job) error {
	f, err := full(ctx, tx, j.Org, j.Key)
	if err != nil || f.State != Sent {
		return err
	}
	sender, err := s.orgs.OrganisationIn(ctx, tx, j.Org)
	if err != nil {
		return err
	}
	open := 0
	for _, p := range f.Parties {
		if p.Final() {
			continue
		}
		open++
		if err := s.tell(ctx, tx, s.toParty("warning.due", f.Warning, p.Organisation, sender.Name())); err != nil {
			return err
		}
	}
	if open == 0 {
		return nil
	}
	return s.tell(ctx, tx, Event{Kind: "warning.unanswered", Org: j.Org, Roles: []authz.Role{authz.Manager, authz.Supervisor}, Link: "/intake/warnings/" + f.ID,
		Args: map[string]i18n.Text{"title": plain(f.Title), "n": plain(fmt.Sprint(open))}})
}

// localTime is a moment as notices say it.
func localTime(at int64) string {
	return clock.FromMicros(at).In(calendar.Tokyo).Format("2006-01-02 15:04")
}
