package screening

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"slices"

	"yagura/internal/authz"
	"yagura/internal/calendar"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/i18n"
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
	return db.Module{Name: "screening", FS: sub, Tenant: []string{"screening_step"}}
}

// Store keeps the way of notifications; what they say is kept by the register.
type Store struct {
	db        *db.DB
	now       clock.Clock
	may       *authz.Policies
	registers *register.Store
	records   *record.Store
	regime    *Regime
	notice    i18n.Text // on every sheet that goes out
}

// New makes a store. notice stands on every sheet that goes out, e.g. that the data are synthetic.
func New(d *db.DB, c clock.Clock, p *authz.Policies, registers *register.Store, records *record.Store, r *Regime, notice i18n.Text) *Store {
	return &Store{d, c, p, registers, records, r, notice}
}

// Regime is the rules that the store works by.
func (s *Store) Regime() *Regime { return s.regime }

// Today is the day in the zone of the regime's calendar.
func (s *Store) Today() calendar.Day {
	return calendar.DayOf(s.now.Now(), s.regime.Editions[0].businessDay.Zone)
}

// Step is one step of a notification: of the internal approval, or an event of the review.
type Step struct {
	Tenant    string `db:"tenant" json:"-"`
	Record    string `db:"record" json:"record"`
	Seq       int64  `db:"seq" json:"seq"`
	Kind      string `db:"kind" json:"kind"`           // a StepKind or an EventKind
	On        string `db:"on_day" json:"on"`           // ISO date
	Until     string `db:"until_day" json:"until"`     // of shortening and extension
	Reference string `db:"reference" json:"reference"` // receipt number
	Note      string `db:"note" json:"note"`
	Revision  int64  `db:"revision" json:"revision"` // frozen content that it is about
	SHA256    string `db:"sha256" json:"sha256"`     // of that content
	At        int64  `db:"at" json:"at"`             // microseconds UTC
	Person    string `db:"person" json:"person"`
}

// The steps of the internal approval. What is approved is a frozen revision: an answer
// that is changed afterwards makes the approval lapse.
const (
	Request = "requested" // 承認依頼
	Return  = "returned"  // 差戻し
	Approve = "approved"  // 承認
)

// Way is where the internal approval of the present content stands.
type Way string

// The ways.
const (
	Drafting  Way = "drafting"
	Requested Way = "requested"
	Approved  Way = "approved"
	Sent      Way = "sent" // the content is what was filed
)

// Sheet is a notification with everything that its pages show.
type Sheet struct {
	register.Sheet
	Steps    []Step
	Way      Way
	Lapsed   bool     // it was put forward or approved, and changed since
	Edition  *Edition // by the day of filing, else the planned start, else today
	Clock    Clock
	Findings []finding.Finding
	Filed    form.Answers // as last filed, nil before
	Changes  []Change     // since then
	sum      string       // of the present content
}

// Notification is what the rules read of it.
func (sh *Sheet) Notification() Notification { return Of(sh.Draft.Answers) }

// events are the steps that the review consists of.
func events(steps []Step) []Event {
	var out []Event
	for _, st := range steps {
		if slices.Contains(EventKinds, EventKind(st.Kind)) {
			on, _ := calendar.ParseDay(st.On)       // checked when it was entered
			until, _ := calendar.ParseDay(st.Until) // 0 where there is none
			out = append(out, Event{EventKind(st.Kind), on, until})
		}
	}
	return out
}

func thing(a authz.Actor, id string, answerers ...string) authz.Thing {
	return authz.Thing{Kind: "record", ID: id, Tenant: a.Org, Answerers: answerers}
}

// Get reads a notification of the actor's organisation, or NotFound.
func (s *Store) Get(ctx context.Context, a authz.Actor, id string) (*Sheet, error) {
	reg, err := s.registers.Get(ctx, a, FormID, id)
	if err != nil {
		return nil, err
	}
	var sh *Sheet
	err = s.db.Tenant(a.Org).Read(ctx, func(tx *db.Tx) error {
		sh, err = s.sheet(ctx, tx, reg)
		return err
	})
	return sh, err
}

