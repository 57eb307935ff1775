package systemtest

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/chromedp/chromedp"

	synthetic "yagura/internal/assessment/demo"
	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/filing"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/sheet"
	"yagura/internal/storetest"
)

// remark is typed into a comment this year, and must stand beside the field next year.
const remark = "取締役会に四半期ごとに報告"

// journey is one turn of the loop in the browser; each step is done by who does it.
type journey struct {
	t        *testing.T
	site     *site
	chrome   context.Context
	lang     i18n.Lang
	width    int
	campaign string // address of the campaign
	known    map[string]bool
}

// ways are how institutions answer, each in its own; a further way is a further line. Each
// returns the address of the filing whose answers are finished.
var ways = []struct {
	answer  func(*journey, int) string
	scripts bool // the institution's browser runs scripts
}{
	{func(j *journey, n int) string { return j.answersOnTheWeb(n, true) }, true},
	{(*journey).answersByWorkbook, true},
	{(*journey).answersOffline, true},
	{func(j *journey, n int) string { return j.answersOnTheWeb(n, false) }, false},
}

// TestTheLoopInTheBrowser goes through the whole loop with clicks: an authority asks, one
// institution answers on the screens, one by workbook, one offline, one without scripts, the others by
// the same operations; it is checked, approved, submitted, analysed, given back, and asked
// again. Every page on the way is audited. SQLite is looked at in Japanese on a desk,
// PostgreSQL in English on the narrowest screen.
func TestTheLoopInTheBrowser(t *testing.T) {
	needs(t, "chromium")
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		s, err := openSite(e.DSN, 60, len(ways)-1)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.close)
		j := &journey{t: t, site: s, chrome: browser(t), lang: i18n.JA, width: widths[0], known: map[string]bool{}}
		if e.Kind == db.Postgres {
			j.lang, j.width = i18n.EN, widths[1]
		}
		j.asks("2026年度 追加調査", "Further survey 2026")
		for n, w := range ways {
			j.approves(n, w.answer(j, n), w.scripts)
		}
		j.othersAnswer(len(ways))
		j.closes()
		j.givesBack()
		j.improves(0)
		j.asks("2027年度 追加調査", "Further survey 2027")
		j.findsLastYear(0)
	})
}

func (j *journey) say(key string, args ...any) string { return i18n.T(j.lang, key, args...) }

// as is a window of someone of the n-th institution with people, or of the asker.
func (j *journey) as(r authz.Role, n int) *tab {
	j.t.Helper()
	b := open(j.t, j.chrome, j.site, j.lang, j.width)
	b.known = j.known
	b.signIn(door(j.lang, r, n))
	return b
}

// asks writes a campaign, looks at whom it would ask, and opens it.
func (j *journey) asks(ja, en string) {
	b := j.as(authz.Manager, 0)
	b.to("/campaigns")
	b.follow(j.say("web.campaign.new"))
	b.do(chromedp.SetValue(chromedp.CSS(`[name=form]`), "regional-self-assessment@2026"))
	b.fill("title_ja", ja)
	b.fill("title_en", en)
	b.press(j.say("web.campaign.see"))
	b.sees(j.say("webkit.errors", "n", 1)) // a campaign has a deadline
	b.fill("date", "2030-06-28")
	b.press(j.say("web.campaign.see"))
	b.sees(j.say("web.campaign.preview"))
	b.press(j.say("web.campaign.save"))
	b.sees(j.say("web.campaign.saved"))
	j.campaign = b.path()
	b.follow(j.say("web.campaign.open"))
	b.press(j.say("web.campaign.open-do", "n", j.parties()))
	b.sees(j.say("web.campaign.opened", "n", j.parties()))
	b.lookAt("journey-board")
}

func (j *journey) parties() int {
	rows, err := j.site.Orgs.Parties(j.t.Context(), j.actor(authz.Manager).Org)
	if err != nil || len(rows) < 6 {
		j.t.Fatalf("only %d parties: %v", len(rows), err)
	}
	return len(rows)
}

