package web

import (
	"maps"
	"slices"
	"strconv"

	"yagura/internal/errs"
	"yagura/internal/finding"
	"yagura/internal/i18n"
	"yagura/internal/record"
	"yagura/internal/screening"
	"yagura/internal/webkit"
)

func (s *server) screeningRoutes() []route {
	const of = "/screening/{id}"
	return []route{
		{"GET /screening", seat, "record.read", (*call).screeningList},
		{"POST /screening", seat, "record.write", (*call).screeningBegin},
		{"GET " + of, seat, "record.read", (*call).screeningPage},
		{"POST " + of + "/steps", seat, "record.read", (*call).screeningStep},
		{"GET " + of + "/paper.pdf", seat, "record.read", (*call).screeningPDF},
		{"GET " + of + "/paper.xlsx", seat, "record.read", (*call).screeningBook},
	}
}

// screeningIndex is the list of notifications.
type screeningIndex struct {
	Unverified string
	Figures    []webkit.Figure
	Table      webkit.TableView
	Writes     bool
	Service    webkit.SelectView
	Kind       webkit.SelectView
	Rules      webkit.TableView
	Source     string
	Law        string
}

func (c *call) screeningList() error {
	list, err := c.Screening.List(c.ctx, c.actor)
	if err != nil {
		return err
	}
	v := screeningIndex{Writes: c.Registers.May(c.actor, "record.write"), Law: c.in(c.Screening.Regime().Law)}
	regime := c.Screening.Regime()
	rules := regime.On(c.Screening.Today())
	if last := regime.Editions[len(regime.Editions)-1]; last != rules {
		v.Unverified = c.in(last.Unverified)
	} else {
		v.Unverified = c.in(rules.Unverified)
	}
	v.Source = rules.Source
	v.Table = webkit.TableView{Caption: c.say("webscreening.title"), HideCaption: true, Empty: c.say("webscreening.empty"),
		Columns: heads(c.columns("webscreening.name", "webscreening.kind", "webscreening.start", "webscreening.way", "webscreening.review", "webscreening.left", "webscreening.errors"))}
	drafts, review := 0, 0
	for _, sh := range list {
		n := sh.Notification()
		errors := count(sh.Findings, finding.Error)
		if sh.Clock.State == screening.Review || sh.Clock.State == screening.Advised {
			review++
		} else if sh.Clock.State == screening.Unfiled {
			drafts++
		}
		v.Table.Rows = append(v.Table.Rows, []webkit.Cell{{Text: c.named(sh.Title), URL: "/screening/" + sh.ID, Head: true}, {Text: c.kindOf(n.Kind)}, {Text: dayText(c, n)},
			{Body: webkit.StatusTag(wayTone(sh), c.say("screening.way-"+string(sh.Way)))}, {Body: webkit.StatusTag(reviewTone(sh.Clock), c.say("screening.state-"+string(sh.Clock.State)))},
			{Text: c.leftOf(sh.Clock)}, {Text: strconv.Itoa(errors)}})
	}
	v.Table.Columns[6].Numeric = true
	v.Figures = []webkit.Figure{{Title: c.say("webscreening.n-all"), Value: strconv.Itoa(len(list))}, {Title: c.say("webscreening.n-draft"), Value: strconv.Itoa(drafts)}, {Title: c.say("webscreening.n-review"), Value: strconv.Itoa(review)}}
	v.Rules = webkit.TableView{Caption: c.say("webscreening.rules"), HideCaption: true, Columns: heads(c.columns("webscreening.rule", "webscreening.mark"))}
	for _, r := range rules.Rules() {
		v.Rules.Rows = append(v.Rules.Rows, []webkit.Cell{{Text: c.in(r.Text)}, {Text: c.say("screening.mark-" + r.Mark)}})
	}
	if v.Writes {
		if err := c.screeningFrom(&v); err != nil {
			return err
		}
	}
	p := c.page("webscreening.title")
	p.Lead = c.say("webscreening.lead")
	return c.render(p, screeningListShow(v))
}

