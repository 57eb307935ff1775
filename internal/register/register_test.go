package register_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/id"
	"yagura/internal/ledger"
	"yagura/internal/org"
	"yagura/internal/record"
	"yagura/internal/register"
	"yagura/internal/sheet"
	"yagura/internal/storetest"
)

const toy = "toy-seals"

type bench struct {
	*register.Store
	t     *testing.T
	ctx   context.Context
	db    *db.DB
	clock *clock.Fake
	bank  string
	other string
}

// each runs a test on both engines, with a register that is one YAML file.
func each(t *testing.T, f func(b *bench)) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := &bench{t: t, ctx: context.Background(), clock: clock.NewFake(time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC))}
		b.db = e.Open(t, ledger.Module(), org.Module(), record.Module())
		ids := id.Seeded(b.clock, 1)
		forms, err1 := form.NewLibrary(os.DirFS("testdata"))
		policies, err2 := authz.New(nil)
		records, err3 := record.New(b.clock, ids, forms, bytes.Repeat([]byte{7}, 32))
		b.must(errors.Join(err1, err2, err3))
		if found := forms.Check(); finding.HasErrors(found) {
			t.Fatal(found)
		}
		orgs := org.New(b.db, b.clock, ids, policies)
		b.Store = register.New(b.db, b.clock, policies, orgs, records)
		for _, to := range []*string{&b.bank, &b.other} {
			o, err := orgs.Add(b.ctx, b.db.Common(), org.Organisation{Kind: org.Institution, NameJA: "銀行"})
			b.must(err)
			*to = o
		}
		f(b)
	})
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) as(tenant string, r authz.Role) authz.Actor {
	return authz.Actor{Person: "p-" + string(r), Org: tenant, OrgKind: "institution", Roles: []authz.Role{r}}
}

func (b *bench) anna() authz.Actor { return b.as(b.bank, authz.Respondent) }

func page(answers form.Answers, seen map[string]int64) record.Page {
	p := record.Page{Answers: answers, Seen: seen}
	for item := range answers {
		p.Shown = append(p.Shown, item)
	}
	return p
}

func (b *bench) add(answers form.Answers) register.Sheet {
	b.t.Helper()
	sh, clash, err := b.Save(b.ctx, b.anna(), toy, "", "screen", page(answers, nil))
	b.must(err)
	if len(clash) > 0 {
		b.t.Fatal(clash)
	}
	b.clock.Advance(time.Second)
	return sh
}

func text(s string) form.Answer { return form.Answer{Value: s} }

func TestARegisterIsOneFile(t *testing.T) {
	files, err := filepath.Glob("testdata/forms/*")
	if err != nil || len(files) != 1 || filepath.Ext(files[0]) != ".yaml" {
		t.Fatalf("the toy register is %v (%v), want one YAML file", files, err)
	}
	each(t, func(b *bench) {
		first := b.add(form.Answers{"seal.name": text("代表者印"), "seal.kind": text("round")})
		b.add(form.Answers{"seal.name": text("部長印"), "seal.parent": text(first.ID), "seal.locked": {Value: true}})
		l, err := b.List(b.ctx, b.anna(), toy, register.Query{Limit: 1})
		b.must(err)
		if l.Total != 2 || len(l.Rows) != 1 || l.Next != first.ID || l.Rows[0].Title != "代表者印" || l.Rows[0].Cells["seal.kind"] != "round" {
			t.Errorf("first page: %+v", l)
		}
		l, err = b.List(b.ctx, b.anna(), toy, register.Query{Text: "部長", After: l.Next, Limit: 50})
		b.must(err)
		if len(l.Rows) != 1 || l.Next != "" {
			t.Errorf("second page: %+v", l)
		}
		sum, err := b.Summary(b.ctx, b.anna(), toy)
		b.must(err)
		if sum.Records != 2 || sum.Incomplete != 2 || sum.Missing != 2+2 || sum.Lacking[first.ID] != 2 || sum.Score != 100 {
			t.Errorf("%+v", sum)
		}
		if len(first.FormDef.JSONSchema(i18n.EN)) == 0 {
			t.Error("no JSON Schema")
		}
		var book bytes.Buffer
		b.must(sheet.Write(&book, first.FormDef, sheet.WriteOptions{Answers: first.Draft.Answers}))
	})
}

