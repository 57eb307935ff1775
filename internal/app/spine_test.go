package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"yagura/catalog"
	"yagura/internal/authz"
	"yagura/internal/calendar"
	"yagura/internal/obligation"
	"yagura/internal/org"
	"yagura/internal/peer"
	"yagura/internal/storetest"
)

// The proof of the spine: a register is one file, a domain fewer than five, none of them
// code; screens, workbook, REST with JSON Schema, commands, history, rights, collection by
// a campaign and peer statistics follow from them.
const toyRegister, toyDomain = "testdata/toy/register", "testdata/toy/domain"

func filesOf(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestToysAreFewFilesAndNoCode(t *testing.T) {
	if got := filesOf(t, toyRegister); len(got) != 1 {
		t.Errorf("the toy register is %d files, want one form: %v", len(got), got)
	}
	if got := filesOf(t, toyDomain); len(got) == 0 || len(got) >= 5 {
		t.Errorf("the toy domain is %d files, want fewer than five: %v", len(got), got)
	}
	for _, name := range append(filesOf(t, toyRegister), filesOf(t, toyDomain)...) {
		if filepath.Ext(name) != ".yaml" {
			t.Errorf("%s is no form and no rule", name)
		}
	}
	for _, name := range []string{"toy-seals", "toy-drill"} { // nothing that is built knows them
		for _, dir := range []string{"../web", "../api", "../cli", "../register", "../filing", "../campaign", "../form", "."} {
			files, err := filepath.Glob(filepath.Join(dir, "*.go"))
			if err != nil || len(files) == 0 {
				t.Fatal(dir, err)
			}
			for _, file := range files {
				data, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if !strings.HasSuffix(file, "_test.go") && bytes.Contains(data, []byte(name)) {
					t.Errorf("%s knows %s", file, name)
				}
			}
		}
	}
	calendars, _ := calendar.Load(catalog.FS)
	if rules, found := obligation.Load(os.DirFS(toyDomain), calendars); len(rules) != 1 || len(found) > 0 {
		t.Errorf("the domain's obligation: %v %v", rules, found)
	}
}

// toys is a site with both toys, and who walks through it.
type toys struct {
	*twins
	own  house // an institution
	boss house // who asks it
}

func TestToysHaveEverything(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		s := &toys{twins: twinSite(t, e, os.DirFS(toyRegister), os.DirFS(toyDomain))}
		s.own, s.boss = s.banks[0], s.askers[0]
		for _, form := range []string{"toy-seals", "toy-drills"} {
			s.screens(form)
			s.description(form)
		}
		id := s.rest()
		s.files()
		s.commands()
		s.rights(id)
		s.collection()
		s.survey()
	})
}

// call asks the API for a role of a house, wants a status, and reads the answer.
func (s *toys) call(of house, r authz.Role, method, path, body string, want int, into any, headers ...string) reply {
	s.t.Helper()
	s.clock.Advance(100 * time.Millisecond)
	got := s.ask(method, "/api"+path, of.tokens[r], body, headers...)
	if got.status != want {
		s.t.Fatalf("%s %s for %s: %d, want %d\n%s", method, path, r, got.status, want, got.body)
	}
	if into != nil {
		if err := json.Unmarshal([]byte(got.body), into); err != nil {
			s.t.Fatalf("%s %s: %v\n%s", method, path, err, got.body)
		}
	}
	return got
}

func (s *toys) screens(form string) {
	s.t.Helper()
	s.sit(&s.own)
	title := map[string]string{"toy-seals": "印章台帳", "toy-drills": "訓練台帳"}[form]
	for _, path := range []string{"/registers", "/registers/" + form, "/registers/" + form + "/new", "/registers/" + form + "/import", "/registers/" + form + "/removed"} {
		if got := s.ask(http.MethodGet, path, "", "", "Cookie: session="+s.own.sessions[authz.Respondent]); got.status != http.StatusOK || !strings.Contains(got.body, title) {
			s.t.Errorf("%s: %d", path, got.status)
		}
	}
}

