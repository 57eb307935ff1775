package web

import (
	"yagura/internal/filing"
	"yagura/internal/webkit"
)

func (s *server) filingRoutes() []route {
	return []route{
		{"GET /filings", seat, "filing.read", (*call).filingList},
		{"GET /filings/{id}", seat, "filing.read", (*call).filingHub},
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
}

func (c *call) filingHub() error {
	sh, err := c.Filings.Sheet(c.ctx, c.actor, c.r.PathValue("id"))
	if err != nil {
		return err
	}
	v := hubView{Sheet: sh}
	for _, sec := range sh.FormDef.Sections {
		p := sh.Section(sec)
		v.Sections = append(v.Sections, webkit.Task{Title: sec.Title.In(c.lang), URL: "/filings/" + sh.ID + "/sections/" + sec.ID, Done: int(p.Answered), Of: int(p.Total)})
	}
	page := c.titled(sh.Title().In(c.lang))
	page.Marking = sh.Marking
	return c.render(page, filingHub(v))
}
