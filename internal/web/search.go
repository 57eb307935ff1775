package web

import (
	"context"
	"strings"

	"yagura/internal/filing"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/webkit"
)

func (s *server) searchRoutes() []route {
	return []route{{"GET /search", seat, "work.read", (*call).searchPage}}
}

// Limits of a search: filings that are looked through, and hits that are shown.
const (
	searchFilings = 20
	searchHits    = 100
)

// searchView is a search with what it found.
type searchView struct {
	Query string
	Hits  []searchHit
	More  bool
}

// searchHit is an item or a campaign in which all words occur.
type searchHit struct {
	Ask, URL, Filing, Section, Answer string
}

func (c *call) searchPage() error {
	v := searchView{Query: strings.TrimSpace(c.r.FormValue("q"))}
	if words := searchWords(v.Query); len(words) > 0 {
		hits, err := c.searchHits(words)
		if err != nil {
			return err
		}
		v.Hits = hits
		if v.More = len(v.Hits) > searchHits; v.More {
			v.Hits = v.Hits[:searchHits]
		}
	}
	return c.render(c.page("web.search.title"), searchPage(v))
}

// searchHits looks where the actor may read: through the campaigns of an asker, and
// through the filings of who answers.
func (c *call) searchHits(words []string) ([]searchHit, error) {
	var out []searchHit
	if c.may("campaign.read", "campaign", "") {
		list, err := c.Campaigns.List(c.ctx, c.actor, campaignsShown)
		if err != nil {
			return nil, err
		}
		for _, k := range list {
			if holds(words, k.TitleJA, k.TitleEN, k.Form, c.formTitle(k.Form, k.Edition)) {
				out = append(out, searchHit{Ask: k.Title().In(c.lang), URL: "/campaigns/" + k.ID, Filing: c.formTitle(k.Form, k.Edition), Section: c.campaignState(k.State)})
			}
		}
	}
	if c.may("filing.read", "filing", "") {
		list, err := c.Filings.Filled(c.ctx, c.actor, searchFilings)
		if err != nil {
			return nil, err
		}
		for _, f := range list {
			out = append(out, searchFiling(c.ctx, f, words)...)
		}
	}
	return out, nil
}

// holds reports whether all words occur in the texts, anywhere: Japanese has no spaces
// between them.
func holds(words []string, texts ...string) bool {
	text := strings.ToLower(form.Normalise(strings.Join(texts, "\n")))
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// searchWords are the words of a query as texts are compared: width, case and kana
// forms make no difference (form.Normalise).
func searchWords(query string) []string {
	return strings.Fields(strings.ToLower(form.Normalise(query)))
}

// searchFiling finds the items whose question, guidance or answer holds all words.
func searchFiling(ctx context.Context, f filing.Filled, words []string) []searchHit {
	lang := webkit.Lang(ctx)
	var out []searchHit
	for _, it := range f.FormDef.Items() {
		answer := ""
		if a, ok := f.Answers[it.ID]; ok {
			answer = strings.TrimSpace(webkit.AnswerText(ctx, it, a, nil) + " " + a.Comment)
		}
		parts := []string{it.ID, answer, it.Section().Title.In(lang)}
		for _, t := range []i18n.Text{it.Ask, it.Help, it.Evidence, it.Next} {
			parts = append(parts, t.JA, t.EN)
		}
		if holds(words, parts...) {
			sec := it.Section()
			out = append(out, searchHit{Ask: it.Ask.In(lang), URL: "/filings/" + f.ID + "/sections/" + sec.ID, Filing: f.Title().In(lang), Section: sec.Title.In(lang), Answer: answer})
		}
	}
	return out
}
