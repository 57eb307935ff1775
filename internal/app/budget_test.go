package app

import (
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"yagura/internal/storetest"
)

// Pages take no more statements however large the sector is: each has its budget.
func TestStatementBudgets(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		s := small(t, e, 40)
		srv := httptest.NewServer(s.Handler)
		defer srv.Close()
		anna, mana, anri, adam := visit(t, srv, s, respondent), visit(t, srv, s, manager), visit(t, srv, s, analyst), visit(t, srv, s, administrator)
		hub := anna.link(anna.get("/filings"), `/filings/[0-9A-Z]{26}`)
		incident, intake := anna.link(anna.get("/incidents"), `/incidents/[0-9A-Z]{26}`), mana.link(mana.get("/intake"), `/intake/[0-9A-Z]{26}`)
		report := anna.link(anna.get(incident+"/reports"), incident+`/reports/[0-9A-Z]{26}`)
		campaign := mana.link(mana.get("/campaigns"), `/campaigns/[0-9A-Z]{26}`)
		for _, p := range []struct {
			who    *visitor
			path   string
			budget int
		}{
			{anna, "/", 15}, {anna, "/filings", 15}, {anna, hub, 25}, {anna, hub + "/sections/governance", 25}, {anna, hub + "/check", 20},
			{anna, "/registers", 25}, {anna, "/registers/ict-contracts", 25}, {anna, "/thirdparty", 25}, {anna, "/returns", 15}, {anna, "/actions", 15}, {anna, "/search?q=backup", 15}, {anna, "/inbox", 15},
			{anna, "/incidents", 15}, {anna, "/incidents/new", 15}, {anna, "/incidents/ready", 15}, {anna, incident, 20}, {anna, incident + "/facts", 15}, {anna, incident + "/facts/impact", 15},
			{anna, incident + "/reports", 15}, {anna, report, 20}, {anna, incident + "/log", 15}, {anna, incident + "/evidence", 15},
			{mana, "/intake", 15}, {mana, intake, 15}, {mana, "/intake" + strings.TrimPrefix(report, "/incidents"), 15},
			{mana, "/", 15}, {mana, "/campaigns", 15}, {mana, "/search?q=%E8%87%AA%E5%B7%B1", 15}, {mana, campaign, 20}, {mana, campaign + "/filings", 20}, {anri, campaign + "/release", 20},
			{anri, "/sector/thirdparties", 15}, {anri, "/sector/thirdparties/ranking", 15}, {anri, "/sector/thirdparties/failure", 15}, {anri, "/sector/thirdparties/review", 15},
			{adam, "/people", 12}, {adam, "/people?text=a&role=checker", 12},
			{mana, campaign + "/filings?text=a&sort=progress&standing=open", 20}, {mana, "/parties?text=a&sort=name", 15}, {mana, mana.link(mana.get("/parties"), `/parties/[0-9A-Z]{26}`), 15},
		} {
			res, err := p.who.http.Get(srv.URL + p.path)
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close() // only the header is read
			n, err := strconv.Atoi(res.Header.Get("Statements"))
			if err != nil || n == 0 || n > p.budget || res.StatusCode != 200 {
				t.Errorf("%s: %d statements, budget %d (status %d, %v)", p.path, n, p.budget, res.StatusCode, err)
			}
		}
	})
}
