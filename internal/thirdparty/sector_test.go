package thirdparty_test

import (
	"context"
	"testing"
	"time"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/storetest"
	"yagura/internal/thirdparty"
	"yagura/internal/thirdparty/network"
)

// A sector is made of what was handed over to the asker, once until that changes; others
// see nothing of it.
func TestSector(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		ctx := context.Background()
		d := e.Open(t, thirdparty.Module())
		c := clock.NewFake(time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC))
		policies, err := authz.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		s := thirdparty.New(d, c, policies)
		give := func(asker string, list ...thirdparty.Received) {
			t.Helper()
			if err := d.System("a test hands over").Tx(ctx, func(tx *db.Tx) error { return s.Receive(ctx, tx, asker, list...) }); err != nil {
				t.Fatal(err)
			}
		}
		of := func(org, name string) thirdparty.Received {
			r := kept().Picture().Register
			r.Functions[0].Name = name
			return thirdparty.Received{Organisation: org, Code: org, NameJA: org, Sector: "shinkin", Size: "small", Register: r}
		}
		look := func(asker string) *thirdparty.Sector {
			t.Helper()
			v, err := s.Sector(ctx, authz.Actor{Person: "p", Org: asker, Roles: []authz.Role{authz.Analyst}})
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		give("A", of("2", "two"), of("1", "one"))
		give("B", of("1", "for B"))
		v := look("A")
		if len(v.Members) != 2 || v.Members[0].Code != "1" || v.Graph.Functions.Name[0] != "one" || v.Members[0].At == 0 || len(v.Members[0].Register.Functions) != 0 {
			t.Errorf("%+v", v.Members)
		}
		if have, all := v.BySector([]network.Dependent{{Institution: 1}}); have[0] != 1 || all[0] != 2 {
			t.Error(have, all)
		}
		if look("A") != v {
			t.Error("made twice for the same registers")
		}
		if err := d.System("a test").Tx(ctx, func(tx *db.Tx) error { return s.Know(ctx, tx, "A", map[string]float64{"1": 5e9, "3": 1}) }); err != nil {
			t.Fatal(err)
		}
		if known := look("A"); known.Measures.Size.Assets != v.Measures.Size.Assets+5e9-v.Graph.Institutions.Assets[0] {
			t.Errorf("total assets %v", known.Measures.Size.Assets)
		}
		if b := look("B"); len(b.Members) != 1 || b.Graph.Functions.Name[0] != "for B" {
			t.Errorf("%+v", b.Members)
		}
		give("A", of("1", "changed"))
		if w := look("A"); w == v || w.Graph.Functions.Name[0] != "changed" || len(w.Members) != 2 {
			t.Error("a register that was handed over again is not seen")
		}
		for _, asker := range []string{"C", "D", "E", "F"} {
			if len(look(asker).Members) != 0 {
				t.Error("something of another asker's")
			}
		}
		if len(look("A").Members) != 2 {
			t.Error("lost when others came")
		}
		for _, r := range authz.Roles {
			_, err := s.Sector(ctx, authz.Actor{Person: "p", Org: "A", Roles: []authz.Role{r}})
			if may := r == authz.Analyst || r == authz.Supervisor; may != (err == nil) || err != nil && errs.KindOf(err) != errs.Forbidden {
				t.Errorf("%s: %v", r, err)
			}
		}
	})
}
