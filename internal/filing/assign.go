package filing

import (
	"context"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/form"
	"yagura/internal/org"
)

// Ask is what an asker asks of each party.
type Ask struct {
	Asker    org.Organisation
	Campaign string
	TitleJA  string
	TitleEN  string
	Form     *form.Form
	Marking  string
	DueAt    int64 // microseconds UTC
	Trial    bool
}

// Assign gives a party its empty filing, in a transaction of the system. It returns
// the filing as the party has it.
func (s *Store) Assign(ctx context.Context, tx *db.Tx, ask Ask, party org.Party, o form.Org) (Filing, error) {
	r, err := s.records.Create(ctx, tx, party.ID, "", ask.Form)
	if err != nil {
		return Filing{}, err
	}
	f := Filing{
		Tenant: party.ID, ID: string(s.ids.New()), Record: r.ID, Asker: ask.Asker.ID, AskerJA: ask.Asker.NameJA, AskerEN: ask.Asker.NameEN,
		Campaign: ask.Campaign, TitleJA: ask.TitleJA, TitleEN: ask.TitleEN, Form: ask.Form.ID, Edition: ask.Form.Edition, Code: party.Code, Marking: ask.Marking,
		DueAt: ask.DueAt, State: Assigned, Version: 1, Number: -1, CreatedAt: clock.Micros(s.now.Now()),
	}
	if ask.Trial {
		f.Trial = 1
	}
	f.Answered, f.Total, f.Unconfirmed = progress(ask.Form, ask.Form.Evaluate(nil, nil, &o), nil)
	if _, err := tx.Exec(ctx, `insert into filing_own (`+columns+`) values (:tenant, :id, :record, :asker, :asker_ja, :asker_en, :campaign, :title_ja, :title_en, :form, :edition,
		:code, :marking, :due_at, :state, :version, :answered, :total, :unconfirmed, :checked_by, :approved_by, :submitted_at, :revision, :number, :note, :trial, :locked, :created_at)`, f); err != nil {
		return f, err
	}
	_, err = tx.Exec(ctx, `insert into filing_received (`+receivedColumns+`, form, edition) values (:tenant, :id, :campaign, :party, :code, :name_ja, :name_en, :sector, :size, :state,
		:answered, :total, :due_at, '', 0, 0, -1, 0, :trial, :form, :edition)`, Received{
		Tenant: f.Asker, ID: f.ID, Campaign: f.Campaign, Party: party.ID, Code: party.Code, NameJA: party.NameJA, NameEN: party.NameEN,
		Sector: party.Sector, Size: party.Size, State: f.State, Answered: f.Answered, Total: f.Total, DueAt: f.DueAt, Trial: f.Trial, Form: f.Form, Edition: f.Edition,
	})
	return f, err
}

// progress counts the items that apply, those of them that are answered, and the
// carried answers that nobody has confirmed.
func progress(f *form.Form, e *form.Evaluation, answers form.Answers) (answered, total, unconfirmed int64) {
	for i, it := range f.Items() {
		if !e.Applies[i] {
			continue
		}
		a, ok := answers[it.ID]
		if ok {
			answered++
		}
		if ok || !it.Optional {
			total++
		}
		if ok && a.Carried {
			unconfirmed++
		}
	}
	return
}

// Lock ends the answering of a campaign's filings, in a transaction of the system.
func (s *Store) Lock(ctx context.Context, tx *db.Tx, campaign string) error {
	_, err := tx.Exec(ctx, `update filing_own set locked = 1, version = version + 1 where campaign = :campaign and locked = 0`, db.Args{"campaign": campaign})
	return err
}

// Unlock lets one party answer again until a new deadline, with the reason that it and
// the asker see. The filing is the asker's, in a transaction of the system.
func (s *Store) Unlock(ctx context.Context, tx *db.Tx, r Received, dueAt int64, reason string) error {
	args := db.Args{"tenant": r.Party, "asker": r.Tenant, "id": r.ID, "due": dueAt, "reason": reason}
	if _, err := tx.Exec(ctx, `update filing_own set locked = 0, due_at = :due, version = version + 1 where tenant = :tenant and id = :id`, args); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `update filing_received set due_at = :due, extension = :reason where tenant = :asker and id = :id`, args)
	return err
}

// Reschedule moves the deadline of a campaign's filings that have the deadline was, with
// the reason that both sides see, in a transaction of the system. It returns those whose
// submission is still awaited.
func (s *Store) Reschedule(ctx context.Context, tx *db.Tx, asker, campaign string, was, due int64, reason string) ([]Received, error) {
	args := db.Args{"tenant": asker, "campaign": campaign, "was": was, "due": due, "reason": reason}
	moved, err := db.All[Received](ctx, tx, `select `+receivedColumns+` from filing_received where tenant = :tenant and campaign = :campaign and trial = 0
		and due_at = :was and (revision = 0 or state = 'returned') order by code`, args)
	if err != nil {
		return nil, err
	}
	for _, text := range []string{
		`update filing_own set due_at = :due, version = version + 1 where asker = :tenant and campaign = :campaign and trial = 0 and due_at = :was`,
		`update filing_received set due_at = :due, extension = :reason where tenant = :tenant and campaign = :campaign and trial = 0 and due_at = :was`,
	} {
		if _, err := tx.Exec(ctx, text, args); err != nil {
			return nil, err
		}
	}
	return moved, nil
}
