package app

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"yagura/internal/calendar"
	"yagura/internal/clock"
	"yagura/internal/ledger"
	"yagura/internal/storetest"
)

// night is a ransomware incident at the institution of the demonstration, as its people
// and the authority live through it with their browsers.
type night struct {
	*visitor            // who reports
	chie, aoi, shin     *visitor
	anri, mana          *visitor // analyst and manager of the authority
	site                *Site
	clock               *clock.Fake
	srv                 *httptest.Server
	incident, lastFiled string
}

// at sets the time, in Tokyo, on the night or days after it; everybody signs in again.
func (n *night) at(day int, hour string) {
	t := n.t
	t.Helper()
	now, err := time.ParseInLocation("2006-01-02 15:04", "2026-11-26 "+hour, calendar.Tokyo)
	if err != nil {
		t.Fatal(err)
	}
	n.clock.Set(now.AddDate(0, 0, day))
	n.visitor, n.chie, n.aoi, n.shin = visit(t, n.srv, n.site, respondent), visit(t, n.srv, n.site, checker), visit(t, n.srv, n.site, approver), visit(t, n.srv, n.site, supervisor)
	n.anri, n.mana = visit(t, n.srv, n.site, analyst), visit(t, n.srv, n.site, manager)
}

// know states facts of a group as its form sends them.
func (n *night) know(group string, pairs ...string) {
	n.t.Helper()
	path := n.incident + "/facts/" + group
	values := fields(n.t, n.get(path), path)
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	n.says(n.post(path, values), "事実を更新し")
}

// file takes a report of a stage through draft, approval and submission.
func (n *night) file(stage string, more url.Values) string {
	n.t.Helper()
	n.lastFiled = n.link(n.post(n.incident+"/reports", url.Values{"stage": {stage}}), n.incident+`/reports/[0-9A-Z]{26}`+"/withdraw")
	n.lastFiled = strings.TrimSuffix(n.lastFiled, "/withdraw")
	n.says(n.aoi.post(n.lastFiled+"/approve", nil), "承認しました")
	page := n.post(n.lastFiled+"/submit", more)
	n.says(page, "提出しました")
	return page
}

// The story of the issue: detection at 02:10, an early report at 02:25 with seven
// unknowns, major, five clocks, an update, questions, reports in three forms, a
// reclassification, two other banks warned through the shared vendor, a review with its figures, and the end.
func TestRansomwareNight(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		s := small(t, e, 200)
		srv := httptest.NewServer(s.Handler)
		defer srv.Close()
		n := &night{visitor: &visitor{t: t}, site: s, clock: s.Clock.(*clock.Fake), srv: srv}
		n.at(0, "02:20")
		n.early()
		n.firstReport()
		n.question()
		n.major()
		n.fiveClocks()
		n.update()
		n.warn()
		n.rest()
	})
}

func (n *night) early() {
	if res, err := n.http.PostForm(n.base+"/incidents/new", url.Values{"title": {"x"}, "event.kind": {"ransomware"}}); err != nil || res.StatusCode != http.StatusUnprocessableEntity {
		n.t.Errorf("without a moment of detection: %v %v", res.Status, err)
	}
	values := fields(n.t, n.get("/incidents/new"), "/incidents/new")
	for name, value := range map[string]string{"title": "勘定系のランサムウェア", "event.kind": "ransomware", "time.detected": "2026-11-26T02:10", "time.aware": "2026-11-26T02:12",
		"event.description": "勘定系サーバのファイルが暗号化されている。", "impact.customers_or_business": "yes", "impact.substituted_at_once": "no", "response.first_measures": "回線を遮断した。"} {
		values.Set(name, value)
	}
	page := n.post("/incidents/new", values)
	n.says(page, "報告書の下書きを作成しました", "監督当局への障害・サイバー事案の報告　第一報", "不明")
	n.lastFiled = strings.TrimSuffix(n.link(page, `/incidents/[0-9A-Z]{26}/reports/[0-9A-Z]{26}/withdraw`), "/withdraw")
	n.incident = n.lastFiled[:strings.Index(n.lastFiled, "/reports")]
	n.know("response", "response.discovery", "監視センターの検知", "response.consent_share", "yes", "source", "監視センター")
	n.know("impact", "impact.services", "ATM", "impact.functional_areas", "預金・為替", "impact.clients:state", "unknown")
	n.know("privacy", "privacy.published", "未公表", "privacy.leak", "~under_investigation")
	n.know("attack", "attack.ransom_note", "あり", "attack.extension", ".locked", "attack.encrypted", "yes", "attack.leak_site", "no", "attack.demand", "yes")
}

