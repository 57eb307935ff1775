package db

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yagura/internal/errs"
)

func TestBind(t *testing.T) {
	type color string
	d := &DB{tables: guardTables, compiled: map[compileKey]*compiled{}}
	c, err := d.compile(`select ':no' from doc where tenant = :tenant and id in (:ids) and kind = :kind and title <> :kind and at > :at`, tenantScope)
	if err != nil {
		t.Fatal(err)
	}
	own := scope{kind: tenantScope, tenant: "b1"}
	at := 7
	text, vals, err := c.bind(own, Args{"ids": []string{"x", "y"}, "kind": color("red"), "at": &at})
	if err != nil {
		t.Fatal(err)
	}
	if want := `select ':no' from doc where tenant = $1 and id in ($2, $3) and kind = $4 and title <> $4 and at > $5`; text != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	if diff := cmp.Diff([]any{"b1", "x", "y", "red", int64(7)}, vals); diff != "" {
		t.Error(diff)
	}
	base := func(k string, v any) Args {
		a := Args{"ids": []string{"x"}, "kind": "", "at": 1}
		a[k] = v
		return a
	}
	for _, bad := range []struct {
		args Args
		kind errs.Kind
	}{
		{base("tenant", "b2"), errs.Forbidden},
		{base("kind", "a\x00b"), errs.Invalid},
		{base("kind", "\xff"), errs.Invalid},
		{base("ids", []string{}), errs.Internal},
		{base("at", time.Time{}), errs.Internal},
		{base("at", map[string]int{}), errs.Internal},
		{Args{}, errs.Internal},
	} {
		if _, _, err := c.bind(own, bad.args); errs.KindOf(err) != bad.kind {
			t.Errorf("%v: %v", bad.args, err)
		}
	}
	if _, _, err := c.bind(own, 7); !errors.Is(err, ErrRefused) {
		t.Error("a number passed for arguments")
	}
}
