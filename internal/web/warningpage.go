package web

import (
	"strings"

	"yagura/internal/clock"
	"yagura/internal/warning"
	"yagura/internal/webkit"
)

// warningView is a warning as its sender has it.
type warningView struct {
	warning.Full
	Terms     []webkit.Term
	Figures   []webkit.Figure
	Named     string // names of reporters that the text holds
	Sources   webkit.TableView
	Parties   webkit.TableView
	Text      warningTextView
	Writes    bool
	Approves  bool
	Withdraws bool
	Base      string
}

func (c *call) warningPage() error {
	f, err := c.Warnings.Get(c.ctx, c.actor, c.r.PathValue("warning"))
	if err != nil {
		return err
	}
	v := warningView{Full: f, Base: "/intake/warnings/" + f.ID, Named: strings.Join(warning.Named(f.Sources, f.Title, f.Body, f.Vendor), c.say("webthirdparty.comma"))}
	v.Writes = f.State == warning.Draft && c.Warnings.May(c.actor, "warning.write", f.Warning)
	v.Approves = f.State == warning.Draft && c.Warnings.May(c.actor, "warning.approve", f.Warning)
	v.Withdraws = (f.State == warning.Draft || f.State == warning.Sent) && c.Warnings.May(c.actor, "warning.write", f.Warning)
	members, err := c.Orgs.Members(c.ctx, c.actor.Org)
	if err != nil {
		return err
	}
	v.Terms = []webkit.Term{{Title: c.say("webincident.state"), Body: webkit.StatusTag(warningTone(f.State), c.say("warning.state."+string(f.State)))}, {Title: c.say("webwarning.vendor"), Text: f.Vendor},
		{Title: c.say("webwarning.tlp"), Text: c.tlp(f.TLP)}, {Title: c.say("webwarning.due"), Text: c.moment(f.DueAt)}, {Title: c.say("webwarning.maker"), Text: memberName(f.Maker, members)}}
	if f.SentAt != 0 {
		v.Terms = append(v.Terms, webkit.Term{Title: c.say("webwarning.approver"), Text: memberName(f.Approver, members)}, webkit.Term{Title: c.say("webwarning.sent"), Text: c.moment(f.SentAt)},
			webkit.Term{Title: c.say("webincident.number"), Text: receiptNumber(f.Number)})
	}
	if f.Reason != "" {
		v.Terms = append(v.Terms, webkit.Term{Title: c.say("webincident.reason"), Text: f.Reason})
	}
	c.warningParties(&v)
	v.Sources = webkit.TableView{Caption: c.say("webwarning.sources"), HideCaption: true, Empty: c.say("webwarning.no-sources"), Columns: heads(c.columns("webincident.reference", "webintake.party"))}
	for _, s := range f.Sources {
		v.Sources.Rows = append(v.Sources.Rows, []webkit.Cell{{Body: refLink(s.Reference, "/intake/"+s.Incident), Head: true}, {Text: c.in(s.Name())}})
	}
	if v.Writes {
		v.Text = c.warningText(warning.Text{TLP: f.TLP, Title: f.Title, Body: f.Body, Due: clock.FromMicros(f.DueAt)})
	}
	p := c.titled(f.Title)
	p.Lead, p.Wide, p.Crumbs = f.Reference, true, c.warningCrumbs()
	if f.Exercise == 1 {
		p.Env = c.say("webincident.exercise")
	}
	return c.render(p, warningShow(v))
}

// warningParties fills in the recipients and how far they are.
func (c *call) warningParties(v *warningView) {
	columns := c.columns("websector.institution", "webwarning.rank", "webwarning.functions", "webwarning.seen-at", "webwarning.answer", "webwarning.note", "webwarning.answered-at")
	if v.SentAt == 0 {
		columns = columns[:3]
	}
	v.Parties = webkit.TableView{Caption: c.say("webwarning.to"), HideCaption: true, Columns: heads(columns)}
	v.Parties.Columns[2].Numeric = true
	var seen, affected, clear, late int64
	for _, p := range v.Full.Parties {
		row := []webkit.Cell{{Text: c.in(p.Name()), Head: true}, {Text: c.reachText(p.Reach)}, {Text: decimal(p.Functions)}}
		if v.SentAt != 0 {
			row = append(row, webkit.Cell{Text: c.moment(p.SeenAt)}, webkit.Cell{Body: c.answerTag(p.Answer, c.warningLate(v.Warning, p))}, webkit.Cell{Text: p.Note}, webkit.Cell{Text: c.moment(p.AnsweredAt)})
		}
		v.Parties.Rows = append(v.Parties.Rows, row)
		seen += flagOf(p.SeenAt != 0)
		affected += flagOf(p.Answer == "affected")
		clear += flagOf(p.Answer == "not_affected")
		late += flagOf(c.warningLate(v.Warning, p))
	}
	unit := c.say("webwarning.unit")
	v.Figures = []webkit.Figure{{Title: c.say("webwarning.parties"), Value: decimal(int64(len(v.Full.Parties))), Unit: unit}}
	if v.SentAt != 0 {
		v.Figures = append(v.Figures, webkit.Figure{Title: c.say("webwarning.seen"), Value: decimal(seen), Unit: unit}, webkit.Figure{Title: c.say("warning.answer.affected"), Value: decimal(affected), Unit: unit, Tone: alarm(affected)},
			webkit.Figure{Title: c.say("warning.answer.not_affected"), Value: decimal(clear), Unit: unit}, webkit.Figure{Title: c.say("webwarning.late"), Value: decimal(late), Unit: unit, Tone: alarm(late)})
	}
}

func flagOf(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func (c *call) warningRewrite() error {
	at := "/intake/warnings/" + c.r.PathValue("warning")
	t, err := c.warningPosted()
	if err == nil {
		err = c.Warnings.Rewrite(c.ctx, c.actor, c.r.PathValue("warning"), t)
	}
	if err != nil {
		return c.refuseUnless(err, at)
	}
	return c.done(at, "webwarning.rewritten")
}

func (c *call) warningApprove() error {
	at := "/intake/warnings/" + c.r.PathValue("warning")
	if err := c.Warnings.Approve(c.ctx, c.actor, c.r.PathValue("warning"), c.r.PostFormValue("reason")); err != nil {
		return c.refuseUnless(err, at)
	}
	c.wake()
	return c.done(at, "webwarning.approved")
}

func (c *call) warningWithdraw() error {
	at := "/intake/warnings/" + c.r.PathValue("warning")
	if err := c.Warnings.Withdraw(c.ctx, c.actor, c.r.PathValue("warning"), c.r.PostFormValue("reason")); err != nil {
		return c.refuseUnless(err, at)
	}
	c.wake()
	return c.done(at, "webwarning.withdrawn")
}
