package incident

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"yagura/catalog"
	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/id"
	"yagura/internal/incident/facts"
	"yagura/internal/jobs"
	"yagura/internal/ledger"
	"yagura/internal/obligation"
	"yagura/internal/org"
	"yagura/internal/storetest"
)

// desk is a store with a bank, its supervisor, and people of both.
type desk struct {
	*Store
	t               testing.TB
	clock           *clock.Fake
	db              *db.DB
	told            []Event
	anna, chie, aoi authz.Actor // respondent, checker, approver of the bank
	shin            authz.Actor // supervisor of the authority
	bank, authority string
}

func open(t testing.TB, e storetest.Engine) *desk {
	t.Helper()
	ctx := context.Background()
	c := clock.NewFake(time.Date(2026, 11, 23, 17, 12, 0, 0, time.UTC)) // 02:12 in Tokyo
	d := e.Open(t, ledger.Module(), org.Module(), jobs.Module(), Module())
	ids := id.Seeded(c, 1)
	p, err := authz.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	book, err := LoadRulebook(catalog.FS)
	if err != nil {
		t.Fatal(err)
	}
	orgs := org.New(d, c, ids, p)
	k := &desk{t: t, clock: c, db: d}
	k.Store = New(d, c, ids, p, orgs, book, func(_ context.Context, _ *db.Tx, e Event) error {
		k.told = append(k.told, e)
		return nil
	})
	err = d.System("a desk for tests").Tx(ctx, func(tx *db.Tx) error {
		var err error
		if k.bank, err = orgs.Add(ctx, tx, org.Organisation{Kind: org.Institution, NameJA: "試験銀行", NameEN: "Test Bank"}); err != nil {
			return err
		}
		if k.authority, err = orgs.Add(ctx, tx, org.Organisation{Kind: org.Authority, NameJA: "試験当局", NameEN: "Test Authority"}); err != nil {
			return err
		}
		return orgs.ConnectIn(ctx, tx, k.authority, org.Tie{Organisation: k.bank, Kind: "supervised", Code: "B01", Since: "2020-04-01"})
	})
	if err != nil {
		t.Fatal(err)
	}
	actor := func(name, org string, r authz.Role) authz.Actor {
		return authz.Actor{Person: name, Name: name, Org: org, Roles: []authz.Role{r}}
	}
	k.anna, k.chie, k.aoi = actor("anna", k.bank, authz.Respondent), actor("chie", k.bank, authz.Checker), actor("aoi", k.bank, authz.Approver)
	k.shin = actor("shin", k.authority, authz.Supervisor)
	k.must(k.Receive(ctx, k.shin, []string{"jp-fsa-incident"}))
	return k
}

func (k *desk) must(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
}

func (k *desk) is(err error, kind errs.Kind) {
	k.t.Helper()
	if errs.KindOf(err) != kind {
		k.t.Errorf("%v, want %s", err, kind)
	}
}

// night is what is said at 02:25 of an incident that was detected at 02:10.
func night() []Statement {
	return []Statement{
		{Fact: "event.kind", Text: "ransomware"}, {Fact: "event.description", Text: "勘定系サーバのファイルが暗号化されている"},
		{Fact: "time.detected", Text: "2026-11-24 02:10"}, {Fact: "time.aware", Text: "2026-11-24T02:12"},
		{Fact: "impact.customers_or_business", Text: "yes"}, {Fact: "impact.substituted_at_once", Text: "no"}, {Fact: "entity.jp_supervised", Text: "yes"},
		{Fact: "impact.clients", State: facts.Unknown}, {Fact: "privacy.leak", State: facts.Investigating},
	}
}

// send takes a report through check, approval and submission.
func (k *desk) send(incident, report string) {
	k.t.Helper()
	ctx := context.Background()
	k.must(k.Do(ctx, k.chie, incident, report, Check, Dispatch{}))
	k.must(k.Do(ctx, k.aoi, incident, report, Approve, Dispatch{}))
	k.must(k.Do(ctx, k.anna, incident, report, Submit, Dispatch{}))
}

func (k *desk) get(id string) *Sheet {
	k.t.Helper()
	sh, err := k.Get(context.Background(), k.anna, id, time.Time{})
	k.must(err)
	return sh
}

