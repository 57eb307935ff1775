package filing_test

import (
	"context"
	"strings"
	"testing"

	"yagura/internal/authz"
	"yagura/internal/errs"
	"yagura/internal/filing"
	"yagura/internal/form"
)

// submit has the bank answer and submit.
func (b *bench) submit(t *testing.T) filing.Filing {
	t.Helper()
	f := b.assign(t, "2026")
	b.save(t, b.anna, f.ID, form.Answers{"policy": yes(false)})
	b.do(t, b.anna, f.ID, filing.Finish)
	b.do(t, b.chie, f.ID, filing.Check)
	b.do(t, b.aoi, f.ID, filing.Approve)
	return b.do(t, b.anna, f.ID, filing.Submit)
}

// A question goes to the party, its reply comes back, and a second question opens the
// thread again; both sides read the same, the submission is what it was, and who wrote
// stays on the writer's side.
func TestQuestion(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := context.Background()
		f := b.submit(t)
		before, err := b.Submission(ctx, b.asker, f.ID, 1)
		if err != nil {
			t.Fatal(err)
		}
		analyst := authz.Actor{Person: "ana", Name: "ana", Org: b.fsa, Roles: []authz.Role{authz.Analyst}}
		if err := b.Ask(ctx, analyst, f.ID, "policy", "", " 方針がない理由は何ですか。 "); err != nil {
			t.Fatal(err)
		}
		if err := b.Ask(ctx, b.asker, f.ID, "note", "", "備考について"); err != nil {
			t.Fatal(err)
		}
		both := func() (party, asker []filing.Thread) {
			t.Helper()
			party, err1 := b.Questions(ctx, b.anna, f)
			asker, err2 := b.Asked(ctx, b.asker, f.ID)
			if err1 != nil || err2 != nil || len(party) != 2 || len(asker) != 2 {
				t.Fatalf("%+v %v; %+v %v", party, err1, asker, err2)
			}
			return party, asker
		}
		party, asker := both()
		q := filing.OnItem(party, "policy")[0]
		if filing.Unanswered(party) != 2 || filing.Unanswered(asker) != 2 || q.Said[0].Body != "方針がない理由は何ですか。" || q.Said[0].Name != "" || q.Revision != 1 {
			t.Errorf("asked: %+v", party)
		}
		if m := filing.OnItem(asker, "policy")[0].Said[0]; m.Name != "ana" || m.Person != "ana" {
			t.Errorf("the asker's copy: %+v", m)
		}
		waits := func() int64 {
			t.Helper()
			open, err := b.OpenQuestions(ctx, b.anna)
			if err != nil {
				t.Fatal(err)
			}
			return open[f.ID]
		}
		if waits() != 2 {
			t.Errorf("%d questions wait", waits())
		}
		if err := b.Reply(ctx, b.anna, f.ID, "policy", q.ID, "策定中のためです。"); err != nil {
			t.Fatal(err)
		}
		party, asker = both()
		if filing.Unanswered(party) != 1 || filing.Unanswered(asker) != 1 || party[0].Item != "note" || asker[1].Item != "policy" {
			t.Errorf("replied, the open one first: %+v %+v", party, asker)
		}
		if m := asker[1].Said[1]; m.Body != "策定中のためです。" || m.Side != filing.OfParty || m.Name != "" || m.Person != "" {
			t.Errorf("the reply at the asker: %+v", m)
		}
		if err := b.Ask(ctx, b.asker, f.ID, "policy", q.ID, "いつ策定しますか。"); err != nil {
			t.Fatal(err)
		}
		if party, asker = both(); filing.Unanswered(party) != 2 || len(filing.OnItem(asker, "policy")[0].Said) != 3 {
			t.Errorf("asked again: %+v", asker)
		}
		after, err := b.Submission(ctx, b.asker, f.ID, 1)
		now, err1 := b.Get(ctx, b.anna, f.ID)
		if err != nil || err1 != nil || after != before || now != f {
			t.Errorf("the submission changed: %+v %+v %v %v", after, now, err, err1)
		}
	})
}