func TestHistoryAndConflict(t *testing.T) {
	each(t, func(b *bench) {
		sh := b.add(form.Answers{"seal.name": text("甲印"), "seal.count": {Value: int64(3)}})
		seen := sh.Draft.Versions
		after, clash, err := b.Save(b.ctx, b.anna(), toy, sh.ID, "screen", page(form.Answers{"seal.name": text("乙印"), "seal.count": {Value: int64(3)}}, seen))
		b.must(err)
		if len(clash) != 0 || after.Title != "乙印" {
			t.Errorf("title %q, %v", after.Title, clash)
		}
		_, clash, err = b.Save(b.ctx, b.anna(), toy, sh.ID, "screen", page(form.Answers{"seal.name": text("丙印"), "seal.count": {Value: int64(4)}}, seen))
		b.must(err)
		if clash["seal.name"] == nil || clash["seal.count"] != nil {
			t.Errorf("conflicts: %v", clash)
		}
		past, err := b.History(b.ctx, b.anna(), after, 100)
		b.must(err)
		if len(past) != 4 {
			t.Errorf("history: %+v", past)
		}
		n, err := db.One[int64](b.ctx, b.db.Tenant(b.bank), `select count(*) from ledger_entry where tenant = :tenant and kind = 'record.changed'`, nil)
		b.must(err)
		if n != 3 {
			t.Errorf("%d entries for three savings", n)
		}
	})
}

func TestRights(t *testing.T) {
	each(t, func(b *bench) {
		sh := b.add(form.Answers{"seal.name": text("甲印")})
		p := page(form.Answers{"seal.name": text("乙印")}, sh.Draft.Versions)
		for _, r := range authz.Roles {
			_, err := b.Get(b.ctx, b.as(b.bank, r), toy, sh.ID)
			reads := r != authz.Manager && r != authz.Analyst && r != authz.Supervisor
			if (err == nil) != reads {
				t.Errorf("%s reads: %v", r, err)
			}
			if _, _, err = b.Save(b.ctx, b.as(b.bank, r), toy, sh.ID, "screen", p); r != authz.Respondent && errs.KindOf(err) != errs.Forbidden {
				t.Errorf("%s writes: %v", r, err)
			}
			if err = b.Remove(b.ctx, b.as(b.bank, r), toy, sh.ID); r != authz.Respondent && errs.KindOf(err) != errs.Forbidden {
				t.Errorf("%s removes: %v", r, err)
			}
		}
		b.must(b.Restore(b.ctx, b.anna(), toy, sh.ID))
		if _, err := b.Get(b.ctx, b.as(b.other, authz.Respondent), toy, sh.ID); errs.KindOf(err) != errs.NotFound {
			t.Errorf("another organisation reads: %v", err)
		}
		if err := b.Remove(b.ctx, b.as(b.other, authz.Respondent), toy, sh.ID); errs.KindOf(err) != errs.NotFound {
			t.Errorf("another organisation removes: %v", err)
		}
	})
}