func TestReportGoesToItsRecipientWithFourEyes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		ctx := context.Background()
		k := open(t, e)
		k.clock.Advance(13 * time.Minute)
		id, err := k.Open(ctx, k.anna, Opening{Title: "勘定系のランサムウェア", Statements: night()})
		k.must(err)
		sh := k.get(id)
		if n := sh.Next(); n == nil || n.Stage.Key() != "jp-fsa-incident/first" || n.State != obligation.AtOnce {
			t.Fatalf("next: %+v", n)
		}
		if sh.Reference != "INC-2026-0001" || sh.NextStage != "jp-fsa-incident/first" || sh.Level != "c" {
			t.Errorf("%+v", sh.Incident)
		}
		report, err := k.Begin(ctx, k.anna, id, "jp-fsa-incident/first")
		k.must(err)
		if again, _ := k.Begin(ctx, k.chie, id, "jp-fsa-incident/first"); again != report {
			t.Error("a second draft of the same stage")
		}
		both := k.anna
		both.Roles = []authz.Role{authz.Respondent, authz.Checker, authz.Approver}
		k.is(k.Do(ctx, both, id, report, Check, Dispatch{}), errs.Forbidden)
		k.is(k.Do(ctx, both, id, report, Approve, Dispatch{}), errs.Forbidden)
		k.is(k.Do(ctx, k.anna, id, report, Submit, Dispatch{}), errs.Conflict)
		k.must(k.Do(ctx, k.chie, id, report, Check, Dispatch{}))
		checker := k.chie
		checker.Roles = []authz.Role{authz.Checker, authz.Approver}
		k.is(k.Do(ctx, checker, id, report, Approve, Dispatch{}), errs.Forbidden)
		if rows, _, _, _ := k.Cases(ctx, k.shin, CaseFilter{Limit: 10}); len(rows) != 0 {
			t.Error("the authority sees what was not submitted")
		}
		k.must(k.Do(ctx, k.aoi, id, report, Approve, Dispatch{}))
		k.must(k.Do(ctx, k.anna, id, report, Submit, Dispatch{}))
		k.received(id, report)
	})
}

// received looks at what the authority has of the first report, asks and accepts.
func (k *desk) received(id, report string) {
	ctx, t := context.Background(), k.t
	rows, total, board, err := k.Cases(ctx, k.shin, CaseFilter{Limit: 10})
	k.must(err)
	if total != 1 || len(rows) != 1 || rows[0].Code != "B01" || rows[0].Kind != "ransomware" || board.Waiting != 1 || board.Open != 1 {
		t.Fatalf("%+v %+v", rows, board)
	}
	c, err := k.Case(ctx, k.shin, id)
	k.must(err)
	r, err := c.Report(report)
	k.must(err)
	content, err := ParseContent(r.Doc)
	k.must(err)
	if r.Number < 0 || !strings.Contains(r.Doc, "暗号化されている") || content.Fields[8].State != "unknown" || content.Fields[8].Fact != "impact.clients" {
		t.Errorf("%+v", content.Fields)
	}
	if n := slices.IndexFunc(c.Clocks, func(x ReceivedClock) bool { return x.Stage == "jp-fsa-incident/first" }); n < 0 || c.Clocks[n].State != obligation.Met {
		t.Errorf("clocks: %+v", c.Clocks)
	}
	k.must(k.Ask(ctx, k.shin, id, report, "impact.clients", "影響を受けた顧客数の見込みを教えてください。", ""))
	k.is(k.Ask(ctx, k.shin, id, report, "impact.costs", "費用は。", ""), errs.NotFound)
	qs, err := k.Questions(ctx, k.anna, k.get(id).Incident)
	k.must(err)
	if len(qs) != 1 || qs[0].FieldJA != "影響を受けた顧客数" || qs[0].AskerJA != "試験当局" {
		t.Fatalf("%+v", qs)
	}
	k.must(k.Reply(ctx, k.anna, id, qs[0].ID, "調査中です。6時までに見込みを報告します。"))
	k.is(k.Reply(ctx, k.anna, id, qs[0].ID, "もう一度"), errs.Conflict)
	k.must(k.Accept(ctx, k.shin, id, report))
	k.is(k.Accept(ctx, k.shin, id, report), errs.Conflict)
	if c, err = k.Case(ctx, k.shin, id); err != nil || c.Waiting != 0 || c.Case.Questions != 0 || c.Questions[0].Answer == "" {
		t.Errorf("%+v %v", c, err)
	}
	stranger := k.shin
	stranger.Org = k.bank
	if _, err := k.Case(ctx, stranger, id); errs.KindOf(err) != errs.NotFound {
		t.Errorf("a stranger reads the case: %v", err)
	}
	var kinds []string
	for _, e := range k.told {
		kinds = append(kinds, e.Kind)
	}
	for _, want := range []string{"incident.opened", "incident.clock", "intake.received", "incident.asked", "intake.answered", "incident.accepted"} {
		if !slices.Contains(kinds, want) {
			t.Errorf("nobody was told of %s: %v", want, kinds)
		}
	}
}

