package app

import (
	"net/http/httptest"
	"testing"

	"yagura/internal/storetest"
)

// The incidents of the demonstration can be looked at from both sides.
func TestDemoIncidents(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		s := small(t, e, 200)
		srv := httptest.NewServer(s.Handler)
		defer srv.Close()
		anna, shin := visit(t, srv, s, respondent), visit(t, srv, s, supervisor)
		list := anna.get("/incidents?all=1")
		anna.says(list, "勘定系サーバのランサムウェア感染", "インターネットバンキングへのDDoS攻撃", "演習", "対応終了")
		page := anna.get(anna.link(anna.get("/incidents"), `/incidents/[0-9A-Z]{26}`))
		anna.says(page, "次の期限", "照会", "対応が必要な報告（5件）")
		incident := anna.link(anna.get("/incidents"), `/incidents/[0-9A-Z]{26}`)
		anna.says(page, "緊急連絡", "電話で連絡", "対応手順を開く")
		anna.says(anna.get(incident+"/plan"), "隔離するか", "攻撃の段階", "に進む前", "提案")
		letters := anna.get(incident + "/letters")
		anna.says(letters, "サービスへの影響に関するお知らせ", "相違1")
		anna.says(anna.get(anna.link(letters, incident+`/letters/[0-9A-Z]{26}`)), "約５０万人", "相違", "事実になし")
		anna.says(anna.get("/playbooks"), "ランサムウェア", "内部不正")
		board := shin.get("/intake?show=all")
		shin.says(board, "勘定系サーバのランサムウェア感染", "ランサムウェア", "DDoS攻撃")
		shin.says(shin.get(shin.link(board, `/intake/[0-9A-Z]{26}`)), "第一報", "受付番号")
	})
}
