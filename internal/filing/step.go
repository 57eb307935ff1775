package filing

import (
	"context"
	"errors"
	"strings"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/ledger"
)

// Move is a step on the way of a filing.
type Move string

// The moves. Accept and GiveBack are the asker's, the others the organisation's own.
const (
	Finish   Move = "finish"    // 入力完了
	Check    Move = "check"     // 再鑑
	Approve  Move = "approve"   // 承認
	SendBack Move = "send-back" // 組織内の差し戻し
	Submit   Move = "submit"    // 提出
	Correct  Move = "correct"   // 訂正の開始
	Accept   Move = "accept"    // 受理
	GiveBack Move = "give-back" // 差し戻し
)

// Rule is what a move wants and does.
type Rule struct {
	From   []State
	To     State
	Action string // that policies decide on
	Kind   string // of the ledger entry
	Reason bool   // a reason must be given
}

// Rules are the moves of the way, in its order.
var Rules = map[Move]Rule{
	Finish:   {[]State{Assigned, Returned, Correcting}, Answered, "filing.finish", "filing.answered", false},
	Check:    {[]State{Answered}, Checked, "filing.check", "filing.checked", false},
	Approve:  {[]State{Checked}, Approved, "filing.approve", "filing.approved", false},
	SendBack: {[]State{Answered, Checked, Approved}, Assigned, "filing.return", "filing.sent-back", true},
	Submit:   {[]State{Approved}, Submitted, "filing.submit", "filing.submitted", false},
	Correct:  {[]State{Submitted, Accepted}, Correcting, "filing.correct", "filing.reopened", true},
	Accept:   {[]State{Submitted}, Accepted, "submission.accept", "filing.accepted", false},
	GiveBack: {[]State{Submitted}, Returned, "submission.return", "filing.returned", true},
}

// Step is a move that was made.
type Step struct {
	Seq        int64  `db:"seq"`
	Kind       string `db:"kind"` // of the ledger entry
	At         int64  `db:"at"`
	Person     string `db:"person"`
	Name       string `db:"name"` // of the person, or of the asker
	OnBehalfOf string `db:"on_behalf_of"`
	Note       string `db:"note"`
	Revision   int64  `db:"revision"`
	Number     int64  `db:"number"` // of the ledger entry
}

// Steps lists what happened to a filing of the actor's organisation, oldest first.
func (s *Store) Steps(ctx context.Context, a authz.Actor, id string) ([]Step, error) {
	return db.All[Step](ctx, s.db.Tenant(a.Org), `select seq, kind, at, person, name, on_behalf_of, note, revision, number from filing_step
		where tenant = :tenant and filing = :id order by seq`, db.Args{"id": id})
}

// Do makes a move of the organisation's own: Finish, Check, Approve, SendBack, Submit
// or Correct. Errors: Conflict when the filing stands elsewhere, Forbidden with the
// reason, Invalid when a reason is missing or answers have faults (*Unfit).
//
// What has to be read and judged is, but for Finish, read in one state of the database
// before the transaction that writes, so that on SQLite the next writer doesn't wait for
// it. The answers are closed in all states but those that Finish starts from, and every
// way back to them raises the version of the filing: its row being the same in the
// transaction says that the answers are.
func (s *Store) Do(ctx context.Context, a authz.Actor, id string, move Move, note string) (Filing, error) {
	var early weighed
	if move != Finish {
		err := s.db.Tenant(a.Org).Read(ctx, func(tx *db.Tx) error {
			var err error
			early, err = s.weigh(ctx, tx, a, id, move, note)
			return err
		})
		if err != nil {
			return Filing{}, err
		}
	}
	f, err := s.moveOn(ctx, a, id, move, note, early)
	if errors.Is(err, errOvertaken) {
		f, err = s.moveOn(ctx, a, id, move, note, early)
	}
	return f, err
}

func (s *Store) moveOn(ctx context.Context, a authz.Actor, id string, move Move, note string, early weighed) (f Filing, err error) {
	err = s.db.System("a filing moves on, and its asker sees it").Tx(ctx, func(tx *db.Tx) error {
		w := early
		now, err := get(ctx, tx, a.Org, id)
		if err != nil {
			return err
		}
		if now != w.row {
			if w, err = s.weigh(ctx, tx, a, id, move, note); err != nil {
				return err
			}
		}
		f, err = s.make(ctx, tx, a, move, note, w)
		return err
	})
	return f, err
}

