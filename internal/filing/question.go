package filing

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/ledger"
	"yagura/internal/record"
)

// Side is who of the two speaks.
type Side string

// The sides of a filing.
const (
	OfAsker Side = "asker"
	OfParty Side = "party"
)

// Said is one message of a thread. Each side keeps a copy; who of the other side wrote
// it stays with that side.
type Said struct {
	ID       string `db:"id"`
	Thread   string `db:"thread"` // the id of its first message
	Item     string `db:"item"`
	Revision int64  `db:"revision"` // that was asked about
	Side     Side   `db:"side"`
	Person   string `db:"person"` // "" of the other side
	Name     string `db:"name"`   // "" of the other side
	Body     string `db:"body"`
	At       int64  `db:"at"`
}

// Thread is a question of the asker about one item of what was submitted, with what was
// said on it since, oldest first.
type Thread struct {
	ID       string
	Item     string
	Revision int64
	Said     []Said
}

// Open reports whether the party has yet to answer.
func (t Thread) Open() bool { return t.Said[len(t.Said)-1].Side == OfAsker }

// Unanswered counts the open threads.
func Unanswered(threads []Thread) int {
	n := 0
	for _, t := range threads {
		if t.Open() {
			n++
		}
	}
	return n
}

// OnItem picks the threads about an item.
func OnItem(threads []Thread, item string) []Thread {
	return slices.DeleteFunc(slices.Clone(threads), func(t Thread) bool { return t.Item != item })
}

// Questions lists the threads about a filing of the actor's organisation, open ones first.
func (s *Store) Questions(ctx context.Context, a authz.Actor, f Filing) ([]Thread, error) {
	if _, err := s.may.Decide(a, "filing.read", f.thing(nil)); err != nil {
		return nil, err
	}
	return threads(ctx, s.db.Tenant(a.Org), a.Org, f.ID)
}

// Asked lists the threads about a filing that the actor's organisation asked for, open
// ones first.
func (s *Store) Asked(ctx context.Context, a authz.Actor, id string) ([]Thread, error) {
	if _, err := s.may.Decide(a, "submission.read", authz.Thing{Kind: "filing", ID: id, Tenant: a.Org}); err != nil {
		return nil, err
	}
	return threads(ctx, s.db.Tenant(a.Org), a.Org, id)
}

func threads(ctx context.Context, q db.Querier, tenant, filing string) ([]Thread, error) {
	rows, err := db.All[Said](ctx, q, `select id, thread, item, revision, side, person, name, body, at from filing_question
		where tenant = :tenant and filing = :filing order by seq, id`, db.Args{"tenant": tenant, "filing": filing})
	var out []Thread
	for _, m := range rows {
		i := slices.IndexFunc(out, func(t Thread) bool { return t.ID == m.Thread })
		if i < 0 {
			i, out = len(out), append(out, Thread{ID: m.Thread, Item: m.Item, Revision: m.Revision})
		}
		out[i].Said = append(out[i].Said, m)
	}
	slices.SortStableFunc(out, func(x, y Thread) int {
		switch {
		case x.Open() == y.Open():
			return 0
		case x.Open():
			return -1
		}
		return 1
	})
	return out, err
}

// Ask puts a question about an item of the last submitted revision to the party: a new
// one, or (thread) one more in a thread. The submission stays as it is. Errors: Conflict
// before anything was submitted, NotFound for an item or thread that isn't there, Invalid
// when the text is empty or too long.
func (s *Store) Ask(ctx context.Context, a authz.Actor, id, item, thread, body string) error {
	return s.db.System("an asker asks about a submission").Tx(ctx, func(tx *db.Tx) error {
		r, err := received(ctx, tx, a.Org, id)
		if err != nil {
			return err
		}
		basis, err := s.may.Decide(a, "submission.ask", authz.Thing{Kind: "filing", ID: id, Tenant: a.Org})
		if err != nil {
			return err
		}
		if r.Revision == 0 {
			return errs.New(errs.Conflict, "%w", i18n.NewError("filing.nothing-submitted"))
		}
		f, err := get(ctx, tx, r.Party, id)
		if err != nil {
			return err
		}
		m := Said{Thread: thread, Item: item, Revision: r.Revision, Side: OfAsker, Body: body}
		return s.say(ctx, tx, a, f, m, basis, nil)
	})
}

