package web

import (
	"errors"

	"yagura/internal/authz"
	"yagura/internal/filing"
	"yagura/internal/finding"
	"yagura/internal/i18n"
	"yagura/internal/org"
	"yagura/internal/webkit"
)

func (s *server) filingRoutes() []route {
	return []route{
		{"GET /filings", seat, "filing.read", (*call).filingList},
		{"GET /filings/{id}", seat, "filing.read", (*call).filingHub},
		{"GET /filings/{id}/sections/{section}", seat, "filing.read", (*call).sectionPage},
		{"POST /filings/{id}/sections/{section}", seat, "filing.answer", (*call).sectionSave},
		{"POST /filings/{id}/sections/{section}/autosave", seat, "filing.answer", (*call).sectionAutosave},
		{"POST /filings/{id}/sections/{section}/delegate", seat, "filing.assign", (*call).sectionDelegate},
		{"POST /filings/{id}/carry", seat, "filing.answer", (*call).filingCarry},
		{"POST /filings/{id}/reuse", seat, "filing.answer", (*call).filingReuse},
		{"GET /filings/{id}/check", seat, "filing.read", (*call).filingCheck},
		{"POST /filings/{id}/moves/{move}", seat, "filing.read", (*call).filingMove},
		{"GET /filings/{id}/items/{item}", seat, "filing.read", (*call).itemPage},
		{"POST /filings/{id}/items/{item}/comments", seat, "filing.comment", (*call).itemComment},
		{"POST /filings/{id}/items/{item}/questions", seat, "filing.reply", (*call).questionReply},
		{"POST /filings/{id}/items/{item}/files", seat, "filing.answer", (*call).itemAttach},
		{"GET /filings/{id}/files/{sum}", seat, "filing.read", (*call).filingFile},
		{"GET /filings/{id}/receipt", seat, "receipt.read", (*call).receiptPage},
		{"GET /filings/{id}/receipt.json", seat, "receipt.read", (*call).receiptFile},
		{"GET /filings/{id}/submission.pdf", seat, "receipt.read", (*call).submissionPDF},
		{"GET /filings/{id}/workbook.xlsx", seat, "filing.read", (*call).filingWorkbook},
		{"GET /filings/{id}/import", seat, "filing.answer", (*call).importPage},
		{"POST /filings/{id}/import", seat, "filing.answer", (*call).importRead},
		{"POST /filings/{id}/import/{sum}", seat, "filing.answer", (*call).importApply},
		{"GET /filings/{id}/package", seat, "filing.answer", (*call).packagePage},
		{"POST /filings/{id}/package", seat, "filing.answer", (*call).packageIssue},
		{"POST /filings/{id}/package/return", seat, "filing.answer", (*call).packageRead},
		{"POST /filings/{id}/package/return/{sum}", seat, "filing.answer", (*call).packageApply},
	}
}

func (c *call) filingList() error {
	list, err := c.Filings.List(c.ctx, c.actor, 1000)
	if err != nil {
		return err
	}
	tasks := make([]webkit.Task, len(list))
	for i, f := range list {
		tasks[i] = c.filingTask(f)
	}
	return c.render(c.page("web.filings.title"), filingList(tasks))
}

// hubView is the page from which a filing is worked on: one card a section.
type hubView struct {
	filing.Sheet
	Steps    []webkit.Step
	Sections []webkit.Task
	Moves    []webkit.ConfirmView
	Reasons  map[string]bool // by action of a move: it wants a reason
	Why      string          // what the filing waits for
	Who      []string        // who can do it
	Events   []webkit.Event
	Deadline string
	Faults   int
	Carry    int               // answers of last year that could be taken over
	Answer   bool              // the actor may change answers
	Offers   bool              // the actor may offer a good practice
	Past     webkit.TableView  // actions from earlier feedback
	Reuse    webkit.SelectView // submissions to others whose answers could serve; no options: none

	Questions    []threadView // of the asker
	QuestionLine string       // how many there are, and how many wait for a reply
}

func (c *call) filingHub() error {
	id := c.r.PathValue("id")
	sh, err := c.Filings.Sheet(c.ctx, c.actor, id)
	if err != nil {
		return err
	}
	steps, err1 := c.Filings.Steps(c.ctx, c.actor, id)
	shares, err2 := c.Filings.Shares(c.ctx, c.actor, id)
	members, err3 := c.Orgs.Members(c.ctx, c.actor.Org)
	units, err4 := c.Orgs.Units(c.ctx, c.actor.Org)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return err
	}
	v := hubView{Sheet: sh, Deadline: c.deadline("jp-bank", sh.DueAt, outstanding(sh.State)), Answer: c.Filings.CanAnswer(c.actor, sh.Filing), Reasons: map[string]bool{}}
	for _, sec := range sh.FormDef.Sections {
		p, share := sh.Section(sec), shares[sec.ID]
		task := webkit.Task{Title: sec.Title.In(c.lang), URL: "/filings/" + id + "/sections/" + sec.ID, Done: int(p.Answered), Of: int(p.Total),
			Shared: true, Owner: ownerName(share, members, units, c.lang), Due: share.Due}
		task.Tone, task.State = c.sectionState(p, share)
		v.Sections = append(v.Sections, task)
	}
	if v.Questions, v.QuestionLine, err = c.filingQuestions(sh, ""); err != nil {
		return err
	}
	past, err := c.pastActions(sh.Filing, sh.FormDef)
	if err != nil {
		return err
	}
	v.Past = c.pastTable(past, "")
	for _, f := range sh.Eval.Findings() {
		if f.Severity == finding.Error {
			v.Faults++
		}
	}
	for item := range sh.Previous {
		if _, have := sh.Draft.Answers[item]; !have && sh.FormDef.Item(item) != nil && sh.Eval.Applies[sh.FormDef.Item(item).Index()] {
			v.Carry++
		}
	}
	if v.Answer {
		if v.Reuse, err = c.reusable(sh.Filing); err != nil {
			return err
		}
	}
	v.Steps, v.Events = c.waySteps(sh.Filing, steps), c.stepEvents(steps)
	v.Offers = sh.Trial == 0 && c.may("practice.offer", "practice", "")
	v.Why, v.Who = c.waitsFor(sh, members)
	for _, m := range c.Filings.Moves(c.actor, sh) {
		v.Moves = append(v.Moves, c.moveView(sh.Filing, m))
		v.Reasons["/filings/"+id+"/moves/"+string(m)] = filing.Rules[m].Reason
	}
	page := c.titled(sh.Title().In(c.lang))
	page.Marking, page.Lead = sh.Marking, i18n.T(c.lang, "web.filing.asked-by", "asker", sh.AskerName())
	page.Crumbs = []webkit.Crumb{{Text: i18n.T(c.lang, "web.filings.title"), URL: "/filings"}}
	return c.render(page, filingHub(v))
}