func TestFaultsAndReferences(t *testing.T) {
	each(t, func(b *bench) {
		var unfit *register.Unfit
		for item, a := range map[string]form.Answer{"seal.parent": text("nothing"), "seal.count": {Value: int64(-1)}, "seal.name": text(strings.Repeat("印", 41))} {
			if _, _, err := b.Save(b.ctx, b.anna(), toy, "", "screen", page(form.Answers{item: a}, nil)); !errors.As(err, &unfit) {
				t.Errorf("%s: %v", item, err)
			}
		}
		l, err := b.List(b.ctx, b.anna(), toy, register.Query{Limit: 9})
		b.must(err)
		if l.Total != 0 {
			t.Error("a refused record was entered")
		}
		parent := b.add(form.Answers{"seal.name": text("親印")})
		child := b.add(form.Answers{"seal.name": text("子印"), "seal.parent": text(parent.ID)})
		if err := b.Remove(b.ctx, b.anna(), toy, parent.ID); errs.KindOf(err) != errs.Conflict {
			t.Errorf("a record in use was removed: %v", err)
		}
		b.must(b.Remove(b.ctx, b.anna(), toy, child.ID))
		b.must(b.Remove(b.ctx, b.anna(), toy, parent.ID))
		gone, err := b.Removed(b.ctx, b.anna(), toy)
		b.must(err)
		if len(gone) != 2 {
			t.Errorf("removed: %v", gone)
		}
		if _, _, err := b.Save(b.ctx, b.anna(), toy, child.ID, "screen", page(form.Answers{"seal.name": text("孫印")}, child.Draft.Versions)); errs.KindOf(err) != errs.Conflict {
			t.Errorf("a removed record was changed: %v", err)
		}
	})
}

func TestImport(t *testing.T) {
	each(t, func(b *bench) {
		parent := b.add(form.Answers{"seal.name": text("親印"), "seal.made": {Value: form.Date("2020-04-01")}, "seal.uses": {Value: []string{}}})
		b.add(form.Answers{"seal.name": text("=子印"), "seal.parent": text(parent.ID), "seal.keeper": {State: form.Unknown}, "seal.uses": {Value: []string{"contract", "notice"}}})
		for _, lang := range i18n.Langs {
			for _, enc := range []sheet.Encoding{sheet.UTF8BOM, sheet.CP932} {
				plan, err := b.Read(b.ctx, b.anna(), toy, "a.csv", b.csv(lang, enc))
				b.must(err)
				if len(plan.Findings) > 0 || len(plan.Rows) > 0 || plan.Same != 2 {
					t.Errorf("%s %s: an unchanged file changes %+v %v", lang, enc, plan.Rows, plan.Findings)
				}
			}
		}
		file := strings.Replace(string(b.csv(i18n.JA, sheet.UTF8BOM)), "2020-04-01", "令和3年5月6日", 1) + ",新しい印,角印,,,,,,,親印\r\n"
		plan, err := b.Read(b.ctx, b.anna(), toy, "a.csv", []byte(file))
		b.must(err)
		if len(plan.Findings) > 0 || len(plan.Rows) != 2 || plan.Same != 1 || plan.Rows[1].ID != "" || plan.Rows[1].Title != "新しい印" {
			t.Fatalf("%+v %v", plan, plan.Findings)
		}
		b.must(b.Apply(b.ctx, b.anna(), "excel", plan))
		if err := b.Apply(b.ctx, b.anna(), "excel", plan); errs.KindOf(err) != errs.Conflict {
			t.Errorf("a plan was applied twice: %v", err)
		}
		l, err := b.List(b.ctx, b.anna(), toy, register.Query{Text: "新しい", Limit: 9})
		b.must(err)
		sh, err := b.Get(b.ctx, b.anna(), toy, parent.ID)
		b.must(err)
		if l.Total != 3 || len(l.Rows) != 1 || sh.Draft.Answers["seal.made"].Value != form.Date("2021-05-06") {
			t.Errorf("after the import: %+v %+v", l, sh.Draft.Answers)
		}
	})
}

func (b *bench) csv(lang i18n.Lang, enc sheet.Encoding) []byte {
	b.t.Helper()
	head, rows, err := b.Export(b.ctx, b.anna(), toy, lang)
	b.must(err)
	var out bytes.Buffer
	b.must(sheet.WriteList(&out, head, rows, sheet.CSVOptions{Encoding: enc}))
	return out.Bytes()
}