// An exercise goes the whole way and reaches nobody.
func TestExerciseReachesNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		ctx := context.Background()
		k := open(t, e)
		k.clock.Advance(13 * time.Minute)
		id, err := k.Open(ctx, k.anna, Opening{Title: "机上演習", Exercise: true, Statements: night()})
		k.must(err)
		report, err := k.Begin(ctx, k.anna, id, "jp-fsa-incident/first")
		k.must(err)
		k.send(id, report)
		sh := k.get(id)
		r, err := sh.Report(report)
		k.must(err)
		if r.State != Submitted || r.Manner != Exercise || r.Recipient != "" || sh.Reference != "EX-2026-0001" || !sh.Base.Exercise {
			t.Errorf("%+v", r)
		}
		if k := sh.clockOf("jp-fsa-incident/first"); k == nil || k.State != obligation.Met {
			t.Errorf("the clock of the exercise: %+v", k)
		}
		for _, table := range []string{"intake_case", "intake_report", "intake_clock"} {
			n, err := db.One[int64](ctx, k.db.System("a test counts"), `select count(*) from `+table, nil)
			if err != nil || n != 0 {
				t.Errorf("%s has %d rows of an exercise (%v)", table, n, err)
			}
		}
		for _, e := range k.told {
			if e.Org == k.authority {
				t.Errorf("the authority was told: %+v", e)
			}
		}
	})
}

// What was known at a moment stays what was known then, and the file that is exported
// says the same as the rows.
func TestFactsAreKeptWithTheirTime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		ctx := context.Background()
		k := open(t, e)
		k.clock.Advance(13 * time.Minute)
		id, err := k.Open(ctx, k.anna, Opening{Title: "勘定系のランサムウェア", Statements: night()})
		k.must(err)
		early := k.clock.Now()
		k.clock.Advance(time.Hour)
		sh, err := k.State(ctx, k.anna, id, []Statement{{Fact: "impact.clients", State: facts.Estimated, Low: "120,000", High: "400000"}, {Fact: "response.bcp", Text: "yes"}, {Fact: "privacy.leak", Text: "yes"}})
		k.must(err)
		if sh.Level != "a" {
			t.Errorf("level %s", sh.Level)
		}
		past, err := k.Get(ctx, k.anna, id, early)
		k.must(err)
		if r, _ := past.View.Get("impact.clients"); r.State != facts.Unknown {
			t.Errorf("at 02:25: %+v", r)
		}
		if past.House().Level.ID != "c" {
			t.Errorf("at 02:25 the level was %s", past.House().Level.ID)
		}
		k.is(second(k.State(ctx, k.anna, id, []Statement{{Fact: "impact.clients", Text: "many"}})), errs.Invalid)
		k.is(second(k.State(ctx, k.anna, id, []Statement{{Fact: "impact.clients", Text: "1", Known: "2026-12-24"}})), errs.Invalid)
		k.is(second(k.State(ctx, k.anna, id, []Statement{{Fact: "impact.nothing", Text: "1"}})), errs.Invalid)
		var b bytes.Buffer
		k.must(facts.Write(&b, sh.Base))
		back, found := facts.Read("x.yaml", b.Bytes(), k.book.Dictionary)
		if len(found) > 0 {
			t.Fatal(found)
		}
		view := back.At(sh.At)
		for n, c := range k.book.Rules.Clocks(view.Case(k.book.Dictionary), sh.At) {
			if o := sh.Clocks[n]; c.Stage.Key() != o.Stage.Key() || c.State != o.State || !c.Due.Equal(o.Due) {
				t.Errorf("%s: %v %v, from the file %v %v", o.Stage.Key(), o.State, o.Due, c.State, c.Due)
			}
		}
		log, err := k.Log(ctx, k.anna, sh.Incident, 100)
		k.must(err)
		if n := slices.IndexFunc(log, func(e Entry) bool { return e.Kind == "classified" && strings.Contains(e.Reason, "個人データ") }); n < 0 {
			t.Errorf("no reason of the new class: %+v", log)
		}
	})
}

