package app

import (
	"net/url"
	"strings"
)

// review looks back at the night: what the facts give as figures, the review that closing
// waits for, and an action of what was learned.
func (n *night) review() {
	at := n.incident + "/review"
	page := n.get(at)
	n.says(page, "検知までの時間 不明 未判明：発生日時", "復旧までの時間 17時間50分", "第一報までの時間 0時間13分", "攻撃者の滞留時間 不明", "振り返りを完了するまで対応を終了できません")
	if strings.Count(page, "<circle") < 3 {
		n.t.Error("no picture of the moments")
	}
	v := fields(n.t, page, at)
	for id, text := range map[string]string{"rv.well": "初動の切離し", "rv.causes": "VPN機器の脆弱性→更新の管理", "rv.speed": "検知は即時", "rv.escalation": "基準どおり"} {
		v.Set(id, text)
	}
	n.says(n.post(at, v), "振り返りを保存しました")
	n.says(n.chie.post(at+"/finish", nil), "未記入の項目があります", "対外説明")
	v = fields(n.t, n.get(at), at)
	v.Set("rv.communication", "一貫していた")
	v.Set("rv.questions", "VPN機器の更新期限を定めていますか。")
	n.says(n.post(at, v), "振り返りを保存しました")
	n.says(n.chie.post(at+"/finish", nil), "振り返りを完了しました")
	n.says(n.post(n.incident+"/lessons", url.Values{"title": {"VPN機器の更新の自動化"}, "due": {"2027-03-31"}}), "改善計画に登録しました", "VPN機器の更新の自動化")
	n.says(n.get("/actions"), "VPN機器の更新の自動化")
}
