package incident

import (
	"context"
	"testing"
	"time"

	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/jobs"
	"yagura/internal/org"
	"yagura/internal/storetest"
)

// joined makes a person of the bank with a seat.
func (k *desk) joined(name string, r authz.Role) authz.Actor {
	k.t.Helper()
	a := authz.Actor{Name: name, Org: k.bank, Roles: []authz.Role{r}}
	k.must(k.db.System("a person for tests").Tx(context.Background(), func(tx *db.Tx) error {
		var err error
		if a.Person, err = k.orgs.AddPerson(context.Background(), tx, org.Person{Name: name, Email: name + "@bank.example", Lang: "ja"}); err != nil {
			return err
		}
		return k.orgs.Grant(context.Background(), tx, authz.Actor{Person: "test"}, "test", k.bank, a.Person, "", []authz.Role{r})
	}))
	return a
}

// Those whom the class concerns are told at once; who does not acknowledge in time is told
// again with the next of the sheet and the owner, until someone is reached.
func TestEscalation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		k, ctx := open(t, e), context.Background()
		ciso, head := k.joined("ciso", authz.Approver), k.joined("head", authz.Approver)
		k.is(k.Prepare(ctx, k.anna, nil, []Contact{{Duty: "x", Person: "nobody"}}), errs.Invalid)
		k.must(k.Prepare(ctx, k.anna, nil, []Contact{{Duty: "技術", Who: "当番", Phone: "1"}, {Duty: "CISO", Who: "室長", Phone: "2", Level: "b", Person: ciso.Person, Minutes: 15},
			{Duty: "頭取", Who: "頭取", Phone: "3", Level: "a", Person: head.Person, Minutes: 30}}))
		id, err := k.Open(ctx, k.anna, Opening{Title: "暗号化", Statements: night()})
		k.must(err)
		i := Incident{Tenant: k.bank, ID: id}
		list, err := k.Calls(ctx, k.anna, i)
		k.must(err)
		if len(list) != 1 || list[0].Duty != "技術" || list[0].DueAt != 0 {
			t.Fatalf("at class C: %+v", list)
		}
		k.told = nil
		k.stated(id, Statement{Fact: "response.bcp", Text: "yes"}) // class B
		k.stated(id, Statement{Fact: "privacy.leak", Text: "yes"}) // class A
		if list, err = k.Calls(ctx, k.anna, i); err != nil || len(list) != 3 || list[1].DueAt != k.micros()+(15*time.Minute).Microseconds() || k.times("incident.call") != 2 {
			t.Fatalf("at class A: %+v %v, %d calls", list, err, k.times("incident.call"))
		}
		// The CISO does not answer: the head is told, and the owner.
		k.clock.Advance(16 * time.Minute)
		k.run()
		last := k.told[len(k.told)-1]
		if k.times("incident.unanswered") != 1 || len(last.Persons) != 3 || last.Persons[0] != "anna" || last.Persons[1] != ciso.Person || last.Persons[2] != head.Person {
			t.Errorf("%+v", last)
		}
		auditor := authz.Actor{Person: "auditor", Org: k.bank, Roles: []authz.Role{authz.Auditor}}
		k.is(k.Acknowledge(ctx, auditor, id, list[1].ID, "", ""), errs.Forbidden)
		k.must(k.Acknowledge(ctx, ciso, id, list[1].ID, "", ""))
		k.is(k.Acknowledge(ctx, ciso, id, list[1].ID, "", ""), errs.Conflict)
		k.must(k.Acknowledge(ctx, k.anna, id, list[2].ID, "2026-11-24 02:20", "電話で伝えた"))
		k.clock.Advance(2 * time.Hour)
		k.run()
		if n := k.times("incident.unanswered"); n != 1 {
			t.Errorf("told again %d times although everybody was reached", n)
		}
		list, err = k.Calls(ctx, k.anna, i)
		k.must(err)
		if list[1].Manner != "system" || list[1].Rounds != 1 || list[2].Manner != "phone" || list[2].Remark == "" || list[0].ReachedAt != 0 {
			t.Errorf("%+v", list)
		}
	})
}

func (k *desk) times(kind string) int {
	n := 0
	for _, e := range k.told {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

// run does what is due.
func (k *desk) run() {
	k.t.Helper()
	_, err := jobs.New(k.db, k.clock, k.Handlers(), jobs.Options{}).Tick(context.Background(), k.clock.Now())
	k.must(err)
}