func (n *night) firstReport() {
	n.at(0, "02:25")
	n.says(n.get(n.lastFiled), "未判明の項目 7項目", "直ちに")
	n.says(n.post(n.lastFiled+"/approve", nil), "ご自身が作成又は再鑑した報告は")
	n.says(n.chie.post(n.lastFiled+"/check", nil), "再鑑しました")
	n.says(n.aoi.post(n.lastFiled+"/approve", nil), "承認しました")
	n.says(n.post(n.lastFiled+"/submit", nil), "提出しました", "受付番号")
	r, err := ledger.VerifyReceipt([]byte(n.get(n.lastFiled+"/receipt.json")), n.site.Ledger.PublicKey())
	if err != nil || r.Entry.Kind != "incident.submitted" {
		n.t.Errorf("%+v %v", r.Entry, err)
	}
	if pdf := n.get(n.lastFiled + "/file/pdf"); !strings.HasPrefix(pdf, "%PDF-") {
		n.t.Error("the report is no PDF")
	}
	if book := n.get(n.lastFiled + "/file/xlsx"); !strings.HasPrefix(book, "PK") {
		n.t.Error("the report is no workbook")
	}
}

// taken is the address of the last report at its recipient.
func (n *night) taken() string { return "/intake" + strings.TrimPrefix(n.lastFiled, "/incidents") }

func (n *night) question() {
	n.at(0, "02:40")
	n.shin.says(n.shin.get("/intake"), "勘定系のランサムウェア", "ランサムウェア")
	n.shin.says(n.shin.post(n.taken()+"/questions", url.Values{"fact": {"impact.services"}, "body": {"停止の時間帯は。"}}), "照会を送りました", "未回答")
	page := n.get(n.incident)
	n.says(page, "停止・影響のあるサービス", "停止の時間帯は。")
	n.says(n.post(n.link(page, n.incident+`/questions/[0-9A-Z]{26}`), url.Values{"answer": {"02:10から停止中です。"}}), "回答しました")
	n.shin.says(n.shin.get(n.taken()), "02:10から停止中です。")
	n.shin.says(n.shin.post(n.taken()+"/accept", nil), "受理しました")
	n.says(n.get(n.lastFiled), "受理")
}

func (n *night) major() {
	n.at(0, "04:40")
	n.know("impact", "impact.clients", "120,000～400,000", "impact.clients:state", "", "impact.critical_services", "yes", "impact.regulatory_breach", "yes", "source", "業務部門の集計")
	n.know("attack", "attack.unauthorised_access", "yes")
	n.know("act", "act.infringement", "yes")
	n.know("privacy", "privacy.leak", "yes", "privacy.aware", "2026-11-26T04:30", "privacy.exempt", "no", "privacy.financial_harm", "yes", "privacy.wrongful_purpose", "~under_investigation")
	n.says(n.get(n.incident), "判明済みの事実で確定しています", "顧客10万人超（影響を受けた顧客数：120,000～400,000（見込み））")
	n.says(n.aoi.post(n.incident+"/classify", url.Values{"level": {"major"}, "reason": {"下限でも基準を超えるため"}}), "分類を決定しました")
	n.says(n.aoi.post(n.incident+"/log", url.Values{"kind": {"decision"}, "body": {"ATMを停止する"}, "options": {"稼働\n停止"}, "reason": {"取引を確認できない"}}), "記録しました", "稼働 / 停止")
}

// fiveClocks looks at 06:25: the page shows five clocks, and the command line computes the
// same clocks and classes from the exported facts.
func (n *night) fiveClocks() {
	n.at(0, "06:25")
	n.says(n.get(n.incident), "対応が必要な報告（5件）", "残り2時間15分", "次の期限：DORA 重大ICTインシデント報告　初期通知")
	n.says(n.get(n.incident+"/facts?at=2026-11-26T02:25"), "時点で判明していた内容")
	if page := n.get(n.incident + "/facts?at=2026-11-26T02:25"); strings.Contains(plain(page), "120,000") {
		n.t.Error("at 02:25 the customers are known")
	}
	var judged struct {
		Next   string
		Clocks []struct {
			Stage, State string
			Due          *time.Time
		}
		Classes []struct{ Scheme, Level string }
	}
	if err := json.Unmarshal([]byte(n.get("/api"+n.incident+"/clocks")), &judged); err != nil {
		n.t.Fatal(err)
	}
	file := filepath.Join(n.t.TempDir(), "facts.yaml")
	if err := os.WriteFile(file, []byte(n.get(n.incident+"/facts.yaml")), 0o600); err != nil {
		n.t.Fatal(err)
	}
	var told struct {
		Next   string
		Clocks []struct {
			Clock, State string
			Due          *time.Time
		}
	}
	n.command(&told, "incident", "clocks", file, "--at", "2026-11-26T06:25")
	want := map[string]string{}
	key := func(state string, due *time.Time) string {
		if due != nil {
			state += due.UTC().String()
		}
		return state
	}
	for _, k := range told.Clocks {
		want[k.Clock] = key(k.State, k.Due)
	}
	if told.Next != judged.Next || len(want) != len(judged.Clocks) || len(want) < 5 {
		n.t.Errorf("next %s and %s, %d and %d clocks", told.Next, judged.Next, len(want), len(judged.Clocks))
	}
	for _, k := range judged.Clocks {
		if got := key(k.State, k.Due); got != want[k.Stage] {
			n.t.Errorf("%s: the server says %s, the command line %s", k.Stage, got, want[k.Stage])
		}
	}
	for _, class := range judged.Classes {
		var told struct{ Level string }
		n.command(&told, "incident", "classify", file, "--scheme", class.Scheme, "--at", "2026-11-26T06:25")
		if told.Level != class.Level {
			n.t.Errorf("%s: the server says %s, the command line %s", class.Scheme, class.Level, told.Level)
		}
	}
}