// newest goes to the institution's filing of the campaign from the list of its filings.
func (j *journey) newest(b *tab) string {
	j.t.Helper()
	rows, err := j.site.Filings.Received(j.t.Context(), j.actor(authz.Manager), filepath.Base(j.campaign))
	if err != nil {
		j.t.Fatal(err)
	}
	b.to("/filings")
	for _, r := range rows {
		at := "/filings/" + r.ID
		if eval[bool](b, fmt.Sprintf(`!!document.querySelector('main a[href=%q]')`, at)) {
			b.click(fmt.Sprintf(`//main//a[@href=%q]`, at))
			return at
		}
	}
	j.t.Fatalf("the campaign's filing is not in the list: %s", b.says())
	return ""
}

// fillIn confirms what was carried over, and chooses something where nothing was.
const fillIn = `(() => {
  const groups = {};
  document.querySelectorAll("#sheet .item input").forEach(e => {
    if (e.name.endsWith("~confirm") && !e.checked) e.click();
    if (e.type == "radio" && !e.name.includes("~")) (groups[e.name] ??= []).push(e);
  });
  for (const g of Object.values(groups)) if (!g.some(e => e.checked)) g[0].click();
  return true;
})()`

// answersOnTheWeb takes over last year's answers and goes through the sections. The
// first answer is saved while it is being written, where scripts run.
func (j *journey) answersOnTheWeb(n int, scripts bool) string {
	b := j.as(authz.Respondent, n)
	if !scripts {
		b.withoutScripts()
	}
	hub := j.newest(b)
	b.press(j.say("web.filing.move-finish"))
	b.sees(j.say("webkit.errors", "n", 1)[:3]) // what is missing is listed
	b.to(hub)
	b.press(j.say("web.filing.carry-button"))
	b.sees(j.say("web.filing.unconfirmed"))
	f := j.form()
	for i, sec := range f.Sections {
		if i == 0 {
			b.to(hub + "/sections/" + sec.ID)
			b.lookAt("journey-section")
			j.remarks(b, sec.Items[0], scripts)
		} else if b.path() != hub+"/sections/"+sec.ID {
			j.t.Fatalf("the section after is %s: %s", sec.ID, b.says())
		}
		eval[bool](b, fillIn)
		b.press(j.say("webkit.save-next"))
		b.sees(j.say("web.filing.saved", "section", sec.Title))
	}
	b.sees(j.say("web.filing.wait-finish"))
	b.press(j.say("web.filing.move-finish"))
	b.sees(j.say("web.filing.moved-finish"))
	return hub
}

// remarks writes a comment to an item; it is saved without a press of a button.
func (j *journey) remarks(b *tab, it *form.Item, autosaved bool) {
	j.t.Helper()
	field := chromedp.CSS(fmt.Sprintf(`[name="%s~comment"]`, it.ID))
	eval[bool](b, fmt.Sprintf(`document.querySelector('[name="%s~comment"]').closest("details").open = true`, it.ID))
	b.do(chromedp.SendKeys(field, remark), chromedp.KeyEvent("\t"))
	if !autosaved {
		return
	}
	saved := regexp.MustCompile(`\{at\}.*`).ReplaceAllString(i18n.T(j.lang, "webkit.saved", "at", "{at}"), "")
	if saved == "" {
		saved = j.say("webkit.saved", "at", "")
	}
	b.until(fmt.Sprintf(`document.querySelector("#save-status").textContent.includes(%q)`, saved))
	b.to(b.path())
	if got := eval[string](b, fmt.Sprintf(`document.querySelector('[name="%s~comment"]').value`, it.ID)); got != remark {
		j.t.Errorf("after the page was opened anew the comment is %q", got)
	}
}

func (j *journey) form() *form.Form {
	f, err := j.site.Forms.Form("regional-self-assessment", "2026")
	if err != nil {
		j.t.Fatal(err)
	}
	return f
}

