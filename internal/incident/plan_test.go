package incident

import (
	"context"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"yagura/catalog"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/storetest"
)

// plan reads the plan of an incident, and its steps by their keys.
func (k *desk) plan(id string) (*Plan, map[string]Planned) {
	k.t.Helper()
	p, err := k.Plan(context.Background(), k.anna, k.sheetOf(id))
	k.must(err)
	out := map[string]Planned{}
	for _, s := range p.Steps {
		out[s.Task.Step] = s
	}
	return p, out
}

// sheetOf is an incident as it is known now.
func (k *desk) sheetOf(id string) *Sheet {
	k.t.Helper()
	sh, err := k.Get(context.Background(), k.anna, id, time.Time{})
	k.must(err)
	return sh
}

// stated states facts of an incident.
func (k *desk) stated(id string, list ...Statement) {
	k.t.Helper()
	_, err := k.State(context.Background(), k.anna, id, list)
	k.must(err)
}

// The steps of a playbook are proposed when the facts call for it, follow the facts, and
// what is to be done before eradicating stands in the way of it.
func TestPlaybook(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		k, ctx := open(t, e), context.Background()
		id, err := k.Open(ctx, k.anna, Opening{Title: "暗号化", Statements: night()})
		k.must(err)
		p, steps := k.plan(id)
		const book = "ransomware@2026-11/"
		if len(p.Running) != 1 || p.Running[0].Playbook != "ransomware@2026-11" || len(p.Others) != 5 {
			t.Fatalf("%+v, %d others", p.Running, len(p.Others))
		}
		scope, evidence := steps[book+"triage-scope"], steps[book+"evidence"]
		if scope.State != "proposed" || scope.DueAt != k.micros()+(30*time.Minute).Microseconds() || evidence.DueAt != 0 {
			t.Errorf("%+v, evidence due %d", scope, evidence.DueAt)
		}
		if _, ok := steps[book+"no-payment"]; ok {
			t.Error("the ransom is decided before anything is demanded")
		}
		if tasks, err := k.Tasks(ctx, k.anna, Incident{Tenant: k.bank, ID: id}); err != nil || len(tasks) != 0 {
			t.Errorf("proposed steps are tasks already: %v %v", tasks, err)
		}
		k.is(k.Take(ctx, k.anna, id, []string{scope.ID}, "nobody", ""), errs.Invalid)
		k.must(k.Take(ctx, k.anna, id, []string{scope.ID}, "", "2026-11-24 04:00"))
		k.is(k.Take(ctx, k.anna, id, []string{scope.ID}, "", ""), errs.Conflict)
		k.is(k.Finish(ctx, k.anna, id, steps[book+"call-tree"].ID, "dropped", " "), errs.Invalid)
		k.must(k.Finish(ctx, k.anna, id, steps[book+"call-tree"].ID, "dropped", "経営は既に参集している"))
		k.resolved(id, steps[book+"isolate-or-run"].ID)
		p, _ = k.plan(id)
		if done, all := p.Progress(Triaged); done != 2 || all != 3 {
			t.Errorf("triage %d of %d", done, all)
		}
		// The demand brings a step, its denial takes it away again.
		k.stated(id, Statement{Fact: "attack.demand", Text: "yes"})
		if _, steps = k.plan(id); steps[book+"no-payment"].State != "proposed" {
			t.Errorf("%+v", steps[book+"no-payment"])
		}
		k.stated(id, Statement{Fact: "attack.demand", Text: "no"})
		if _, steps = k.plan(id); steps[book+"no-payment"].State != "withdrawn" {
			t.Errorf("%+v", steps[book+"no-payment"])
		}
		k.gate(id)
	})
}

// resolved decides whether to isolate or to run: with a reason, once, with all that was
// weighed in the log.
func (k *desk) resolved(id, step string) {
	k.t.Helper()
	ctx := context.Background()
	k.is(k.Resolve(ctx, k.aoi, id, step, Verdict{Option: "isolate-all"}), errs.Invalid)
	k.is(k.Resolve(ctx, k.aoi, id, step, Verdict{Option: "pray", Reason: "x"}), errs.NotFound)
	k.must(k.Resolve(ctx, k.aoi, id, step, Verdict{Option: "isolate-part", Reason: "範囲が判明", Lang: i18n.JA}))
	k.is(k.Resolve(ctx, k.aoi, id, step, Verdict{Option: "run", Reason: "x"}), errs.Conflict)
	log, err := k.Log(ctx, k.anna, Incident{Tenant: k.bank, ID: id}, 50)
	k.must(err)
	n := slices.IndexFunc(log, func(e Entry) bool { return e.Kind == "decision" })
	if n < 0 || strings.Count(log[n].Options, "業務への影響") != 3 || !strings.Contains(log[n].BodyJA, "感染したセグメント") || log[n].KnownAt == 0 {
		k.t.Errorf("%+v", log)
	}
}

