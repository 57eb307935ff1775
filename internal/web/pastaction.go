package web

import (
	"yagura/internal/action"
	"yagura/internal/filing"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/webkit"
)

// pastAction is an action that came from the feedback on an earlier filing of the same
// form, with the item of this edition that continues the one it was about.
type pastAction struct {
	action.Action
	Now *form.Item // nil where the item has no successor
}

// pastActions are the actions of the actor's organisation that came from earlier rounds
// of a filing's form, through the lineage of its items.
func (c *call) pastActions(f filing.Filing, def *form.Form) ([]pastAction, error) {
	if !c.may("action.read", "action", "") {
		return nil, nil
	}
	actions, err := c.Actions.List(c.ctx, c.actor, action.Filter{SourceKind: "return", Limit: 1000})
	if err != nil || len(actions) == 0 {
		return nil, err
	}
	filings, err := c.Filings.List(c.ctx, c.actor, 1000)
	if err != nil {
		return nil, err
	}
	edition := map[string]string{} // of the form, by campaign
	for _, was := range filings {
		if was.Form == f.Form && was.Campaign != f.Campaign && was.CreatedAt < f.CreatedAt {
			edition[was.Campaign] = was.Edition
		}
	}
	continues := map[string]string{}
	prev := c.Forms.Previous(def)
	if prev != nil {
		links, _ := form.Lineage(prev, def)
		for _, l := range links {
			continues[l.From] = l.ID
		}
	}
	var out []pastAction
	for _, a := range actions {
		switch was, ok := edition[a.SourceID]; {
		case !ok:
		case was == def.Edition:
			out = append(out, pastAction{a, def.Item(a.Item)})
		case prev != nil && was == prev.Edition:
			out = append(out, pastAction{a, def.Item(continues[a.Item])})
		}
	}
	return out, nil
}

// pastTable shows them; on the page of one item those about it alone.
func (c *call) pastTable(list []pastAction, item string) webkit.TableView {
	keys := []string{"web.action.name", "web.past.item", "web.action.state", "web.action.due", "web.action.evidence"}
	if item != "" {
		keys = append(keys[:1], keys[2:]...)
	}
	t := webkit.TableView{Caption: i18n.T(c.lang, "web.past.title"), HideCaption: true, Columns: heads(c.columns(keys...))}
	for _, a := range list {
		if item != "" && (a.Now == nil || a.Now.ID != item) {
			continue
		}
		row := []webkit.Cell{{Text: a.Title, URL: "/actions/" + a.ID, Head: true}}
		if item == "" {
			about := i18n.T(c.lang, "web.past.retired")
			if a.Now != nil {
				about = cut(a.Now.Ask.In(c.lang), 60)
			}
			row = append(row, webkit.Cell{Text: about})
		}
		due := a.Due
		if a.Late(c.today()) {
			due = c.aside(due, i18n.T(c.lang, "web.action.late"))
		}
		t.Rows = append(t.Rows, append(row, webkit.Cell{Body: webkit.StatusTag(actionTone(a.State), i18n.T(c.lang, "action.state."+string(a.State)))},
			webkit.Cell{Text: due}, webkit.Cell{Text: cut(a.Evidence, 120)}))
	}
	return t
}
