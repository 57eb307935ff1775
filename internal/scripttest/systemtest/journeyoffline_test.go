package systemtest

import (
	"archive/zip"
	"os"
	"path/filepath"
	"time"

	downloads "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"

	"yagura/internal/authz"
	"yagura/internal/offline"
	"yagura/internal/sheet"
)

// answersOffline downloads a package, which two units answer in two parts with the
// command line and no network, and takes over the differences that come back.
func (j *journey) answersOffline(n int) string {
	b := j.as(authz.Respondent, n)
	hub := j.newest(b)
	b.follow(j.say("web.package.link"))
	b.lookAt("journey-package")
	whole := b.download(j.say("web.package.download-go"))
	data, err := os.ReadFile(whole)
	if err != nil {
		j.t.Fatal(err)
	}
	p, err := offline.Open(data, j.site.Ledger.PublicKey())
	if err != nil || !p.Verified {
		j.t.Fatal("what the browser saved is no package of the server: ", err)
	}
	at := func(name string) string { return filepath.Join(filepath.Dir(whole), name) }
	answers, first := j.sector()[p.Manifest.Code], p.Form.Sections[0]
	one := []string{"--quiet", "filing", "fill", at("one.zip"), "--person", "企画部"}
	for _, it := range first.Items {
		if a := answers[it.ID]; a.Value != nil {
			one = append(one, "--set", it.ID+"="+it.FormatValue(a.Value))
		}
	}
	rest := []string{"--quiet", "filing", "split", whole, "-o", at("rest.zip")}
	for _, sec := range p.Form.Sections[1:] {
		rest = append(rest, "--section", sec.ID)
	}
	book, err := os.Create(at("rest.xlsx"))
	if err == nil {
		err = sheet.Write(book, p.Form, sheet.WriteOptions{Lang: j.lang, Party: p.Manifest.Code, Answers: answers})
	}
	if err != nil || book.Close() != nil {
		j.t.Fatal(err)
	}
	yagura(j.t, "--quiet", "filing", "split", whole, "--section", first.ID, "-o", at("one.zip"))
	yagura(j.t, rest...)
	yagura(j.t, one...)
	yagura(j.t, "--quiet", "filing", "fill", at("rest.zip"), "--person", "システム部", "--from", book.Name())
	yagura(j.t, "--quiet", "filing", "merge", at("one.zip"), at("rest.zip"), "-o", at("back.zip"))
	b.do(chromedp.SetUploadFiles(chromedp.CSS(`[name=file]`), []string{at("back.zip")}))
	b.press(j.say("web.filing.import-go"))
	b.sees("企画部", "システム部", j.say("web.package.work-lead"))
	b.lookAt("journey-package-diff")
	b.press(j.say("web.filing.import-apply"))
	b.press(j.say("web.filing.move-finish"))
	b.sees(j.say("web.filing.moved-finish"))
	return hub
}

// download clicks the button that gives a file, and is where the browser saved it.
func (b *tab) download(button string) string {
	b.t.Helper()
	dir := b.t.TempDir()
	if _, err := chromedp.Call(b.ctx, downloads.SetDownloadBehavior, downloads.SetDownloadBehaviorParams{BrowserContextID: chromedp.FromContext(b.ctx).BrowserContextID, Behavior: downloads.SetDownloadBehaviorBehaviorAllow, DownloadPath: dir}); err != nil {
		b.t.Fatal(err)
	}
	b.do(chromedp.Click(chromedp.Search(`//main//button[normalize-space()="` + button + `"]`)))
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		found, _ := filepath.Glob(filepath.Join(dir, "*.zip")) // the pattern is well-formed
		if len(found) != 1 {
			continue
		}
		// The browser makes an empty file of the name first. What a ZIP holds is listed at its
		// end, so one that opens is whole.
		if z, err := zip.OpenReader(found[0]); err == nil {
			_ = z.Close() // nothing was written
			return found[0]
		}
	}
	b.t.Fatal("nothing was saved: " + b.says())
	return ""
}