// gate moves an incident to eradication: not without evidence, unless it is said so.
func (k *desk) gate(id string) {
	k.t.Helper()
	ctx := context.Background()
	k.must(k.Move(ctx, k.chie, id, Containing, "切離しを始めた"))
	if _, steps := k.plan(id); steps["ransomware@2026-11/evidence"].DueAt != k.micros()+(4*time.Hour).Microseconds() {
		k.t.Error("the time of a step does not run from its state on")
	}
	k.is(k.Move(ctx, k.chie, id, Eradicating, "除去を始める"), errs.Conflict)
	k.must(k.MoveDespite(ctx, k.chie, id, Eradicating, "経営の指示"))
	log, err := k.Log(ctx, k.anna, Incident{Tenant: k.bank, ID: id}, 1)
	k.must(err)
	if !strings.Contains(log[0].BodyJA, "未了の手順") {
		k.t.Errorf("%+v", log[0])
	}
	k.must(k.Move(ctx, k.chie, id, Containing, "戻す"))
	k.must(k.Secure(ctx, k.anna, id, "", Evidence{Title: "メモリ", SHA256: strings.Repeat("ab", 32), Holder: "CSIRT", Place: "保管庫"}))
	k.must(k.Move(ctx, k.chie, id, Eradicating, "証拠を保全した"))
}

// A type that turns out to be another withdraws what nobody took on; a playbook can be
// begun by hand, once.
func TestPlaybookByHand(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		k, ctx := open(t, e), context.Background()
		id, err := k.Open(ctx, k.anna, Opening{Title: "障害", Statements: night()})
		k.must(err)
		k.clock.Advance(time.Minute)
		k.stated(id, Statement{Fact: "event.kind", Text: "system_failure"}, Statement{Fact: "cause.third_party", Text: "クラウド事業者"})
		p, steps := k.plan(id)
		if len(p.Running) != 2 || p.Running[0].Active != 0 || steps["ransomware@2026-11/cut"].State != "withdrawn" || steps["provider-outage@2026-11/reach"].State != "proposed" {
			t.Errorf("%+v %+v", p.Running, steps["ransomware@2026-11/cut"])
		}
		k.must(k.Follow(ctx, k.anna, id, "insider@2026-11"))
		k.is(k.Follow(ctx, k.anna, id, "insider@2026-11"), errs.Conflict)
		k.is(k.Follow(ctx, k.anna, id, "insider@1999"), errs.NotFound)
		if _, steps = k.plan(id); steps["insider@2026-11/circle"].State != "proposed" {
			t.Errorf("%+v", steps["insider@2026-11/circle"])
		}
	})
}

// withToy is the catalog with files more.
type withToy struct {
	fs.FS
	more fstest.MapFS
}

func (w withToy) Open(name string) (fs.File, error) {
	if f, err := w.more.Open(name); err == nil && strings.HasSuffix(name, ".yaml") {
		return f, nil
	}
	return w.FS.Open(name)
}

func (w withToy) Glob(pattern string) ([]string, error) {
	list, err := fs.Glob(w.FS, pattern)
	more, _ := fs.Glob(w.more, pattern)
	return append(list, more...), err
}

// A playbook is one file: the toy appears with its steps, and nothing else is touched.
func TestToyPlaybook(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		k, ctx := open(t, e), context.Background()
		data, err := os.ReadFile("playbook/testdata/toy.yaml")
		k.must(err)
		book, err := LoadRulebook(withToy{catalog.FS, fstest.MapFS{"playbooks/toy@1.yaml": {Data: data}}})
		k.must(err)
		k.Store = New(k.db, k.clock, k.ids, k.may, k.orgs, book, func(context.Context, *db.Tx, Event) error { return nil })
		list := night()
		list[0].Text = "other_cyber"
		id, err := k.Open(ctx, k.anna, Opening{Title: "試験", Statements: list})
		k.must(err)
		p, steps := k.plan(id)
		if len(p.Running) != 1 || len(steps) != 2 || steps["toy@1/secure"].Name().EN != "Secure" {
			t.Errorf("%+v %v", p.Running, steps)
		}
		k.must(k.Move(ctx, k.chie, id, Containing, "x"))
		k.is(k.Move(ctx, k.chie, id, Recovering, "x"), errs.Conflict)
	})
}
