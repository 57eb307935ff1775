package record_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/form"
	"yagura/internal/id"
	"yagura/internal/record"
	"yagura/internal/storetest"
)

const toy = `form: toy
edition: "1"
kind: register
lists: [name, n]
title: {ja: 台帳, en: Register}
sections:
  - id: s
    title: {ja: 区分, en: Section}
    items:
      - {id: name, ask: {ja: 名称, en: Name}, type: text}
      - {id: n, ask: {ja: 数, en: Number}, type: integer, optional: true}
`

type bench struct {
	*record.Store
	db *db.DB
	f  *form.Form
}

func each(t *testing.T, f func(t *testing.T, b bench)) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		forms, err := form.NewLibrary(fstest.MapFS{"forms/toy@1.yaml": {Data: []byte(toy)}})
		if err != nil {
			t.Fatal(err)
		}
		c := clock.NewFake(time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC))
		s, err := record.New(c, id.Seeded(c, 1), forms, bytes.Repeat([]byte{7}, 32))
		if err != nil {
			t.Fatal(err)
		}
		toy, err := forms.Form("toy", "")
		if err != nil {
			t.Fatal(err)
		}
		f(t, bench{s, e.Open(t, record.Module()), toy})
	})
}

// in runs fn in a transaction of b1 and fails the test on an error.
func (b bench) in(t *testing.T, tenant string, fn func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	ctx := context.Background()
	if err := b.db.Tenant(tenant).Tx(ctx, func(tx *db.Tx) error { return fn(ctx, tx) }); err != nil {
		t.Fatal(err)
	}
}

func known(v any) form.Answer { return form.Answer{Value: v} }

// Of two people who saw the same version the second is told what the first wrote,
// and nothing is lost from the history.
func TestPutNoticesTwoWriters(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		var r record.Record
		put := func(ctx context.Context, tx *db.Tx, person string, c record.Change) (int64, error) {
			return b.Put(ctx, tx, b.f, "b1", r.ID, person, "screen", c)
		}
		b.in(t, "b1", func(ctx context.Context, tx *db.Tx) (err error) {
			if r, err = b.Create(ctx, tx, "b1", "p1", b.f); err != nil {
				return err
			}
			v, err := put(ctx, tx, "p1", record.Change{Item: "n", Answer: known(int64(5))})
			if v != 1 {
				t.Errorf("first version %d", v)
			}
			return err
		})
		b.in(t, "b1", func(ctx context.Context, tx *db.Tx) error {
			if v, err := put(ctx, tx, "p2", record.Change{Item: "n", Answer: known(int64(6)), Version: 1}); err != nil || v != 2 {
				t.Errorf("version %d, %v", v, err)
			}
			return nil
		})
		for _, stale := range []int64{0, 1, 3} {
			err := b.db.Tenant("b1").Tx(context.Background(), func(tx *db.Tx) error {
				_, err := put(context.Background(), tx, "p1", record.Change{Item: "n", Answer: known(int64(7)), Version: stale})
				return err
			})
			var conflict *record.Conflict
			if !errors.As(err, &conflict) || errs.KindOf(err) != errs.Conflict || conflict.Theirs.Value != int64(6) || conflict.Person != "p2" || conflict.Version != 2 {
				t.Errorf("from version %d: %v %+v", stale, err, conflict)
			}
		}
		b.in(t, "b1", func(ctx context.Context, tx *db.Tx) error {
			if _, err := put(ctx, tx, "p1", record.Change{Item: "n", Version: 2}); err != nil { // taken back
				return err
			}
			d, err := b.Draft(ctx, tx, b.f, "b1", r.ID)
			if _, there := d.Answers["n"]; there || d.Versions["n"] != 3 {
				t.Errorf("after taking back: %+v", d)
			}
			past, err2 := b.History(ctx, tx, "b1", r.ID, "n", 10)
			if len(past) != 3 || past[2].Value(b.f).Value != int64(5) || past[1].Value(b.f).Value != int64(6) || past[0].Answer != "" {
				t.Errorf("history: %+v", past)
			}
			who, err3 := b.Answerers(ctx, tx, "b1", r.ID)
			if len(who) != 0 {
				t.Errorf("answerers of nothing: %v", who)
			}
			return errors.Join(err, err2, err3)
		})
	})
}

