package record

import (
	"context"
	"fmt"
	"strings"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/form"
)

// Draft is the present state of a record's answers.
type Draft struct {
	Answers  form.Answers
	Versions map[string]int64 // by item; an item that was never answered has none
	Persons  map[string]string
	At       map[string]int64 // microseconds UTC
}

type answerRow struct {
	Tenant  string `db:"tenant"`
	Record  string `db:"record"`
	Item    string `db:"item"`
	Answer  string `db:"answer"` // JSON as form.EncodeAnswers, "" when taken back
	Plain   string `db:"plain"`
	Version int64  `db:"version"`
	At      int64  `db:"at"`
	Person  string `db:"person"`
	Via     string `db:"via"`
}

// Draft reads a record's answers. Answers that this edition of the form doesn't know
// are left out.
func (s *Store) Draft(ctx context.Context, q db.Querier, f *form.Form, tenant, record string) (Draft, error) {
	rows, err := db.All[answerRow](ctx, q, `select item, answer, version, at, person from record_answer
		where tenant = :tenant and record = :record`, db.Args{"tenant": tenant, "record": record})
	if err != nil {
		return Draft{}, err
	}
	return draftOf(f, rows)
}

func draftOf(f *form.Form, rows []answerRow) (Draft, error) {
	var err error
	d := Draft{Versions: make(map[string]int64, len(rows)), Persons: make(map[string]string, len(rows)), At: make(map[string]int64, len(rows))}
	texts := make([]string, 0, len(rows))
	for _, r := range rows {
		d.Versions[r.Item], d.Persons[r.Item], d.At[r.Item] = r.Version, r.Person, r.At
		texts = append(texts, r.Answer)
	}
	d.Answers, err = join(f, texts)
	return d, err
}

// join decodes answers that were encoded one by one.
func join(f *form.Form, texts []string) (form.Answers, error) {
	var parts []string
	for _, t := range texts {
		if len(t) > 2 {
			parts = append(parts, t[1:len(t)-1])
		}
	}
	answers, found := f.DecodeAnswers([]byte("{" + strings.Join(parts, ",") + "}"))
	if answers == nil && len(found) > 0 {
		return nil, errs.New(errs.Internal, "record: stored answers can't be read: %s", found[0].Message.EN)
	}
	return answers, nil
}

func encode(f *form.Form, it *form.Item, a form.Answer) (text, plain string, err error) {
	if a.Value == nil && a.State == "" && a.Comment == "" {
		return "", "", nil
	}
	data, err := f.EncodeAnswers(form.Answers{it.ID: a})
	if err != nil {
		return "", "", err
	}
	if a.Value != nil && it.Type != form.TypeTable {
		if plain = it.FormatValue(a.Value); len(plain) > 400 {
			plain = strings.ToValidUTF8(plain[:400], "")
		}
	}
	return string(data), plain, nil
}

// Change is one answer to be stored.
type Change struct {
	Item   string
	Answer form.Answer // the zero Answer takes an answer back
	// Version is the one that the writer saw: 0 when there was none, AnyVersion to write over it.
	Version int64
}

// AnyVersion writes whatever stands there.
const AnyVersion = -1

// Conflict is the error (kind conflict) of a change to an answer that someone else
// has changed meanwhile. Both values are kept by the caller: nothing was stored.
type Conflict struct {
	Item    string
	Theirs  form.Answer
	Version int64
	Person  string
	At      int64
}

func (c *Conflict) Error() string { return "record: " + c.Item + " was changed meanwhile" }

// Unwrap gives the conflict its kind.
func (c *Conflict) Unwrap() error { return errConflict }

var errConflict = errs.New(errs.Conflict, "changed meanwhile")

const putAnswer = `insert into record_answer (tenant, record, item, answer, plain, version, at, person)
	values (:tenant, :record, :item, :answer, :plain, :version, :at, :person)
	on conflict (tenant, record, item) do update set answer = excluded.answer, plain = excluded.plain, version = record_answer.version + 1,
	at = excluded.at, person = excluded.person`

// Put stores one change, keeps what was there in the history, and returns the answer's
// new version. via says how it came: screen, excel, offline, api, carry. Errors:
// NotFound for an unknown item, Conflict (*Conflict).
func (s *Store) Put(ctx context.Context, tx *db.Tx, f *form.Form, tenant, record, person, via string, c Change) (int64, error) {
	it := f.Item(c.Item)
	if it == nil {
		return 0, errs.New(errs.NotFound, "record: %s has no item %s", f.Name(), c.Item)
	}
	text, plain, err := encode(f, it, c.Answer)
	if err != nil {
		return 0, err
	}
	row := answerRow{Tenant: tenant, Record: record, Item: c.Item, Answer: text, Plain: plain, Version: 1, At: clock.Micros(s.now.Now()), Person: person, Via: via}
	if c.Version == AnyVersion {
		row.Version, err = db.One[int64](ctx, tx, putAnswer+` returning version`, row)
	} else {
		row.Version, err = db.One[int64](ctx, tx, putAnswer+` where record_answer.version = :seen returning version`, seen{row, c.Version})
		if errs.KindOf(err) == errs.NotFound {
			return 0, s.conflict(ctx, tx, f, tenant, record, c.Item)
		}
		if err == nil && row.Version == 1 && c.Version != 0 {
			return 0, errs.New(errs.Conflict, "record: %s has no version %d", c.Item, c.Version)
		}
	}
	if err != nil {
		return 0, err
	}
	if err := s.keep(ctx, tx, []answerRow{row}); err != nil {
		return 0, err
	}
	return row.Version, s.touch(ctx, tx, tenant, record, person)
}