// screeningFrom offers the services of the register from which a notification can begin.
func (c *call) screeningFrom(v *screeningIndex) error {
	f, err := c.Registers.Form(screening.FormID)
	if err != nil {
		return err
	}
	to, err := c.Registers.References(c.ctx, c.actor, f)
	if err != nil {
		return err
	}
	v.Service = webkit.SelectView{Name: "service", Label: c.say("webscreening.service"), Blank: c.say("webscreening.service-none")}
	for _, o := range to["fac.service"] {
		v.Service.Options = append(v.Service.Options, webkit.SelectOption{Value: o.ID, Text: c.named(o.Text)})
	}
	v.Kind = webkit.SelectView{Name: "kind", Label: c.say("webscreening.kind"), Value: string(screening.Both)}
	for _, k := range []screening.Kind{screening.Introduction, screening.Maintenance, screening.Both} {
		v.Kind.Options = append(v.Kind.Options, webkit.SelectOption{Value: string(k), Text: c.kindOf(k)})
	}
	return nil
}

func (c *call) kindOf(k screening.Kind) string {
	if k == "" {
		return ""
	}
	return c.say("screening.kind-" + string(k))
}

func dayText(c *call, n screening.Notification) string {
	if n.Start == 0 {
		return ""
	}
	return c.in(n.Start.Text())
}

func count(found []finding.Finding, s finding.Severity) int {
	n := 0
	for _, f := range found {
		if f.Severity == s {
			n++
		}
	}
	return n
}

func wayTone(sh *screening.Sheet) webkit.Tone {
	switch sh.Way {
	case screening.Requested, screening.Approved:
		return webkit.Progress
	case screening.Sent:
		return webkit.Success
	}
	if sh.Lapsed || len(sh.Changes) > 0 {
		return webkit.Warning
	}
	return webkit.Info
}

func reviewTone(k screening.Clock) webkit.Tone {
	switch k.State {
	case screening.Review, screening.Waiting, screening.Replied:
		return webkit.Progress
	case screening.Advised, screening.Barred:
		return webkit.Danger
	case screening.Free, screening.Begun:
		return webkit.Success
	}
	return webkit.Neutral
}

// leftOf tells in words how long something still has to be waited for or done.
func (c *call) leftOf(k screening.Clock) string {
	switch {
	case k.State == screening.Advised:
		return c.say("webscreening.answer-left", "n", k.AnswerLeft, "open", k.AnswerOpen)
	case k.State == screening.Review:
		return c.say("webscreening.days-left", "n", k.Left, "open", k.Business)
	}
	return ""
}

// screeningBegin enters a new notification, from a service or empty.
func (c *call) screeningBegin() error {
	kind := screening.Kind(c.r.PostFormValue("kind"))
	if !slices.Contains([]screening.Kind{screening.Introduction, screening.Maintenance, screening.Both}, kind) {
		return c.refuse("/screening", errs.New(errs.Invalid, "%w", i18n.NewError("webscreening.no-kind")))
	}
	books, _, err := c.Registers.Books(c.ctx, c.actor, screening.Books...)
	if err != nil {
		return err
	}
	source, known := screening.SourceOf(books, c.r.PostFormValue("service"))
	if !known {
		source.Name = c.say("webscreening.untitled")
	}
	var changes []record.Change
	filled := screening.Prefill(kind, source)
	for _, item := range slices.Sorted(maps.Keys(filled)) {
		changes = append(changes, record.Change{Item: item, Answer: filled[item]})
	}
	sh, err := c.Registers.Change(c.ctx, c.actor, screening.FormID, "", "screen", 0, changes...)
	if err != nil {
		return c.refuseUnless(err, "/screening")
	}
	return c.done("/screening/"+sh.ID, "webscreening.begun")
}
