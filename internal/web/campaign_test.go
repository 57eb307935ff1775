package web_test

import (
	"context"
	"testing"
	"time"

	"yagura/internal/campaign"
	"yagura/internal/clock"
	"yagura/internal/org"
)

// create enters a campaign of the bench's asker.
func (b *askerBench) create(population string) string {
	b.t.Helper()
	id, err := b.Campaigns.Create(context.Background(), b.actor("mana", b.asker), campaign.Campaign{TitleJA: "自己評価", TitleEN: "Self-assessment", Form: "toy", Edition: "2026",
		Population: population, Marking: "TLP:AMBER", DueAt: clock.Micros(b.clock.Now().Add(30 * 24 * time.Hour))})
	b.must(err)
	return id
}

func TestBoard(t *testing.T) {
	eachAsker(t, org.Authority, func(b *askerBench) {
		id := b.create("")
		b.has(b.page("mana", "/campaigns", 200), "自己評価", "準備中", "/campaigns/"+id)
		b.has(b.page("mana", "/campaigns/"+id, 200), "対象の確認", "実施を開始")
		_, err := b.Campaigns.OpenNow(context.Background(), b.actor("mana", b.asker), id)
		b.must(err)
		b.has(b.page("mana", "/campaigns/"+id, 200), "信用金庫", "?sector=shinkin&amp;state=assigned", "<svg")
	})
}
