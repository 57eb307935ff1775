package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"yagura/internal/calendar"
	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/offline"
	"yagura/internal/sheet"
	"yagura/internal/webkit"
)

type filingCmd struct {
	Fill     filingFillCmd     `cmd:"" help:"${cli_help_filing_fill}"`
	Show     filingShowCmd     `cmd:"" help:"${cli_help_filing_show}"`
	Check    filingCheckCmd    `cmd:"" help:"${cli_help_filing_check}"`
	Split    filingSplitCmd    `cmd:"" help:"${cli_help_filing_split}"`
	Merge    filingMergeCmd    `cmd:"" help:"${cli_help_filing_merge}"`
	Workbook filingWorkbookCmd `cmd:"" help:"${cli_help_filing_workbook}"`
}

// openPackage reads an offline package and verifies it; with the server's public key,
// that the server issued it.
func (r *run) openPackage(name string, keys KeyFlags) (*offline.Package, error) {
	var known []string
	if len(keys.Key) > 0 {
		var err error
		if known, err = r.keys(keys, Place{}); err != nil {
			return nil, err
		}
	}
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, fail("cli.is-dir", "name", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	return offline.Read(f, known...)
}

// savePackage writes a package in one piece: what was there stays whole until then.
func (r *run) savePackage(name string, p *offline.Package) error {
	data, err := p.Bytes()
	if err != nil {
		return err
	}
	return r.writeFile(name, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// words is an answer as people read it, with its comment; "" for none.
func (r *run) words(it *form.Item, a form.Answer) string {
	if a.Equal(form.Answer{}) {
		return ""
	}
	text := ""
	if a.Value != nil || a.State != "" {
		text = webkit.AnswerText(webkit.WithLang(r.ctx, r.lang), it, a, nil)
	}
	if a.State == form.Estimated {
		text += r.text("cli.filing.of-state", "state", sheet.StateLabel(a.State))
	}
	if a.Comment != "" {
		text += r.text("cli.filing.of-comment", "comment", a.Comment)
	}
	return legible(text)
}

// legible is a text from a file as it may be shown on a terminal: on one line, without
// the characters that steer it or turn the direction of what follows.
func legible(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\n' || c == '\t':
			return ' '
		case c < ' ' || c >= 0x7f && c < 0xa0 || c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069:
			return '\ufffd'
		}
		return c
	}, s)
}

// moment is a time as people read it in Japan.
func moment(t time.Time) string { return t.In(calendar.Tokyo).Format("2006-01-02 15:04 MST") }

type filingShowCmd struct {
	KeyFlags
	Package string `arg:"" help:"${cli_help_arg_package}"`
}

// standing is how far a part of a package is.
type standing struct {
	Section     string `json:"section"`
	Title       string `json:"title"`
	Answered    int    `json:"answered"`
	Total       int    `json:"total"` // items that apply, as far as the answers tell
	Unconfirmed int    `json:"unconfirmed"`
}

func (r *run) standings(p *offline.Package) []standing {
	out, eval := []standing{}, p.Eval()
	for _, it := range p.Items() {
		if !eval.Applies[it.Index()] {
			continue
		}
		sec := it.Section()
		if n := len(out); n == 0 || out[n-1].Section != sec.ID {
			out = append(out, standing{Section: sec.ID, Title: sec.Title.In(r.lang)})
		}
		s := &out[len(out)-1]
		a, ok := p.Answers[it.ID]
		if ok || !it.Optional {
			s.Total++
		}
		if ok {
			s.Answered++
		}
		if ok && a.Carried {
			s.Unconfirmed++
		}
	}
	return out
}

// shownChange is a change as --json prints it.
type shownChange struct {
	Item string `json:"item"`
	Ask  string `json:"ask"`
	Old  string `json:"old"`
	New  string `json:"new"`
	By   string `json:"by"`
}

func (r *run) changesOf(p *offline.Package) []shownChange {
	out := []shownChange{}
	for _, c := range p.Changes() {
		who, _ := p.By(c.Item.ID)
		out = append(out, shownChange{c.Item.ID, c.Item.Ask.In(r.lang), r.words(c.Item, c.Base), r.words(c.Item, c.New), who})
	}
	return out
}

