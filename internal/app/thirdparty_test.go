package app

import (
	"bytes"
	"context"
	"html"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"yagura/catalog"
	"yagura/internal/authz"
	"yagura/internal/campaign"
	"yagura/internal/cli"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/filing"
	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/org"
	"yagura/internal/storetest"
	"yagura/internal/thirdparty"
	"yagura/internal/thirdparty/roi"
	"yagura/internal/web"
)

// The registers of the demonstration make a package that its own check passes.
func TestDemoRegisterBuilds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		s := small(t, e, 100)
		ctx := context.Background()
		p, err := s.Orgs.PersonByEmail(ctx, "respondent@bank.example")
		if err != nil {
			t.Fatal(err)
		}
		seats, err := s.Orgs.Seats(ctx, p.ID)
		if err != nil {
			t.Fatal(err)
		}
		k, err := thirdparty.Own(ctx, s.Registers, authz.Actor{Person: p.ID, Org: seats[0].Org, Roles: []authz.Role{authz.Respondent}})
		if err != nil {
			t.Fatal(err)
		}
		schema, err := roi.LoadSchema(catalog.FS)
		if err != nil {
			t.Fatal(err)
		}
		c := thirdparty.Cover{LEI: "52990000000000000087", Name: "デモ銀行", Scope: "IND", Country: "JP", Authority: "監督当局（デモ）", Receiver: "DE", Category: "x12",
			Activity: thirdparty.Activities(schema)[0], Period: "2026-09-30", Created: "20261124010000000", Currency: "JPY", Assets: "5000000000000"}
		var b bytes.Buffer
		lost, err := thirdparty.WritePackage(&b, schema, k, c)
		if err != nil || finding.HasErrors(lost) {
			t.Fatal(err, lost)
		}
		rep := roi.Check(schema, bytes.NewReader(b.Bytes()), int64(b.Len()), roi.Options{Name: c.FileName()})
		for _, f := range rep.Findings {
			if f.Severity == finding.Error {
				t.Error(f.Line(i18n.EN))
			}
		}
		if rep.Errors != 0 || len(rep.Rows) != 15 {
			t.Errorf("%d errors, rows %v", rep.Errors, rep.Rows)
		}
		for _, r := range rep.Rows {
			if r.N == 0 && r.Table != "B_01.03" && r.Table != "B_02.03" && r.Table != "B_03.03" {
				t.Errorf("%s is empty", r.Table)
			}
		}
	})
}

// From the register to its package over HTTP; the own picture with a what-if; the sector's
// pages, a what-if by hour and its export. What a campaign manager may not see is refused.
func TestThirdPartyViews(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		s := small(t, e, 40)
		srv := httptest.NewServer(s.Handler)
		defer srv.Close()
		anna, anri, mana := visit(t, srv, s, respondent), visit(t, srv, s, analyst), visit(t, srv, s, manager)

		page := anna.get("/thirdparty")
		anna.says(page, "勘定系システム", "瀬戸データセンター（架空）", "再委託先（3段階目）", "出口計画のない", "単一障害点", "契約条項の充足率")
		if strings.Count(page, `role="img"`) != 1 || !strings.Contains(page, "重要な業務と、それを支えるもの") {
			t.Error("no map, or no words for it")
		}
		centre := regexp.MustCompile(`<option value="([^"]+)">瀬戸データセンター（架空）`).FindStringSubmatch(page)
		if centre == nil {
			t.Fatal("the subcontractor can't be chosen")
		}
		page = anna.get("/thirdparty?provider=" + url.QueryEscape(html.UnescapeString(centre[1])) + "&hours=100")
		anna.says(page, "瀬戸データセンター（架空）が100時間停止すると", "12時間後から超過", "直ちに停止し、100時間後に再開")

		cover := url.Values{"lei": {"529900T8BM49AURSDO55"}, "receiver": {"DE"}, "authority": {"当局"}, "activity": {"x104"}, "assets": {"1"}, "period": {"2025-12-31"}}
		page = anna.post("/thirdparty/package", cover)
		anna.says(page, "検査で誤りは見つかりませんでした", "529900T8BM49AURSDO55.IND_DE_", "B_05.02")
		if data := anna.post("/thirdparty/package/file", fields(t, page, "/thirdparty/package/file")); !strings.HasPrefix(data, "PK") {
			t.Error("no package")
		}
		if res, err := anna.http.PostForm(srv.URL+"/thirdparty/package", url.Values{"lei": {"x"}}); err != nil || res.StatusCode != 422 {
			t.Error(res, err)
		}

		page = anri.get("/sector/thirdparties")
		anri.says(page, "台帳を提出した機関 6", "上位1社（CR1）", "地域銀行", "信用金庫")
		list := anri.get("/sector/thirdparties?format=csv&unit=provider")
		if n := strings.Count(list, "\n"); n < 30 {
			t.Errorf("%d lines of providers", n)
		}
		page = anri.get(html.UnescapeString(anri.link(page, `/sector/thirdparties/provider\?[^"]+`)))
		anri.says(page, "選別の目安であり、指定ではない", "1.2 総資産の割合", "判定不可", "大規模")
		page = anri.get(html.UnescapeString(anri.link(anri.get("/sector/thirdparties/ranking"), `/sector/thirdparties/failure\?[^"]+`)))
		anri.says(page, "重要な業務が耐性度を超えます", "停止から")
		q := fields(t, page, "/sector/thirdparties/failure#at")
		q.Set("hour", "71")
		at := anri.get("/sector/thirdparties/failure?" + q.Encode())
		anri.says(at, "停止から71時間後には")
		q.Set("format", "csv")
		if hits := anri.get("/sector/thirdparties/failure?" + q.Encode()); strings.Count(hits, "\n") < 2 || !strings.Contains(hits, "時間後") {
			t.Error(hits)
		}
		anri.says(anri.get("/sector/thirdparties/failure?country=US"), "耐性度を超える機関")
		anri.says(anri.get("/sector/thirdparties/review"), "自動では統合していません")
		submitRegisters(t, s)
		anri.says(anri.get("/sector/thirdparties"), "台帳を提出した機関 7") // what was submitted just now is in it
		if res, err := mana.http.Get(srv.URL + "/sector/thirdparties"); err != nil || res.StatusCode != 403 {
			t.Error(res, err)
		}
	})
}

