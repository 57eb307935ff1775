package webkit_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"yagura/internal/chart"
	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/webkit"
)

func every(tb testing.TB) *form.Form {
	tb.Helper()
	data, err := os.ReadFile("testdata/every.yaml")
	if err != nil {
		tb.Fatal(err)
	}
	f, found := form.Parse("every.yaml", data)
	if f == nil {
		for _, fd := range found {
			tb.Log(fd.Line(i18n.EN))
		}
		tb.Fatal("the form does not parse")
	}
	return f
}

// answers answer each item of every.yaml.
func answers() form.Answers {
	return form.Answers{
		"gov.policy":   {Value: "partly", Comment: "2025年度に改定済み。", Carried: true},
		"gov.media":    {Value: []string{"disk", "cloud"}},
		"gov.officer":  {Value: true},
		"num.staff":    {Value: int64(12), State: form.Estimated},
		"num.hours":    {Value: 7.5},
		"num.share":    {State: form.Unknown},
		"num.cost":     {Value: form.Money{Minor: 1234567890, Currency: "JPY"}},
		"num.euro":     {Value: form.Money{Minor: 1234567, Currency: "EUR"}},
		"txt.plan":     {Value: "監視の対象を広げる。\n2027年度に共同センターへ参加する。"},
		"txt.name":     {Value: "システム統括部 <b>&amp;\""},
		"day.test":     {Value: form.Date("2026-02-14")},
		"day.seen":     {Value: form.DateTime("2026-02-14T09:05:00+09:00")},
		"day.rto":      {Value: 36 * time.Hour},
		"code.lei":     {Value: "353800WZS8AXZXFUC241"},
		"code.country": {Value: "ie"},
		"ref.provider": {Value: "P2"},
		"file.chart":   {Value: form.FileRef{Name: "体制図 2026.pdf", Size: 123456, SHA256: strings.Repeat("ab", 32)}},
		"tab.provider": {Value: []form.Row{
			{"name": {Value: "甲システム"}, "critical": {Value: true}, "cost": {Value: form.Money{Minor: 120000000, Currency: "JPY"}, State: form.Estimated}, "since": {Value: form.Date("2019-04-01")}, "service": {Value: []string{"core", "net"}}},
			{"name": {Value: "乙データ"}, "critical": {Value: false}, "cost": {State: form.Unknown, Comment: "契約書を確認中"}},
		}},
	}
}

func page(title string) webkit.Page {
	return webkit.Page{
		Title: title, Marking: "TLP:AMBER", Org: "見本銀行", Person: "回答担当", Roles: []string{"回答担当", "再鑑担当"},
		Nav: []webkit.NavItem{
			{Text: "ホーム", URL: "/"}, {Text: "自己評価", URL: "/assess", Current: true, Count: 3},
			{Text: "第三者リスク", URL: "/third-party"}, {Text: "インシデント", URL: "/incidents"}, {Text: "お知らせ", URL: "/notices", Count: 12},
		},
		Crumbs: []webkit.Crumb{{Text: "ホーム", URL: "/"}, {Text: "自己評価 2026年度", URL: "/assess"}},
		Env:    "演習環境：入力した内容は実際の報告になりません", URL: "/assess/2026/gov?view=all", Switch: "/switch", SignOut: "/sign-out",
		Now: time.Date(2026, 11, 24, 5, 30, 0, 0, time.UTC),
	}
}

func sectionView(tb testing.TB) webkit.FormView {
	f := every(tb)
	return webkit.FormView{
		Form: f, Section: f.Sections[0], Answers: answers(), Version: 7, Action: "/assess/2026/gov", Autosave: "/assess/2026/gov/save",
		Previous: form.Answers{"gov.policy": {Value: "none"}, "num.staff": {Value: int64(10), Comment: "兼任を含む。"}, "txt.plan": {Value: "監視の対象を広げる。"}, "num.cost": {Value: form.Money{Minor: 98000000, Currency: "JPY"}, State: form.Estimated}},
		Options:  map[string][]webkit.RefOption{"ref.provider": {{ID: "P1", Text: "甲システム"}, {ID: "P2", Text: "乙データ"}}},
		Links:    map[string]webkit.ItemLinks{"gov.policy": {History: "/h/1", Comments: "/c/1", Count: 2}, "num.staff": {History: "/h/2", Comments: "/c/2"}},
	}
}