// description: the schema of its records is served, and part of the API's description.
func (s *toys) description(form string) {
	s.t.Helper()
	var schema struct{ Properties map[string]any }
	s.call(s.own, authz.Auditor, http.MethodGet, "/registers/"+form+"/schema", "", http.StatusOK, &schema)
	if len(schema.Properties) == 0 {
		s.t.Errorf("%s: no properties", form)
	}
	all := s.ask(http.MethodGet, "/openapi.json", "", "")
	var open struct {
		Components struct {
			Schemas map[string]struct{ Properties map[string]any }
		}
	}
	if err := json.Unmarshal([]byte(all.body), &open); err != nil {
		s.t.Fatal(err)
	}
	if got := open.Components.Schemas["register."+form].Properties; len(got) != len(schema.Properties) || !strings.Contains(all.body, `"$ref":"#/components/schemas/register.`+form+`"`) {
		s.t.Errorf("%s is not part of the description: %v", form, got)
	}
}

// rest is the life of a record over REST; it returns its id.
func (s *toys) rest() string {
	s.t.Helper()
	const base = "/registers/toy-seals/records"
	type record struct {
		ID, Title string
		Version   int64
		Answers   map[string]struct{ Value any }
		Missing   []string
	}
	var made, again, now, replaced record
	enter := `{"answers":{"seal.name":{"value":"代表者印"},"seal.kind":{"value":"round"}}}`
	first := s.call(s.own, authz.Respondent, http.MethodPost, base, enter, http.StatusCreated, &made, "Idempotency-Key: k1")
	s.call(s.own, authz.Respondent, http.MethodPost, base, enter, http.StatusCreated, &again, "Idempotency-Key: k1")
	if made.ID == "" || made.ID != again.ID || made.Title != "代表者印" || len(made.Missing) != 2 || first.header.Get("Location") == "" {
		s.t.Errorf("%+v %+v", made, again)
	}
	at, tag := base+"/"+made.ID, "If-Match: "+first.header.Get("ETag")
	s.call(s.own, authz.Respondent, http.MethodPatch, at, `{"answers":{}}`, http.StatusPreconditionRequired, nil)
	s.call(s.own, authz.Respondent, http.MethodPatch, at, `{"answers":{"seal.keeper":{"value":"総務部"}}}`, http.StatusOK, &now, tag)
	s.call(s.own, authz.Respondent, http.MethodPatch, at, `{"answers":{"seal.keeper":{"value":"企画部"}}}`, http.StatusPreconditionFailed, nil, tag)
	s.call(s.own, authz.Respondent, http.MethodPatch, at, `{"answers":{"seal.count":{"value":-1}}}`, http.StatusUnprocessableEntity, nil, "If-Match: *")
	s.call(s.own, authz.Respondent, http.MethodPatch, at, `{"answers":{"seal.none":{"value":1}}}`, http.StatusUnprocessableEntity, nil, "If-Match: *")
	s.call(s.own, authz.Respondent, http.MethodPut, at, `{"answers":{"seal.name":{"value":"代表印"},"seal.kind":{"value":"round"},"seal.locked":{"value":true}}}`, http.StatusOK, &replaced, "If-Match: *")
	if _, kept := replaced.Answers["seal.keeper"]; kept || replaced.Title != "代表印" || len(replaced.Missing) != 1 {
		s.t.Errorf("replaced: %+v", replaced)
	}
	var history struct{ Items []struct{ Item, Via string } }
	s.call(s.own, authz.Auditor, http.MethodGet, at+"/history", "", http.StatusOK, &history)
	if len(history.Items) != 6 || history.Items[0].Via != "api" { // two entered, one changed; one taken back, one changed, one given
		s.t.Errorf("history: %+v", history)
	}
	s.call(s.own, authz.Respondent, http.MethodDelete, at, "", http.StatusNoContent, nil)
	s.call(s.own, authz.Respondent, http.MethodPatch, at, `{"answers":{"seal.keeper":{"value":"総務部"}}}`, http.StatusConflict, nil, "If-Match: *")
	s.call(s.own, authz.Respondent, http.MethodPost, at+"/restore", "", http.StatusNoContent, nil)
	var lacking struct{ Items []struct{ ID string } }
	s.call(s.own, authz.Checker, http.MethodGet, "/registers/toy-seals/missing", "", http.StatusOK, &lacking)
	if len(lacking.Items) != 1 || lacking.Items[0].ID != made.ID {
		s.t.Errorf("missing: %+v", lacking)
	}
	s.drill(s.own, made.ID)
	return made.ID
}

