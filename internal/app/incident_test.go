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
		board := shin.get("/intake?show=all")
		shin.says(board, "勘定系サーバのランサムウェア感染", "ランサムウェア", "DDoS攻撃")
		shin.says(shin.get(shin.link(board, `/intake/[0-9A-Z]{26}`)), "第一報", "受付番号")
	})
}