// faulty is the section after input that was refused.
func faulty(tb testing.TB) webkit.FormView {
	v := sectionView(tb)
	v.Fields = webkit.FormFields(v.Form, "all", answers(), i18n.JA)
	v.Fields["num.staff"] = "十二人"
	v.Fields["day.test"] = "令和8年2月30日"
	v.Fields["tab.provider~1~name"] = ""
	v.Fields["txt.plan"] = strings.Repeat("長い計画", 110)
	bad := func(at, key string, s finding.Severity, args ...any) {
		f := finding.New(key, key, args...)
		f.Pointer, f.Severity = at, s
		v.Findings = append(v.Findings, f)
	}
	bad("/num.staff", "value.integer", finding.Error)
	bad("/num.cost", "answer.range", finding.Warning, "range", "0–")
	bad("/txt.plan", "answer.too-long", finding.Error, "max", 400)
	bad("/day.test", "value.date", finding.Error)
	bad("/gov.officer", "answer.required", finding.Error, "id", "gov.officer")
	bad("/tab.provider/1/name", "answer.required", finding.Error, "id", "name")
	v.Conflicts = map[string]webkit.Conflict{"gov.policy": {Theirs: form.Answer{Value: "full", Comment: "見直しを確認した。"}, By: "再鑑担当", At: "2026-11-24 14:05 JST"}}
	return v
}

func days(n int) *int { return &n }

// components shows everything that is not a form.
func components() templ.Component {
	table := webkit.TableView{
		Caption: "提出状況", Downloads: []webkit.Link{{Text: "CSV（UTF-8）", URL: "/list.csv"}, {Text: "Excel", URL: "/list.xlsx"}},
		Columns: []webkit.Column{
			webkit.Paging{Sort: "name"}.Column("/list?sector=bank", "name", "金融機関"), {Title: "業態"}, {Title: "状態"},
			webkit.Paging{Sort: "name"}.Column("/list?sector=bank", "done", "回答率"), {Title: "差し戻し", Numeric: true}, {Title: "最終更新"},
		},
		Pager: &webkit.Pager{URL: "/list?sector=bank", Paging: webkit.Paging{Page: 7, Size: 50}, Total: 612},
	}
	for i, s := range []struct {
		tone webkit.Tone
		text string
	}{{webkit.Success, "受理"}, {webkit.Progress, "再鑑中"}, {webkit.Warning, "差し戻し"}, {webkit.Danger, "期限超過"}, {webkit.Neutral, "未着手"}} {
		table.Rows = append(table.Rows, []webkit.Cell{
			{Text: "見本信用金庫" + string(rune('A'+i)), URL: "/org/1", Head: true}, {Text: "信用金庫"},
			{Body: webkit.StatusTag(s.tone, s.text)}, {Body: webkit.ProgressBar(80-i*20, 80, "回答率")}, {Text: "2"}, {Text: "2026-11-20 16:40"},
		})
	}
	return templ.Join(
		webkit.StepNavigation("提出までの流れ", []webkit.Step{
			{Title: "入力", State: webkit.StepDone, Note: "回答担当 11/18"}, {Title: "再鑑", State: webkit.StepBack, Note: "再鑑担当 11/20"},
			{Title: "承認", State: webkit.StepTodo}, {Title: "提出", State: webkit.StepTodo}, {Title: "受理", State: webkit.StepTodo},
		}),
		webkit.KeyFigures([]webkit.Figure{
			{Title: "提出済み", Value: "412", Unit: "／612機関", Tone: webkit.Success}, {Title: "期限超過", Value: "7", Unit: "機関", Tone: webkit.Danger, URL: "/late"},
			{Title: "差し戻し中", Value: "23", Unit: "機関", Tone: webkit.Warning}, {Title: "残り", Value: "14", Unit: "営業日", Note: "12月14日（月）まで"},
		}),
		webkit.TaskList([]webkit.Task{
			{Title: "第1章 ガバナンスと体制", URL: "/1", Shared: true, Owner: "経営企画部", Tone: webkit.Progress, State: "入力中", Done: 12, Of: 19, Due: "12月4日（金）", DaysLeft: days(8)},
			{Title: "第2章 特定と防御", URL: "/2", Shared: true, Owner: "システム統括部", Tone: webkit.Success, State: "再鑑済み", Done: 44, Of: 44, Due: "12月4日（金）", DaysLeft: days(2)},
			{Title: "第3章 検知・対応・復旧", URL: "/3", Shared: true, Tone: webkit.Neutral, State: "未着手", Of: 31, Due: "11月20日（金）", DaysLeft: days(-1), Note: "差し戻し：2問に再確認の依頼があります。"},
		}),
		webkit.Tabs("表示の切り替え", []webkit.Tab{{Text: "一覧", URL: "/a", Current: true}, {Text: "未提出", URL: "/b", Count: 7}, {Text: "履歴", URL: "/c"}}),
		templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
			return webkit.FilterBar(webkit.FilterView{Action: "/list", Reset: "/list"}).Render(templ.WithChildren(ctx, templ.Join(
				webkit.Input(webkit.InputView{Name: "q", Label: "金融機関名", HideNeed: true}),
				webkit.Select(webkit.SelectView{Name: "sector", Label: "業態", Blank: "すべて", Value: "bank", Options: []webkit.SelectOption{{Value: "bank", Text: "銀行"}, {Value: "shinkin", Text: "信用金庫"}}}),
			)), w)
		}),
		webkit.Table(table),
		webkit.Table(webkit.TableView{Caption: "空の一覧"}),
		webkit.DescriptionList([]webkit.Term{{Title: "受付番号", Text: "Y2026-000123"}, {Title: "提出日時", Text: "2026-11-24 14:05 JST"}, {Title: "連絡先", Action: &webkit.Link{Text: "変更", URL: "/edit"}}}),
		webkit.NotificationBanner(webkit.BannerView{Tone: webkit.Warning, Title: "提出期限まで残り2営業日です", Body: "未回答が7問あります。"}),
		webkit.NotificationBanner(webkit.BannerView{Tone: webkit.Success, Title: "保存しました"}),
		webkit.NotificationBanner(webkit.BannerView{Tone: webkit.Info, Title: "2026年度の様式を公開しました"}),
		webkit.Timeline([]webkit.Event{{At: "2026-11-24 14:05", Who: "再鑑担当", What: "差し戻し：問4の根拠を追記してください。", Tone: webkit.Danger}, {At: "2026-11-20 10:12", Who: "回答担当", What: "再鑑を依頼", Tone: webkit.Info}}),
		webkit.DiffTable("前回からの変更", "2025年度", "2026年度", []webkit.Change{{Title: "CISOの設置", Old: "いいえ", New: "はい"}, {Title: "担当者数", Old: "10人", New: "10人"}, {Title: "目標復旧時間", New: "36時間", Note: "新設"}}),
		templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
			return webkit.Chart("回答の分布", chart.MiniStack{}, 480).Render(ctx, w)
		}),
		webkit.FileUpload(webkit.UploadView{Name: "workbook", Label: "ワークブック", Help: "配布した様式（.xlsx）", Accept: []string{".xlsx"}, Required: true, Error: "ファイルを選んでください。"}),
		webkit.ConfirmPanel(webkit.ConfirmView{Title: "この内容で提出しますか", Text: "提出後は、受理されるか差し戻されるまで変更できません。", Action: "/submit", Button: "提出する", Back: "/check"}),
	)
}