// Run shows what a package is, how far it is, what was changed, and who worked on it.
func (c filingShowCmd) Run(r *run) error {
	p, err := r.openPackage(c.Package, c.KeyFlags)
	if err != nil {
		return err
	}
	sections, changes := r.standings(p), r.changesOf(p)
	if r.json {
		return r.print(map[string]any{"package": p.Manifest, "issuer": p.Issuer, "verified": p.Verified, "scope": p.Work.Scope,
			"sections": sections, "changes": changes, "work": p.Work.Entries})
	}
	m := p.Manifest
	r.legibly("cli.filing.title", "title", m.Title, "asker", m.Asker)
	r.legibly("cli.filing.org", "org", m.OrgName, "code", m.Code, "marking", m.Marking)
	r.legibly("cli.filing.due", "due", moment(m.DueAt), "form", p.Form.Title, "edition", m.Edition)
	r.legibly("cli.filing.issued", "at", moment(m.IssuedAt), "by", m.IssuedTo, "id", m.ID)
	if p.Verified {
		r.legibly("cli.filing.verified", "issuer", p.Issuer)
	} else {
		r.legibly("cli.filing.not-verified", "issuer", p.Issuer)
	}
	for _, s := range sections {
		r.legibly("cli.filing.section", "id", s.Section, "title", s.Title, "answered", s.Answered, "total", s.Total, "unconfirmed", s.Unconfirmed)
	}
	for _, ch := range changes {
		r.legibly("cli.filing.change", "item", ch.Item, "old", r.orNone(ch.Old), "new", r.orNone(ch.New), "by", ch.By)
	}
	for _, e := range p.Work.Entries {
		r.legibly("cli.filing.work", "person", e.Person, "from", moment(e.From), "until", moment(e.Until), "n", len(e.Items))
	}
	return nil
}

type filingCheckCmd struct {
	KeyFlags
	Package string `arg:"" help:"${cli_help_arg_package}"`
}

// Run checks the answers of the part that may be changed: what the server would find
// before the filing goes on.
func (c filingCheckCmd) Run(r *run) error {
	p, err := r.openPackage(c.Package, c.KeyFlags)
	if err != nil {
		return err
	}
	found := r.faultsOf(p)
	r.report(found)
	if r.json {
		return r.print(map[string]any{"findings": r.shapes(found)})
	}
	errors, warnings := count(found)
	r.say("cli.filing.checked", "errors", errors, "warnings", warnings)
	return nil
}

// faultsOf are the faults of the items in a package's scope, and the carried answers
// that nobody has confirmed.
func (r *run) faultsOf(p *offline.Package) []finding.Finding {
	found := []finding.Finding{}
	eval := p.Eval()
	for _, f := range eval.Findings() {
		id, _, _ := strings.Cut(strings.TrimPrefix(f.Pointer, "/"), "/")
		if id == "" || p.Has(id) {
			found = append(found, f)
		}
	}
	for _, it := range p.Items() {
		if eval.Applies[it.Index()] && p.Answers[it.ID].Carried {
			f := finding.New("cli.filing.carried", "cli.filing.carried", "id", it.ID)
			f.Pointer = "/" + it.ID
			found = append(found, f)
		}
	}
	return found
}

type filingWorkbookCmd struct {
	KeyFlags
	Package string `arg:"" help:"${cli_help_arg_package}"`
	Out     string `short:"o" required:"" help:"${cli_help_flag_out}"`
}

// Run writes the package's answers as a workbook, which "fill --from" reads back.
func (c filingWorkbookCmd) Run(r *run) error {
	if err := apart(c.Out, c.Package); err != nil {
		return err
	}
	p, err := r.openPackage(c.Package, c.KeyFlags)
	if err != nil {
		return err
	}
	o := sheet.WriteOptions{Lang: r.lang, Party: p.Manifest.Code, Name: p.Manifest.OrgName, Answers: p.Answers, Previous: p.Previous}
	if err := r.writeFile(c.Out, func(w io.Writer) error { return sheet.Write(w, p.Form, o) }); err != nil {
		return err
	}
	r.say("cli.wrote", "name", c.Out)
	return nil
}

// text is a message in the run's language.
func (r *run) text(key string, args ...any) string { return i18n.T(r.lang, key, args...) }

// legibly writes a message to stdout as one legible line.
func (r *run) legibly(key string, args ...any) {
	fmt.Fprintln(r.env.Out, legible(r.text(key, args...)))
}

func (r *run) orNone(s string) string {
	if s == "" {
		return r.text("cli.filing.none")
	}
	return s
}
