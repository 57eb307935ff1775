package app

import (
	"context"
	"errors"
	"time"

	"yagura/internal/authz"
	"yagura/internal/practice"
)

// practices lets three institutions offer good practices on last year's campaign: one is
// published, one waits for approval with a name left in it, and the one of the
// institution that visitors see from within has just been offered.
func (d *Demonstration) practices(ctx context.Context) error {
	s := d.site.Practices
	d.clock.Advance(48 * time.Hour)
	offer := func(i int, item string, t practice.Text) (string, error) {
		p := d.parties[i%len(d.parties)]
		return s.Offer(ctx, d.actor(p.id, authz.Respondent), practice.Offer{Filing: d.lastFilings[p.id], Item: item, Text: t, AskBack: i != 1})
	}
	drill, err1 := offer(2, "res.drill", practice.Text{
		Title:  "訓練の台本を当日まで伏せる机上訓練",
		Body:   d.parties[2%len(d.parties)].org.Name + "では、四半期ごとの机上訓練で、想定と時系列の付与情報を当日まで進行役だけが持つこととした。役員、広報、業務部門も参加し、初報の起案までを90分で行う。",
		Effect: "初報の起案に要する時間が、2回目の訓練で半分になった。連絡先一覧の誤りが毎回見つかり、その場で修正している。"})
	edited := practice.Text{
		Title:  "想定を当日まで伏せる机上訓練",
		Body:   "四半期ごとの机上訓練で、想定と時系列の付与情報を当日まで進行役だけが持つ。役員、広報、業務部門も参加し、初報の起案までを90分で行う。",
		Effect: "初報の起案に要する時間が短くなった。連絡先一覧の誤りが毎回見つかり、その場で修正できている。"}
	supplier, err2 := offer(1, "tp.monitor", practice.Text{
		Title:  "委託先の脆弱性情報の共同確認",
		Body:   "主要な委託先と月1回の会議を設け、前月に公表された重大な脆弱性への対応状況を一覧で確認する。一覧の様式は委託先と共同で作成した。",
		Effect: "未対応のまま1か月を超える案件がなくなった。"})
	_, err3 := offer(0, "vul.patch_internal", practice.Text{
		Title:  "内部系システムの修正プログラム適用の定例化",
		Body:   "閉域の業務系システムについて、毎月第2営業日に適用要否を判定し、業務部門の了承を得て翌週末に適用する日程を年度当初に確保している。",
		Effect: "適用までの平均日数が、90日から35日に短縮した。"})
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	ana, boss := d.actor(d.asker, authz.Analyst), d.actor(d.asker, authz.Supervisor)
	if err := errors.Join(s.Edit(ctx, ana, drill, 1, edited), s.Propose(ctx, ana, drill, 2), s.Publish(ctx, boss, drill, 3, false)); err != nil {
		return err
	}
	left := practice.Text{Title: "委託先の脆弱性情報の共同確認", Effect: "未対応のまま1か月を超える案件がなくなった。",
		Body: "主要な委託先と月1回の会議を設け、前月に公表された重大な脆弱性への対応状況を一覧で確認する（問合せ先：" + d.parties[1%len(d.parties)].org.Name + "）。"}
	return errors.Join(s.Edit(ctx, ana, supplier, 1, left), s.Propose(ctx, ana, supplier, 2))
}
