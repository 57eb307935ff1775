package web

import (
	"context"

	"bytes"
	"net/http"

	"yagura/internal/action"
	"yagura/internal/assessment/release"
	"yagura/internal/campaign"
	"yagura/internal/errs"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/practice"
	"yagura/internal/webkit"
)

func (s *server) returnRoutes() []route {
	return []route{
		{"GET /returns", seat, "return.read", (*call).returnList},
		{"GET /returns/{id}", seat, "return.read", (*call).returnPage},
		{"GET /returns/{id}/document/{format}", seat, "return.read", (*call).returnDocument},
		{"POST /returns/{id}/actions", seat, "action.write", (*call).returnAction},
	}
}

func (c *call) returnList() error {
	list, err := c.Campaigns.Returns(c.ctx, c.actor)
	if err != nil {
		return err
	}
	tasks := make([]webkit.Task, len(list))
	for i, r := range list {
		tasks[i] = c.returnTask(r)
	}
	return c.render(c.page("web.return.title"), returnList(tasks))
}

func (c *call) returnTask(r campaign.Return) webkit.Task {
	t := webkit.Task{Title: r.Title().In(c.lang), URL: "/returns/" + r.Campaign, Note: i18n.T(c.lang, "web.return.from", "asker", r.Asker(), "at", c.moment(r.PublishedAt)), Tone: webkit.Info, State: i18n.T(c.lang, "web.return.new")}
	if r.ReadAt != 0 {
		t.Tone, t.State = webkit.Success, i18n.T(c.lang, "web.return.read")
	}
	return t
}

// returnView is what an organisation got back, and what it makes of it.
type returnView struct {
	campaign.Return
	Steps   []stepView
	Model   bool // the shares of others are known, by the response model
	Actions []action.Action
	Offers  bool // the actor may offer a good practice
}

type stepView struct {
	release.Step
	Percent int
	Planned bool // there is an action for it already
	Shown   []practice.Shown
}

// terms say where the institution stands with an item, and where others of its standing do.
func (v returnView) terms(ctx context.Context, s stepView) []webkit.Term {
	out := []webkit.Term{{Title: webkit.T(ctx, "web.return.now"), Text: webkit.Say(ctx, s.Now)}, {Title: webkit.T(ctx, "web.return.next"), Text: webkit.Say(ctx, s.Next)}}
	if v.Model {
		out = append(out, webkit.Term{Title: webkit.T(ctx, "web.return.share"), Text: webkit.T(ctx, "web.return.share-text", "n", s.Percent)})
	}
	return out
}

// returnOf is one return of the actor's organisation, with its document in a language.
func (c *call) returnOf() (campaign.Return, campaign.Document, error) {
	id := c.r.PathValue("id")
	list, err := c.Campaigns.Returns(c.ctx, c.actor)
	if err != nil {
		return campaign.Return{}, campaign.Document{}, err
	}
	for _, r := range list {
		if r.Campaign == id {
			d, err := c.Campaigns.Returned(c.ctx, c.actor, id, release.Feedback, string(c.lang))
			return r, d, err
		}
	}
	return campaign.Return{}, campaign.Document{}, errs.New(errs.NotFound, "web: no such return")
}

// returnForm is the form that a return is about.
func (c *call) returnForm(r campaign.Return) (*form.Form, error) {
	f, err := c.Filings.Get(c.ctx, c.actor, r.Filing)
	if err != nil {
		return nil, err
	}
	return c.Filings.Form(f)
}

func (c *call) returnPage() error {
	r, d, err := c.returnOf()
	if err != nil {
		return err
	}
	steps, err := c.Feedback.Steps(d.Data)
	if err != nil {
		return err
	}
	v := returnView{Return: r}
	if v.Actions, err = c.Actions.List(c.ctx, c.actor, action.Filter{SourceKind: "return", SourceID: r.Campaign, Limit: 100}); err != nil {
		return err
	}
	shown, err := c.Practices.Find(c.ctx, c.actor, r.Campaign, "")
	if err != nil {
		return err
	}
	def, err := c.returnForm(r)
	if err != nil {
		return err
	}
	v.Offers = c.may("practice.offer", "practice", "")
	planned := map[string]bool{}
	for _, a := range v.Actions {
		planned[a.Item] = true
	}
	for _, s := range steps {
		v.Model = v.Model || s.Share > 0
		step := stepView{Step: s, Percent: int(100*s.Share + 0.5), Planned: planned[s.Item]}
		if it := def.Item(s.Item); it != nil {
			step.Shown = practice.On(shown, it)
		}
		v.Steps = append(v.Steps, step)
	}
	page := c.titled(i18n.T(c.lang, "web.return.title-of", "campaign", r.Title()))
	page.Marking, page.Lead = "TLP:AMBER", i18n.T(c.lang, "web.return.from", "asker", r.Asker(), "at", c.moment(r.PublishedAt))
	page.Crumbs = []webkit.Crumb{{Text: i18n.T(c.lang, "web.return.title"), URL: "/returns"}}
	return c.render(page, returnShow(v))
}

// mediaTypes are the renderings of a document.
var mediaTypes = map[string]string{"html": "text/html; charset=utf-8", "pdf": "application/pdf", "xlsx": xlsxType}

func (c *call) returnDocument() error {
	r, d, err := c.returnOf()
	if err != nil {
		return err
	}
	return c.document(d.Data, c.r.PathValue("format"), "feedback-"+r.Campaign)
}

// documentPolicy is for a self-contained page: its own styles, no script, no network,
// and an origin of its own, so that it can't act for its reader.
const documentPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-downloads; frame-ancestors 'self'"

// document answers with a kept document: the page is shown, the others are saved.
func (c *call) document(data []byte, format, name string) error {
	media, ok := mediaTypes[format]
	if !ok {
		return errs.New(errs.NotFound, "web: no format %q", format)
	}
	var b bytes.Buffer
	if err := c.Feedback.Write(&b, data, format); err != nil {
		return err
	}
	if format != "html" {
		return webkit.Download(c.w, name+"."+format, media, b.Bytes())
	}
	c.w.Header().Set("Content-Security-Policy", documentPolicy)
	c.w.Header().Set("Content-Type", media)
	c.w.WriteHeader(http.StatusOK)
	_, err := c.w.Write(b.Bytes())
	return err
}

// returnAction makes one of the next steps an action of the organisation.
func (c *call) returnAction() error {
	r, d, err := c.returnOf()
	if err != nil {
		return err
	}
	steps, err := c.Feedback.Steps(d.Data)
	if err != nil {
		return err
	}
	for _, s := range steps {
		if s.Item != c.r.PostFormValue("item") {
			continue
		}
		id, err := c.Actions.Plan(c.ctx, c.actor, action.Action{SourceKind: "return", SourceID: r.Campaign, Item: s.Item, Title: cut(s.Ask.In(c.lang), action.MaxTitle),
			Detail: s.Advice.In(c.lang), NowLevel: s.Now.In(c.lang), NextLevel: s.Next.In(c.lang), Owner: c.actor.Person})
		if err != nil {
			return c.refuseUnless(err, "/returns/"+r.Campaign)
		}
		return c.done("/actions/"+id, "web.action.planned")
	}
	return errs.New(errs.NotFound, "web: no such step")
}

// cut shortens a text to n characters.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
