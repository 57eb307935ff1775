package offline

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"os"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"pgregory.net/rapid"

	"yagura/internal/errs"
	"yagura/internal/form"
	"yagura/internal/i18n"
)

var at = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

// server is who issues packages in these tests.
type server struct {
	signer note.Signer
	public string
}

func newServer(t testing.TB) server {
	t.Helper()
	private, public, err := note.GenerateKey(rand.Reader, "yagura.example/log")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	return server{signer, public}
}

func (s server) sign(text string) (string, error) {
	signed, err := note.Sign(&note.Note{Text: text}, s.signer)
	return string(signed), err
}

func wide(t testing.TB) *form.Form {
	t.Helper()
	data, err := os.ReadFile("testdata/wide.yaml")
	if err != nil {
		t.Fatal(err)
	}
	f, found := form.Parse("wide.yaml", data)
	if f == nil {
		t.Fatal(found)
	}
	return f
}

func issue(t testing.TB, s server, scope Scope) *Package {
	t.Helper()
	in := issueOf(t, scope)
	rand.Read(in.Seed[:]) // never fails
	p, err := Make(in, s.sign)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func issueOf(t testing.TB, scope Scope) Issue {
	t.Helper()
	return Issue{
		Manifest: Manifest{ID: "01J0000000000000000000PACK", Org: "01J00000000000000000000ORG", OrgName: "合成地域銀行", Filing: "01J0000000000000000000FILE", Campaign: "01J0000000000000000000CAMP",
			Title: i18n.Text{JA: "調査", EN: "Survey"}, Asker: i18n.Text{JA: "当局", EN: "Authority"}, Code: "B001", Marking: "TLP:AMBER",
			DueAt: at.AddDate(0, 1, 0), IssuedAt: at, IssuedTo: "回答担当", Versions: map[string]int64{"a.choice": 1, "a.text": 3, "b.gone": 2}},
		Form: wide(t), Org: &form.Org{Sector: "regional_bank", Size: "large", Flags: []string{"d-sib"}},
		Answers:  form.Answers{"a.choice": {Value: "one", Carried: true}, "a.text": {Value: "前の回答"}, "b.multi": {Value: []string(nil)}},
		Previous: form.Answers{"a.choice": {Value: "one"}, "b.count": {Value: int64(4), State: form.Estimated}},
		Scope:    scope,
	}
}

func set(t testing.TB, p *Package, item string, value any, person string, after time.Duration) {
	t.Helper()
	found, err := p.Set(item, form.Answer{Value: value}, person, at.Add(after))
	if err != nil || len(found) > 0 {
		t.Fatal(item, err, found)
	}
}

func file(t testing.TB, p *Package) []byte {
	t.Helper()
	data, err := p.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	s := newServer(t)
	p := issue(t, s, Scope{})
	set(t, p, "a.choice", "two", "担当一", time.Minute)
	set(t, p, "b.table", []form.Row{{"name": {Value: "甲"}, "n": {Value: int64(2)}}}, "担当二", 2*time.Minute)
	set(t, p, "a.text", "\xff<&\u2028", "担当二", 3*time.Minute)
	data := file(t, p)
	q, err := Open(data, s.public)
	if err != nil {
		t.Fatal(err)
	}
	if !q.Verified || q.Issuer != "yagura.example/log" {
		t.Errorf("issuer %q, verified %t", q.Issuer, q.Verified)
	}
	if !bytes.Equal(file(t, q), data) {
		t.Error("reading and writing changes the file")
	}
	if who, _ := q.By("b.table"); who != "担当二" || len(q.Work.Entries) != 2 || len(q.Work.Entries[1].Items) != 2 {
		t.Errorf("log: %+v", q.Work)
	}
	var items []string
	for _, c := range q.Changes() {
		items = append(items, c.Item.ID)
	}
	if fmt.Sprint(items) != "[a.choice a.text b.table]" {
		t.Errorf("changes: %v", items)
	}
	unknown, err := Open(data)
	if err != nil || unknown.Verified {
		t.Errorf("without a key: %v", err)
	}
}

func TestAnswersThatAreNotTaken(t *testing.T) {
	s := newServer(t)
	p := issue(t, s, Scope{Sections: []string{"b"}})
	for _, c := range []struct {
		item   string
		a      form.Answer
		person string
		fault  string // rule of the finding; "" for an error
	}{
		{"a.choice", form.Answer{Value: "two"}, "担当", ""},
		{"b.none", form.Answer{Value: "two"}, "担当", ""},
		{"b.file", form.Answer{Value: form.FileRef{Name: "a.pdf", Size: 1, SHA256: digest(nil).SHA256}}, "担当", ""},
		{"b.count", form.Answer{Value: int64(2)}, " ", ""},
		{"b.count", form.Answer{Value: int64(2)}, "a\u202eb", ""},
		{"b.count", form.Answer{Value: int64(200)}, "担当", "answer.range"},
		{"b.count", form.Answer{Value: "2"}, "担当", "answer.type"},
		{"b.count", form.Answer{State: form.NotApplicable}, "担当", "answer.reason"},
		{"b.multi", form.Answer{Value: []string{"x", "none"}}, "担当", "answer.option"},
		{"b.gone", form.Answer{Value: int64(1)}, "担当", "answer.type"}, // though it doesn't apply
	} {
		found, err := p.Set(c.item, c.a, c.person, at)
		if c.fault == "" && errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s %v: %v", c.item, c.a, err)
		}
		if c.fault != "" && (len(found) != 1 || found[0].Rule != c.fault) {
			t.Errorf("%s %v: %v", c.item, c.a, found)
		}
	}
	if n := len(p.Changes()); n != 0 || len(p.Work.Entries) != 0 {
		t.Errorf("%d changes", n)
	}
}

