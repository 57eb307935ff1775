package incident

import (
	"context"
	"strings"
	"testing"

	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/storetest"
)

// A text for customers is filled from the facts, its figures are compared with them and
// with the report, another person approves it, and the next version supersedes it.
func TestLetter(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		k, ctx := open(t, e), context.Background()
		id, err := k.Open(ctx, k.anna, Opening{Title: "暗号化", Statements: append(night()[:7], Statement{Fact: "impact.clients", Text: "12000"})})
		k.must(err)
		report, err := k.Begin(ctx, k.anna, id, "jp-fsa-incident/first")
		k.must(err)
		k.send(id, report)
		_, err = k.Compose(ctx, k.anna, id, "none@1", i18n.JA)
		k.is(err, errs.NotFound)
		l, err := k.Compose(ctx, k.chie, id, "media-release@2026-11", i18n.JA)
		k.must(err)
		i := Incident{Tenant: k.bank, ID: id}
		got, err := k.Letter(ctx, k.anna, i, l)
		k.must(err)
		if !strings.Contains(got.Body, "2026年11月24日") || !strings.Contains(got.Body, "12,000") || !strings.Contains(got.Body, "調査中") || strings.Contains(got.Body, "{") {
			t.Error(got.Body)
		}
		sh := k.sheetOf(id)
		if list := k.Figures(sh, got.Body); len(list) < 3 || differs(list) {
			t.Errorf("%+v", list)
		}
		k.must(k.Rewrite(ctx, k.aoi, id, l, 1, got.Title, got.Body+"影響を受けたお客さまは1万3千名です。"))
		k.is(k.Rewrite(ctx, k.anna, id, l, 1, "x", "x"), errs.Conflict)
		k.is(k.Release(ctx, k.aoi, id, l, "x"), errs.Forbidden) // has written in it
		k.is(k.Release(ctx, k.anna, id, l, "x"), errs.Forbidden)
		boss := k.aoi
		boss.Person = "boss"
		k.is(k.Release(ctx, boss, id, l, ""), errs.Invalid) // 13,000 is not 12,000
		k.must(k.Release(ctx, boss, id, l, "集計の更新を待たずに公表する"))
		k.is(k.Release(ctx, boss, id, l, "x"), errs.Conflict)
		k.is(k.Rewrite(ctx, k.anna, id, l, 3, "x", "x"), errs.Conflict)
		next, err := k.Revise(ctx, k.anna, id, l)
		k.must(err)
		k.must(k.Rewrite(ctx, k.anna, id, next, 1, "続報", "お客さま12,000名に影響。"))
		k.must(k.Release(ctx, boss, id, next, ""))
		all, err := k.Letters(ctx, k.anna, i)
		k.must(err)
		if len(all) != 2 || all[0].State != "approved" || all[1].State != "superseded" || all[0].Number < 0 || len(all[0].SHA256) != 64 || all[0].Before != l {
			t.Errorf("%+v", all)
		}
		// The facts move on: the text agrees with the report and no longer with the facts.
		k.stated(id, Statement{Fact: "impact.clients", Text: "15000"})
		if list := k.Figures(k.sheetOf(id), all[0].Body); len(list) != 1 || list[0].Verdict != "differs" || list[0].Report != "consistent" {
			t.Errorf("%+v", list)
		}
	})
}
