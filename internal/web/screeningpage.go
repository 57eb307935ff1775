package web

import (
	"bytes"
	"io"
	"slices"
	"strconv"
	"strings"

	"yagura/internal/chart"
	"yagura/internal/finding"
	"yagura/internal/i18n"
	"yagura/internal/org"
	"yagura/internal/paper"
	"yagura/internal/screening"
	"yagura/internal/webkit"
)

// screeningView is one notification.
type screeningView struct {
	*screening.Sheet
	Warn     string
	Lapsed   string
	Terms    []webkit.Term
	Picture  chart.Chart
	Findings webkit.TableView
	Sections []webkit.Link
	Chain    webkit.TableView
	Changes  webkit.TableView
	Need     string
	Offers   []screeningOffer
	Events   []webkit.Event
	URL      string
}

// screeningOffer is a step that can be taken.
type screeningOffer struct {
	Kind, Title, Text, Button        string
	Day, Until, Number, Note, Danger bool
}

func (c *call) screeningPage() error {
	sh, err := c.Screening.Get(c.ctx, c.actor, c.r.PathValue("id"))
	if err != nil {
		return err
	}
	offers, err := c.Screening.Offers(c.ctx, c.actor, sh)
	if err != nil {
		return err
	}
	members, err := c.Orgs.Members(c.ctx, c.actor.Org)
	if err != nil {
		return err
	}
	v := screeningView{Sheet: sh, URL: "/screening/" + sh.ID, Warn: c.in(sh.Edition.Unverified)}
	if sh.Clock.State == screening.Unfiled && v.Warn != "" {
		v.Warn = c.say("webscreening.warn-start", "text", sh.Edition.Unverified)
	}
	n := sh.Notification()
	v.Terms = c.screeningTerms(sh, n)
	if sh.Clock.Accepted != 0 {
		v.Picture = screening.Picture{Lang: c.lang, Clock: sh.Clock, Today: c.Screening.Today(), Planned: n.Start}
	}
	v.Findings = c.screeningFindings(sh)
	v.Sections = c.screeningSections(sh)
	v.Chain = webkit.TableView{Caption: c.say("screening.paper-chain"), HideCaption: true, Columns: heads(c.columns("screening.paper-rank", "screening.paper-party", "screening.paper-via", "screening.paper-law"))}
	for _, l := range n.Chain() {
		v.Chain.Rows = append(v.Chain.Rows, []webkit.Cell{{Text: strconv.Itoa(l.Rank)}, {Text: l.No + "　" + l.Name, Head: true}, {Text: l.Via}, {Text: l.Law}})
	}
	c.screeningChanges(sh, &v)
	for _, k := range offers {
		v.Offers = append(v.Offers, c.screeningOffer(k))
	}
	v.Events = c.screeningEvents(sh, members)
	p := c.titled(c.named(sh.Title))
	p.Crumbs = []webkit.Crumb{{Text: c.say("webscreening.title"), URL: "/screening"}}
	return c.render(p, screeningShow(v))
}

func (c *call) screeningTerms(sh *screening.Sheet, n screening.Notification) []webkit.Term {
	k := sh.Clock
	out := []webkit.Term{
		{Title: c.say("webscreening.kind"), Text: c.kindOf(n.Kind)},
		{Title: c.say("webscreening.way"), Body: webkit.StatusTag(wayTone(sh), c.say("screening.way-"+string(sh.Way)))},
		{Title: c.say("webscreening.review"), Body: webkit.StatusTag(reviewTone(k), c.say("screening.state-"+string(k.State)))},
	}
	add := func(key, text string) { out = append(out, webkit.Term{Title: c.say(key), Text: text}) }
	if n.Start != 0 {
		add("webscreening.start", c.in(n.Start.Long()))
	}
	if k.Filed != 0 {
		add("webscreening.filed", c.in(k.Filed.Long()))
	}
	if k.Accepted != 0 {
		add("webscreening.accepted", c.in(k.Accepted.Long()))
		add("webscreening.until", c.in(k.Until.Long()))
		first := c.in(k.FirstOpen.Long())
		if left := c.leftOf(k); left != "" && k.State == screening.Review {
			first += "　" + left
		}
		add("webscreening.first", first)
		add("webscreening.latest", c.in(k.Latest.Long()))
	}
	if k.AnswerBy != 0 && k.State == screening.Advised {
		add("webscreening.answer-by", c.in(k.AnswerBy.Long())+"　"+c.leftOf(k))
	}
	add("webscreening.edition", c.say("webscreening.edition-of", "id", sh.Edition.ID, "day", sh.Edition.Effective))
	return out
}

// screeningSections lead to where the notification is written, for who may; others read
// the record.
func (c *call) screeningSections(sh *screening.Sheet) (out []webkit.Link) {
	if !c.Registers.May(c.actor, "record.write") {
		return []webkit.Link{{Text: c.named(sh.Title), URL: recordURL(sh.Sheet)}}
	}
	for _, sec := range sh.FormDef.Sections {
		out = append(out, webkit.Link{Text: sec.Title.In(c.lang), URL: recordURL(sh.Sheet) + "/sections/" + sec.ID})
	}
	return out
}

