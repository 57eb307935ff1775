package app

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"yagura/internal/authz"
	"yagura/internal/campaign"
	"yagura/internal/form"
	"yagura/internal/sheet"
	"yagura/internal/storetest"
)

// The server's release is the command line's: the frozen submissions of a campaign,
// written to files and analysed there, give the same bytes.
func TestReleaseIsTheCommandLines(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		ctx := context.Background()
		s := small(t, e, 12)
		boss := authz.Actor{Person: "x", Org: s.Demo.Persons[len(s.Demo.Persons)-1].Org, Roles: []authz.Role{authz.Manager, authz.Analyst, authz.Supervisor}}
		list, err := s.Campaigns.List(ctx, boss, 10)
		if err != nil || len(list) != 3 || list[2].State != campaign.Released {
			t.Fatalf("%+v %v", list, err)
		}
		rel, err := s.Campaigns.Release(ctx, boss, list[2].ID)
		if err != nil {
			t.Fatal(err)
		}
		in, err := s.Campaigns.Input(ctx, boss.Org, list[2].ID)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		write := func(name string, w func(*bytes.Buffer) error) string {
			var b bytes.Buffer
			name = filepath.Join(dir, name)
			if err := errors.Join(w(&b), os.WriteFile(name, b.Bytes(), 0o600)); err != nil {
				t.Fatal(err)
			}
			return name
		}
		codes := make([]string, len(in.Orgs))
		for i, o := range in.Orgs {
			codes[i] = o.ID
		}
		parties := write("parties.csv", func(b *bytes.Buffer) error { return sheet.WriteParties(b, in.Orgs, sheet.CSVOptions{}) })
		answers := write("answers.csv", func(b *bytes.Buffer) error {
			return sheet.WriteLong(b, in.Form, codes, func(i int) form.Answers {
				a, _ := in.Form.DecodeAnswers([]byte(in.Docs[i]))
				return a
			}, sheet.CSVOptions{})
		})
		var stderr bytes.Buffer
		out := filepath.Join(dir, "out")
		code := Run(ctx, []string{"--quiet", "assess", "analyze", "--form", in.Form.Name(), "--parties", parties, "--answers", answers, "--no-reports", "--out", out},
			Streams{In: &bytes.Buffer{}, Out: &bytes.Buffer{}, Err: &stderr})
		if code > 1 {
			t.Fatalf("exit %d: %s", code, stderr.String())
		}
		file, err := os.ReadFile(filepath.Join(out, "sector.json"))
		if err != nil || string(file) != rel.Result {
			t.Errorf("the file has %d bytes, the server's release %d (%v)", len(file), len(rel.Result), err)
		}
	})
}
