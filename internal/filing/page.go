package filing

import (
	"context"
	"strings"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
)

// Filter says which received filings are listed, in which order, and which part of
// them. A zero field doesn't filter.
type Filter struct {
	Campaign string
	Party    string
	Sector   string
	State    State
	Open     bool   // only those without a submission that stands
	Late     bool   // only those past their deadline without one
	Done     bool   // only those with a submission that stands
	Text     string // part of the code or of a name, without regard to case
	Trial    bool   // those of the test run instead of the others
	Sort     string // a key of Sorts; default code
	Desc     bool
	Limit    int // 0: all
	Offset   int
}

// orders are what a list may be sorted by; the id makes every order total.
var orders = map[string]string{
	"code":      "code",
	"name":      "name_ja",
	"sector":    "sector",
	"state":     stateOrder,
	"progress":  "case when total = 0 then 0 else answered * 1000 / total end",
	"due":       "due_at",
	"submitted": "submitted_at",
}

// stateOrder is the place of a state on the way, as SQL.
var stateOrder = func() string {
	b := strings.Builder{}
	b.WriteString("case state")
	for i, s := range States {
		b.WriteString(" when '" + string(s) + "' then " + string(rune('0'+i)))
	}
	return b.String() + " else 9 end"
}()

// Sorts lists the keys of Filter.Sort, the default first.
var Sorts = []string{"code", "name", "sector", "state", "progress", "due", "submitted"}

// likeText makes a text that LIKE takes literally (with escape '!').
var likeText = strings.NewReplacer(`!`, `!!`, `%`, `!%`, `_`, `!_`)

// ReceivedPage lists received filings of the actor's organisation and counts all that
// the filter lets pass.
func (s *Store) ReceivedPage(ctx context.Context, a authz.Actor, f Filter) (rows []Received, total int, err error) {
	if _, err := s.may.Decide(a, "campaign.read", authz.Thing{Kind: "campaign", ID: f.Campaign, Tenant: a.Org}); err != nil {
		return nil, 0, err
	}
	where, args := f.where(clock.Micros(s.now.Now()))
	q := s.db.Tenant(a.Org)
	n, err := db.One[int64](ctx, q, `select count(*) from filing_received where tenant = :tenant`+where, args)
	if err != nil {
		return nil, 0, err
	}
	order, ok := orders[f.Sort]
	if !ok {
		order = orders["code"]
	}
	if f.Desc {
		order += " desc"
	}
	limit := ""
	if f.Limit > 0 {
		limit = ` limit :limit offset :offset`
		args["limit"], args["offset"] = f.Limit, f.Offset
	}
	rows, err = db.All[Received](ctx, q, `select `+receivedColumns+` from filing_received where tenant = :tenant`+where+` order by `+order+`, code, id`+limit, args)
	return rows, int(n), err
}

func (f Filter) where(now int64) (string, db.Args) {
	text, args := "", db.Args{}
	add := func(condition, name string, value any) {
		text += " and " + condition
		args[name] = value
	}
	if f.Campaign != "" {
		trial := 0
		if f.Trial {
			trial = 1
		}
		add("campaign = :campaign", "campaign", f.Campaign)
		add("trial = :trial", "trial", trial)
	}
	if f.Party != "" {
		add("party = :party", "party", f.Party)
	}
	if f.Sector != "" {
		add("sector = :sector", "sector", f.Sector)
	}
	if f.State != "" {
		add("state = :state", "state", f.State)
	}
	if f.Open || f.Late {
		text += " and (revision = 0 or state = 'returned')"
	}
	if f.Done {
		text += " and revision > 0 and state <> 'returned'"
	}
	if f.Late {
		add("due_at < :now", "now", now)
	}
	if t := strings.ToLower(strings.TrimSpace(f.Text)); t != "" {
		add(`(lower(code) like :text escape '!' or lower(name_ja) like :text escape '!' or lower(name_en) like :text escape '!')`, "text", "%"+likeText.Replace(t)+"%")
	}
	return text, args
}
