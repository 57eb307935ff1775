package app

import (
	"context"
	"fmt"

	"yagura/internal/db"
)

// rowsOf compares the documents that parties of a campaign hold with those that were
// frozen for them; it says what is wrong.
func rowsOf(s *Site, campaign string) string {
	ctx, h := context.Background(), s.DB.System("test")
	given, err := db.One[int64](ctx, h, `select count(distinct tenant) from campaign_return where campaign = :id`, db.Args{"id": campaign})
	if err != nil {
		return err.Error()
	}
	frozen, err := db.One[int64](ctx, h, `select count(*) from campaign_frozen where campaign = :id`, db.Args{"id": campaign})
	if err != nil {
		return err.Error()
	}
	if given == 0 || given != frozen {
		return fmt.Sprintf("%d parties submitted, %d got something back", frozen, given)
	}
	foreign, err := db.One[int64](ctx, h, `select count(*) from campaign_return r left join campaign_frozen z on z.campaign = r.campaign and z.party = r.tenant
		where r.campaign = :id and z.party is null`, db.Args{"id": campaign})
	if err != nil || foreign != 0 {
		return fmt.Sprintf("%d documents went to others (%v)", foreign, err)
	}
	return ""
}
