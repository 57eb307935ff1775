package app

import (
	"bytes"
	"context"
	"html"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"yagura/catalog"
	"yagura/internal/authz"
	"yagura/internal/filing"
	"yagura/internal/finding"
	"yagura/internal/i18n"
	"yagura/internal/storetest"
	"yagura/internal/thirdparty"
	"yagura/internal/thirdparty/roi"
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
		anri.says(anri.get("/sector/thirdparties"), "台帳を提出した機関 7")
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
