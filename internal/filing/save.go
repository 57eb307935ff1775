package filing

import (
	"context"

	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/record"
)

// Sheet is a filing with everything that its pages show.
type Sheet struct {
	Filing
	FormDef  *form.Form
	Draft    record.Draft
	Previous form.Answers // last edition's answers under this edition's ids
	Eval     *form.Evaluation
	Org      form.Org // the answering organisation as the form's expressions see it
	Writers  []string // of the register that is collected: who wrote its records
}

// Sheet reads a filing of the actor's organisation.
func (s *Store) Sheet(ctx context.Context, a authz.Actor, id string) (Sheet, error) {
	var sh Sheet
	err := s.db.Tenant(a.Org).Read(ctx, func(tx *db.Tx) error {
		var err error
		sh, err = s.sheet(ctx, tx, a.Org, id)
		return err
	})
	if err != nil {
		return sh, err
	}
	_, err = s.may.Decide(a, "filing.read", sh.thing(nil))
	return sh, err
}

func (s *Store) sheet(ctx context.Context, tx *db.Tx, tenant, id string) (Sheet, error) {
	f, err := get(ctx, tx, tenant, id)
	if err != nil {
		return Sheet{}, err
	}
	return s.sheetOf(ctx, tx, f)
}

// cover is a sheet without answers: the filing, its form, and who else wrote them.
func (s *Store) cover(ctx context.Context, tx *db.Tx, f Filing) (Sheet, error) {
	sh := Sheet{Filing: f}
	var err error
	if sh.FormDef, err = s.Form(f); err != nil || sh.FormDef.Register() == nil {
		return sh, err
	}
	sh.Writers, err = s.registers.Writers(ctx, tx, f.Tenant, sh.FormDef)
	return sh, err
}

func (s *Store) sheetOf(ctx context.Context, tx *db.Tx, f Filing) (Sheet, error) {
	sh, err := s.cover(ctx, tx, f)
	if err != nil {
		return sh, err
	}
	if sh.Draft, err = s.records.Draft(ctx, tx, sh.FormDef, f.Tenant, f.Record); err != nil {
		return sh, err
	}
	if sh.Previous, err = s.previous(ctx, tx, f, sh.FormDef); err != nil {
		return sh, err
	}
	if sh.Org, err = s.partyOrg(ctx, tx, f); err != nil {
		return sh, err
	}
	if err := s.collect(ctx, tx, &sh); err != nil {
		return sh, err
	}
	sh.Eval = sh.FormDef.Evaluate(sh.Draft.Answers, sh.Previous, &sh.Org)
	if sh.FormDef.Register() != nil {
		sh.Answered, sh.Total, sh.Unconfirmed = progress(sh.FormDef, sh.Eval, sh.Draft.Answers)
	}
	return sh, nil
}

// partyOrg is the answering organisation under the asker's code.
func (s *Store) partyOrg(ctx context.Context, q db.Querier, f Filing) (form.Org, error) {
	return s.orgs.Form(ctx, q, f.Tenant, f.Code)
}

// earlier is the condition for the filings whose answers stand beside those of another:
// submitted to the same asker, in the edition before, or in the same edition before the
// other was asked for, since a form may be asked again unchanged.
const earlier = `o.tenant = :tenant and o.asker = :asker and o.form = :form and o.id <> :id and o.trial = 0 and o.revision > 0
	and (o.edition = :before or o.edition = :edition and o.submitted_at <= :asked) order by o.submitted_at desc`

func (f Filing) earlier(prev *form.Form) db.Args {
	args := db.Args{"tenant": f.Tenant, "asker": f.Asker, "form": f.Form, "id": f.ID, "edition": f.Edition, "asked": f.CreatedAt, "before": ""}
	if prev != nil {
		args["before"] = prev.Edition
	}
	return args
}