// answer draws an answer that the item may have.
func answer(t *rapid.T, it *form.Item) form.Answer {
	if rapid.IntRange(0, 5).Draw(t, "back") == 0 {
		return form.Answer{}
	}
	a := form.Answer{Comment: rapid.SampledFrom([]string{"", "補足"}).Draw(t, "comment")}
	switch it.Type {
	case form.TypeChoice:
		a.Value = rapid.SampledFrom([]string{"one", "two"}).Draw(t, it.ID)
	case form.TypeMulti:
		a.Value = rapid.SampledFrom([][]string{{}, {"x"}, {"x", "y"}}).Draw(t, it.ID)
	case form.TypeYesNo:
		a.Value = rapid.Bool().Draw(t, it.ID)
	case form.TypeInteger:
		a.Value = rapid.Int64Range(0, 99).Draw(t, it.ID)
	case form.TypeText:
		a.Value = rapid.StringN(0, 20, 60).Draw(t, it.ID)
	case form.TypeMoney:
		a.Value = form.Money{Minor: rapid.Int64Range(0, 1<<40).Draw(t, it.ID), Currency: "JPY"}
	case form.TypeDuration:
		a.Value = time.Duration(rapid.Int64Range(0, 1e6).Draw(t, it.ID)) * time.Second
	case form.TypeTable:
		a.Value = []form.Row{{"name": {Value: rapid.StringMatching(`[a-z]{1,5}`).Draw(t, it.ID)}, "n": {Value: int64(1)}}}
	default:
		return form.Answer{}
	}
	return a
}

