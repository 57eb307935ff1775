package app

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"yagura/internal/form"
	"yagura/internal/ledger"
	"yagura/internal/offline"
	"yagura/internal/storetest"
)

// command runs the command line away from any server, and wants its exit code.
func command(t *testing.T, code int, args ...string) {
	t.Helper()
	var said strings.Builder
	if got := Run(context.Background(), args, Streams{In: strings.NewReader(""), Out: &said, Err: &said}); got != code {
		t.Fatalf("yagura %s: exit code %d, want %d\n%s", strings.Join(args, " "), got, code, said.String())
	}
}

// settle answers every item of a package on the command line: carried answers are
// confirmed, others get the first that the item allows.
func settle(t *testing.T, file, person string) {
	t.Helper()
	for range 3 { // an answer may make further items apply
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		p, err := offline.Open(data)
		if err != nil {
			t.Fatal(err)
		}
		args := []string{"--quiet", "filing", "fill", file, "--person", person}
		eval := p.Eval()
		for _, it := range p.Items() {
			a, ok := p.Answers[it.ID]
			switch {
			case !eval.Applies[it.Index()] || ok && !a.Carried:
			case ok && a.Value != nil:
				args = append(args, "--set", it.ID+"="+it.FormatValue(a.Value))
			case len(it.Options) > 0:
				args = append(args, "--set", it.ID+"="+it.Options[0].ID)
			case it.Type == form.TypeYesNo:
				args = append(args, "--set", it.ID+"=yes")
			case !it.Optional:
				args = append(args, "--set", it.ID+"=1")
			}
		}
		if len(args) > 6 {
			command(t, 0, args...)
		}
	}
}

// A department downloads a filing as a package; two units answer their parts without
// the server; the parts are merged and come back; what was changed on the server
// meanwhile is a conflict that a person decides; the filing goes its way to submission.
func TestJourneyOfAPackage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		s := small(t, e, 40)
		srv := httptest.NewServer(s.Handler)
		defer srv.Close()
		anna, chie, aoi := visit(t, srv, s, respondent), visit(t, srv, s, checker), visit(t, srv, s, approver)
		hub := anna.link(anna.get("/filings"), `/filings/[0-9A-Z]{26}`)
		anna.post(hub+"/carry", nil)
		anna.says(anna.get(hub), "オフラインパッケージ")
		anna.says(anna.get(hub+"/package"), "パッケージをダウンロードする", s.Ledger.PublicKey())
		dir := t.TempDir()
		at := func(name string) string { return filepath.Join(dir, name) }
		write := func(name, data string) {
			if err := os.WriteFile(at(name), []byte(data), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		write("whole.zip", anna.post(hub+"/package", nil))
		write("key", s.Ledger.PublicKey())
		command(t, 0, "filing", "show", "--key", at("key"), at("whole.zip"))
		data, _ := os.ReadFile(at("whole.zip"))
		p, err := offline.Open(data, s.Ledger.PublicKey())
		if err != nil || !p.Verified {
			t.Fatal(err)
		}
		anna.says(anna.upload(hub+"/package/return", "file", "a.zip", data), "違いはありません")
		anna.says(anna.upload(hub+"/package/return", "file", "a.zip", data[:len(data)-1]), "破損しています")
		disputed := carriedChoice(t, p)
		one, rest := disputed.Section().ID, []string{"--quiet", "filing", "split", at("whole.zip"), "-o", at("rest.zip")}
		for _, sec := range p.Form.Sections {
			if sec.ID != one {
				rest = append(rest, "--section", sec.ID)
			}
		}
		command(t, 0, "--quiet", "filing", "split", at("whole.zip"), "--section", one, "-o", at("one.zip"))
		command(t, 0, rest...)
		settle(t, at("one.zip"), "企画部")
		settle(t, at("rest.zip"), "システム部")
		command(t, 0, "--quiet", "filing", "merge", at("one.zip"), at("rest.zip"), "-o", at("back.zip"))
		command(t, 0, "--quiet", "filing", "check", at("back.zip"))

		changedMeanwhile(t, anna, hub, disputed, p.Answers[disputed.ID])
		back, _ := os.ReadFile(at("back.zip"))
		before := anna.get(hub)
		page := anna.upload(hub+"/package/return", "file", "back.zip", back)
		anna.says(page, "食い違い（1件）", "企画部", "システム部", "本人確認はされていません")
		if plain(anna.get(hub)) != plain(before) {
			t.Error("reading a package in changed the filing")
		}
		apply := anna.link(page, hub+`/package/return/[0-9a-f]{64}`)
		values := fields(t, page, apply)
		for name := range values {
			if strings.HasPrefix(name, "take.") {
				values.Set(name, "package")
			}
		}
		stale := url.Values{"digest": {strings.Repeat("0", 64)}}
		anna.says(anna.post(apply, stale), "食い違い（1件）") // what was not seen is not taken over
		anna.says(anna.post(apply, values), "反映しました")
		anna.says(anna.upload(hub+"/package/return", "file", "back.zip", back), "すでに取り込まれています")
		anna.says(anna.post(apply, values), "すでに取り込まれています")
		part, _ := os.ReadFile(at("one.zip"))
		anna.says(anna.upload(hub+"/package/return", "file", "one.zip", part), "すでに取り込まれています")
		anna.says(anna.get(hub+"/package"), "取込み済み")

		anna.says(anna.post(hub+"/moves/finish", nil), "再鑑に回しました")
		chie.post(hub+"/moves/check", nil)
		aoi.post(hub+"/moves/approve", nil)
		anna.says(anna.post(hub+"/moves/submit", nil), "受付番号")
		if r, err := ledger.VerifyReceipt([]byte(anna.get(hub+"/receipt.json")), s.Ledger.PublicKey()); err != nil || r.Entry.Kind != "filing.submitted" {
			t.Errorf("%+v %v", r.Entry, err)
		}
		anna.says(anna.upload(hub+"/package/return", "file", "back.zip", back), "変更できません")
		if res, err := chie.http.PostForm(srv.URL+hub+"/package", nil); err != nil || res.StatusCode != http.StatusForbidden {
			t.Errorf("a checker is given a package: %v %v", res.Status, err)
		}
	})
}

// carriedChoice is a choice of the package that was carried over and not confirmed.
func carriedChoice(t *testing.T, p *offline.Package) *form.Item {
	t.Helper()
	for _, it := range p.Form.Items() {
		if it.Type == form.TypeChoice && p.Answers[it.ID].Carried {
			return it
		}
	}
	t.Fatal("no choice was carried over")
	return nil
}

// changedMeanwhile gives an item another answer on the server than it has in the package.
func changedMeanwhile(t *testing.T, v *visitor, hub string, it *form.Item, a form.Answer) {
	t.Helper()
	section := hub + "/sections/" + it.Section().ID
	values := fields(t, v.get(section), section)
	for _, o := range it.Options {
		if o.ID != a.Value {
			values.Set(it.ID, o.ID)
		}
	}
	values.Set("_save", "1")
	v.post(section, values)
}
