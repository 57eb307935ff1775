package app

import (
	"context"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"yagura/catalog"
	"yagura/internal/authz"
	"yagura/internal/campaign"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/form"
	"yagura/internal/incident"
	"yagura/internal/ledger"
	"yagura/internal/org"
	"yagura/internal/practice"
	"yagura/internal/record"
	"yagura/internal/screening"
	"yagura/internal/signin"
	"yagura/internal/storetest"
	"yagura/internal/warning"
)

// twins is a site with two organisations that ask and two that answer: who is who on
// both sides, and one campaign of each asker.
type twins struct {
	*Site
	t      *testing.T
	clock  *clock.Fake
	url    string
	askers [2]house
	banks  [2]house
}

// house is an organisation with one person for each role.
type house struct {
	id           string
	persons      map[authz.Role]string
	tokens       map[authz.Role]string // secrets of API tokens
	filing       string                // of a bank
	campaign     string                // of an asker
	action       string
	record       string                // of a register
	warning      string                // to a bank, from its asker
	practice     string                // offered by a bank to its asker
	notification string                // of a critical facility
	incident     string                // of a bank, and the case of its asker
	report       string                // of the incident, submitted
	question     string                // about the report
	sessions     map[authz.Role]string // of the screens; see sit
}

// twinSite makes one; modules are stored by an engine of storetest. forms are further
// folders with forms/.
func twinSite(t *testing.T, e storetest.Engine, forms ...fs.FS) *twins {
	t.Helper()
	ctx := context.Background()
	private, _, err := ledger.GenerateKey("yagura.example/matrix")
	if err != nil {
		t.Fatal(err)
	}
	c := clock.NewFake(time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC))
	site, err := join(e.Open(t, modules()...), catalog.FS, SiteConfig{Secrets: Secrets{Key: []byte("0123456789abcdef0123456789abcdef"), Ledger: private},
		Base: "http://127.0.0.1", Plain: true, Clock: c, Forms: forms})
	if err != nil {
		t.Fatal(err)
	}
	s := &twins{Site: site, t: t, clock: c}
	for i, name := range []string{"甲", "乙"} {
		s.askers[i] = s.house(org.Organisation{Kind: org.Authority, NameJA: name + "当局"})
		s.banks[i] = s.house(org.Organisation{Kind: org.Institution, NameJA: name + "銀行", Sector: "regional_bank", Size: "large"})
	}
	for i := range s.askers {
		tie := org.Tie{Organisation: s.banks[i].id, Kind: "supervised", Code: "B01", Since: "2020-04-01"}
		if err := s.Orgs.Connect(ctx, s.DB.Tenant(s.askers[i].id), tie); err != nil {
			t.Fatal(err)
		}
		s.asked(&s.askers[i], &s.banks[i])
		s.plan(&s.askers[i])
		s.plan(&s.banks[i])
		s.enter(&s.banks[i])
		s.happen(&s.askers[i], &s.banks[i])
		s.offer(&s.askers[i], &s.banks[i])
		s.warn(&s.askers[i], &s.banks[i])
	}
	server := httptest.NewServer(site.Handler)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *twins) house(o org.Organisation) house {
	s.t.Helper()
	ctx := context.Background()
	h := house{persons: map[authz.Role]string{}, tokens: map[authz.Role]string{}}
	err := s.DB.System("a site for tests").Tx(ctx, func(tx *db.Tx) error {
		var err error
		if h.id, err = s.Orgs.Add(ctx, tx, o); err != nil {
			return err
		}
		for _, r := range authz.Roles {
			id, err := s.Orgs.AddPerson(ctx, tx, org.Person{Email: string(r) + "@" + strings.ToLower(h.id) + ".example", Name: string(r)})
			if err != nil {
				return err
			}
			h.persons[r] = id
			if err := s.Orgs.Grant(ctx, tx, authz.Actor{Person: "system"}, "", h.id, id, "", []authz.Role{r}); err != nil {
				return err
			}
		}
		// A member whom the rows about people may change and remove.
		if h.persons["guest"], err = s.Orgs.AddPerson(ctx, tx, org.Person{Email: "guest@" + strings.ToLower(h.id) + ".example", Name: "guest"}); err != nil {
			return err
		}
		return s.Orgs.Grant(ctx, tx, authz.Actor{Person: "system"}, "", h.id, h.persons["guest"], "", []authz.Role{authz.Respondent})
	})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, r := range authz.Roles {
		if h.tokens[r], err = s.Signin.Mint(ctx, signin.Token{Person: h.persons[r], Org: h.id, Name: "matrix", Scopes: []string{"all"}, Expires: s.clock.Now().Add(300 * 24 * time.Hour)}); err != nil {
			s.t.Fatal(err)
		}
	}
	return h
}

func (h house) actor(r authz.Role) authz.Actor {
	return authz.Actor{Person: h.persons[r], Name: string(r), Org: h.id, Roles: []authz.Role{r}}
}

