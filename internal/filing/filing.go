// Package filing is a form on its way: an organisation that is asked fills it in,
// someone else checks it, management approves it, it is submitted, and the asker
// accepts it or returns it.
//
// Both sides keep their own rows. What the asker may see of a filing (its state, and
// each submitted revision) is handed over into rows of the asker by the transaction in
// which it happens; nobody looks into another organisation's rows (docs/decisions/0005).
package filing

import (
	"context"
	"embed"
	"io/fs"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/id"
	"yagura/internal/org"
	"yagura/internal/record"
	"yagura/internal/register"
)

//go:embed schema
var schema embed.FS

// Module is the package's share in the schema.
func Module() db.Module {
	sub, err := fs.Sub(schema, "schema")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return db.Module{Name: "filing", FS: sub, Tenant: []string{"filing_own", "filing_section", "filing_step", "filing_received", "filing_submission", "filing_read", "filing_package", "filing_question"}}
}

// State is where a filing stands.
type State string

// The states, in the order of the way.
const (
	Assigned   State = "assigned"   // being answered 入力中
	Answered   State = "answered"   // waits for the check 再鑑待ち
	Checked    State = "checked"    // waits for approval 承認待ち
	Approved   State = "approved"   // may be submitted 提出待ち
	Submitted  State = "submitted"  // 提出済
	Accepted   State = "accepted"   // 受理
	Returned   State = "returned"   // by the asker 差し戻し; being answered again
	Correcting State = "correcting" // submitted, and being corrected 訂正中
)

// States lists all states.
var States = []State{Assigned, Answered, Checked, Approved, Submitted, Accepted, Returned, Correcting}

// Open reports whether answers may be changed.
func (s State) Open() bool { return s == Assigned || s == Returned || s == Correcting }

// Filing is a filing as its own organisation has it. Times are microseconds UTC, 0 when
// it has not happened.
type Filing struct {
	Tenant      string `db:"tenant"`
	ID          string `db:"id"`
	Record      string `db:"record"`
	Asker       string `db:"asker"`
	AskerJA     string `db:"asker_ja"`
	AskerEN     string `db:"asker_en"`
	Campaign    string `db:"campaign"`
	TitleJA     string `db:"title_ja"`
	TitleEN     string `db:"title_en"`
	Form        string `db:"form"`
	Edition     string `db:"edition"`
	Code        string `db:"code"`    // what the asker calls the organisation
	Marking     string `db:"marking"` // handling
	DueAt       int64  `db:"due_at"`
	State       State  `db:"state"`
	Version     int64  `db:"version"`
	Answered    int64  `db:"answered"` // items that apply and have an answer
	Total       int64  `db:"total"`    // items that apply
	Unconfirmed int64  `db:"unconfirmed"`
	CheckedBy   string `db:"checked_by"`
	ApprovedBy  string `db:"approved_by"`
	SubmittedAt int64  `db:"submitted_at"`
	Revision    int64  `db:"revision"` // last submitted
	Number      int64  `db:"number"`   // of the ledger entry of the last submission, -1 before
	Note        string `db:"note"`     // why it came back
	Trial       int64  `db:"trial"`    // 1 in a test run
	Locked      int64  `db:"locked"`   // 1 after the campaign was closed
	CreatedAt   int64  `db:"created_at"`
}

// Title is the campaign's title.
func (f Filing) Title() i18n.Text { return i18n.Text{JA: f.TitleJA, EN: f.TitleEN} }

// AskerName is the asker's name.
func (f Filing) AskerName() i18n.Text { return i18n.Text{JA: f.AskerJA, EN: f.AskerEN} }

// Percent is the progress, 0 to 100.
func (f Filing) Percent() int { return percent(f.Answered, f.Total) }

func percent(answered, total int64) int {
	if total == 0 {
		return 0
	}
	return int(100 * answered / total)
}

// Store keeps filings.
type Store struct {
	db      *db.DB
	now     clock.Clock
	ids     *id.Source
	may     *authz.Policies
	orgs    *org.Store
	records *record.Store
	tell    Tell

	registers *register.Store
}

// Tell passes on what happened to those whom it concerns, in the transaction in which
// it happened.
type Tell func(ctx context.Context, tx *db.Tx, e Event) error

// Event is something that happened to a filing.
type Event struct {
	Kind    string // of the ledger entry
	Filing  Filing
	Content []byte // of a submission: the answers as they are handed over, encoded by the form
	By      authz.Actor
	Item    string    // of a question: the id of its item
	Ask     i18n.Text // of a question: what the item asks
	Persons []string  // of a reply: who asked
}

// New makes a store.
func New(d *db.DB, c clock.Clock, ids *id.Source, p *authz.Policies, orgs *org.Store, records *record.Store, tell Tell) *Store {
	if tell == nil {
		tell = func(context.Context, *db.Tx, Event) error { return nil }
	}
	return &Store{d, c, ids, p, orgs, records, tell, register.New(d, c, p, orgs, records)}
}

const columns = `tenant, id, record, asker, asker_ja, asker_en, campaign, title_ja, title_en, form, edition, code, marking, due_at, state, version,
	answered, total, unconfirmed, checked_by, approved_by, submitted_at, revision, number, note, trial, locked, created_at`

func get(ctx context.Context, q db.Querier, tenant, id string) (Filing, error) {
	return db.One[Filing](ctx, q, `select `+columns+` from filing_own where tenant = :tenant and id = :id`, db.Args{"tenant": tenant, "id": id})
}

// Get is a filing of the actor's organisation, or NotFound.
func (s *Store) Get(ctx context.Context, a authz.Actor, id string) (Filing, error) {
	f, err := get(ctx, s.db.Tenant(a.Org), a.Org, id)
	if err != nil {
		return f, err
	}
	_, err = s.may.Decide(a, "filing.read", f.thing(nil))
	return f, err
}

// List lists the filings of the actor's organisation, the next due first, those that
// are done last.
func (s *Store) List(ctx context.Context, a authz.Actor, limit int) ([]Filing, error) {
	if _, err := s.may.Decide(a, "filing.read", Filing{Tenant: a.Org}.thing(nil)); err != nil {
		return nil, err
	}
	return db.All[Filing](ctx, s.db.Tenant(a.Org), `select `+columns+` from filing_own where tenant = :tenant
		order by case when state in ('submitted', 'accepted') then 1 else 0 end, due_at, id desc limit :limit`, db.Args{"limit": limit})
}

// Any reports whether an organisation was ever asked.
func (s *Store) Any(ctx context.Context, tenant string) (bool, error) {
	n, err := db.One[int64](ctx, s.db.Tenant(tenant), `select count(*) from (select 1 as one from filing_own where tenant = :tenant limit 1) asked`, nil)
	return n > 0, err
}

// Form is the edition of the form that is filled in.
func (s *Store) Form(f Filing) (*form.Form, error) { return s.records.Forms().Form(f.Form, f.Edition) }

// thing is what policies are asked about.
func (f Filing) thing(answerers []string) authz.Thing {
	return authz.Thing{Kind: "filing", ID: f.ID, Tenant: f.Tenant, Answerers: answerers}
}