// drill enters a drill that points to a seal, with a row of its table.
func (s *toys) drill(of house, seal string) {
	s.t.Helper()
	body := `{"answers":{"drill.name":{"value":"避難訓練"},"drill.kind":{"value":"table"},"drill.seal":{"value":"` + seal + `"},
		"drill.lessons":{"value":[{"what":{"value":"連絡網が古い"},"done":{"value":false}}]}}}`
	s.call(of, authz.Respondent, http.MethodPost, "/registers/toy-drills/records", body, http.StatusCreated, nil)
}

// files: what is exported is read back without a change; a row more is planned, then applied.
func (s *toys) files() {
	s.t.Helper()
	type plan struct {
		Digest  string
		Applied bool
		Same    int
		Rows    []any
	}
	for _, format := range []string{"csv", "xlsx"} {
		file := s.call(s.own, authz.Respondent, http.MethodGet, "/registers/toy-seals/export?format="+format, "", http.StatusOK, nil).body
		var same plan
		s.call(s.own, authz.Respondent, http.MethodPost, "/registers/toy-seals/import?name=a."+format, file, http.StatusOK, &same, "Content-Type: application/octet-stream")
		if same.Same != 1 || len(same.Rows) != 0 {
			s.t.Errorf("%s: %+v", format, same)
		}
	}
	more := "\ufeffid,seal.name,seal.kind\r\n,部長印,角印\r\n"
	var planned, done plan
	s.call(s.own, authz.Respondent, http.MethodPost, "/registers/toy-seals/import?name=a.csv", more, http.StatusOK, &planned, "Content-Type: text/csv")
	s.call(s.own, authz.Respondent, http.MethodPost, "/registers/toy-seals/import?name=a.csv&apply="+strings.Repeat("0", 64), more, http.StatusConflict, nil, "Content-Type: text/csv")
	s.call(s.own, authz.Respondent, http.MethodPost, "/registers/toy-seals/import?name=a.csv&apply="+planned.Digest, more, http.StatusOK, &done, "Content-Type: text/csv")
	if planned.Applied || !done.Applied || len(done.Rows) != 1 {
		s.t.Errorf("%+v %+v", planned, done)
	}
}