// asked has an asker open a campaign, of which a bank gets a filing.
func (s *twins) asked(asker, bank *house) {
	s.t.Helper()
	ctx := context.Background()
	id, err := s.Campaigns.Create(ctx, asker.actor(authz.Manager), campaign.Campaign{TitleJA: "点検", Form: demoForm, DueAt: clock.Micros(s.clock.Now().Add(20 * 24 * time.Hour))})
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.Campaigns.OpenNow(ctx, asker.actor(authz.Manager), id); err != nil {
		s.t.Fatal(err)
	}
	rows, err := s.Filings.Received(ctx, asker.actor(authz.Manager), id)
	if err != nil || len(rows) != 1 {
		s.t.Fatal(rows, err)
	}
	asker.campaign, bank.filing, asker.filing, bank.campaign = id, rows[0].ID, rows[0].ID, id
}

// enter enters a third party in a bank's register.
func (s *twins) enter(bank *house) {
	s.t.Helper()
	p := record.Page{Shown: []string{"ven.name"}, Answers: form.Answers{"ven.name": {Value: "委託先"}}}
	sh, _, err := s.Registers.Save(context.Background(), bank.actor(authz.Respondent), "ict-vendors", "", "screen", p)
	if err != nil {
		s.t.Fatal(err)
	}
	bank.record = sh.ID
	p = record.Page{Shown: []string{"fac.title"}, Answers: form.Answers{"fac.title": {Value: "設備"}}}
	if sh, _, err = s.Registers.Save(context.Background(), bank.actor(authz.Respondent), screening.FormID, "", "screen", p); err != nil {
		s.t.Fatal(err)
	}
	bank.notification = sh.ID
}

// offer lets a bank offer its asker a good practice.
func (s *twins) offer(asker, bank *house) {
	s.t.Helper()
	id, err := s.Practices.Offer(context.Background(), bank.actor(authz.Respondent), practice.Offer{Filing: bank.filing, Item: firstItem, Text: practice.Text{Title: "工夫", Body: "内容"}})
	if err != nil {
		s.t.Fatal(err)
	}
	bank.practice, asker.practice = id, id
}

// happen lets a bank report an incident, of which its asker asks something.
func (s *twins) happen(asker, bank *house) {
	s.t.Helper()
	ctx := context.Background()
	err := s.Incidents.Receive(ctx, asker.actor(authz.Supervisor), []string{"jp-fsa-incident"})
	if err == nil {
		bank.incident, err = s.Incidents.Open(ctx, bank.actor(authz.Respondent), incident.Opening{Title: "障害", Statements: []incident.Statement{{Fact: "event.kind", Text: "system_failure"}}})
	}
	if err == nil {
		bank.report, err = s.Incidents.Begin(ctx, bank.actor(authz.Respondent), bank.incident, "jp-fsa-incident/first")
	}
	if err == nil {
		err = s.Incidents.Do(ctx, bank.actor(authz.Approver), bank.incident, bank.report, incident.Approve, incident.Dispatch{})
	}
	if err == nil {
		err = s.Incidents.Do(ctx, bank.actor(authz.Respondent), bank.incident, bank.report, incident.Submit, incident.Dispatch{})
	}
	if err == nil {
		err = s.Incidents.Ask(ctx, asker.actor(authz.Supervisor), bank.incident, bank.report, "", "原因は。", "")
	}
	if err != nil {
		s.t.Fatal(err)
	}
	sh, err := s.Incidents.Get(ctx, bank.actor(authz.Respondent), bank.incident, s.clock.Now())
	if err != nil {
		s.t.Fatal(err)
	}
	qs, err := s.Incidents.Questions(ctx, bank.actor(authz.Respondent), sh.Incident)
	if err != nil || len(qs) != 1 {
		s.t.Fatal(qs, err)
	}
	bank.question = qs[0].ID
	asker.incident, asker.report = bank.incident, bank.report
}

// warn lets an asker warn its bank.
func (s *twins) warn(asker, bank *house) {
	s.t.Helper()
	ctx := context.Background()
	id, err := s.Warnings.Propose(ctx, asker.actor(authz.Analyst), warning.Proposal{Vendor: "委託先", Parties: []warning.Party{{Organisation: bank.id, NameJA: "銀行"}},
		Text: warning.Text{TLP: "amber", Title: "注意喚起", Body: "確認してください。", Due: s.clock.Now().Add(200 * 24 * time.Hour)}})
	if err == nil {
		err = s.Warnings.Approve(ctx, asker.actor(authz.Supervisor), id, "")
	}
	if err != nil {
		s.t.Fatal(err)
	}
	asker.warning, bank.warning = id, id
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	body   string
}

// ask sends a request with a bearer token ("" for none) and further headers, "Name: value".
func (s *twins) ask(method, path, token, body string, headers ...string) reply {
	s.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return reply{res.StatusCode, res.Header, string(data)}
}
