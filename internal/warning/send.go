package warning

import (
	"context"
	"strings"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/jobs"
)

// Approve sends a draft that another person made, and hands it over to each recipient; an
// exercise is marked as sent and reaches nobody. A text that names a reporting institution
// wants the reason for which it is sent all the same, such as that the institution has
// published the incident. Errors: Forbidden for the maker, Conflict for what is no draft,
// or names a reporter without a reason, Invalid when the time to answer has passed.
func (s *Store) Approve(ctx context.Context, a authz.Actor, id, reason string) error {
	return s.db.System("an authority warns institutions").Tx(ctx, func(tx *db.Tx) error {
		f, err := full(ctx, tx, a.Org, id)
		if err != nil {
			return err
		}
		basis, err := s.may.Decide(a, "warning.approve", f.thing())
		if err != nil {
			return err
		}
		reason := strings.TrimSpace(reason)
		switch named := Named(f.Sources, f.Title, f.Body, f.Vendor); {
		case f.State != Draft:
			return elsewhere(f.State)
		case f.DueAt <= s.micros():
			return errs.New(errs.Invalid, "%w", i18n.NewError("warning.bad-due"))
		case len(named) > 0 && reason == "":
			return errs.New(errs.Conflict, "%w", i18n.NewError("warning.named", "names", strings.Join(named, ", ")))
		}
		f.State, f.Approver, f.SentAt, f.Reason, f.Version = Sent, a.Person, s.micros(), reason, f.Version+1
		if _, err := tx.Exec(ctx, `update warning_case set state = 'sent', approver = :approver, sent_at = :sent_at, reason = :reason, version = :version
			where tenant = :tenant and id = :id`, f.Warning); err != nil {
			return err
		}
		if err := s.handOver(ctx, tx, a, f); err != nil {
			return err
		}
		n, err := s.enter(ctx, tx, a, "warning.sent", f.Warning, basis, f.Title+"\n"+f.Body)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `update warning_case set number = :number where tenant = :tenant and id = :id`, db.Args{"tenant": a.Org, "id": id, "number": n})
		return err
	})
}

// handOver puts a warning into the recipients' rows, without anything of its sources, and
// sets the row of the time to answer.
func (s *Store) handOver(ctx context.Context, tx *db.Tx, a authz.Actor, f Full) error {
	if f.Exercise == 1 {
		return nil
	}
	sender, err := s.orgs.OrganisationIn(ctx, tx, a.Org)
	if err != nil {
		return err
	}
	for _, p := range f.Parties {
		if _, err := tx.Exec(ctx, `insert into warning_received (tenant, id, sender, sender_ja, sender_en, reference, vendor, tlp, title, body, sent_at, due_at, recalled_at, reason,
			seen_at, seen_by, answer, note, answered_at, answered_by) values (:to, :id, :sender, :ja, :en, :reference, :vendor, :tlp, :title, :body, :sent, :due, 0, '', 0, '', '', '', 0, '')`,
			db.Args{"to": p.Organisation, "id": f.ID, "sender": a.Org, "ja": sender.NameJA, "en": sender.NameEN, "reference": f.Reference, "vendor": f.Vendor, "tlp": f.TLP,
				"title": f.Title, "body": f.Body, "sent": f.SentAt, "due": f.DueAt}); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, s.toParty("warning.received", f.Warning, p.Organisation, sender.Name())); err != nil {
			return err
		}
	}
	return jobs.Add(ctx, tx, jobs.Job{Org: a.Org, Kind: DueJob, Key: f.ID, Due: clock.FromMicros(f.DueAt)})
}

func (s *Store) toParty(kind string, w Warning, party string, sender i18n.Text) Event {
	return Event{Kind: kind, Org: party, Roles: []authz.Role{authz.Respondent, authz.Checker, authz.Approver}, Link: "/warnings/" + w.ID,
		Args: map[string]i18n.Text{"sender": sender, "title": plain(w.Title), "vendor": plain(w.Vendor), "due": plain(localTime(w.DueAt)), "reason": plain(w.Reason)}}
}

// Withdraw drops a draft, or recalls a warning that was sent: recipients keep it, marked,
// with the reason.
func (s *Store) Withdraw(ctx context.Context, a authz.Actor, id, reason string) error {
	reason = strings.TrimSpace(reason)
	if reason == "" {
		return errs.New(errs.Invalid, "%w", i18n.NewError("warning.reason-missing"))
	}
	return s.db.System("an authority recalls a warning").Tx(ctx, func(tx *db.Tx) error {
		f, err := full(ctx, tx, a.Org, id)
		if err != nil {
			return err
		}
		basis, err := s.may.Decide(a, "warning.write", f.thing())
		if err != nil {
			return err
		}
		was := f.State
		switch was {
		case Draft:
			f.State = Dropped
		case Sent:
			f.State = Recalled
		default:
			return elsewhere(was)
		}
		f.Reason, f.Version = reason, f.Version+1
		if _, err := tx.Exec(ctx, `update warning_case set state = :state, reason = :reason, version = :version where tenant = :tenant and id = :id`, f.Warning); err != nil {
			return err
		}
		if was == Sent && f.Exercise == 0 {
			if err := s.recall(ctx, tx, f); err != nil {
				return err
			}
		}
		_, err = s.enter(ctx, tx, a, "warning."+string(f.State), f.Warning, basis, reason)
		return err
	})
}

func (s *Store) recall(ctx context.Context, tx *db.Tx, f Full) error {
	sender, err := s.orgs.OrganisationIn(ctx, tx, f.Tenant)
	if err != nil {
		return err
	}
	for _, p := range f.Parties {
		if _, err := tx.Exec(ctx, `update warning_received set recalled_at = :at, reason = :reason where tenant = :to and id = :id`,
			db.Args{"to": p.Organisation, "id": f.ID, "at": s.micros(), "reason": f.Reason}); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, s.toParty("warning.recalled", f.Warning, p.Organisation, sender.Name())); err != nil {
			return err
		}
	}
	_, err = jobs.Cancel(ctx, tx, f.Tenant, DueJob, f.ID)
	return err
}