// commands: the verbs of the command line work on it.
func (s *toys) commands() {
	s.t.Helper()
	s.t.Setenv("YAGURA_SERVER", s.url)
	s.t.Setenv("YAGURA_TOKEN", s.own.tokens[authz.Respondent])
	dir := s.t.TempDir()
	run := func(want int, args ...string) string {
		s.t.Helper()
		s.clock.Advance(time.Second)
		var out, said bytes.Buffer
		if code := Run(context.Background(), append([]string{"--lang", "ja"}, args...), Streams{In: &bytes.Buffer{}, Out: &out, Err: &said}); code != want {
			s.t.Fatalf("%v: exit %d, want %d\n%s%s", args, code, want, out.String(), said.String())
		}
		return out.String() + said.String()
	}
	for _, c := range []struct {
		want string
		args []string
	}{
		{"印章台帳", []string{"register", "list"}}, {"部長印", []string{"register", "list", "toy-seals"}}, {"seal.keeper", []string{"register", "missing", "toy-seals"}},
		{"施錠保管", []string{"register", "schema", "toy-seals"}},
	} {
		if got := run(0, c.args...); !strings.Contains(got, c.want) {
			s.t.Errorf("%v doesn't say %s: %s", c.args, c.want, got)
		}
	}
	book, list := filepath.Join(dir, "a.xlsx"), filepath.Join(dir, "a.csv")
	run(0, "register", "template", "toy-seals", "-o", book)
	run(0, "register", "export", "toy-seals", "-o", list)
	if got := run(0, "register", "import", "toy-seals", book); !strings.Contains(got, "0件") {
		s.t.Error("the empty workbook: " + got)
	}
	data, err := os.ReadFile(list)
	if err != nil {
		s.t.Fatal(err)
	}
	write := func(text string) {
		if err := os.WriteFile(list, []byte(text), 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
	write(strings.Replace(string(data), "角印", "三角", 1))
	if got := run(1, "register", "import", "toy-seals", list); !strings.Contains(got, "a.csv:3:seal.kind") || !strings.Contains(got, "何も変更していません") {
		s.t.Error("a faulty file: " + got)
	}
	write(strings.Replace(string(data), "部長印", "課長印", 1))
	if got := run(0, "register", "import", "toy-seals", list, "--dry-run"); !strings.Contains(got, "「部長印」→「課長印」") {
		s.t.Error("a dry run: " + got)
	}
	if got := run(0, "register", "list", "toy-seals"); !strings.Contains(got, "部長印") {
		s.t.Error("a dry run has changed something: " + got)
	}
	run(0, "register", "import", "toy-seals", list)
	if got := run(0, "register", "list", "toy-seals", "--text", "課長"); !strings.Contains(got, "課長印") {
		s.t.Error("imported: " + got)
	}
	s.t.Setenv("YAGURA_TOKEN", s.own.tokens[authz.Auditor])
	run(2, "register", "import", "toy-seals", list)
	s.t.Setenv("YAGURA_TOKEN", "")
	run(2, "register", "list")
}

// rights: who may not write is refused, and another organisation has nothing.
func (s *toys) rights(id string) {
	s.t.Helper()
	const base = "/registers/toy-seals/records"
	s.call(s.own, authz.Auditor, http.MethodPost, base, `{"answers":{}}`, http.StatusForbidden, nil)
	s.call(s.boss, authz.Supervisor, http.MethodGet, base, "", http.StatusForbidden, nil)
	s.call(s.banks[1], authz.Respondent, http.MethodGet, base+"/"+id, "", http.StatusNotFound, nil)
	var other struct{ Items []any }
	s.call(s.banks[1], authz.Respondent, http.MethodGet, base, "", http.StatusOK, &other)
	if len(other.Items) != 0 {
		s.t.Errorf("another organisation sees %v", other)
	}
}

// collection: a campaign collects the register of eight institutions.
func (s *toys) collection() {
	s.t.Helper()
	parties := []house{s.own}
	for i := range 7 {
		h := s.house(org.Organisation{Kind: org.Institution, NameJA: fmt.Sprintf("第%d銀行", i+2), Sector: "regional_bank", Size: "large"})
		if err := s.Orgs.Connect(context.Background(), s.DB.Tenant(s.boss.id), org.Tie{Organisation: h.id, Kind: "supervised", Code: fmt.Sprintf("B%02d", i+2), Since: "2020-04-01"}); err != nil {
			s.t.Fatal(err)
		}
		for n := range i {
			kind := []string{"round", "square"}[n%2]
			s.call(h, authz.Respondent, http.MethodPost, "/registers/toy-seals/records", fmt.Sprintf(`{"answers":{"seal.name":{"value":"印%d-%d"},"seal.kind":{"value":%q}}}`, i, n, kind), http.StatusCreated, nil)
		}
		parties = append(parties, h)
	}
	k := s.campaign("toy-seals", "印章台帳の提出")
	for i := range parties {
		s.submit(&parties[i], k)
	}
	s.joined(k, parties[0])
	s.released(k, parties)
}

// campaign opens a campaign of the asker and returns its id.
func (s *toys) campaign(form, title string) string {
	s.t.Helper()
	var k struct{ ID string }
	due := s.clock.Now().Add(20 * 24 * time.Hour).Format(time.RFC3339)
	s.call(s.boss, authz.Manager, http.MethodPost, "/campaigns", fmt.Sprintf(`{"title":{"ja":%q,"en":""},"form":%q,"due_at":%q}`, title, form, due), http.StatusOK, &k)
	s.call(s.boss, authz.Manager, http.MethodPost, "/campaigns/"+k.ID+"/open", `{}`, http.StatusOK, nil)
	return k.ID
}

// submit brings a house's filing of a campaign on its way to the asker: answers of a
// collected register can't be written, and change no more once they are finished.
func (s *toys) submit(h *house, campaign string) {
	s.t.Helper()
	var list struct {
		Items []struct{ ID, Campaign, Form string }
	}
	s.call(*h, authz.Respondent, http.MethodGet, "/filings", "", http.StatusOK, &list)
	id, form := "", ""
	for _, f := range list.Items {
		if f.Campaign == campaign {
			id, form = f.ID, f.Form
		}
	}
	h.filing = id
	move := func(r authz.Role, move string) {
		s.t.Helper()
		s.call(*h, r, http.MethodPost, "/filings/"+id+"/moves", `{"move":"`+move+`"}`, http.StatusOK, nil)
	}
	if form != "toy-seals-collected" {
		move(authz.Respondent, "finish")
	} else {
		s.call(*h, authz.Respondent, http.MethodPatch, "/filings/"+id+"/answers", `{"answers":{"collected.count":{"value":99}},"versions":{"collected.count":0}}`, http.StatusConflict, nil)
		move(authz.Respondent, "finish")
		var before, after struct{ Answers map[string]any }
		s.call(*h, authz.Checker, http.MethodGet, "/filings/"+id+"/answers", "", http.StatusOK, &before)
		s.call(*h, authz.Respondent, http.MethodPost, "/registers/toy-seals/records", `{"answers":{"seal.name":{"value":"後の印"}}}`, http.StatusCreated, nil)
		s.call(*h, authz.Checker, http.MethodGet, "/filings/"+id+"/answers", "", http.StatusOK, &after)
		if fmt.Sprint(before) != fmt.Sprint(after) || before.Answers["collected.records"] == nil {
			s.t.Errorf("what is checked has changed: %v, %v", before, after)
		}
	}
	move(authz.Checker, "check")
	move(authz.Approver, "approve")
	move(authz.Respondent, "submit")
	s.call(*h, authz.Respondent, http.MethodGet, "/filings/"+id+"/receipt", "", http.StatusOK, nil)
}

// joined: the asker has the records of all, another asker none.
func (s *toys) joined(k string, own house) {
	s.t.Helper()
	var got struct {
		Items []struct {
			Code    string
			Answers map[string]struct{ Value any }
		}
	}
	s.call(s.boss, authz.Analyst, http.MethodGet, "/campaigns/"+k+"/records", "", http.StatusOK, &got)
	counts := map[string]any{}
	for _, p := range got.Items {
		counts[p.Code] = p.Answers["collected.count"].Value
	}
	want := map[string]any{"B01": 2.0, "B02": 0.0, "B03": 1.0, "B04": 2.0, "B05": 3.0, "B06": 4.0, "B07": 5.0, "B08": 6.0}
	if fmt.Sprint(counts) != fmt.Sprint(want) {
		s.t.Errorf("counts %v, want %v", counts, want)
	}
	file := s.call(s.boss, authz.Analyst, http.MethodGet, "/campaigns/"+k+"/records/export", "", http.StatusOK, nil).body
	if n := strings.Count(file, "\r\n"); n != 1+23 || !strings.Contains(file, "課長印") || strings.Contains(file, "後の印") {
		s.t.Errorf("the joined table has %d lines:\n%s", n, file)
	}
	s.call(s.askers[1], authz.Analyst, http.MethodGet, "/campaigns/"+k+"/records", "", http.StatusNotFound, nil)
	s.call(s.own, authz.Respondent, http.MethodGet, "/campaigns/"+k+"/records", "", http.StatusForbidden, nil)
	s.sit(&s.boss)
	page := s.ask(http.MethodGet, "/campaigns/"+k+"/records", "", "", "Cookie: session="+s.boss.sessions[authz.Supervisor])
	if page.status != http.StatusOK || !strings.Contains(page.body, "課長印") || !strings.Contains(page.body, "第8銀行") {
		s.t.Errorf("the page of the records: %d", page.status)
	}
	reads, err := s.Filings.Reads(context.Background(), own.actor(authz.Auditor), own.filing)
	if err != nil || len(reads) != 2 { // by the analyst and the supervisor
		s.t.Errorf("the owner sees who read: %+v %v", reads, err)
	}
}

// released: figures of the register go through the disclosure protection, and every
// party gets its own position.
func (s *toys) released(k string, parties []house) {
	s.t.Helper()
	at := "/campaigns/" + k
	s.call(s.boss, authz.Manager, http.MethodPost, at+"/close", "", http.StatusNoContent, nil)
	s.call(s.boss, authz.Analyst, http.MethodPost, at+"/release", "", http.StatusNoContent, nil)
	s.call(s.boss, authz.Supervisor, http.MethodPost, at+"/release/approve", "", http.StatusNoContent, nil)
	s.call(s.boss, authz.Supervisor, http.MethodPost, at+"/release/publish", "", http.StatusNoContent, nil)
	rel, err := s.Campaigns.Release(context.Background(), s.boss.actor(authz.Analyst), k)
	if err != nil {
		s.t.Fatal(err)
	}
	var r peer.Release
	if err := json.Unmarshal([]byte(rel.Result), &r); err != nil {
		s.t.Fatal(err)
	}
	shown := map[string]peer.Cell{}
	for _, it := range r.Items {
		shown[it.Item] = it.Cells[0]
	}
	if c := shown["collected.size"]; !c.Shown() || len(c.Counts) != 7 || c.N == "8" {
		s.t.Errorf("classes of the number of records: %+v", c)
	}
	for item, c := range shown {
		for _, n := range c.Counts {
			if n%r.Policy.Base != 0 {
				s.t.Errorf("%s: %d is not rounded", item, n)
			}
		}
	}
	if _, ok := shown["seal.kind.share.round"]; !ok || strings.Contains(rel.Result, "課長印") || strings.Contains(rel.Result, "B01") {
		s.t.Error("the release has no shares of a closed list, or has records")
	}
	for _, h := range parties {
		page := s.call(h, authz.Approver, http.MethodGet, "/returns/"+k+"/documents/feedback?format=html", "", http.StatusOK, nil)
		if !strings.Contains(page.body, "丸印") {
			s.t.Error("the feedback doesn't show the register's figures")
		}
	}
}

// survey: the domain's questionnaire, whose answer points to the organisation's register.
func (s *toys) survey() {
	s.t.Helper()
	k := s.campaign("toy-drill-survey", "訓練に関する調査")
	var list struct {
		Items []struct{ ID, Campaign string }
	}
	s.call(s.own, authz.Respondent, http.MethodGet, "/filings", "", http.StatusOK, &list)
	for _, f := range list.Items {
		if f.Campaign == k {
			page := s.ask(http.MethodGet, "/filings/"+f.ID+"/sections/plan", "", "", "Cookie: session="+s.own.sessions[authz.Respondent])
			if !strings.Contains(page.body, "<option") || !strings.Contains(page.body, "避難訓練") {
				s.t.Error("the page doesn't offer the records of the register")
			}
			s.call(s.own, authz.Respondent, http.MethodPatch, "/filings/"+f.ID+"/answers", `{"answers":{"plan.level":{"value":"yearly"}},"versions":{"plan.level":0}}`, http.StatusOK, nil)
		}
	}
	s.submit(&s.own, k)
}