func ownerName(s filing.Share, members []org.Member, units []org.Unit, lang i18n.Lang) string {
	for _, u := range units {
		if u.ID == s.Unit && s.Unit != "" {
			return u.Name().In(lang)
		}
	}
	return memberName(s.Person, members)
}

func memberName(person string, members []org.Member) string {
	for _, m := range members {
		if m.Person == person {
			return m.Name
		}
	}
	return ""
}

func (c *call) sectionState(p filing.Progress, s filing.Share) (webkit.Tone, string) {
	switch {
	case p.Errors > 0:
		return webkit.Danger, i18n.T(c.lang, "web.filing.section-errors", "n", p.Errors)
	case p.Unconfirmed > 0:
		return webkit.Warning, i18n.T(c.lang, "web.filing.section-unconfirmed", "n", p.Unconfirmed)
	case p.Answered == 0:
		return webkit.Neutral, i18n.T(c.lang, "web.filing.section-none")
	case p.Answered < p.Total:
		return webkit.Progress, i18n.T(c.lang, "web.filing.section-some")
	}
	return webkit.Success, i18n.T(c.lang, "web.filing.section-done")
}

// way is the steps of a filing in their order, with the state that each leads to.
var way = []struct {
	key   string
	kind  string // of the ledger entry
	after filing.State
}{
	{"web.filing.step-answer", "filing.answered", filing.Answered}, {"web.filing.step-check", "filing.checked", filing.Checked},
	{"web.filing.step-approve", "filing.approved", filing.Approved}, {"web.filing.step-submit", "filing.submitted", filing.Submitted},
	{"web.filing.step-accept", "filing.accepted", filing.Accepted},
}

// waySteps shows how far the filing is on its way, with who and when.
func (c *call) waySteps(f filing.Filing, steps []filing.Step) []webkit.Step {
	reached := 0
	for i, w := range way {
		if w.after == f.State {
			reached = i + 1
		}
	}
	out := make([]webkit.Step, len(way))
	for i, w := range way {
		out[i] = webkit.Step{Title: i18n.T(c.lang, w.key), State: webkit.StepTodo}
		switch {
		case i < reached:
			out[i].State = webkit.StepDone
			for _, s := range steps { // the last of its kind
				if s.Kind == w.kind {
					out[i].Note = s.Name + "\n" + c.moment(s.At)
				}
			}
		case i == reached:
			out[i].State = webkit.StepCurrent
		}
	}
	return out
}

func (c *call) stepEvents(steps []filing.Step) []webkit.Event {
	out := make([]webkit.Event, len(steps))
	for i, s := range steps {
		e := webkit.Event{At: c.moment(s.At), Who: s.Name, What: i18n.T(c.lang, "ledger.kind."+s.Kind), Tone: webkit.Info}
		if s.Note != "" {
			e.Body = webkit.Text(i18n.Text{JA: s.Note, EN: s.Note})
		}
		out[len(steps)-1-i] = e // newest first
	}
	return out
}

// waitsFor says in words what the filing waits for, and who can do it.
func (c *call) waitsFor(sh filing.Sheet, members []org.Member) (string, []string) {
	if sh.Locked != 0 && outstanding(sh.State) {
		return i18n.T(c.lang, "filing.locked"), nil
	}
	turn, ok := sh.Turn()
	if !ok {
		return i18n.T(c.lang, "web.filing.wait-done"), nil
	}
	if turn.Roles == nil {
		return i18n.T(c.lang, "web.filing.wait-asker", "asker", sh.AskerName()), nil
	}
	var who []string
	answerers := sh.Answerers()
	for _, m := range members {
		a := authz.Actor{Person: m.Person, Org: c.actor.Org, Roles: m.Roles()}
		if m.State == "active" && c.Policies.May(a, filing.Rules[turn.Move].Action, authz.Thing{Kind: "filing", ID: sh.ID, Tenant: sh.Tenant, Answerers: answerers}) {
			who = append(who, m.Name)
		}
	}
	return i18n.T(c.lang, "web.filing.wait-"+string(turn.Move)), who
}