func work(t *rapid.T, p *Package, n int) {
	for i := range n {
		it := rapid.SampledFrom(p.Items()).Draw(t, "item")
		who := rapid.SampledFrom([]string{"甲", "乙"}).Draw(t, "who")
		if _, err := p.Set(it.ID, answer(t, it), who, at.Add(time.Duration(i)*17*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
}

// Splitting a package any way and merging the parts in any order gives the package, byte
// for byte; merging a package with itself too.
func TestSplitThenMergeIsTheSame(t *testing.T) {
	s := newServer(t)
	data := file(t, issue(t, s, Scope{}))
	rapid.Check(t, func(t *rapid.T) {
		p, err := Open(data, s.public)
		if err != nil {
			t.Fatal(err)
		}
		work(t, p, rapid.IntRange(0, 12).Draw(t, "n"))
		want, err := p.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		groups := map[int][]string{}
		for _, it := range p.Items() {
			g := rapid.IntRange(0, 2).Draw(t, "group")
			groups[g] = append(groups[g], it.ID)
		}
		var parts []*Package
		for _, items := range groups {
			part, err := p.Split(Scope{Items: items})
			if err != nil {
				t.Fatal(err)
			}
			packed, err := part.Bytes()
			if err != nil {
				t.Fatal(err)
			}
			if part, err = Open(packed, s.public); err != nil {
				t.Fatal(err)
			}
			parts = append(parts, part)
		}
		for _, list := range [][]*Package{parts, {p, p}, append(parts, p)} {
			whole, conflicts, err := Merge(nil, list...)
			if err != nil || len(conflicts) > 0 {
				t.Fatal(err, conflicts)
			}
			if got, err := whole.Bytes(); err != nil || !bytes.Equal(got, want) {
				t.Fatalf("%v: merging gave another package", err)
			}
		}
	})
}

// Two copies that were worked on apart: an item is a conflict exactly when both changed
// it to different answers; with a choice for each the choice stands, and everything that
// one alone changed is there.
func TestMergeOfTwoCopies(t *testing.T) {
	s := newServer(t)
	data := file(t, issue(t, s, Scope{}))
	rapid.Check(t, func(t *rapid.T) {
		a, _ := Open(data)
		b, _ := Open(data)
		work(t, a, rapid.IntRange(0, 8).Draw(t, "a"))
		work(t, b, rapid.IntRange(0, 8).Draw(t, "b"))
		want := map[string]bool{}
		for _, it := range a.Items() {
			x, y, base := a.Answers[it.ID], b.Answers[it.ID], a.Base[it.ID]
			if !same(x, y) && !same(x, base) && !same(y, base) {
				want[it.ID] = true
			}
		}
		whole, conflicts, err := Merge(nil, a, b)
		if err != nil || len(conflicts) != len(want) || (whole == nil) != (len(want) > 0) {
			t.Fatalf("%v: %d conflicts, want %d", err, len(conflicts), len(want))
		}
		choose := map[string]int{}
		for _, c := range conflicts {
			if !want[c.Item.ID] || len(c.Values) != 2 || c.Values[0].Person == "" {
				t.Fatalf("conflict %+v", c)
			}
			choose[c.Item.ID] = rapid.IntRange(0, 1).Draw(t, "choice")
		}
		whole, conflicts, err = Merge(choose, a, b)
		if err != nil || len(conflicts) > 0 {
			t.Fatal(err, conflicts)
		}
		for _, it := range a.Items() {
			x, y, base, got := a.Answers[it.ID], b.Answers[it.ID], a.Base[it.ID], whole.Answers[it.ID]
			from := []form.Answer{x, y}[choose[it.ID]]
			if !want[it.ID] {
				if from = x; same(x, base) {
					from = y
				}
			}
			if !same(got, from) {
				t.Fatalf("%s: %v, want %v", it.ID, got, from)
			}
		}
	})
}

func TestMergeRefusesAnotherPackage(t *testing.T) {
	s := newServer(t)
	p, q := issue(t, s, Scope{}), issue(t, s, Scope{Sections: []string{"a"}})
	if _, _, err := Merge(nil, p, q); errs.KindOf(err) != errs.Invalid {
		t.Error(err)
	}
	if _, err := q.Split(Scope{Sections: []string{"b"}}); errs.KindOf(err) != errs.Invalid {
		t.Error(err)
	}
	if _, err := q.Split(Scope{Items: []string{"nothing"}}); errs.KindOf(err) != errs.Invalid {
		t.Error(err)
	}
}

// What the server changed meanwhile: to the same answer, not at all, back again, to
// something else.
func TestWeigh(t *testing.T) {
	s := newServer(t)
	p := issue(t, s, Scope{})
	set(t, p, "a.choice", "two", "甲", 0)
	set(t, p, "a.text", "新しい回答", "甲", 0)
	set(t, p, "b.count", int64(7), "甲", 0)
	base := map[string]int64{"a.choice": 1, "a.text": 3, "b.gone": 2}
	with := func(item string, a form.Answer, version int64) Plan {
		now := form.Answers{"a.choice": p.Base["a.choice"], "a.text": p.Base["a.text"]}
		versions := map[string]int64{"a.choice": 1, "a.text": 3, "b.gone": 2}
		now[item], versions[item] = a, version
		return p.Weigh(now, versions)
	}
	if plan := p.Weigh(p.Base, base); len(plan.Changes) != 3 || len(plan.Conflicts) != 0 || plan.Same != 0 || len(plan.Faults) != 0 {
		t.Errorf("nothing changed: %+v", plan)
	}
	if plan := with("a.text", form.Answer{Value: "新しい回答"}, 4); len(plan.Changes) != 2 || plan.Same != 1 {
		t.Errorf("the same: %+v", plan)
	}
	if plan := with("a.text", p.Base["a.text"], 5); len(plan.Changes) != 3 || plan.Changes[1].Version != 5 {
		t.Errorf("there and back: %+v", plan)
	}
	plan := with("a.text", form.Answer{Value: "別の回答"}, 4)
	if len(plan.Changes) != 2 || len(plan.Conflicts) != 1 || plan.Conflicts[0].Now.Value != "別の回答" || plan.Conflicts[0].New.Value != "新しい回答" {
		t.Errorf("a conflict: %+v", plan)
	}
	if plan.Digest() == p.Weigh(p.Base, base).Digest() || plan.Digest() != with("a.text", form.Answer{Value: "別の回答"}, 4).Digest() {
		t.Error("the digest doesn't stand for the plan")
	}
}