// List reads all standing notifications of the actor's organisation, the newest first.
func (s *Store) List(ctx context.Context, a authz.Actor) ([]*Sheet, error) {
	books, o, err := s.registers.Books(ctx, a, FormID)
	if err != nil {
		return nil, err
	}
	f, err := s.registers.Form(FormID)
	if err != nil {
		return nil, err
	}
	var out []*Sheet
	err = s.db.Tenant(a.Org).Read(ctx, func(tx *db.Tx) error {
		all, err := s.steps(ctx, tx, a.Org, "")
		if err != nil {
			return err
		}
		for _, r := range slices.Backward(books[FormID]) {
			reg := register.Sheet{Record: r.Record, FormDef: f, Draft: r.Draft, Org: o}
			sh := &Sheet{Sheet: reg, Steps: all[r.ID]}
			if err := s.complete(ctx, tx, sh); err != nil {
				return err
			}
			out = append(out, sh)
		}
		return nil
	})
	return out, err
}

// steps reads the steps of a tenant's notifications, or of one.
func (s *Store) steps(ctx context.Context, q db.Querier, tenant, id string) (map[string][]Step, error) {
	list, err := db.All[Step](ctx, q, `select tenant, record, seq, kind, on_day, until_day, reference, note, revision, sha256, at, person
		from screening_step where tenant = :tenant and (:id = '' or record = :id) order by record, seq`, db.Args{"tenant": tenant, "id": id})
	out := map[string][]Step{}
	for _, st := range list {
		out[st.Record] = append(out[st.Record], st)
	}
	return out, err
}

func (s *Store) sheet(ctx context.Context, q db.Querier, reg register.Sheet) (*Sheet, error) {
	steps, err := s.steps(ctx, q, reg.Tenant, reg.ID)
	if err != nil {
		return nil, err
	}
	sh := &Sheet{Sheet: reg, Steps: steps[reg.ID]}
	return sh, s.complete(ctx, q, sh)
}

// complete works out what follows from the content and the steps.
func (s *Store) complete(ctx context.Context, q db.Querier, sh *Sheet) error {
	doc, err := sh.FormDef.EncodeAnswers(sh.Draft.Answers)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(doc)
	sh.sum = hex.EncodeToString(sum[:])
	sh.Way = Drafting
	var filed *Step
	for i, st := range sh.Steps {
		same := st.SHA256 == sh.sum
		switch st.Kind {
		case Request:
			sh.Way, sh.Lapsed = wayIf(same, Requested), !same
		case Approve:
			sh.Way, sh.Lapsed = wayIf(same, Approved), !same
		case Return, string(Withdrawn):
			sh.Way, sh.Lapsed = Drafting, false
		case string(Filed):
			sh.Way, sh.Lapsed = wayIf(same, Sent), false
			filed = &sh.Steps[i]
		}
	}
	today := s.Today()
	at := today
	if filed != nil {
		at, _ = calendar.ParseDay(filed.On)
	} else if start := day(sh.Draft.Answers, "fac.start"); start > today {
		at = start
	}
	sh.Edition = s.regime.On(at)
	if sh.Clock, err = sh.Edition.Clock(events(sh.Steps), today); err != nil {
		return err
	}
	sh.Findings = sh.Edition.Check(sh.FormDef, sh.Draft.Answers, &sh.Org, today)
	if filed == nil {
		return nil
	}
	rev, err := s.records.Revision(ctx, q, sh.Tenant, sh.ID, filed.Revision)
	if err != nil {
		return err
	}
	if sh.Filed, _ = sh.FormDef.DecodeAnswers([]byte(rev.Doc)); sh.Filed == nil {
		sh.Filed = form.Answers{}
	}
	sh.Changes = Changes(sh.FormDef, sh.Filed, sh.Draft.Answers)
	return nil
}

func wayIf(same bool, w Way) Way {
	if same {
		return w
	}
	return Drafting
}
