package filing

import (
	"context"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/ledger"
	"yagura/internal/record"
)

// open reports why answers can't be changed here, if they can't.
func (s *Store) open(f Filing) error {
	if err := f.open(); err != nil {
		return err
	}
	def, err := s.Form(f)
	if err == nil && def.Register() != nil {
		err = errs.New(errs.Conflict, "%w", i18n.NewError("filing.collected", "register", def.Register().Title))
	}
	return err
}

// collect shows the register as it stands in a filing that collects one, while its answers
// could be changed; afterwards the answers are those that were taken (docs/decisions/0008).
func (s *Store) collect(ctx context.Context, tx *db.Tx, sh *Sheet) error {
	if sh.FormDef.Register() == nil || !sh.State.Open() || sh.Locked != 0 {
		return nil
	}
	var err error
	sh.Draft.Answers, err = s.registers.Collect(ctx, tx, sh.Tenant, sh.FormDef, &sh.Org)
	return err
}

// take stores what a filing collects, when its answering is finished: this is what is
// checked, approved and submitted, however the register goes on.
func (s *Store) take(ctx context.Context, tx *db.Tx, a authz.Actor, sh *Sheet) error {
	if sh.FormDef.Register() == nil {
		return nil
	}
	before, err := s.records.Draft(ctx, tx, sh.FormDef, sh.Tenant, sh.Record)
	if err != nil {
		return err
	}
	if len(before.Answers) == 0 {
		if err := s.records.Fill(ctx, tx, sh.FormDef, sh.Tenant, sh.Record, a.Person, "register", sh.Draft.Answers); err != nil {
			return err
		}
		return s.count(ctx, tx, sh)
	}
	for _, it := range sh.FormDef.Items() {
		now := sh.Draft.Answers[it.ID]
		if now.Equal(before.Answers[it.ID]) {
			continue
		}
		if _, err := s.records.Put(ctx, tx, sh.FormDef, sh.Tenant, sh.Record, a.Person, "register", record.Change{Item: it.ID, Answer: now, Version: record.AnyVersion}); err != nil {
			return err
		}
	}
	return s.count(ctx, tx, sh)
}

// Submissions lists the last submitted revision of each filing of a campaign of the
// actor's organisation, with whose it is, by the parties' codes, without those of a test
// run. That they were read is kept for their owners (Reads); exported enters it in the
// ledger too.
func (s *Store) Submissions(ctx context.Context, a authz.Actor, campaign string, exported bool) ([]Delivered, error) {
	basis, err := s.may.Decide(a, "submission.read", authz.Thing{Kind: "campaign", ID: campaign, Tenant: a.Org})
	if err != nil {
		return nil, err
	}
	var out []Delivered
	err = s.db.System("an asker reads what a campaign collected, and the owners see that").Tx(ctx, func(tx *db.Tx) error {
		rows, err := s.ReceivedOf(ctx, tx, a.Org, campaign)
		if err != nil {
			return err
		}
		of := map[string]Submission{}
		if err := s.Latest(ctx, tx, a.Org, campaign, func(sub Submission) error { of[sub.ID] = sub; return nil }); err != nil {
			return err
		}
		out = nil
		now, sums := clock.Micros(s.now.Now()), ""
		for _, r := range rows {
			if sub, ok := of[r.ID]; ok && r.Trial == 0 {
				out, sums = append(out, Delivered{r, sub}), sums+sub.SHA256+"\n"
				if err := note(ctx, tx, a, r, sub.Revision, now); err != nil {
					return err
				}
			}
		}
		if exported {
			_, err = ledger.Append(ctx, tx, ledger.Entry{At: now, Org: a.Org, Actor: a.Person, OnBehalfOf: a.OnBehalfOf, Kind: "export.made", ObjectKind: "campaign",
				ObjectID: campaign, Basis: basis, Payload: ledger.HashPayload([]byte(sums))})
		}
		return err
	})
	return out, err
}

// Delivered is a submission with whose it is.
type Delivered struct {
	Received
	Submission Submission
}
