package app

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"yagura/internal/authz"
	"yagura/internal/form"
	"yagura/internal/offline"
	"yagura/internal/storetest"
)

// TestAPIPackage: a program issues a package, reads the answered one in, sees what it
// would change, and takes over what it saw, once.
func TestAPIPackage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		s := twinSite(t, e)
		bank := s.banks[0]
		token, base := bank.tokens[authz.Respondent], "/api/filings/"+bank.filing
		post := func(path, body string, headers ...string) reply {
			return s.ask(http.MethodPost, base+path, token, body, headers...)
		}
		var issued struct {
			Name    string
			Package []byte
		}
		first := post("/packages", `{"sections":["governance"]}`, "Idempotency-Key: k")
		into(t, first, &issued)
		if again := post("/packages", `{"sections":["governance"]}`, "Idempotency-Key: k"); again.body != first.body {
			t.Error("under the same key another package was issued")
		}
		if r := post("/packages", `{"sections":["nothing"]}`); r.status != http.StatusUnprocessableEntity {
			t.Error(r)
		}
		p, err := offline.Open(issued.Package, s.Ledger.PublicKey())
		if err != nil || !p.Verified || !strings.HasSuffix(issued.Name, "-offline.zip") {
			t.Fatal(issued.Name, err)
		}
		free, disputed := firstChoices(t, p)
		for _, it := range []*form.Item{free, disputed} {
			if found, err := p.Set(it.ID, form.Answer{Value: it.Options[1].ID}, "担当", s.clock.Now()); err != nil || len(found) > 0 {
				t.Fatal(found, err)
			}
		}
		back, err := p.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		answer := func(it *form.Item, value string, version int) {
			body, _ := json.Marshal(map[string]any{"answers": map[string]any{it.ID: map[string]any{"value": value}}, "versions": map[string]int{it.ID: version}})
			if r := s.ask(http.MethodPatch, base+"/answers", token, string(body)); r.status != http.StatusOK {
				t.Fatal(r)
			}
		}
		answer(disputed, disputed.Options[0].ID, 0)

		var plan struct {
			SHA256, Digest     string
			Changes, Conflicts []struct{ Item string }
			Work               []struct{ Person string }
		}
		into(t, post("/packages/return?name=back.zip", string(back)), &plan)
		if len(plan.Changes) != 1 || plan.Changes[0].Item != free.ID || len(plan.Conflicts) != 1 || plan.Conflicts[0].Item != disputed.ID || plan.Work[0].Person != "担当" {
			t.Errorf("%+v", plan)
		}
		if r := post("/packages/return", string(bytes.Replace(back, []byte("manifest"), []byte("manifesf"), 1))); r.status != http.StatusUnprocessableEntity {
			t.Error("an altered package:", r)
		}
		accept := func(digest string) reply {
			body, _ := json.Marshal(map[string]any{"digest": digest, "take": []string{disputed.ID}})
			return post("/packages/return/"+plan.SHA256, string(body))
		}
		if r := accept(strings.Repeat("0", 64)); r.status != http.StatusConflict || !strings.Contains(r.body, plan.Digest) {
			t.Error("a plan that nobody saw:", r)
		}
		var taken struct {
			Stored int
			Filing struct{ Answered int }
		}
		into(t, accept(plan.Digest), &taken)
		if taken.Stored != 2 || taken.Filing.Answered != 2 {
			t.Errorf("%+v", taken)
		}
		if r := accept(plan.Digest); r.status != http.StatusUnprocessableEntity {
			t.Error("the same package a second time:", r)
		}
		s.cameBack(bank, base)
	})
}

// cameBack wants the one package of a filing to be listed as having come back.
func (s *twins) cameBack(bank house, base string) {
	s.t.Helper()
	var list struct {
		Items []struct {
			Returned   int
			ReturnedBy string     `json:"returned_by"`
			IssuedAt   *time.Time `json:"issued_at"`
		}
	}
	into(s.t, s.ask(http.MethodGet, base+"/packages", bank.tokens[authz.Auditor], ""), &list)
	if len(list.Items) != 1 || list.Items[0].Returned == 0 || list.Items[0].ReturnedBy == "" || !list.Items[0].IssuedAt.Equal(s.clock.Now()) {
		s.t.Errorf("%+v", list)
	}
}

// into reads the JSON of a reply that is no refusal.
func into(t *testing.T, r reply, v any) {
	t.Helper()
	if r.status != http.StatusOK {
		t.Fatal(r)
	}
	if err := json.Unmarshal([]byte(r.body), v); err != nil {
		t.Fatal(err)
	}
}

// firstChoices are the first two choices of the package's scope.
func firstChoices(t *testing.T, p *offline.Package) (a, b *form.Item) {
	t.Helper()
	var found []*form.Item
	for _, it := range p.Items() {
		if it.Type == form.TypeChoice {
			found = append(found, it)
		}
	}
	if len(found) < 2 {
		t.Fatal("there are no two choices")
	}
	return found[0], found[1]
}
