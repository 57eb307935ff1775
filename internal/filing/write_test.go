package filing_test

import (
	"context"
	"reflect"
	"testing"

	"yagura/internal/errs"
	"yagura/internal/filing"
	"yagura/internal/form"
	"yagura/internal/record"
)

// Two pages made from the same answers: what only one of them changed is stored, what
// both changed is stored for the first and given back to the second, and an answer
// that a page merely repeats doesn't undo the other's.
func TestWriteMergesPages(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := context.Background()
		f := b.assign(t, "2026")
		shown := []string{"policy", "n", "note"}
		first := form.Answers{"policy": yes(true), "n": yes(int64(1))}
		sh, clash, err := b.Write(ctx, b.anna, f.ID, "screen", record.Page{Shown: shown, Answers: first})
		if err != nil || len(clash) > 0 || sh.Answered != 2 || sh.Version != f.Version+1 {
			t.Fatalf("%+v %v %v", sh.Filing, clash, err)
		}
		seen := map[string]int64{"policy": 1, "n": 1}
		if _, clash, err = b.Write(ctx, b.anna, f.ID, "screen", record.Page{Shown: shown, Seen: seen,
			Answers: form.Answers{"policy": yes(true), "n": yes(int64(2)), "note": yes("甲")}}); err != nil || len(clash) > 0 {
			t.Fatal(clash, err)
		}
		mina := b.anna
		mina.Person = "mina"
		sh, clash, err = b.Write(ctx, mina, f.ID, "screen", record.Page{Shown: shown, Seen: seen,
			Answers: form.Answers{"policy": yes(true), "n": yes(int64(1)), "note": yes("乙")}})
		if err != nil || len(clash) != 1 || clash["note"] == nil || clash["note"].Theirs.Value != "甲" {
			t.Fatalf("%v %v", clash, err)
		}
		if sh.Draft.Answers["n"].Value != int64(2) {
			t.Errorf("a page that repeated an old answer undid the new one: %v", sh.Draft.Answers["n"])
		}
		if got := sh.Answerers(); !reflect.DeepEqual(got, []string{"anna"}) {
			t.Error(got)
		}
		_, clash, err = b.Write(ctx, b.anna, f.ID, "screen", record.Page{Shown: shown, Seen: map[string]int64{"policy": 1, "n": 2, "note": 1},
			Answers: form.Answers{"policy": yes(true), "note": yes("乙")}})
		if err != nil || len(clash) > 0 {
			t.Fatal(clash, err)
		}
		if sh, _ = b.Sheet(ctx, b.anna, f.ID); sh.Draft.Answers["note"].Value != "乙" || len(sh.Draft.Answers) != 2 {
			t.Errorf("%v", sh.Draft.Answers)
		}
	})
}

// What belongs to a filing is out of reach for everyone outside, and answers' files
// don't change once it is on its way.
func TestPapers(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := context.Background()
		f := b.assign(t, "2026")
		b.save(t, b.anna, f.ID, form.Answers{"policy": yes(false)})
		text := []byte("規程")
		ref, err := b.Attach(ctx, b.anna, f.ID, "policy", "rule.txt", nil, text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Attach(ctx, b.anna, f.ID, filing.Workbook, "w.txt", nil, []byte("book")); err != nil {
			t.Fatal(err)
		}
		if files, err := b.Files(ctx, b.chie, f); err != nil || len(files) != 1 {
			t.Errorf("%v %v", files, err)
		}
		if err := b.Comment(ctx, b.chie, f.ID, "policy", "根拠は?"); err != nil {
			t.Fatal(err)
		}
		list, err := b.Comments(ctx, b.anna, f)
		if err != nil || len(list) != 1 || list[0].Person != "chie" {
			t.Fatalf("%v %v", list, err)
		}
		_, _, err = b.OpenFile(ctx, b.spy, f.ID, ref.SHA256)
		b.refused(t, errs.NotFound, err)
		b.refused(t, errs.NotFound, b.Comment(ctx, b.spy, f.ID, "policy", "x"))
		b.refused(t, errs.NotFound, b.Resolve(ctx, b.spy, f.ID, list[0].ID))
		_, err = b.Attach(ctx, b.spy, f.ID, "policy", "x.txt", nil, text)
		b.refused(t, errs.NotFound, err)
		_, err = b.Comments(ctx, b.spy, f)
		b.refused(t, errs.Forbidden, err)
		if err := b.Resolve(ctx, b.anna, f.ID, list[0].ID); err != nil {
			t.Error(err)
		}
		past, err := b.History(ctx, b.anna, f, "policy", 10)
		if err != nil || len(past) != 1 {
			t.Errorf("%v %v", past, err)
		}
		b.do(t, b.anna, f.ID, filing.Finish)
		b.refused(t, errs.Conflict, b.Detach(ctx, b.anna, f.ID, "policy", ref.SHA256))
		_, _, err = b.Write(ctx, b.anna, f.ID, "screen", record.Page{Shown: []string{"policy"}})
		b.refused(t, errs.Conflict, err)
		sh, err := b.Sheet(ctx, b.chie, f.ID)
		if got := b.Moves(b.chie, sh); err != nil || !reflect.DeepEqual(got, []filing.Move{filing.Check, filing.SendBack}) {
			t.Error(got, err)
		}
		if got := b.Moves(b.anna, sh); !reflect.DeepEqual(got, []filing.Move{filing.SendBack}) { // a checker, of her own answers
			t.Error(got)
		}
		b.do(t, b.chie, f.ID, filing.Check)
		b.do(t, b.aoi, f.ID, filing.Approve)
		sent := b.do(t, b.anna, f.ID, filing.Submit)
		rev, err := b.Revision(ctx, b.anna, sent, 1)
		var none record.Revision
		if err != nil || rev == none {
			t.Error(err)
		}
		same, err := b.Sheet(ctx, b.anna, b.assign(t, sent.Edition).ID)
		if err != nil {
			t.Fatal(err)
		}
		if was, err := b.Before(ctx, b.anna, same); err != nil || was.ID != sent.ID || len(same.Previous) == 0 {
			t.Errorf("asked again in the same edition, %v stands beside, not %s: %v", same.Previous, sent.ID, err)
		}
		again, err := b.Sheet(ctx, b.anna, b.assign(t, "2025").ID)
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.Before(ctx, b.anna, again)
		b.refused(t, errs.NotFound, err)
	})
}

// A page that is sent while its own saving between is under way meets no conflict.
func TestWriteMeetsItself(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := context.Background()
		f := b.assign(t, "2026")
		for i := range 20 {
			done := make(chan map[string]*record.Conflict, 2)
			for j := range 2 {
				go func() {
					_, clash, err := b.Write(ctx, b.anna, f.ID, "screen", record.Page{Shown: []string{"n"}, Answers: form.Answers{"n": yes(int64(2*i + j))}})
					if err != nil {
						t.Error(err)
					}
					done <- clash
				}()
			}
			for range 2 {
				if clash := <-done; len(clash) > 0 {
					t.Errorf("round %d: %v", i, clash["n"])
				}
			}
		}
	})
}