// weighed is a move that may be made, as long as the filing's row is row.
type weighed struct {
	row   Filing
	sheet Sheet
	basis string
}

// weigh reads a filing and judges whether the actor may make the move. Only the moves
// that look at the answers read and evaluate them.
func (s *Store) weigh(ctx context.Context, tx *db.Tx, a authz.Actor, id string, move Move, note string) (weighed, error) {
	var w weighed
	var err error
	if w.row, err = get(ctx, tx, a.Org, id); err != nil {
		return w, err
	}
	answers := move == Finish || move == Submit
	if answers {
		w.sheet, err = s.sheetOf(ctx, tx, w.row)
	} else {
		w.sheet, err = s.cover(ctx, tx, w.row)
	}
	if err != nil {
		return w, err
	}
	answerers, err := s.records.Answerers(ctx, tx, a.Org, w.row.Record)
	if err != nil {
		return w, err
	}
	rule := Rules[move]
	if w.basis, err = s.may.Decide(a, rule.Action, w.row.thing(append(answerers, w.sheet.Writers...))); err != nil {
		return w, err
	}
	if err := allowed(rule, w.row, note); err != nil {
		return w, err
	}
	if answers {
		return w, w.sheet.fit()
	}
	return w, nil
}

// errOvertaken is in the chain of the error of a move whose filing somebody else changed
// after it was read: only PostgreSQL, where writers don't wait for each other, has it.
var errOvertaken = errors.New("the filing was changed meanwhile")

// make stores a move.
func (s *Store) make(ctx context.Context, tx *db.Tx, a authz.Actor, move Move, note string, w weighed) (Filing, error) {
	sh, rule := w.sheet, Rules[move]
	if move == Finish {
		if err := s.take(ctx, tx, a, &sh); err != nil {
			return Filing{}, err
		}
	}
	f := sh.Filing
	payload := []byte(note)
	switch move {
	case Finish, SendBack, Correct:
		f.CheckedBy, f.ApprovedBy = "", ""
	case Check:
		f.CheckedBy = a.Person
	case Approve:
		f.ApprovedBy = a.Person
	case Submit:
		rev, err := s.records.Freeze(ctx, tx, sh.FormDef, a.Org, f.Record, a.Person, sh.Draft.Answers)
		if err != nil {
			return Filing{}, err
		}
		f.Revision, f.SubmittedAt, payload = rev.Revision, rev.At, []byte(rev.Doc)
	}
	f.Note = note
	if move == SendBack && f.Revision > 0 {
		rule.To = Correcting
	}
	return f, s.move(ctx, tx, &f, rule, a, w.basis, payload)
}

// allowed checks that a move starts where the filing stands, and has its reason.
func allowed(rule Rule, f Filing, note string) error {
	if f.Locked != 0 && rule.To != Accepted {
		return errs.New(errs.Conflict, "%w", i18n.NewError("filing.locked"))
	}
	for _, from := range rule.From {
		if f.State == from {
			if rule.Reason && strings.TrimSpace(note) == "" {
				return errs.New(errs.Invalid, "%w", i18n.NewError("filing.reason-missing"))
			}
			return nil
		}
	}
	return errs.New(errs.Conflict, "%w", i18n.NewError("filing.elsewhere", "state", i18n.Both("filing.state."+string(f.State))))
}

