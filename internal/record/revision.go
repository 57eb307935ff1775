package record

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/form"
)

// Revision is a record's answers as they were frozen; it never changes.
type Revision struct {
	Revision int64  `db:"revision"` // from 1
	Doc      string `db:"doc"`      // form.EncodeAnswers
	SHA256   string `db:"sha256"`   // of Doc, hex
	At       int64  `db:"at"`       // microseconds UTC
	Person   string `db:"person"`
}

// Freeze makes the record's present answers its next revision. The caller has read the
// answers and sees to it that they are the present ones.
func (s *Store) Freeze(ctx context.Context, tx *db.Tx, f *form.Form, tenant, record, person string, answers form.Answers) (Revision, error) {
	doc, err := f.EncodeAnswers(answers)
	if err != nil {
		return Revision{}, err
	}
	sum := sha256.Sum256(doc)
	r := Revision{Doc: string(doc), SHA256: hex.EncodeToString(sum[:]), At: clock.Micros(s.now.Now()), Person: person}
	args := db.Args{"tenant": tenant, "record": record, "doc": r.Doc, "sha256": r.SHA256, "at": r.At, "person": person}
	r.Revision, err = db.One[int64](ctx, tx, `update record_head set revision = revision + 1, version = version + 1 where tenant = :tenant and id = :record returning revision`, args)
	if err != nil {
		return r, err
	}
	args["revision"] = r.Revision
	_, err = tx.Exec(ctx, `insert into record_revision (tenant, record, revision, doc, sha256, at, person)
		values (:tenant, :record, :revision, :doc, :sha256, :at, :person)`, args)
	return r, err
}

// Revision is a frozen revision, or NotFound.
func (s *Store) Revision(ctx context.Context, q db.Querier, tenant, record string, n int64) (Revision, error) {
	return db.One[Revision](ctx, q, `select revision, doc, sha256, at, person from record_revision
		where tenant = :tenant and record = :record and revision = :n`, db.Args{"tenant": tenant, "record": record, "n": n})
}

// Past is one change of an answer.
type Past struct {
	Item    string `db:"item"`
	Version int64  `db:"version"`
	Answer  string `db:"answer"` // JSON, "" when it was taken back
	At      int64  `db:"at"`
	Person  string `db:"person"`
	Via     string `db:"via"`
}

// Value decodes the answer of a change.
func (p Past) Value(f *form.Form) form.Answer {
	answers, err := join(f, []string{p.Answer})
	if err != nil {
		return form.Answer{}
	}
	return answers[p.Item]
}

// History lists the changes of a record, or of one of its items, newest first.
func (s *Store) History(ctx context.Context, q db.Querier, tenant, record, item string, limit int) ([]Past, error) {
	return db.All[Past](ctx, q, `select item, version, answer, at, person, via from record_change
		where tenant = :tenant and record = :record and (:item = '' or item = :item) order by case when :item = '' then at else version end desc, item, version desc limit :limit`,
		db.Args{"tenant": tenant, "record": record, "item": item, "limit": limit})
}

// Answerers lists the persons who gave a record's present answers, sorted.
func (s *Store) Answerers(ctx context.Context, q db.Querier, tenant, record string) ([]string, error) {
	return db.All[string](ctx, q, `select distinct person from record_answer where tenant = :tenant and record = :record and answer <> '' order by person`,
		db.Args{"tenant": tenant, "record": record})
}

// At is the answer that an item had at a version; the zero Answer when it was taken
// back then. The error is NotFound when there was no such version.
func (s *Store) At(ctx context.Context, q db.Querier, f *form.Form, tenant, record, item string, version int64) (form.Answer, error) {
	text, err := db.One[string](ctx, q, `select answer from record_change where tenant = :tenant and record = :record and item = :item and version = :version`,
		db.Args{"tenant": tenant, "record": record, "item": item, "version": version})
	if err != nil {
		return form.Answer{}, err
	}
	answers, err := join(f, []string{text})
	return answers[item], err
}

// Writers lists the persons who ever changed a standing record of a form, sorted.
func (s *Store) Writers(ctx context.Context, q db.Querier, tenant, formID string) ([]string, error) {
	return db.All[string](ctx, q, `select distinct c.person from record_change c join record_head h on h.tenant = :tenant and h.id = c.record
		where c.tenant = :tenant and h.form = :form and h.removed_at = 0 order by c.person`, db.Args{"tenant": tenant, "form": formID})
}