// answersByWorkbook downloads the workbook, fills it in, reads it in, and accepts the
// differences that are shown.
func (j *journey) answersByWorkbook(n int) string {
	b := j.as(authz.Respondent, n)
	hub := j.newest(b)
	book := eval[string](b, fmt.Sprintf(`fetch(%q).then(r => r.bytes()).then(b => b.toBase64())`, hub+"/workbook.xlsx"), chromedp.EvalAwaitPromise)
	data, err := base64.StdEncoding.DecodeString(book)
	if err != nil {
		j.t.Fatal(err)
	}
	f, dir := j.form(), j.t.TempDir()
	given := filepath.Join(dir, "given.xlsx")
	if err := os.WriteFile(given, data, 0o600); err != nil {
		j.t.Fatal(err)
	}
	code := j.code(given)
	filled, err := os.Create(filepath.Join(dir, "filled.xlsx"))
	if err == nil {
		err = sheet.Write(filled, f, sheet.WriteOptions{Lang: j.lang, Party: code, Answers: j.sector()[code]})
	}
	if err != nil || filled.Close() != nil {
		j.t.Fatal(err)
	}
	b.follow(j.say("web.filing.import-link"))
	b.do(chromedp.SetUploadFiles(chromedp.CSS(`[name=file]`), []string{filled.Name()}))
	b.press(j.say("web.filing.import-go"))
	b.lookAt("journey-diff")
	b.press(j.say("web.filing.import-apply"))
	b.press(j.say("web.filing.move-finish"))
	b.sees(j.say("web.filing.moved-finish"))
	return hub
}