// move stores the filing in its new state, hands what the asker may see to it, tells
// people, and appends to the ledger last.
func (s *Store) move(ctx context.Context, tx *db.Tx, f *Filing, rule Rule, a authz.Actor, basis string, payload []byte) error {
	was := f.State
	f.State, f.Version = rule.To, f.Version+1
	n, err := tx.Exec(ctx, `update filing_own set state = :state, version = version + 1, checked_by = :checked_by, approved_by = :approved_by,
		submitted_at = :submitted_at, revision = :revision, note = :note where tenant = :tenant and id = :id and state = :was and version = :version - 1`, moved{*f, was})
	if err != nil {
		return err
	}
	if n == 0 {
		return errs.New(errs.Conflict, "%w: %w", errOvertaken, i18n.NewError("filing.elsewhere", "state", i18n.Both("filing.state."+string(was))))
	}
	if _, err := tx.Exec(ctx, `update filing_received set state = :state, answered = :answered, total = :total, submitted_at = :submitted_at, revision = :revision
		where tenant = :asker and id = :id`, *f); err != nil {
		return err
	}
	if err := s.tell(ctx, tx, Event{Kind: rule.Kind, Filing: *f, By: a, Content: payload}); err != nil {
		return err
	}
	number, err := ledger.Append(ctx, tx, ledger.Entry{
		At: clock.Micros(s.now.Now()), Org: f.Tenant, Actor: a.Person, OnBehalfOf: a.OnBehalfOf, Kind: rule.Kind, ObjectKind: "filing", ObjectID: f.ID,
		Revision: f.Revision, Basis: basis, Payload: ledger.HashPayload(payload),
	})
	if err != nil {
		return err
	}
	if rule.Kind == "filing.submitted" {
		f.Number = number
		if err := s.handOver(ctx, tx, *f, payload); err != nil {
			return err
		}
	}
	name := a.Name
	if a.Org != f.Tenant {
		name = f.AskerJA
	}
	return s.enterStep(ctx, tx, *f, a, rule.Kind, name, f.Note, number)
}

// enterStep enters what happened to a filing in its history.
func (s *Store) enterStep(ctx context.Context, tx *db.Tx, f Filing, a authz.Actor, kind, name, note string, number int64) error {
	_, err := tx.Exec(ctx, `insert into filing_step (tenant, filing, seq, kind, at, person, name, on_behalf_of, note, revision, number)
		select :tenant, :filing, coalesce(max(seq), 0) + 1, :kind, :at, :person, :name, :behalf, :note, :revision, :number from filing_step where tenant = :tenant and filing = :filing`,
		db.Args{"tenant": f.Tenant, "filing": f.ID, "kind": kind, "at": clock.Micros(s.now.Now()), "person": a.Person, "name": name, "behalf": a.OnBehalfOf,
			"note": note, "revision": f.Revision, "number": number})
	return err
}

type moved struct {
	Filing
	Was State `db:"was"`
}

// handOver puts the submitted revision into the asker's hands.
func (s *Store) handOver(ctx context.Context, tx *db.Tx, f Filing, doc []byte) error {
	args := db.Args{"tenant": f.Tenant, "asker": f.Asker, "id": f.ID, "revision": f.Revision, "campaign": f.Campaign, "doc": string(doc),
		"sha256": ledger.HashPayload(doc), "at": f.SubmittedAt, "number": f.Number}
	for _, text := range []string{
		`insert into filing_submission (tenant, id, revision, campaign, doc, sha256, at, number) values (:asker, :id, :revision, :campaign, :doc, :sha256, :at, :number)`,
		`update filing_own set number = :number where tenant = :tenant and id = :id`,
		`update filing_received set number = :number where tenant = :asker and id = :id`,
	} {
		if _, err := tx.Exec(ctx, text, args); err != nil {
			return err
		}
	}
	return nil
}

// Answer makes the asker's move on a submission: Accept or GiveBack.
func (s *Store) Answer(ctx context.Context, a authz.Actor, id string, move Move, note string) error {
	return s.db.System("an asker answers a submission").Tx(ctx, func(tx *db.Tx) error {
		r, err := received(ctx, tx, a.Org, id)
		if err != nil {
			return err
		}
		rule := Rules[move]
		basis, err := s.may.Decide(a, rule.Action, authz.Thing{Kind: "filing", ID: id, Tenant: a.Org})
		if err != nil {
			return err
		}
		f, err := get(ctx, tx, r.Party, id)
		if err != nil {
			return err
		}
		if err := allowed(rule, f, note); err != nil {
			return err
		}
		f.Note = note
		return s.move(ctx, tx, &f, rule, a, basis, []byte(note))
	})
}