// Reply answers in a thread about an item of a filing of the actor's organisation. Errors
// are those of Ask but Conflict.
func (s *Store) Reply(ctx context.Context, a authz.Actor, id, item, thread, body string) error {
	return s.db.System("a party answers a question about its submission").Tx(ctx, func(tx *db.Tx) error {
		f, err := get(ctx, tx, a.Org, id)
		if err != nil {
			return err
		}
		basis, err := s.may.Decide(a, "filing.reply", f.thing(nil))
		if err != nil {
			return err
		}
		if thread == "" {
			return errs.New(errs.NotFound, "filing: a reply to no question")
		}
		askers, err := db.All[string](ctx, tx, `select distinct person from filing_question
			where tenant = :asker and filing = :filing and thread = :thread and side = 'asker'`,
			db.Args{"asker": f.Asker, "filing": id, "thread": thread})
		if err != nil {
			return err
		}
		return s.say(ctx, tx, a, f, Said{Thread: thread, Item: item, Side: OfParty, Body: body}, basis, askers)
	})
}

// say stores a message on both sides, tells the other one, and appends to the ledger.
func (s *Store) say(ctx context.Context, tx *db.Tx, a authz.Actor, f Filing, m Said, basis string, to []string) error {
	m.Body = strings.TrimSpace(m.Body)
	if m.Body == "" || utf8.RuneCountInString(m.Body) > record.MaxComment {
		return errs.New(errs.Invalid, "%w", i18n.NewError("record.comment-length", "max", record.MaxComment))
	}
	it, err := s.about(ctx, tx, a.Org, f, &m)
	if err != nil {
		return err
	}
	m.ID, m.At = string(s.ids.New()), clock.Micros(s.now.Now())
	if m.Thread == "" {
		m.Thread = m.ID
	}
	for _, tenant := range []string{f.Tenant, f.Asker} {
		copied := m
		if tenant == a.Org {
			copied.Person, copied.Name = a.Person, a.Name
		}
		if _, err := tx.Exec(ctx, `insert into filing_question (tenant, id, filing, thread, seq, item, revision, side, person, name, body, at)
			select :tenant, :id, :filing, :thread, coalesce(max(seq), 0) + 1, :item, :revision, :side, :person, :name, :body, :at
			from filing_question where tenant = :tenant and filing = :filing`, row{copied, tenant, f.ID}); err != nil {
			return err
		}
	}
	kind := "filing.asked"
	if m.Side == OfParty {
		kind = "filing.replied"
	}
	if err := s.tell(ctx, tx, Event{Kind: kind, Filing: f, By: a, Item: it.ID, Ask: it.Ask, Persons: to}); err != nil {
		return err
	}
	_, err = ledger.Append(ctx, tx, ledger.Entry{
		At: m.At, Org: f.Tenant, Actor: a.Person, OnBehalfOf: a.OnBehalfOf, Kind: kind, ObjectKind: "filing", ObjectID: f.ID,
		Revision: m.Revision, Basis: basis, Payload: ledger.HashPayload([]byte(m.Item + "\n" + m.Body)),
	})
	return err
}

type row struct {
	Said
	Tenant string `db:"tenant"`
	Filing string `db:"filing"`
}

// about finds the item of a message; one in a thread is about what the thread is about.
func (s *Store) about(ctx context.Context, tx *db.Tx, org string, f Filing, m *Said) (*form.Item, error) {
	if m.Thread != "" {
		first, err := db.One[Said](ctx, tx, `select id, thread, item, revision, side, person, name, body, at from filing_question
			where tenant = :own and filing = :filing and id = :thread`, db.Args{"own": org, "filing": f.ID, "thread": m.Thread})
		if err != nil {
			return nil, err
		}
		if first.Item != m.Item {
			return nil, errs.New(errs.NotFound, "filing: the thread is about another item")
		}
		m.Revision = first.Revision
	}
	def, err := s.Form(f)
	if err != nil {
		return nil, err
	}
	it := def.Item(m.Item)
	if it == nil {
		return nil, errs.New(errs.NotFound, "filing: the form has no item %s", m.Item)
	}
	return it, nil
}