// submitRegisters takes the first institution's registers through the campaign that asks
// for them.
func submitRegisters(t *testing.T, s *Site) {
	t.Helper()
	ctx := context.Background()
	as := func(r authz.Role) authz.Actor {
		p, err := s.Orgs.PersonByEmail(ctx, string(r)+"@bank.example")
		if err != nil {
			t.Fatal(err)
		}
		seats, err := s.Orgs.Seats(ctx, p.ID)
		if err != nil {
			t.Fatal(err)
		}
		return authz.Actor{Person: p.ID, Org: seats[0].Org, Roles: []authz.Role{r}}
	}
	list, err := s.Filings.List(ctx, as(authz.Respondent), 10)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(list, func(f filing.Filing) bool { return f.Form == thirdparty.Collection })
	for i, r := range []authz.Role{authz.Respondent, authz.Checker, authz.Approver, authz.Respondent} {
		if _, err := s.Filings.Do(ctx, as(r), list[at].ID, wholeWay[i], ""); err != nil {
			t.Fatal(err)
		}
	}
}

// An institution asks a vendor, another asks the same one: the vendor lets the second have
// what it answered to the first, with consent that the ledger keeps; both read the answer
// on the vendor's page.
func TestDueDiligence(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		s := small(t, e, 100)
		srv := httptest.NewServer(s.Handler)
		defer srv.Close()
		ctx := context.Background()
		anna := visit(t, srv, s, respondent)
		bank := s.Demo.Persons[respondent].Org
		page := anna.get("/thirdparty")
		at := anna.link(page, `/thirdparty/vendors/[^"]+`)
		name := regexp.MustCompile(`href="` + at + `"[^>]*>([^<]+)<`).FindStringSubmatch(page)[1]
		anna.says(anna.get(at), name, "提出された回答はありません", "支えている業務")

		vendor, other := twoAskers(t, s, name)
		first, second := askVendor(t, s, bank), askVendor(t, s, other)
		as := func(r authz.Role) authz.Actor {
			return authz.Actor{Person: "p-" + string(r), Name: "担当", Org: vendor, Roles: []authz.Role{r}}
		}
		def, err := s.Forms.Form("vendor-due-diligence", "")
		if err != nil {
			t.Fatal(err)
		}
		answers := form.Answers{}
		for _, it := range def.Items() {
			answers[it.ID] = someAnswer(it)
		}
		if _, err := s.Filings.Import(ctx, as(authz.Respondent), first, "excel", answers); err != nil {
			t.Fatal(err)
		}
		way := func(id string) {
			for i, r := range []authz.Role{authz.Respondent, authz.Checker, authz.Approver, authz.Respondent} {
				if _, err := s.Filings.Do(ctx, as(r), id, wholeWay[i], ""); err != nil {
					t.Fatal(err)
				}
			}
		}
		way(first)
		anna.says(anna.get(at), "デューデリジェンス質問票への回答", "規程を定め、全体で実施している")

		s.Demo.Persons = append(s.Demo.Persons, web.DemoPerson{Person: s.Demo.Persons[respondent].Person, Org: vendor, Title: i18n.Both("web.role.respondent"), Note: i18n.Both("web.demo.respondent")})
		anna = visit(t, srv, s, len(s.Demo.Persons)-1)
		hub := anna.get("/filings/" + second)
		anna.says(hub, "他の依頼元へ提出した回答を使う", "別の金融機関に開示することに同意します")
		anna.says(anna.post("/filings/"+second+"/reuse", url.Values{"from": {first}}), "同意を確認してください")
		anna.says(anna.post("/filings/"+second+"/reuse", url.Values{"from": {first}, "consent": {"yes"}}), "回答を写しました", "他の依頼元への回答の利用（同意）")
		way(second)
		held, err := s.Filings.Held(ctx, diligent(s, other), "vendor-due-diligence", func(filing.Received) bool { return true })
		if err != nil || len(held) != 1 {
			t.Fatal(held, err)
		}
		if got, _ := def.DecodeAnswers([]byte(held[0].Submission.Doc)); len(got) != len(answers) || !got["dd.access"].Equal(answers["dd.access"]) {
			t.Error(got)
		}
		if mine, err := s.Filings.Held(ctx, diligent(s, bank), "vendor-due-diligence", func(filing.Received) bool { return true }); err != nil || len(mine) != 1 || mine[0].ID != first {
			t.Error(mine, err)
		}
	})
}

