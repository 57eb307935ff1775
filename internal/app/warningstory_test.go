package app

import (
	"context"
	"net/url"
	"regexp"
	"strings"

	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/i18n"
	"yagura/internal/org"
	"yagura/internal/thirdparty"
	"yagura/internal/thirdparty/network"
)

// sharedVendor is whose systems the night's attackers came through, as in no other register.
const sharedVendor = "株式会社潮見共同センター"

// reporting is how the reporter's register names it in the story.
const reporting = "報告元の銀行"

// neighbours gives two more institutions of the sector a register with the vendor, and a
// person who answers; the reporter's register names it too. It returns their ids.
func (n *night) neighbours() (banks [2]string, reporter string) {
	t, s, ctx := n.t, n.site, context.Background()
	p, err := s.Orgs.PersonByEmail(ctx, "respondent@bank.example")
	if err != nil {
		t.Fatal(err)
	}
	seats, err := s.Orgs.Seats(ctx, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	reporter = seats[0].Org
	boss, err := s.Orgs.PersonByEmail(ctx, "supervisor@authority.example")
	if err != nil {
		t.Fatal(err)
	}
	at, err := s.Orgs.Seats(ctx, boss.ID)
	if err != nil {
		t.Fatal(err)
	}
	err = s.DB.System("a story has neighbours").Tx(ctx, func(tx *db.Tx) error {
		var list []thirdparty.Received
		for k, name := range []string{"潮見第二銀行", "潮見第三銀行", reporting} {
			of := reporter
			if name != reporting {
				if of, err = s.Orgs.Add(ctx, tx, org.Organisation{Kind: org.Institution, NameJA: name, NameEN: "Bank " + name, Sector: "regional_bank"}); err != nil {
					return err
				}
				banks[k] = of
				who, err := s.Orgs.AddPerson(ctx, tx, org.Person{Email: "answer@" + strings.ToLower(of) + ".example", Name: "回答担当"})
				if err != nil {
					return err
				}
				if err := s.Orgs.Grant(ctx, tx, authz.Actor{Person: "system"}, "", of, who, "", []authz.Role{authz.Respondent}); err != nil {
					return err
				}
			}
			list = append(list, thirdparty.Received{Organisation: of, Code: "S" + string(rune('1'+k)), NameJA: name, NameEN: name, Sector: "regional_bank", Size: "large", Register: network.Register{
				Institution: network.Institution{Name: name}, Providers: []network.Provider{{Name: sharedVendor, ID: network.Ident{Scheme: network.Corporate, Value: "1234567890123"}, Parent: -1}},
				Functions: []network.Function{{ID: "f", Name: "預金", Critical: network.Yes, RTO: -1, RPO: -1, Tolerance: -1}}, Contracts: []network.Contract{{Ref: "c"}},
				Services: []network.Service{{Type: "S14"}}, Uses: []network.Use{{}}}})
		}
		return s.ThirdParties.Receive(ctx, tx, at[0].Org, list...)
	})
	if err != nil {
		t.Fatal(err)
	}
	return banks, reporter
}

// warn lets the authority warn the two other banks that share the vendor: one drafts,
// another approves, the banks answer, and nothing they see tells who reported.
func (n *night) warn() {
	t, ctx := n.t, context.Background()
	banks, reporter := n.neighbours()
	page := n.anri.get("/intake")
	of := n.anri.link(page, `/intake/[0-9A-Z]{26}`)
	n.anri.says(n.anri.get(of), "同じ委託先等に依存する機関に注意を促す")
	of = strings.TrimPrefix(of, "/intake/")
	page = n.anri.get("/intake/warnings/new?case=" + of + "&vendor=" + url.QueryEscape("潮見共同"))
	n.anri.says(page, sharedVendor, "依存する機関 3")
	key := regexp.MustCompile(`name="provider" value="([^"]+)"`).FindStringSubmatch(page)
	if key == nil {
		t.Fatal("the vendor can't be chosen")
	}
	page = n.anri.get("/intake/warnings/new?" + url.Values{"case": {of}, "vendor": {sharedVendor}, "provider": {key[1]}}.Encode())
	n.anri.says(page, "送付先（2機関）", "報告元のため除いた機関", "潮見第二銀行", "潮見第三銀行")
	draft := fields(t, page, "/intake/warnings")
	draft["party"] = banks[:]
	name, err := n.site.Orgs.Organisation(ctx, reporter)
	if err != nil {
		t.Fatal(err)
	}
	body := draft.Get("body")
	draft.Set("body", name.NameJA+"が被害を受けました。\n"+body)
	page = n.anri.post("/intake/warnings", draft)
	n.anri.says(page, "案を作成しました", "報告元を示す語が含まれています")
	at := n.mana.link(n.mana.get("/intake/warnings"), `/intake/warnings/[0-9A-Z]{26}`)
	n.mana.says(n.mana.post(at+"/approve", nil), "報告元を示す語")
	draft.Set("body", body)
	n.anri.says(n.anri.post(at, draft), "案を修正しました")
	if res, err := n.anri.http.PostForm(n.srv.URL+at+"/approve", nil); err != nil || res.StatusCode != 403 {
		t.Error("who drafted it approves it", res, err)
	}
	n.mana.says(n.mana.post(at+"/approve", nil), "承認しました", "送付済", "未回答")
	n.answers(banks, at, name)
}

func (n *night) answers(banks [2]string, at string, reporter org.Organisation) {
	t, s, ctx := n.t, n.site, context.Background()
	of := strings.TrimPrefix(at, "/intake/warnings/")
	for k, bank := range banks {
		p, err := s.Orgs.PersonByEmail(ctx, "answer@"+strings.ToLower(bank)+".example")
		if err != nil {
			t.Fatal(err)
		}
		a, err := s.Orgs.Actor(ctx, p.ID, bank, i18n.JA)
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.Warnings.Read(ctx, a, of)
		if err != nil {
			t.Fatal(err)
		}
		whole := strings.Join([]string{r.Title, r.Body, r.Vendor, r.Reference, r.Reason, r.SenderJA, r.SenderEN}, " ")
		for _, secret := range []string{reporter.NameJA, reporter.NameEN, "INC-", strings.TrimPrefix(n.incident, "/incidents/")} {
			if secret != "" && strings.Contains(whole, secret) {
				t.Errorf("the recipient reads %q", secret)
			}
		}
		if err := s.Warnings.Answer(ctx, a, of, "", ""); err != nil {
			t.Fatal(err)
		}
		if err := s.Warnings.Answer(ctx, a, of, []string{"affected", "not_affected"}[k], "確認結果"); err != nil {
			t.Fatal(err)
		}
	}
	n.shin.says(n.shin.get(at), "影響あり", "影響なし", "確認結果", "潮見第二銀行")
	if res, err := n.http.Get(n.srv.URL + "/warnings/" + of); err != nil || res.StatusCode != 404 {
		t.Error("the reporter reads the warning", res, err)
	}
	n.says(n.get("/warnings"), "受け取った注意喚起はありません")
}
