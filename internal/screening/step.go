package screening

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"yagura/internal/authz"
	"yagura/internal/calendar"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/finding"
	"yagura/internal/i18n"
	"yagura/internal/ledger"
)

// Move is a step to be taken: its kind, and what goes with it.
type Move struct {
	Kind      string
	On, Until string // ISO dates; On "" is today
	Reference string // receipt number, of what was filed
	Note      string // reason of a return
}

// Limits of the texts of a step, in characters.
const (
	MaxReference = 100
	MaxNote      = 2000
)

// actions are the rights that the steps of the approval want; events want screening.file.
var actions = map[string]string{Request: "screening.request", Return: "screening.return", Approve: "screening.approve"}

// Offers lists the steps that the actor may take now, those of the approval first.
func (s *Store) Offers(ctx context.Context, a authz.Actor, sh *Sheet) ([]string, error) {
	people, err := s.people(ctx, s.db.Tenant(a.Org), sh)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, k := range possible(sh) {
		if s.may.May(a, action(k), thing(a, sh.ID, people...)) {
			out = append(out, k)
		}
	}
	return out, nil
}

func action(kind string) string {
	if a, ok := actions[kind]; ok {
		return a
	}
	return "screening.file"
}

// possible are the steps that the state of a notification allows.
func possible(sh *Sheet) []string {
	var out []string
	switch sh.Way {
	case Drafting:
		out = append(out, Request)
	case Requested:
		out = append(out, Approve, Return)
	case Approved:
		if sh.Clock.State != Waiting {
			out = append(out, string(Filed))
		}
		out = append(out, Return)
	}
	for _, k := range sh.Clock.Next() {
		out = append(out, string(k))
	}
	return out
}

// people are those who may not approve: whoever ever wrote the notification, and who put
// it forward last.
func (s *Store) people(ctx context.Context, q db.Querier, sh *Sheet) ([]string, error) {
	past, err := s.records.History(ctx, q, sh.Tenant, sh.ID, "", maxPast)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, p := range past {
		if !slices.Contains(out, p.Person) {
			out = append(out, p.Person)
		}
	}
	for _, st := range slices.Backward(sh.Steps) {
		if st.Kind == Request {
			return append(out, st.Person), nil
		}
	}
	return out, nil
}

// maxPast is how many changes are looked through for who made them.
const maxPast = 100_000

// Do takes a step. Errors: Forbidden; Invalid when something is missing, or when a
// notification with errors is put forward; Conflict when it can't be taken now.
func (s *Store) Do(ctx context.Context, a authz.Actor, id string, m Move) error {
	m.Reference, m.Note = strings.TrimSpace(m.Reference), strings.TrimSpace(m.Note)
	if err := m.check(); err != nil {
		return err
	}
	reg, err := s.registers.Get(ctx, a, FormID, id)
	if err != nil {
		return err
	}
	return s.db.Tenant(a.Org).Tx(ctx, func(tx *db.Tx) error {
		// Read again under the transaction: what is frozen is what was looked at.
		if reg.Draft, err = s.records.Draft(ctx, tx, reg.FormDef, a.Org, id); err != nil {
			return err
		}
		sh, err := s.sheet(ctx, tx, reg)
		if err != nil {
			return err
		}
		people, err := s.people(ctx, tx, sh)
		if err != nil {
			return err
		}
		basis, err := s.may.Decide(a, action(m.Kind), thing(a, id, people...))
		if err != nil {
			return err
		}
		if !slices.Contains(possible(sh), m.Kind) {
			return errs.New(errs.Conflict, "%w", i18n.NewError("screening.not-now"))
		}
		return s.take(ctx, tx, a, sh, m, basis)
	})
}

func (m Move) check() error {
	switch {
	case m.Kind == Return && m.Note == "":
		return errs.New(errs.Invalid, "%w", i18n.NewError("screening.reason-missing"))
	case m.Kind == string(Filed) && m.Reference == "":
		return errs.New(errs.Invalid, "%w", i18n.NewError("screening.number-missing"))
	case utf8.RuneCountInString(m.Reference) > MaxReference || utf8.RuneCountInString(m.Note) > MaxNote:
		return errs.New(errs.Invalid, "%w", i18n.NewError("screening.long", "reference", MaxReference, "note", MaxNote))
	}
	return nil
}

// take stores a step and enters it in the ledger, as the last thing of its transaction.
func (s *Store) take(ctx context.Context, tx *db.Tx, a authz.Actor, sh *Sheet, m Move, basis string) error {
	st := Step{Tenant: a.Org, Record: sh.ID, Seq: int64(len(sh.Steps)) + 1, Kind: m.Kind, On: s.Today().String(), Reference: m.Reference, Note: m.Note,
		Revision: sh.Revision, SHA256: sh.sum, At: clock.Micros(s.now.Now()), Person: a.Person}
	switch m.Kind {
	case Request:
		if n := len(slices.DeleteFunc(slices.Clone(sh.Findings), func(f finding.Finding) bool { return f.Severity != finding.Error })); n > 0 {
			return errs.New(errs.Invalid, "%w", i18n.NewError("screening.has-errors", "n", n))
		}
		rev, err := s.records.Freeze(ctx, tx, sh.FormDef, a.Org, sh.ID, a.Person, sh.Draft.Answers)
		if err != nil {
			return err
		}
		st.Revision, st.SHA256 = rev.Revision, rev.SHA256
	case Approve, Return:
	default:
		if err := s.event(sh, m, &st); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `insert into screening_step (tenant, record, seq, kind, on_day, until_day, reference, note, revision, sha256, at, person)
		values (:tenant, :record, :seq, :kind, :on_day, :until_day, :reference, :note, :revision, :sha256, :at, :person)`, st); err != nil {
		return err
	}
	payload, err := json.Marshal(st)
	if err != nil {
		return err
	}
	_, err = ledger.Append(ctx, tx, ledger.Entry{At: st.At, Org: a.Org, Actor: a.Person, OnBehalfOf: a.OnBehalfOf, Kind: "screening." + m.Kind, ObjectKind: "record",
		ObjectID: sh.ID, Revision: st.Revision, Basis: basis, Payload: ledger.HashPayload(payload)})
	return err
}

// event checks an event of the review against those before it.
// approvedOn is the day of the last internal approval, ISO, "" before there is one.
func approvedOn(steps []Step) (on string) {
	for _, st := range steps {
		if st.Kind == Approve {
			on = st.On
		}
	}
	return on
}

func (s *Store) event(sh *Sheet, m Move, st *Step) error {
	bad := errs.New(errs.Invalid, "%w", i18n.NewError("screening.bad-day"))
	today := s.Today()
	ev := Event{Kind: EventKind(m.Kind), On: today}
	var err error
	if m.On != "" {
		if ev.On, err = calendar.ParseDay(m.On); err != nil {
			return bad
		}
	}
	if ev.Kind == Shortened || ev.Kind == Extended {
		if ev.Until, err = calendar.ParseDay(m.Until); err != nil {
			return errs.New(errs.Invalid, "%w", i18n.NewError("screening.bad-until"))
		}
		st.Until = ev.Until.String()
	}
	st.On = ev.On.String()
	if at := approvedOn(sh.Steps); ev.Kind == Filed && st.On < at {
		return errs.New(errs.Invalid, "%w", i18n.NewError("screening.before-approval", "on", at))
	}
	return sh.Edition.Admit(events(sh.Steps), ev, today)
}