// The command builds the package of an institution's registers from the database, and the
// check of packages finds no error in it; the ledger keeps that it left.
func TestBuildFromDatabase(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		s := small(t, e, 100)
		dir := t.TempDir()
		run := func(args ...string) (int, string) {
			var out, say bytes.Buffer
			code := cli.Run(context.Background(), append([]string{"--lang=en"}, args...), cli.Env{Streams: cli.Streams{In: strings.NewReader(""), Out: &out, Err: &say}, Catalog: catalog.FS, Installation: installation})
			return code, out.String() + say.String()
		}
		build := []string{"roi", "build", "--db", e.DSN, "--party", s.Demo.Persons[respondent].Org, "--date", "2025-12-31", "--lei", "529900T8BM49AURSDO55", "--receiver", "DE", "--authority", "Authority",
			"--activity", "x104", "--assets", "1000000", "-o", dir}
		if code, said := run(build...); code != 0 {
			t.Fatal(code, said)
		}
		made, err := filepath.Glob(filepath.Join(dir, "529900T8BM49AURSDO55.IND_DE_*.zip"))
		if err != nil || len(made) != 1 {
			t.Fatal(made, err)
		}
		if code, said := run("roi", "check", made[0]); code != 0 || !strings.Contains(said, "(0 errors") {
			t.Error(code, said)
		}
		if n, err := db.One[int64](context.Background(), s.DB.System("a test"), `select count(*) from ledger_entry where kind = 'export.made' and object_id = 'dora-roi'`, nil); err != nil || n != 1 {
			t.Error(n, err)
		}
		build[5] = "nobody"
		if code, said := run(build...); code == 0 || !strings.Contains(said, "nobody") {
			t.Error(code, said)
		}
	})
}

// someAnswer is an answer to an item.
func someAnswer(it *form.Item) form.Answer {
	switch it.Type {
	case form.TypeChoice:
		return form.Answer{Value: it.Options[2].ID}
	case form.TypeMulti:
		return form.Answer{Value: []string{it.Options[0].ID}}
	case form.TypeYesNo:
		return form.Answer{Value: true}
	case form.TypeDuration:
		return form.Answer{Value: 4 * time.Hour}
	}
	return form.Answer{Value: "JP"}
}

// diligent is who asks the vendors of an organisation.
func diligent(s *Site, id string) authz.Actor {
	return authz.Actor{Person: s.Demo.Persons[manager].Person, Name: "調査担当", Org: id, Roles: []authz.Role{authz.Manager}}
}

// twoAskers enters a vendor whom the first institution and another may ask; the
// institution's respondent answers for it too.
func twoAskers(t *testing.T, s *Site, name string) (vendor, other string) {
	t.Helper()
	ctx := context.Background()
	if err := s.DB.System("a test").Tx(ctx, func(tx *db.Tx) (err error) {
		if vendor, err = s.Orgs.Add(ctx, tx, org.Organisation{Kind: org.Vendor, NameJA: name}); err != nil {
			return err
		}
		if other, err = s.Orgs.Add(ctx, tx, org.Organisation{Kind: org.Institution, NameJA: "別の金融機関"}); err != nil {
			return err
		}
		for _, id := range []string{s.Demo.Persons[respondent].Org, other} {
			if err := s.Orgs.ConnectIn(ctx, tx, id, org.Tie{Organisation: vendor, Kind: "vendor", Code: "V1", Since: "2020-01-01"}); err != nil {
				return err
			}
		}
		return s.Orgs.Grant(ctx, tx, authz.Actor{Person: "system"}, "", vendor, s.Demo.Persons[respondent].Person, "", []authz.Role{authz.Respondent})
	}); err != nil {
		t.Fatal(err)
	}
	return vendor, other
}

// askVendor sends the questionnaire to an organisation's only vendor and returns the filing.
func askVendor(t *testing.T, s *Site, id string) string {
	t.Helper()
	ctx, a := context.Background(), diligent(s, id)
	k, err := s.Campaigns.Create(ctx, a, campaign.Campaign{TitleJA: "デューデリジェンス", Form: "vendor-due-diligence", DueAt: clock.Micros(s.Clock.Now().AddDate(0, 1, 0))})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := s.Campaigns.OpenNow(ctx, a, k); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	rows, err := s.Filings.Received(ctx, a, k)
	if err != nil {
		t.Fatal(err)
	}
	return rows[0].ID
}