func (c *call) screeningFindings(sh *screening.Sheet) webkit.TableView {
	t := webkit.TableView{Caption: c.say("webscreening.findings"), HideCaption: true, Empty: c.say("webscreening.clean"), Columns: heads(c.columns("webthirdparty.severity", "webthirdparty.place", "webthirdparty.what"))}
	words := map[finding.Severity]string{finding.Error: "webthirdparty.error", finding.Warning: "webthirdparty.warning", finding.Info: "webscreening.info"}
	tones := map[finding.Severity]webkit.Tone{finding.Error: webkit.Danger, finding.Warning: webkit.Warning, finding.Info: webkit.Info}
	for _, f := range sh.Findings {
		place := webkit.Cell{}
		item, rest, _ := strings.Cut(strings.TrimPrefix(f.Pointer, "/"), "/")
		if it := sh.FormDef.Item(item); it != nil {
			place.Text = it.Ask.In(c.lang)
			if i, _, ok := strings.Cut(rest, "/"); ok {
				if n, err := strconv.Atoi(i); err == nil {
					place.Text = c.say("webscreening.row", "item", place.Text, "n", n+1)
				}
			}
			if c.Registers.May(c.actor, "record.write") {
				place.URL = recordURL(sh.Sheet) + "/sections/" + it.Section().ID
			}
		}
		text := f.Text(c.lang)
		if f.Rule == "answer.required" { // the place names the item; its id says nothing to a reader
			text = c.say("webscreening.unanswered")
		}
		t.Rows = append(t.Rows, []webkit.Cell{{Body: webkit.StatusTag(tones[f.Severity], c.say(words[f.Severity]))}, place, {Text: text}})
	}
	return t
}

func (c *call) screeningChanges(sh *screening.Sheet, v *screeningView) {
	v.Changes = webkit.TableView{Caption: c.say("webscreening.changes"), HideCaption: true, Columns: heads(c.columns("webscreening.item", "webscreening.was", "webscreening.is", "webscreening.need"))}
	for _, ch := range sh.Changes {
		was, is := webkit.AnswerText(c.ctx, ch.Item, ch.Old, nil), webkit.AnswerText(c.ctx, ch.Item, ch.New, nil)
		if ch.Added+ch.Removed > 0 {
			was, is = c.say("webscreening.rows-removed", "n", ch.Removed), c.say("webscreening.rows-added", "n", ch.Added)
		}
		v.Changes.Rows = append(v.Changes.Rows, []webkit.Cell{{Text: ch.Item.Ask.In(c.lang), Head: true}, {Text: was}, {Text: is}, {Text: c.say("screening.need-" + string(ch.Need))}})
	}
	if need := screening.Worst(sh.Changes); need != "" {
		v.Need = c.say("screening.need-" + string(need))
	}
}

func (c *call) screeningOffer(kind string) screeningOffer {
	o := screeningOffer{Kind: kind, Title: c.say("screening.step-" + kind), Button: c.say("webscreening.do", "step", i18n.Both("screening.step-"+kind))}
	switch kind {
	case screening.Request:
		o.Text = c.say("webscreening.request-text")
	case screening.Approve:
		o.Text = c.say("webscreening.approve-text")
	case screening.Return:
		o.Note = true
	case string(screening.Filed):
		o.Text, o.Day, o.Number = c.say("webscreening.filed-text"), true, true
	case string(screening.Shortened), string(screening.Extended):
		o.Day, o.Until = true, true
	case string(screening.Introduced):
		o.Day, o.Text = true, c.say("webscreening.introduced-text")
	case string(screening.Withdrawn):
		o.Day, o.Note, o.Danger = true, true, true
	default:
		o.Day, o.Number = true, kind == string(screening.Accepted)
	}
	return o
}

func (c *call) screeningEvents(sh *screening.Sheet, members []org.Member) []webkit.Event {
	var out []webkit.Event
	for _, st := range slices.Backward(sh.Steps) {
		what := c.say("screening.step-" + st.Kind)
		for _, more := range []struct{ key, value string }{{"webscreening.on", st.On}, {"webscreening.to", st.Until}, {"webscreening.number", st.Reference}, {"webscreening.noted", st.Note}} {
			if more.value != "" {
				what += c.say(more.key, "value", more.value)
			}
		}
		out = append(out, webkit.Event{At: c.moment(st.At), Who: memberName(st.Person, members), What: what, Tone: webkit.Neutral})
	}
	return out
}

func (c *call) screeningStep() error {
	at := "/screening/" + c.r.PathValue("id")
	m := screening.Move{Kind: c.r.PostFormValue("kind"), On: c.r.PostFormValue("on"), Until: c.r.PostFormValue("until"), Reference: c.r.PostFormValue("reference"), Note: c.r.PostFormValue("note")}
	if err := c.Screening.Do(c.ctx, c.actor, c.r.PathValue("id"), m); err != nil {
		return c.refuseUnless(err, at)
	}
	return c.done(at, "webscreening.done", "step", i18n.Both("screening.step-"+m.Kind))
}

// screeningPDF is the notification on paper.
func (c *call) screeningPDF() error {
	return c.screeningPaper(".pdf", "application/pdf", paper.PDF)
}

// screeningBook is the notification as a workbook.
func (c *call) screeningBook() error {
	return c.screeningPaper(".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", paper.XLSX)
}

// screeningPaper renders the notification; the ledger keeps that it was taken.
func (c *call) screeningPaper(ext, media string, render func(io.Writer, *paper.Document) error) error {
	d, name, err := c.Screening.Paper(c.ctx, c.actor, c.r.PathValue("id"), c.lang)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := render(&b, d); err != nil {
		return err
	}
	if err := c.Registers.Took(c.ctx, c.actor, screening.FormID, b.Bytes()); err != nil {
		return err
	}
	return webkit.Download(c.w, name+ext, media, b.Bytes())
}