// previous gives the answers of the last earlier submission, under this edition's ids;
// nil when there is none.
func (s *Store) previous(ctx context.Context, q db.Querier, f Filing, cur *form.Form) (form.Answers, error) {
	type row struct {
		Doc     string `db:"doc"`
		Edition string `db:"edition"`
	}
	prev := s.records.Forms().Previous(cur)
	last, err := db.One[row](ctx, q, `select v.doc, o.edition from filing_own o join record_revision v on v.tenant = :tenant and v.record = o.record
		and v.revision = o.revision where `+earlier, f.earlier(prev))
	if errs.KindOf(err) == errs.NotFound {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	if last.Edition == cur.Edition {
		answers, _ := cur.DecodeAnswers([]byte(last.Doc))
		return answers, nil
	}
	answers, _ := prev.DecodeAnswers([]byte(last.Doc))
	return form.Translate(prev, answers, cur), nil
}

// Save stores changes of answers, all or none. via says how they came (record.Put).
// It returns the sheet as it is now. Errors: Conflict (*record.Conflict, or a state in
// which answers can't be changed), Forbidden, NotFound.
func (s *Store) Save(ctx context.Context, a authz.Actor, id, via string, changes ...record.Change) (Sheet, error) {
	var sh Sheet
	err := s.db.System("answers, and their progress for the asker").Tx(ctx, func(tx *db.Tx) error {
		f, err := get(ctx, tx, a.Org, id)
		if err != nil {
			return err
		}
		if _, err := s.may.Decide(a, "filing.answer", f.thing(nil)); err != nil {
			return err
		}
		if err := s.open(f); err != nil {
			return err
		}
		def, err := s.Form(f)
		if err != nil {
			return err
		}
		for _, c := range changes {
			if _, err := s.records.Put(ctx, tx, def, a.Org, f.Record, a.Person, via, c); err != nil {
				return err
			}
		}
		if sh, err = s.sheet(ctx, tx, a.Org, id); err != nil {
			return err
		}
		return s.count(ctx, tx, &sh)
	})
	return sh, err
}

// open reports why answers can't be changed, if they can't.
func (f Filing) open() error {
	switch {
	case f.Locked != 0:
		return errs.New(errs.Conflict, "%w", i18n.NewError("filing.locked"))
	case f.State.Open():
		return nil
	}
	return errs.New(errs.Conflict, "%w", i18n.NewError("filing.closed", "state", i18n.Both("filing.state."+string(f.State))))
}

// count brings the progress up to date: always for the organisation itself, for the
// asker when a tenth is reached or left.
func (s *Store) count(ctx context.Context, tx *db.Tx, sh *Sheet) error {
	before := sh.Percent()
	sh.Answered, sh.Total, sh.Unconfirmed = progress(sh.FormDef, sh.Eval, sh.Draft.Answers)
	sh.Version++
	_, err := tx.Exec(ctx, `update filing_own set answered = :answered, total = :total, unconfirmed = :unconfirmed, version = version + 1
		where tenant = :tenant and id = :id`, sh.Filing)
	if err != nil || before/10 == sh.Percent()/10 {
		return err
	}
	_, err = tx.Exec(ctx, `update filing_received set answered = :answered, total = :total where tenant = :asker and id = :id`, sh.Filing)
	return err
}

// Carry takes last year's answer to each of the items as this year's, unconfirmed
// until someone confirms it; items that have an answer are left alone.
func (s *Store) Carry(ctx context.Context, a authz.Actor, id string, items ...string) (Sheet, error) {
	sh, err := s.Sheet(ctx, a, id)
	if err != nil {
		return sh, err
	}
	var changes []record.Change
	for _, item := range items {
		last, ok := sh.Previous[item]
		if _, have := sh.Draft.Answers[item]; have || !ok {
			continue
		}
		last.Carried = true
		changes = append(changes, record.Change{Item: item, Answer: last, Version: sh.Draft.Versions[item]})
	}
	return s.Save(ctx, a, id, "carry", changes...)
}

// Confirm says that a carried answer holds.
func (s *Store) Confirm(ctx context.Context, a authz.Actor, id string, items ...string) (Sheet, error) {
	sh, err := s.Sheet(ctx, a, id)
	if err != nil {
		return sh, err
	}
	var changes []record.Change
	for _, item := range items {
		if now, ok := sh.Draft.Answers[item]; ok && now.Carried {
			now.Carried = false
			changes = append(changes, record.Change{Item: item, Answer: now, Version: sh.Draft.Versions[item]})
		}
	}
	return s.Save(ctx, a, id, "screen", changes...)
}
