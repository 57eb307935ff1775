package signin

import (
	"testing"
	"time"

	"yagura/internal/storetest"
)

func TestStandings(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		b := open(t, e, withPasskeys)
		b.person(t, somebody, "kaito@bank.example", good)
		b.person(t, other, "umi@bank.example", good)
		b.registered(t, somebody)
		token := get[string](t)(b.Open(ctx, other, "password", false, About{}))
		seen := b.at.Now()
		known := get[map[string]Standing](t)(b.Standings(ctx, []string{somebody, other, "nobody"}))
		if len(known) != 2 || known[somebody] != (Standing{Second: true}) || known[other].Second || !known[other].Seen.Equal(seen) {
			t.Errorf("%+v", known)
		}
		b.at.Advance(30 * 24 * time.Hour) // the session has ended
		if known := get[map[string]Standing](t)(b.Standings(ctx, []string{other})); len(known) != 0 {
			t.Errorf("after %s: %+v", token[:4], known)
		}
		if known := get[map[string]Standing](t)(b.Standings(ctx, nil)); len(known) != 0 {
			t.Errorf("of nobody: %+v", known)
		}
	})
}
