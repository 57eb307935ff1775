package web_test

import (
	"strings"
	"testing"

	"yagura/internal/org"
)

// Who asks finds its campaigns by title and form; half of a title is enough, another word is not.
func TestSearchFindsCampaigns(t *testing.T) {
	eachAsker(t, org.Authority, func(b *askerBench) {
		id := b.create("")
		b.has(b.page("mana", "/search?q=%E8%87%AA%E5%B7%B1", 200), "自己評価", `href="/campaigns/`+id+`"`)
		if page := b.page("mana", "/search?q=%E8%87%AA%E5%B7%B1+ransomware", 200); strings.Contains(page, `href="/campaigns/`+id+`"`) {
			t.Error("a campaign was found that lacks a word")
		}
	})
}