func render(tb testing.TB, lang i18n.Lang, p webkit.Page, body templ.Component) string {
	tb.Helper()
	var b bytes.Buffer
	ctx := templ.WithChildren(webkit.WithLang(context.Background(), lang), body)
	if err := webkit.Layout(p).Render(ctx, &b); err != nil {
		tb.Fatal(err)
	}
	return b.String()
}

// gallery are the pages that are looked at.
func gallery(tb testing.TB, lang i18n.Lang) map[string]string {
	bad := page("第1章　ガバナンスと体制")
	bad.Error = true
	all := page("部品の一覧")
	all.Flash = []webkit.Flash{{Tone: webkit.Success, Text: "第1章を保存しました。"}}
	return map[string]string{
		"components": render(tb, lang, all, components()),
		"section":    render(tb, lang, page("第1章　ガバナンスと体制"), webkit.FormSection(sectionView(tb))),
		"faulty":     render(tb, lang, bad, webkit.FormSection(faulty(tb))),
		"read":       render(tb, lang, page("内容の確認"), webkit.FormReadOnly(withEdit(sectionView(tb)))),
		"empty":      render(tb, lang, webkit.Page{Title: "すべて未回答"}, webkit.FormSection(webkit.FormView{Form: every(tb), Section: every(tb).Sections[0], Action: "/x"})),
	}
}

func withEdit(v webkit.FormView) webkit.FormView {
	v.EditURL = "/assess/2026/gov"
	return v
}

// TestGallery writes the pages, with assets beside them, into the folder that
// YAGURA_LOOK names, for a browser to show.
func TestGallery(t *testing.T) {
	dir := os.Getenv("YAGURA_LOOK")
	for _, lang := range i18n.Langs {
		for name, text := range gallery(t, lang) {
			if m := inline.FindString(text); m != "" {
				t.Errorf("%s: %q is inline", name, m)
			}
			if dir == "" {
				continue
			}
			root := strings.TrimSuffix(webkit.Asset(""), "/")
			text = strings.ReplaceAll(text, root, "static")
			if err := os.WriteFile(filepath.Join(dir, name+"-"+string(lang)+".html"), []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	if dir != "" {
		if err := os.CopyFS(filepath.Join(dir, "static"), os.DirFS("static")); err != nil {
			t.Log(err) // the assets are there already
		}
		marking := body(t, ask(webkit.Assets(), "GET", webkit.Asset("marking.css")+"?m=TLP%3AAMBER"))
		if err := os.WriteFile(filepath.Join(dir, "static", "marking.css"), []byte(marking), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}
