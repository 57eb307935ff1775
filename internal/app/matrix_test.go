package app

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"yagura/internal/action"
	"yagura/internal/api"
	"yagura/internal/authz"
	"yagura/internal/storetest"
)

// policyRow is a row of testdata/matrix (README.md there).
type policyRow struct {
	Own     []string          `yaml:"own"`
	Side    string            `yaml:"side"`
	Missing bool              `yaml:"missing"`
	Send    string            `yaml:"send"`
	File    bool              `yaml:"file"`
	Query   string            `yaml:"query"`
	Match   string            `yaml:"match"`
	Path    map[string]string `yaml:"path"`
}

var roleGroups = map[string][]authz.Role{
	"answering": {authz.Respondent, authz.Checker, authz.Approver, authz.Auditor, authz.Administrator},
	"asking":    {authz.Manager, authz.Analyst, authz.Supervisor},
	"everyone":  authz.Roles,
}

func (p policyRow) open(r authz.Role) bool {
	return slices.ContainsFunc(p.Own, func(name string) bool {
		return name == string(r) || slices.Contains(roleGroups[name], r)
	})
}

// matrix reads the rows of a folder of areas.
func matrix(t *testing.T, folder string) map[string]policyRow {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "matrix", folder, "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	out := map[string]policyRow{}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		dec := yaml.NewDecoder(strings.NewReader(string(data)))
		dec.KnownFields(true)
		var rows map[string]policyRow
		if err := dec.Decode(&rows); err != nil {
			t.Fatal(name, err)
		}
		for id, row := range rows {
			if _, twice := out[id]; twice {
				t.Errorf("%s: %s stands in another file too", name, id)
			}
			for _, r := range row.Own {
				if roleGroups[r] == nil && !slices.Contains(authz.Roles, authz.Role(r)) {
					t.Errorf("%s: %s: there is no role %s", name, id, r)
				}
			}
			out[id] = row
		}
	}
	return out
}

// rowless reports operations without a row and rows without an operation.
func rowless(t *testing.T, rows map[string]policyRow, names []string) {
	t.Helper()
	for _, name := range names {
		if _, ok := rows[name]; !ok {
			t.Errorf("%s has no row in testdata/matrix: say who may", name)
		}
	}
	for name := range rows {
		if !slices.Contains(names, name) {
			t.Errorf("testdata/matrix has a row for %s, which is not there", name)
		}
	}
}

// Parts of the form that is asked (demoForm), as paths of screens name them.
const firstSection, firstItem = "governance", "gov.policy_plan"

var pathValue = regexp.MustCompile(`\{([a-z0-9]+)\}`)

// address fills the values of a path for the things of a house.
func (p policyRow) address(path string, of house) string {
	return pathValue.ReplaceAllStringFunc(path, func(m string) string {
		name := strings.Trim(m, "{}")
		switch v := p.Path[name]; {
		case v != "":
			return v
		case name == "section":
			return firstSection
		case name == "item":
			return firstItem
		case name == "report" && of.report != "":
			return of.report
		case name == "practice":
			return of.practice
		case name == "warning" && of.warning != "":
			return of.warning
		case name == "question":
			return of.question
		case name != "id":
			return "none"
		}
		switch kind := strings.Split(strings.TrimPrefix(path, "/api"), "/")[1]; kind {
		case "campaigns", "returns":
			return of.campaign
		case "actions":
			return of.action
		case "practices", "practice-offers", "received-practices":
			return of.practice
		case "people":
			return of.persons["guest"]
		case "registers":
			return of.record
		case "screening":
			return of.notification
		case "incidents", "intake":
			return of.incident
		case "warnings":
			return of.warning
		default:
			return of.filing
		}
	}) + p.Query
}

// TestMatrixAPI: every operation for every role of the own, of three other and of no
// organisation.
func TestMatrixAPI(t *testing.T) {
	rows := matrix(t, "api")
	ops := api.Operations()
	names := make([]string, len(ops))
	for i, o := range ops {
		names[i] = o.ID
	}
	rowless(t, rows, names)
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		s := twinSite(t, e)
		for _, o := range ops {
			row := rows[o.ID]
			own, others := s.banks[0], []house{s.banks[1], s.askers[0], s.askers[1]}
			if row.Side == "asker" {
				own, others = s.askers[0], []house{s.askers[1], s.banks[0], s.banks[1]}
			}
			s.operation(o, row, own, others)
		}
	})
}

func (s *twins) operation(o api.Operation, row policyRow, own house, others []house) {
	path, send := row.address(o.Path, own), strings.ReplaceAll(row.Send, "FILING", own.filing)
	headers := []string{}
	if row.Match != "" {
		headers = append(headers, "If-Match: "+row.Match)
	}
	ask := func(token string) int {
		s.clock.Advance(100 * time.Millisecond)
		return s.ask(o.Method, path, token, send, headers...).status
	}
	if got := ask(""); got != http.StatusUnauthorized {
		s.t.Errorf("%s without a token: %d", o.ID, got)
	}
	for _, r := range authz.Roles {
		got := ask(own.tokens[r])
		want := "open"
		switch {
		case !row.open(r):
			want = "forbidden"
		case row.Missing:
			want = "missing"
		}
		if outcome(got) != want && (want != "forbidden" || !row.Missing || outcome(got) != "missing") {
			s.t.Errorf("%s for %s of the own organisation: %d, want %s", o.ID, r, got, want)
		}
		if !strings.Contains(o.Path, "{id}") || row.Path["id"] != "" {
			continue // names nothing of an organisation's
		}
		for _, other := range others {
			got := ask(other.tokens[r])
			if outcome(got) != "missing" && (row.open(r) || outcome(got) != "forbidden") {
				s.t.Errorf("%s for %s of another organisation: %d", o.ID, r, got)
			}
		}
	}
}

// outcome is what a status says of the right to ask: a request that was understood and
// let through may still be faulty or too late.
func outcome(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "unauthenticated"
	case http.StatusForbidden:
		return "forbidden"
	case http.StatusNotFound:
		return "missing"
	case http.StatusOK, http.StatusCreated, http.StatusNoContent, http.StatusConflict, http.StatusUnprocessableEntity, http.StatusSeeOther:
		return "open"
	}
	return http.StatusText(status)
}

// plan gives a house an action.
func (s *twins) plan(h *house) {
	s.t.Helper()
	var err error
	if h.action, err = s.Actions.Plan(context.Background(), h.actor(authz.Respondent), action.Action{SourceKind: "own", Title: "点検"}); err != nil {
		s.t.Fatal(err)
	}
}
