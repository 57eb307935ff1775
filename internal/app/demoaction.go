package app

import (
	"context"
	"errors"
	"fmt"

	"yagura/internal/action"
	"yagura/internal/authz"
	"yagura/internal/form"
	"yagura/internal/i18n"
)

// improvements lets the institution that visitors see from within make two pieces of
// last year's advice its actions: one is done and verified, one is under way.
func (d *Demonstration) improvements(ctx context.Context, f *form.Form) error {
	anna, chie := d.actor(d.parties[0].id, authz.Respondent), d.actor(d.parties[0].id, authz.Checker)
	plan := func(item, evidence, goal, due string) (string, error) {
		it := f.Item(item)
		if it == nil {
			return "", fmt.Errorf("the demonstration's form has no item %s", item)
		}
		return d.site.Actions.Plan(ctx, anna, action.Action{SourceKind: "return", SourceID: d.lastYearID, Item: item, Title: goal, Detail: it.Ask.In(i18n.JA),
			Owner: anna.Person, Due: fmt.Sprint(d.clock.Now().Year()+1) + due, Evidence: evidence})
	}
	done, err1 := plan("asset.hardware", "資産管理台帳を更新し、部店端末の棚卸結果（監査部門確認済み）を保管", "ハードウェア台帳の全件棚卸し", "-03-31")
	underway, err2 := plan("det.behavior", "", "端末のふるまい検知の全店展開", "-12-25")
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	s := d.site.Actions
	return errors.Join(s.Move(ctx, anna, done, action.Done, "棚卸結果を登録"), s.Move(ctx, chie, done, action.Verified, ""), s.Move(ctx, anna, underway, action.Started, ""))
}