// command runs a command line and reads its JSON.
func (n *night) command(into any, args ...string) {
	n.t.Helper()
	var out, errs bytes.Buffer
	if code := Run(context.Background(), append([]string{"--json"}, args...), Streams{In: strings.NewReader(""), Out: &out, Err: &errs}); code > 1 {
		n.t.Fatalf("%v: %d %s", args, code, errs.String())
	}
	if err := json.Unmarshal(out.Bytes(), into); err != nil {
		n.t.Fatalf("%v: %v %s", args, err, out.String())
	}
}

// update sends the first report again: its reader sees what changed, and the earlier one
// is superseded.
func (n *night) update() {
	n.at(0, "06:30")
	first := n.lastFiled
	n.file("jp-fsa-incident/first", nil)
	n.shin.says(n.shin.get(n.taken()), "前回報告からの変更", "120,000～400,000（見込み）")
	n.says(n.get(first), "差替え済")
	n.at(0, "08:10")
	n.says(n.file("eu-dora-major/initial", url.Values{"when": {"2026-11-26T08:05"}, "reference": {"NCA-77"}}), "NCA-77")
	var doc struct {
		IncidentSubmission string `json:"incidentSubmission"`
	}
	if err := json.Unmarshal([]byte(n.get(n.lastFiled+"/file/json")), &doc); err != nil || doc.IncidentSubmission != "initial_notification" {
		n.t.Errorf("%+v %v", doc, err)
	}
	for _, format := range []string{"stix", "veris", "dora"} {
		if !json.Valid([]byte(n.get(n.incident + "/export/" + format))) {
			n.t.Errorf("%s is no JSON", format)
		}
	}
}

// rest brings the incident to its end: three recipients in their forms, a reclassification,
// a withdrawal, and closing when nothing is due any more.
func (n *night) rest() {
	n.file("jp-appi-leak/prompt", nil)
	n.shin.says(n.shin.get(n.taken()), "個人データの漏えい等報告", "本人の数")
	n.file("jp-cyber-act/prompt", nil)
	n.says(n.post(n.incident+"/told", url.Values{"stage": {"jp-cyber-act/detailed"}, "words": {"担当課に電話で連絡した。"}}), "電話による報告を記録しました")
	n.at(1, "10:00")
	n.know("time", "time.recovered", "2026-11-26T20:00", "time.cause_known", "2026-11-27T09:00")
	n.know("cause", "cause.known", "yes", "cause.text", "VPN機器の脆弱性")
	n.file("jp-fsa-incident/recovery", nil)
	n.file("jp-fsa-incident/cause", nil)
	n.shin.says(n.shin.get(n.taken()), "VPN機器の脆弱性")
	n.says(n.chie.post(n.incident+"/state", url.Values{"state": {"closed"}, "reason": {"終了"}}), "対応を終了できません")
	n.at(2, "10:00")
	n.says(n.aoi.post(n.incident+"/classify", url.Values{"level": {"not_major"}, "reason": {"精査の結果、基準に該当しないため"}}), "分類を決定しました")
	if page := plain(n.get(n.incident)); strings.Contains(page, "次の期限：DORA") {
		n.t.Error("a clock of the Union's still runs after the reclassification")
	}
	n.at(20, "10:00")
	n.know("privacy", "privacy.wrongful_purpose", "no")
	n.file("jp-appi-leak/final", nil)
	n.shin.says(n.shin.get(n.taken()), "前回報告からの変更")
	n.says(n.chie.post(n.incident+"/state", url.Values{"state": {"closed"}, "reason": {"再発防止策を確認したため"}}), "振り返りを完了するまで対応を終了できません")
	n.review()
	n.says(n.chie.post(n.incident+"/state", url.Values{"state": {"closed"}, "reason": {"再発防止策を確認したため"}}), "対応状況を変更しました", "対応終了")
	n.says(n.post(n.incident+"/log", url.Values{"body": {"追記"}}), "対応を終了したインシデントです")
	n.shin.says(n.shin.get("/intake?show=all"), "勘定系のランサムウェア")
	n.says(n.get(n.incident+"/log"), "進行中→対象外", "不明→重大", "重大→重大でない")
}