func second(_ *Sheet, err error) error { return err }

// Those who must act hear of a deadline a day, two hours and half an hour before it, and
// when it passes; not any more once the report is made.
func TestDeadlinesAreTold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		ctx := context.Background()
		k := open(t, e)
		k.clock.Advance(13 * time.Minute)
		list := append(night(), Statement{Fact: "entity.eu", Text: "yes"})
		id, err := k.Open(ctx, k.anna, Opening{Title: "勘定系のランサムウェア", Statements: list})
		k.must(err)
		k.must(k.Classify(ctx, k.aoi, id, "major", "顧客10万人超の見込み"))
		sh := k.get(id)
		due := sh.clockOf("eu-dora-major/initial").Due
		if !due.Equal(k.clock.Now().Add(4 * time.Hour)) {
			t.Fatalf("due %v", due)
		}
		runner := jobs.New(k.db, k.clock, k.Handlers(), jobs.Options{})
		heard := func(at time.Time) (out []string) {
			k.told = nil
			k.clock.Set(at)
			if _, err := runner.Tick(ctx, k.clock.Now()); err != nil {
				t.Fatal(err)
			}
			for _, e := range k.told {
				if strings.Contains(e.Args["stage"].EN, "initial") {
					out = append(out, e.Kind)
				}
			}
			return out
		}
		for _, step := range []struct {
			before time.Duration
			want   []string
		}{{3 * time.Hour, nil}, {2 * time.Hour, []string{"incident.due"}}, {30 * time.Minute, []string{"incident.due"}}, {0, []string{"incident.overdue"}}, {-time.Hour, nil}} {
			if got := heard(due.Add(-step.before)); !slices.Equal(got, step.want) {
				t.Errorf("%v before: %v, want %v", step.before, got, step.want)
			}
		}
	})
}

// A closed incident takes no facts, and none is closed while a report or a task is open.
func TestClosing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		ctx := context.Background()
		k := open(t, e)
		k.clock.Advance(13 * time.Minute)
		id, err := k.Open(ctx, k.anna, Opening{Title: "不審メール", Statements: []Statement{{Fact: "event.kind", Text: "other_cyber"}, {Fact: "impact.customers_or_business", Text: "no"}}})
		k.must(err)
		k.must(k.Assign(ctx, k.anna, id, "メールの隔離", "", ""))
		k.is(k.Move(ctx, k.chie, id, Closed, ""), errs.Invalid)
		k.is(k.Move(ctx, k.chie, id, Closed, "影響なし"), errs.Conflict)
		tasks, err := k.Tasks(ctx, k.anna, k.get(id).Incident)
		k.must(err)
		k.must(k.Finish(ctx, k.anna, id, tasks[0].ID, "done", ""))
		k.must(k.Secure(ctx, k.anna, id, "", Evidence{Title: "メール原本", SHA256: strings.Repeat("ab", 32), Holder: "CSIRT", Place: "証拠保管庫"}))
		list, _, err := k.Evidence(ctx, k.anna, k.get(id).Incident)
		k.must(err)
		k.must(k.Pass(ctx, k.anna, id, list[0].ID, "調査会社", "先方の保管庫", "解析のため"))
		_, chain, err := k.Evidence(ctx, k.anna, k.get(id).Incident)
		k.must(err)
		if c := chain[list[0].ID]; len(c) != 2 || c[1].Holder != "調査会社" || c[1].Number <= c[0].Number {
			t.Errorf("%+v", c)
		}
		k.must(k.Move(ctx, k.chie, id, Closed, "影響なし"))
		k.is(second(k.State(ctx, k.anna, id, []Statement{{Fact: "impact.media", Text: "no"}})), errs.Conflict)
		k.must(k.Move(ctx, k.chie, id, Reviewing, "再検証"))
		second(k.State(ctx, k.anna, id, []Statement{{Fact: "impact.media", Text: "no"}}))
	})
}
