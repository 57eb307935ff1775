package filing

import (
	"context"

	"yagura/internal/authz"
	"yagura/internal/db"
)

// Pending is a section that waits for the person whom it was given to.
type Pending struct {
	Filing  string `db:"filing"`
	Section string `db:"section"`
	Due     string `db:"due"` // ISO date within the organisation; may be empty
}

// Pending lists the sections that were given to the actor and are not done, of filings
// whose answers can still be changed; those with the next date first, without a date last.
func (s *Store) Pending(ctx context.Context, a authz.Actor, limit int) ([]Pending, error) {
	if _, err := s.may.Decide(a, "filing.read", Filing{Tenant: a.Org}.thing(nil)); err != nil {
		return nil, err
	}
	return db.All[Pending](ctx, s.db.Tenant(a.Org), `select s.filing, s.section, s.due from filing_section s join filing_own f on f.id = s.filing and f.tenant = :tenant
		where s.tenant = :tenant and s.person = :person and s.done_at = 0 and f.locked = 0 and f.state in ('assigned', 'returned', 'correcting')
		order by case when s.due = '' then 1 else 0 end, s.due, s.filing, s.section limit :limit`, db.Args{"person": a.Person, "limit": limit})
}

// OpenQuestions counts, by filing of the actor's organisation, the threads of the asker
// that wait for a reply.
func (s *Store) OpenQuestions(ctx context.Context, a authz.Actor) (map[string]int64, error) {
	if _, err := s.may.Decide(a, "filing.read", Filing{Tenant: a.Org}.thing(nil)); err != nil {
		return nil, err
	}
	type row struct {
		Filing string `db:"filing"`
		N      int64  `db:"n"`
	}
	rows, err := db.All[row](ctx, s.db.Tenant(a.Org), `select q.filing, count(distinct q.thread) as n from filing_question q where q.tenant = :tenant and q.side = 'asker'
		and exists (select 1 from filing_own f where f.tenant = :tenant and f.id = q.filing)
		and not exists (select 1 from filing_question r where r.tenant = :tenant and r.filing = q.filing and r.thread = q.thread and r.seq > q.seq)
		group by q.filing`, nil)
	out := make(map[string]int64, len(rows))
	for _, r := range rows {
		out[r.Filing] = r.N
	}
	return out, err
}