func TestFreezeAndFill(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		b.in(t, "b1", func(ctx context.Context, tx *db.Tx) error {
			r, err := b.Create(ctx, tx, "b1", "p1", b.f)
			if err != nil {
				return err
			}
			answers := form.Answers{"name": known("第一"), "n": {State: form.Unknown, Comment: "調査中"}}
			if err := b.Fill(ctx, tx, b.f, "b1", r.ID, "p1", "carry", answers); err != nil {
				return err
			}
			first, err := b.Freeze(ctx, tx, b.f, "b1", r.ID, "p1", answers)
			if err != nil {
				return err
			}
			if _, err := b.Put(ctx, tx, b.f, "b1", r.ID, "p2", "screen", record.Change{Item: "name", Answer: known("第二"), Version: 1}); err != nil {
				return err
			}
			now, err := b.Draft(ctx, tx, b.f, "b1", r.ID)
			if err != nil {
				return err
			}
			second, err := b.Freeze(ctx, tx, b.f, "b1", r.ID, "p2", now.Answers)
			if err != nil || second.Revision != 2 || second.SHA256 == first.SHA256 {
				t.Errorf("%+v %v", second, err)
			}
			again, err := b.Revision(ctx, tx, "b1", r.ID, 1)
			if err != nil || again.Doc != first.Doc {
				t.Errorf("revision 1 is now %q, was %q", again.Doc, first.Doc)
			}
			back, found := b.f.DecodeAnswers([]byte(again.Doc))
			if len(found) > 0 || !back["n"].Equal(answers["n"]) || !back["name"].Equal(answers["name"]) {
				t.Errorf("%+v", back)
			}
			return nil
		})
	})
}

func TestListSearchesWithinTheTenant(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		for _, tenant := range []string{"b1", "b2"} {
			b.in(t, tenant, func(ctx context.Context, tx *db.Tx) error {
				for _, name := range []string{"クラウド甲", "100%_cloud", "ベンダー乙"} {
					r, err := b.Create(ctx, tx, tenant, "p", b.f)
					if err != nil {
						return err
					}
					if err := b.Fill(ctx, tx, b.f, tenant, r.ID, "p", "screen", form.Answers{"name": known(name)}); err != nil {
						return err
					}
				}
				return nil
			})
		}
		b.in(t, "b1", func(ctx context.Context, tx *db.Tx) error {
			for text, want := range map[string]int{"": 3, "クラウド": 1, "ｸﾗｳﾄﾞ": 1, "CLOUD": 1, "%": 1, "_": 1, "丙": 0} {
				rows, err := b.List(ctx, tx, "b1", record.Query{Form: "toy", Text: text, Limit: 50}, b.f.Lists)
				if err != nil || len(rows) != want {
					t.Errorf("%q: %d rows, want %d (%v)", text, len(rows), want, err)
				}
			}
			return nil
		})
	})
}

func TestFiles(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		pdf := append([]byte("%PDF-1.7\n"), bytes.Repeat([]byte("x"), 1000)...)
		b.in(t, "b1", func(ctx context.Context, tx *db.Tx) error {
			r, err := b.Create(ctx, tx, "b1", "p", b.f)
			if err != nil {
				return err
			}
			ref, err := b.Attach(ctx, tx, "b1", r.ID, "name", "p", `C:\証跡\規程.pdf`, nil, pdf)
			if err != nil || ref.Name != "規程.pdf" {
				t.Errorf("%+v %v", ref, err)
			}
			if _, err := b.Attach(ctx, tx, "b1", r.ID, "n", "p", "b.pdf", nil, pdf); err != nil {
				t.Error("the same content with another item:", err)
			}
			f, data, err := b.Open(ctx, tx, "b1", r.ID, ref.SHA256)
			if err != nil || !bytes.Equal(data, pdf) || f.Type != "application/pdf" {
				t.Errorf("%+v %v", f, err)
			}
			sealed, err := db.One[[]byte](ctx, tx, `select sealed from record_blob where tenant = :tenant`, nil)
			if err != nil || bytes.Contains(sealed, []byte("xxxxxxxx")) {
				t.Error("a file lies in clear in the database", err)
			}
			for name, c := range map[string]struct {
				data []byte
				rule string
			}{
				"a.exe": {[]byte("MZ"), "種類"}, "a.pdf": {[]byte("hello"), "一致しません"}, "a.xlsm": {[]byte("PK\x03\x04"), "種類"},
				"b.pdf": {nil, "空"}, "c.pdf": {make([]byte, record.MaxFile+1), "大きすぎ"},
			} {
				_, err := b.Attach(ctx, tx, "b1", r.ID, "", "p", name, nil, c.data)
				if errs.KindOf(err) != errs.Invalid {
					t.Errorf("%s: %v", name, err)
				}
			}
			return nil
		})
	})
}

func FuzzCleanName(f *testing.F) {
	for _, s := range []string{"../../etc/passwd", `..\x.pdf`, "a\r\nb.pdf", ".", "規程\u202efdp.exe", strings.Repeat("長", 500) + ".pdf"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if n := record.CleanName(s); strings.ContainsAny(n, "/\\\r\n\"\u202e") || strings.HasPrefix(n, ".") || len([]rune(n)) > 120 {
			t.Errorf("%q became %q", s, n)
		}
	})
}
