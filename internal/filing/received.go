package filing

import (
	"context"

	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/i18n"
)

// Received is a filing as its asker sees it: how far it is, and what was submitted.
type Received struct {
	Tenant      string `db:"tenant"` // the asker
	ID          string `db:"id"`     // of the filing
	Campaign    string `db:"campaign"`
	Party       string `db:"party"`
	Code        string `db:"code"`
	NameJA      string `db:"name_ja"`
	NameEN      string `db:"name_en"`
	Sector      string `db:"sector"`
	Size        string `db:"size"`
	State       State  `db:"state"`
	Answered    int64  `db:"answered"` // brought up to date at each state and tenth
	Total       int64  `db:"total"`
	DueAt       int64  `db:"due_at"`
	Extension   string `db:"extension"` // why the deadline was moved
	SubmittedAt int64  `db:"submitted_at"`
	Revision    int64  `db:"revision"`
	Number      int64  `db:"number"`
	RemindedAt  int64  `db:"reminded_at"`
	Trial       int64  `db:"trial"`
	Form        string `db:"form"` // Form and Edition: read by Held alone
	Edition     string `db:"edition"`
}

// Name is the party's name.
func (r Received) Name() i18n.Text { return i18n.Text{JA: r.NameJA, EN: r.NameEN} }

// Percent is the progress, 0 to 100.
func (r Received) Percent() int { return percent(r.Answered, r.Total) }

// Done reports whether a revision was submitted and is not asked back.
func (r Received) Done() bool { return r.Revision > 0 && r.State != Returned }

const receivedColumns = `tenant, id, campaign, party, code, name_ja, name_en, sector, size, state, answered, total, due_at, extension,
	submitted_at, revision, number, reminded_at, trial`

// Received lists the filings of a campaign of the actor's organisation, by the parties' codes.
func (s *Store) Received(ctx context.Context, a authz.Actor, campaign string) ([]Received, error) {
	if _, err := s.may.Decide(a, "campaign.read", authz.Thing{Kind: "campaign", ID: campaign, Tenant: a.Org}); err != nil {
		return nil, err
	}
	return s.ReceivedOf(ctx, s.db.Tenant(a.Org), a.Org, campaign)
}

// ReceivedOf is Received for callers that have asked the policies.
func (s *Store) ReceivedOf(ctx context.Context, q db.Querier, asker, campaign string) ([]Received, error) {
	return db.All[Received](ctx, q, `select `+receivedColumns+` from filing_received where tenant = :tenant and campaign = :campaign order by code`,
		db.Args{"tenant": asker, "campaign": campaign})
}

// Awaited lists received filings of a campaign that have one deadline and no submission
// that stands, by the parties' codes after a code, at most limit; those of a test run
// are not among them. For callers that have asked the policies.
func (s *Store) Awaited(ctx context.Context, q db.Querier, asker, campaign string, due int64, after string, limit int) ([]Received, error) {
	return db.All[Received](ctx, q, `select `+receivedColumns+` from filing_received where tenant = :tenant and campaign = :campaign and trial = 0
		and due_at = :due and (revision = 0 or state = 'returned') and code > :after order by code limit :limit`,
		db.Args{"tenant": asker, "campaign": campaign, "due": due, "after": after, "limit": limit})
}

// ReceivedOne is one of them.
func (s *Store) ReceivedOne(ctx context.Context, a authz.Actor, id string) (Received, error) {
	if _, err := s.may.Decide(a, "campaign.read", authz.Thing{Kind: "filing", ID: id, Tenant: a.Org}); err != nil {
		return Received{}, err
	}
	return received(ctx, s.db.Tenant(a.Org), a.Org, id)
}

func received(ctx context.Context, q db.Querier, asker, id string) (Received, error) {
	return db.One[Received](ctx, q, `select `+receivedColumns+` from filing_received where tenant = :tenant and id = :id`, db.Args{"tenant": asker, "id": id})
}

// Submission is a submitted revision in the hands of its asker.
type Submission struct {
	ID       string `db:"id"` // of the filing
	Revision int64  `db:"revision"`
	Campaign string `db:"campaign"`
	Doc      string `db:"doc"` // form.EncodeAnswers
	SHA256   string `db:"sha256"`
	At       int64  `db:"at"`
	Number   int64  `db:"number"` // of the ledger entry
}

const submissionColumns = `id, revision, campaign, doc, sha256, at, number`

// Submission is a submitted revision of a filing that the actor's organisation asked for.
// That it was read is kept for the organisation whose filing it is (Reads).
func (s *Store) Submission(ctx context.Context, a authz.Actor, id string, revision int64) (Submission, error) {
	if _, err := s.may.Decide(a, "submission.read", authz.Thing{Kind: "filing", ID: id, Tenant: a.Org}); err != nil {
		return Submission{}, err
	}
	sub, err := db.One[Submission](ctx, s.db.Tenant(a.Org), `select `+submissionColumns+` from filing_submission
		where tenant = :tenant and id = :id and revision = :revision`, db.Args{"id": id, "revision": revision})
	if err != nil {
		return Submission{}, err
	}
	return sub, s.noteRead(ctx, a, id, revision)
}

// Latest lists the last submitted revision of each filing of a campaign, by filing.
func (s *Store) Latest(ctx context.Context, tx *db.Tx, asker, campaign string, each func(Submission) error) error {
	return db.Each(ctx, tx, `select s.id, s.revision, s.campaign, s.doc, s.sha256, s.at, s.number from filing_submission s
		join filing_received r on r.tenant = :tenant and r.id = s.id and r.revision = s.revision
		where s.tenant = :tenant and s.campaign = :campaign order by s.id`, db.Args{"tenant": asker, "campaign": campaign}, each)
}
