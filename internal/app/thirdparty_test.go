package app

import (
	"bytes"
	"context"
	"testing"

	"yagura/catalog"
	"yagura/internal/authz"
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