type seen struct {
	answerRow
	Seen int64 `db:"seen"`
}

func (s *Store) conflict(ctx context.Context, tx *db.Tx, f *form.Form, tenant, record, item string) error {
	now, err := db.One[answerRow](ctx, tx, `select tenant, record, item, answer, plain, version, at, person, '' as via from record_answer
		where tenant = :tenant and record = :record and item = :item`, db.Args{"tenant": tenant, "record": record, "item": item})
	if err != nil {
		return err
	}
	theirs, err := join(f, []string{now.Answer})
	if err != nil {
		return err
	}
	return &Conflict{Item: item, Theirs: theirs[item], Version: now.Version, Person: now.Person, At: now.At}
}

func (s *Store) touch(ctx context.Context, q db.Querier, tenant, record, person string) error {
	n, err := q.Exec(ctx, `update record_head set version = version + 1, updated_at = :at, updated_by = :person where tenant = :tenant and id = :record`,
		db.Args{"tenant": tenant, "record": record, "person": person, "at": clock.Micros(s.now.Now())})
	if err == nil && n == 0 {
		err = errs.New(errs.NotFound, "record: no such record")
	}
	return err
}

// batch is how many rows one statement inserts.
const batch = 100

// Fill enters the answers of a record that has none yet, many rows a statement.
func (s *Store) Fill(ctx context.Context, tx *db.Tx, f *form.Form, tenant, record, person, via string, answers form.Answers) error {
	var rows []answerRow
	for _, it := range f.Items() {
		a, ok := answers[it.ID]
		if !ok {
			continue
		}
		text, plain, err := encode(f, it, a)
		if err != nil {
			return err
		}
		rows = append(rows, answerRow{tenant, record, it.ID, text, plain, 1, clock.Micros(s.now.Now()), person, via})
	}
	for len(rows) > 0 {
		n := min(batch, len(rows))
		if err := insert(ctx, tx, `record_answer (tenant, record, item, answer, plain, version, at, person)`, false, rows[:n]); err != nil {
			return err
		}
		if err := s.keep(ctx, tx, rows[:n]); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// keep enters changes in the history.
func (s *Store) keep(ctx context.Context, tx *db.Tx, rows []answerRow) error {
	return insert(ctx, tx, `record_change (tenant, record, item, version, answer, at, person, via)`, true, rows)
}

func insert(ctx context.Context, tx *db.Tx, into string, change bool, rows []answerRow) error {
	args := db.Args{"tenant": rows[0].Tenant, "record": rows[0].Record, "at": rows[0].At, "person": rows[0].Person, "via": rows[0].Via}
	values := make([]string, len(rows))
	for i, r := range rows {
		n := fmt.Sprint(i)
		args["i"+n], args["a"+n], args["v"+n] = r.Item, r.Answer, r.Version
		if change {
			values[i] = "(:tenant, :record, :i" + n + ", :v" + n + ", :a" + n + ", :at, :person, :via)"
			continue
		}
		args["p"+n] = r.Plain
		values[i] = "(:tenant, :record, :i" + n + ", :a" + n + ", :p" + n + ", :v" + n + ", :at, :person)"
	}
	_, err := tx.Exec(ctx, `insert into `+into+` values `+strings.Join(values, ", "), args)
	return err
}

// Drafts reads the present answers of several records at once; forms has the form of
// each by the record's id.
func (s *Store) Drafts(ctx context.Context, q db.Querier, tenant string, forms map[string]*form.Form) (map[string]form.Answers, error) {
	if len(forms) == 0 {
		return nil, nil
	}
	ids := make([]string, 0, len(forms))
	for id := range forms {
		ids = append(ids, id)
	}
	rows, err := db.All[answerRow](ctx, q, `select record, item, answer from record_answer
		where tenant = :tenant and record in (:ids)`, db.Args{"tenant": tenant, "ids": ids})
	if err != nil {
		return nil, err
	}
	texts := map[string][]string{}
	for _, r := range rows {
		texts[r.Record] = append(texts[r.Record], r.Answer)
	}
	out := make(map[string]form.Answers, len(texts))
	for id, list := range texts {
		if out[id], err = join(forms[id], list); err != nil {
			return nil, err
		}
	}
	return out, nil
}