// code is whose workbook it is.
func (j *journey) code(name string) string {
	file, err := os.Open(name)
	if err != nil {
		j.t.Fatal(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		j.t.Fatal(err)
	}
	book, found := sheet.Read(file, info.Size(), j.form(), name)
	if book == nil || book.Party == "" {
		j.t.Fatalf("the downloaded workbook can't be read: %v", found)
	}
	return book.Party
}

// sector is what the synthetic institutions answer, by their codes.
func (j *journey) sector() map[string]form.Answers {
	f := j.form()
	s := synthetic.Generate(1, i18n.JA, f, j.site.Forms.Previous(f), synthetic.Figures{})
	out := map[string]form.Answers{}
	for i, p := range s.Parties {
		out[p.ID] = s.Current[i]
	}
	return out
}

// approves has the filing checked and approved by two others, submits it, and verifies
// the receipt offline.
func (j *journey) approves(n int, hub string, scripts bool) {
	for _, step := range []struct {
		role authz.Role
		move filing.Move
	}{{authz.Checker, filing.Check}, {authz.Approver, filing.Approve}} {
		b := j.as(step.role, n)
		j.newest(b)
		b.press(j.say("web.filing.move-" + string(step.move)))
		b.sees(j.say("web.filing.moved-" + string(step.move)))
	}
	b := j.as(authz.Respondent, n)
	if !scripts {
		b.withoutScripts()
	}
	b.to(hub)
	b.press(j.say("web.filing.move-submit"))
	b.sees(j.say("web.filing.moved-submit"), j.say("web.filing.receipt-number"))
	b.lookAt("journey-receipt")
	if !scripts {
		return
	}
	dir := j.t.TempDir()
	receipt, key := filepath.Join(dir, "receipt.json"), filepath.Join(dir, "key.txt")
	if err := os.WriteFile(receipt, b.fetched(hub+"/receipt.json"), 0o600); err != nil {
		j.t.Fatal(err)
	}
	if err := os.WriteFile(key, []byte(j.site.Ledger.PublicKey()+"\n"), 0o600); err != nil {
		j.t.Fatal(err)
	}
	yagura(j.t, "ledger", "verify", receipt, "--key", key)
}

// actor is who does in a role what the screens are not needed for.
func (j *journey) actor(r authz.Role) authz.Actor {
	for i, role := range authz.Roles {
		if role == r {
			p := j.site.Demo.Persons[i]
			return authz.Actor{Person: p.Person, Name: p.Title.JA, Org: p.Org, Roles: []authz.Role{r}}
		}
	}
	j.t.Fatalf("no role %s", r)
	return authz.Actor{}
}

// othersAnswer has the institutions after the first ones answer and submit by the
// operations that the screens call.
func (j *journey) othersAnswer(first int) {
	j.t.Helper()
	ctx := j.t.Context()
	rows, err := j.site.Filings.Received(ctx, j.actor(authz.Manager), filepath.Base(j.campaign))
	if err != nil {
		j.t.Fatal(err)
	}
	answers := j.sector()
	for _, r := range rows[first:] {
		of := func(role authz.Role) authz.Actor {
			a := j.actor(role)
			a.Org = r.Party
			return a
		}
		if _, err := j.site.Filings.Import(ctx, of(authz.Respondent), r.ID, "api", answers[r.Code]); err != nil {
			j.t.Fatal(err)
		}
		for _, m := range []struct {
			role authz.Role
			move filing.Move
		}{{authz.Respondent, filing.Finish}, {authz.Checker, filing.Check}, {authz.Approver, filing.Approve}, {authz.Respondent, filing.Submit}} {
			if _, err := j.site.Filings.Do(ctx, of(m.role), r.ID, m.move, ""); err != nil {
				j.t.Fatalf("%s: %s: %v", r.Code, m.move, err)
			}
		}
	}
}

// closes accepts a submission, looks at the board, and ends the answering.
func (j *journey) closes() {
	b := j.as(authz.Supervisor, 0)
	b.to(j.campaign + "/filings")
	b.click(`(//main//tbody//a)[1]`)
	b.lookAt("journey-received")
	b.press(j.say("web.received.accept"))
	b = j.as(authz.Manager, 0)
	b.to(j.campaign)
	b.follow(j.say("web.campaign.close"))
	b.press(j.say("web.campaign.close"))
	b.sees(j.say("web.campaign.closed"))
}

// givesBack makes the release, which another person approves and publishes.
func (j *journey) givesBack() {
	b := j.as(authz.Analyst, 0)
	b.to(j.campaign + "/release")
	b.press(j.say("web.release.offer.make"))
	b.sees(j.say("web.release.made-now"))
	if eval[bool](b, fmt.Sprintf(`[...document.querySelectorAll("main button")].some(e => e.textContent.trim() == %q)`, j.say("web.release.offer.approve"))) {
		j.t.Error("who made the release is offered to approve it")
	}
	b = j.as(authz.Supervisor, 0)
	b.to(j.campaign + "/release")
	b.press(j.say("web.release.offer.approve"))
	b.press(j.say("web.release.offer.publish"))
	b.sees(j.say("web.release.published-now"))
	b.lookAt("journey-release")
}

// improves opens the feedback and makes its first step an action.
func (j *journey) improves(n int) {
	b := j.as(authz.Respondent, n)
	b.to("/returns")
	b.click(fmt.Sprintf(`//main//a[@href="/returns/%s"]`, filepath.Base(j.campaign)))
	b.lookAt("journey-return")
	back := b.path()
	if doc := string(b.fetched(back + "/document/html")); !regexp.MustCompile(`<h1`).MatchString(doc) {
		j.t.Errorf("the feedback has no heading: %.200s", doc)
	}
	b.press(j.say("web.return.plan"))
	b.sees(j.say("web.action.planned"))
	b.fill("due", "2031-03-31")
	b.press(j.say("web.action.save"))
	b.sees(j.say("web.action.saved"))
	b.to(back)
	b.sees(j.say("web.return.planned"))
}

// findsLastYear opens the same section in the next campaign: what was answered and
// remarked last time stands beside the field.
func (j *journey) findsLastYear(n int) {
	b := j.as(authz.Respondent, n)
	hub := j.newest(b)
	b.to(hub + "/sections/" + j.form().Sections[0].ID)
	b.sees(j.say("webkit.previous"), j.say("webkit.previous.again"), remark)
	b.lookAt("journey-next-year")
}
