package incident

import (
	"context"
	"testing"

	"yagura/catalog"
	"yagura/internal/errs"
	"yagura/internal/form"
	"yagura/internal/storetest"
)

// A major incident is closed only when its review is finished, and that wants every
// required answer; what someone else stored meanwhile is not written over.
func TestReview(t *testing.T) {
	lib, err := form.NewLibrary(catalog.FS)
	if err != nil {
		t.Fatal(err)
	}
	f, err := lib.Form(ReviewForm, "2026")
	if err != nil {
		t.Fatal(err)
	}
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		ctx := context.Background()
		k := open(t, e)
		id, err := k.Open(ctx, k.anna, Opening{Title: "障害", Exercise: true, Statements: []Statement{{Fact: "event.kind", Text: "system_failure"}, {Fact: "severity.dora", Text: "major"},
			{Fact: "entity.jp_supervised", Text: "no"}, {Fact: "entity.eu", Text: "no"}, {Fact: "privacy.leak", Text: "no"}, {Fact: "entity.special_core", Text: "no"}}})
		k.must(err)
		if sh := k.get(id); !k.NeedsReview(sh) {
			t.Fatalf("major, and no review: %s", sh.Level)
		}
		_, err = k.State(ctx, k.anna, id, []Statement{{Fact: "severity.dora", Text: "not_major"}})
		k.must(err)
		k.is(k.Move(ctx, k.aoi, id, Closed, "終了"), errs.Conflict)
		k.is(k.FinishReview(ctx, k.aoi, id, f), errs.Invalid)
		answers := form.Answers{"rv.well": {Value: "初動"}, "rv.causes": {Value: "設定の誤り"}, "rv.speed": {Value: "遅れなし"}, "rv.escalation": {Value: "基準どおり"}}
		k.must(k.KeepReview(ctx, k.anna, id, f, answers, 0))
		k.is(k.KeepReview(ctx, k.chie, id, f, answers, 0), errs.Conflict)
		k.is(k.FinishReview(ctx, k.aoi, id, f), errs.Invalid)
		answers["rv.communication"] = form.Answer{Value: "一貫していた"}
		k.must(k.KeepReview(ctx, k.anna, id, f, answers, 1))
		k.must(k.FinishReview(ctx, k.aoi, id, f))
		r, err := k.Review(ctx, k.anna, k.get(id).Incident)
		k.must(err)
		if r.DoneBy != "aoi" || r.DoneAt == 0 || r.Form != "incident-review@2026" {
			t.Errorf("%+v", r)
		}
		k.must(k.Move(ctx, k.aoi, id, Closed, "終了"))
	})
}
