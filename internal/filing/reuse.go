package filing

import (
	"context"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/ledger"
	"yagura/internal/record"
)

// Reusable lists the submissions of the filing's own organisation whose answers could
// serve it too: the same edition of the same form, submitted to another asker, the newest
// first, one for each of them.
func (s *Store) Reusable(ctx context.Context, a authz.Actor, f Filing) ([]Filing, error) {
	if _, err := s.may.Decide(a, "filing.read", f.thing(nil)); err != nil || s.open(f) != nil {
		return nil, err
	}
	all, err := db.All[Filing](ctx, s.db.Tenant(a.Org), `select `+columns+` from filing_own where tenant = :tenant and form = :form and edition = :edition
		and asker <> :asker and revision > 0 and trial = 0 order by submitted_at desc, id`, db.Args{"form": f.Form, "edition": f.Edition, "asker": f.Asker})
	var out []Filing
	seen := map[string]bool{}
	for _, from := range all {
		if !seen[from.Asker] {
			seen[from.Asker] = true
			out = append(out, from)
		}
	}
	return out, err
}

// Reuse answers a filing with what the same organisation submitted to another asker, over
// what stands there; attached files are left out, since they belong to the other filing.
// consent says that the organisation lets this asker have the answers, which is entered in
// the ledger with the hash of what was taken. Nothing is handed over by it: the answers go
// the filing's way to its asker, with check and approval. Errors: Invalid without consent,
// Conflict when nothing can be answered, NotFound when from is no such submission.
func (s *Store) Reuse(ctx context.Context, a authz.Actor, id, from string, consent bool) (sh Sheet, err error) {
	err = s.db.System("answers of one asker serve another, with consent").Tx(ctx, func(tx *db.Tx) error {
		if sh, err = s.sheet(ctx, tx, a.Org, id); err != nil {
			return err
		}
		basis, err := s.may.Decide(a, "filing.answer", sh.thing(nil))
		if err != nil {
			return err
		}
		if !consent {
			return errs.New(errs.Invalid, "%w", i18n.NewError("filing.consent-missing"))
		}
		if err := s.open(sh.Filing); err != nil {
			return err
		}
		other, err := get(ctx, tx, a.Org, from)
		if err != nil {
			return err
		}
		if other.Form != sh.Form || other.Edition != sh.Edition || other.Asker == sh.Asker || other.Revision == 0 || other.Trial != 0 {
			return errs.New(errs.NotFound, "filing: %s has nothing for %s", from, id)
		}
		rev, err := s.records.Revision(ctx, tx, a.Org, other.Record, other.Revision)
		if err != nil {
			return err
		}
		if err := s.overwrite(ctx, tx, a, sh, rev.Doc); err != nil {
			return err
		}
		if sh, err = s.sheet(ctx, tx, a.Org, id); err != nil {
			return err
		}
		if err := s.count(ctx, tx, &sh); err != nil {
			return err
		}
		number, err := ledger.Append(ctx, tx, ledger.Entry{At: clock.Micros(s.now.Now()), Org: a.Org, Actor: a.Person, OnBehalfOf: a.OnBehalfOf, Kind: "filing.reused", ObjectKind: "filing",
			ObjectID: id, Revision: other.Revision, Basis: basis, Payload: ledger.HashPayload([]byte(rev.Doc))})
		if err != nil {
			return err
		}
		return s.enterStep(ctx, tx, sh.Filing, a, "filing.reused", a.Name, other.AskerJA, number)
	})
	return sh, err
}

// overwrite stores what a submission says otherwise than the sheet.
func (s *Store) overwrite(ctx context.Context, tx *db.Tx, a authz.Actor, sh Sheet, doc string) error {
	answers, _ := sh.FormDef.DecodeAnswers([]byte(doc)) // encoded by the same edition
	for _, it := range sh.FormDef.Items() {
		want, ok := answers[it.ID]
		if have := sh.Draft.Answers[it.ID]; !ok || it.Type == form.TypeFile || have.Equal(want) && !have.Carried {
			continue
		}
		if _, err := s.records.Put(ctx, tx, sh.FormDef, a.Org, sh.Record, a.Person, "reuse", record.Change{Item: it.ID, Answer: want, Version: record.AnyVersion}); err != nil {
			return err
		}
	}
	return nil
}

// Held lists the last submission of each filing of a form that the actor's organisation
// asked for, of the parties for which of holds, the newest first. That they were read is
// kept for their owners (Reads).
func (s *Store) Held(ctx context.Context, a authz.Actor, formID string, of func(Received) bool) ([]Delivered, error) {
	if _, err := s.may.Decide(a, "diligence.read", authz.Thing{Kind: "submission", Tenant: a.Org}); err != nil {
		return nil, err
	}
	var out []Delivered
	err := s.db.System("an asker reads what its vendors answered, and they see that").Tx(ctx, func(tx *db.Tx) error {
		out = nil
		rows, err := db.All[Received](ctx, tx, `select `+receivedColumns+`, form, edition from filing_received where tenant = :tenant and form = :form
			and revision > 0 and trial = 0 order by submitted_at desc, id`, db.Args{"tenant": a.Org, "form": formID})
		if err != nil {
			return err
		}
		for _, r := range rows {
			if !of(r) {
				continue
			}
			sub, err := db.One[Submission](ctx, tx, `select `+submissionColumns+` from filing_submission where tenant = :tenant and id = :id and revision = :revision`,
				db.Args{"tenant": a.Org, "id": r.ID, "revision": r.Revision})
			if err != nil {
				return err
			}
			out = append(out, Delivered{r, sub})
			if err := note(ctx, tx, a, r, sub.Revision, clock.Micros(s.now.Now())); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}
