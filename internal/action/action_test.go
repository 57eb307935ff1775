package action_test

import (
	"context"
	"testing"
	"time"

	"yagura/internal/action"
	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/errs"
	"yagura/internal/id"
	"yagura/internal/storetest"
)

func TestLife(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		ctx := context.Background()
		c := clock.NewFake(time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC))
		may, err := authz.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		s := action.New(e.Open(t, action.Module()), c, id.Seeded(c, 1), may)
		anna := authz.Actor{Person: "anna", Name: "回答担当", Org: "b1", Roles: []authz.Role{authz.Respondent, authz.Checker}}
		chie := authz.Actor{Person: "chie", Org: "b1", Roles: []authz.Role{authz.Checker}}
		spy := authz.Actor{Person: "spy", Org: "b2", Roles: []authz.Role{authz.Checker, authz.Respondent}}
		kind := func(want errs.Kind, err error) {
			t.Helper()
			if errs.KindOf(err) != want {
				t.Errorf("%v, want %q", err, want)
			}
		}
		plan := action.Action{Title: "特権IDの棚卸し", SourceKind: "return", SourceID: "c1", Item: "id.review", Owner: "anna", Due: "2026-12-25"}
		bad := plan
		bad.Due = "2026-13-01"
		_, err = s.Plan(ctx, anna, bad)
		kind(errs.Invalid, err)
		id, err := s.Plan(ctx, anna, plan)
		kind("", err)
		_, err = s.Get(ctx, spy, id)
		kind(errs.NotFound, err)
		kind(errs.Conflict, s.Move(ctx, chie, id, action.Verified, ""))
		kind("", s.Move(ctx, anna, id, action.Started, ""))
		kind(errs.Invalid, s.Move(ctx, anna, id, action.Done, " "))
		a, _ := s.Get(ctx, anna, id)
		a.Evidence = "台帳を更新"
		kind("", s.Change(ctx, anna, a))
		kind(errs.Conflict, s.Change(ctx, anna, a)) // the version that was read is gone
		kind("", s.Move(ctx, anna, id, action.Done, "完了"))
		kind(errs.Forbidden, s.Move(ctx, anna, id, action.Verified, "")) // her own
		kind("", s.Move(ctx, chie, id, action.Verified, "確認した"))
		kind(errs.Conflict, s.Move(ctx, anna, id, action.Open, ""))
		a, err = s.Get(ctx, chie, id)
		if err != nil || a.State != action.Verified || a.VerifiedBy != "chie" || a.Late("2027-01-01") {
			t.Errorf("%+v %v", a, err)
		}
		notes, err := s.Notes(ctx, anna, id)
		if err != nil || len(notes) != 4 || notes[2].Body != "完了" {
			t.Errorf("%+v %v", notes, err)
		}
		for f, want := range map[action.Filter]int{{Limit: 9}: 1, {Open: true, Limit: 9}: 0, {SourceKind: "return", SourceID: "c1", Limit: 9}: 1, {SourceKind: "own", Limit: 9}: 0} {
			if list, err := s.List(ctx, anna, f); len(list) != want || err != nil {
				t.Errorf("%+v: %d, want %d (%v)", f, len(list), want, err)
			}
		}
	})
}