func TestQuestionRefused(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := context.Background()
		early := b.assign(t, "2025")
		b.refused(t, errs.Conflict, b.Ask(ctx, b.asker, early.ID, "policy", "", "早い"))
		f := b.submit(t)
		for _, body := range []string{"", " \n", strings.Repeat("あ", 4001)} {
			b.refused(t, errs.Invalid, b.Ask(ctx, b.asker, f.ID, "policy", "", body))
		}
		b.refused(t, errs.NotFound, b.Ask(ctx, b.asker, f.ID, "none", "", "何"))
		b.refused(t, errs.NotFound, b.Ask(ctx, b.asker, f.ID, "", "", "何"))
		b.refused(t, errs.NotFound, b.Ask(ctx, b.asker, f.ID, "policy", "none", "何"))
		auditor := authz.Actor{Person: "aud", Org: b.fsa, Roles: []authz.Role{authz.Auditor}}
		b.refused(t, errs.Forbidden, b.Ask(ctx, auditor, f.ID, "policy", "", "何"))
		stranger := authz.Actor{Person: "x", Org: b.other, Roles: []authz.Role{authz.Supervisor}}
		b.refused(t, errs.NotFound, b.Ask(ctx, stranger, f.ID, "policy", "", "何"))

		if err := b.Ask(ctx, b.asker, f.ID, "policy", "", "何"); err != nil {
			t.Fatal(err)
		}
		threads, err := b.Questions(ctx, b.chie, f)
		if err != nil || len(threads) != 1 {
			t.Fatal(threads, err)
		}
		q := threads[0].ID
		b.refused(t, errs.Forbidden, b.Reply(ctx, b.chie, f.ID, "policy", q, "答"))
		b.refused(t, errs.NotFound, b.Reply(ctx, b.anna, f.ID, "policy", "", "答"))
		b.refused(t, errs.NotFound, b.Reply(ctx, b.anna, f.ID, "note", q, "答"))
		b.refused(t, errs.NotFound, b.Reply(ctx, b.spy, f.ID, "policy", q, "答"))
		b.refused(t, errs.NotFound, b.Reply(ctx, b.asker, f.ID, "policy", q, "答"))
		if own, err := b.Asked(ctx, stranger, f.ID); err != nil || len(own) != 0 {
			t.Errorf("a stranger reads %+v %v", own, err)
		}
		_, err = b.Asked(ctx, auditor, f.ID)
		b.refused(t, errs.Forbidden, err)
		if threads, err = b.Questions(ctx, b.anna, f); err != nil || len(threads) != 1 || len(threads[0].Said) != 1 {
			t.Errorf("refused, and yet %+v %v", threads, err)
		}
	})
}

// What waits for a person: sections given to it and not done, of filings that can still be
// answered; questions until somebody replies.
func TestPending(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := context.Background()
		f := b.assign(t, "2026")
		pending := func(who authz.Actor) int {
			t.Helper()
			list, err := b.Pending(ctx, who, 5)
			if err != nil {
				t.Fatal(err)
			}
			return len(list)
		}
		fm, err := b.Form(f)
		if err != nil {
			t.Fatal(err)
		}
		section := fm.Sections[0].ID
		if err := b.Delegate(ctx, b.anna, f.ID, filing.Share{Section: section, Person: b.anna.Person, Due: "2026-05-01"}); err != nil {
			t.Fatal(err)
		}
		if pending(b.anna) != 1 || pending(b.chie) != 0 {
			t.Errorf("given: %d and %d", pending(b.anna), pending(b.chie))
		}
		if err := b.SectionDone(ctx, b.anna, f.ID, section, true); err != nil {
			t.Fatal(err)
		}
		if pending(b.anna) != 0 {
			t.Error("a section that is done still waits")
		}
		if _, err := b.Pending(ctx, b.asker, 5); err == nil {
			t.Error("the asker reads what waits within the party")
		}
	})
}
