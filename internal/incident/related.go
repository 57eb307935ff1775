package incident

import (
	"cmp"
	"context"
	"slices"

	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/i18n"
	"yagura/internal/incident/correlate"
	"yagura/internal/incident/facts"
)

// Relation is a case that may belong together with another, with what speaks for it.
type Relation struct {
	Case
	Kind     correlate.Kind
	Chance   float64 // under the model of package correlate, 0 to 1; of the weakest link on the way
	Evidence []correlate.Evidence
	Direct   bool // linked with the case itself, not by way of others
}

// mostCompared bounds how many cases are compared with one: the latest.
const mostCompared = 5000

type newest struct {
	Incident string `db:"incident"`
	Doc      string `db:"doc"`
}

// Related lists the received cases that may belong to one campaign with a case, or tell of
// the same incident, by the latest report of each within the horizon of package correlate:
// directly linked ones first, then by chance. It proposes; people decide.
func (s *Store) Related(ctx context.Context, a authz.Actor, id string) ([]Relation, error) {
	if _, err := s.may.Decide(a, "intake.read", authz.Thing{Kind: "intake", ID: id, Tenant: a.Org}); err != nil {
		return nil, err
	}
	set := correlate.Defaults()
	var rows []newest
	var cases []Case
	err := s.db.Tenant(a.Org).Read(ctx, func(tx *db.Tx) error {
		k, err := db.One[Case](ctx, tx, `select `+caseColumns+` from intake_case where tenant = :tenant and id = :id`, db.Args{"id": id})
		if err != nil {
			return err
		}
		span := set.Horizon.Microseconds()
		args := db.Args{"from": k.FirstAt - span, "to": k.LastAt + span, "limit": mostCompared}
		if cases, err = db.All[Case](ctx, tx, `select `+caseColumns+` from intake_case where tenant = :tenant and last_at >= :from and first_at <= :to order by last_at desc, id limit :limit`, args); err != nil {
			return err
		}
		rows, err = db.All[newest](ctx, tx, `select r.incident, r.doc from intake_report r join intake_case c on c.tenant = r.tenant and c.id = r.incident
			where r.tenant = :tenant and c.last_at >= :from and c.first_at <= :to and r.state <> 'withdrawn' order by r.incident, r.submitted_at, r.seq`, args)
		return err
	})
	if err != nil {
		return nil, err
	}
	return relations(id, cases, rows, set), nil
}

// relations compares the cases by everything that their reports state, later reports over
// earlier ones.
func relations(id string, cases []Case, rows []newest, set correlate.Settings) []Relation {
	bases := map[string]*facts.Base{}
	for _, r := range rows {
		c, err := ParseContent(r.Doc)
		if err != nil {
			continue // what cannot be read is not compared
		}
		b := bases[r.Incident]
		if b == nil {
			b = &facts.Base{ID: r.Incident, Zone: c.Zone}
			bases[r.Incident] = b
		}
		for _, f := range c.Fields {
			if len(f.Record) > 0 {
				if record, err := decode(f.Fact, string(f.Record)); err == nil {
					b.Records = append(b.Records, record)
				}
			}
		}
	}
	var reports []correlate.Report
	for _, k := range cases {
		if b := bases[k.ID]; b != nil {
			if r := correlate.Read(b, b.At(micros(k.LastAt))); !r.At.IsZero() {
				reports = append(reports, r)
			}
		}
	}
	for _, g := range correlate.Correlate(reports, set).Groups() {
		if slices.ContainsFunc(g.Reports, func(m correlate.Member) bool { return m.ID == id }) {
			return inGroup(id, g, cases)
		}
	}
	return nil
}

func inGroup(id string, g correlate.Group, cases []Case) []Relation {
	var out []Relation
	for _, m := range g.Reports {
		n := slices.IndexFunc(cases, func(k Case) bool { return k.ID == m.ID })
		if m.ID == id || n < 0 {
			continue
		}
		r := Relation{Case: cases[n], Kind: correlate.InCampaign, Chance: 1}
		for _, l := range path(g.Links, id, m.ID) {
			if l.Chance <= r.Chance {
				r.Chance, r.Evidence = l.Chance, l.Evidence
			}
			r.Direct = l.A == id || l.B == id
			r.Kind = l.Kind
		}
		if len(path(g.Links, id, m.ID)) != 1 {
			r.Direct, r.Kind = false, correlate.InCampaign
		}
		out = append(out, r)
	}
	slices.SortStableFunc(out, func(a, b Relation) int {
		return cmp.Or(cmp.Compare(flag(b.Direct), flag(a.Direct)), cmp.Compare(b.Chance, a.Chance), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// path is the links from one report to another; the links of a group are a tree.
func path(links []correlate.Link, from, to string) []correlate.Link {
	type step struct {
		at  string
		way []correlate.Link
	}
	seen := map[string]bool{from: true}
	for queue := []step{{at: from}}; len(queue) > 0; queue = queue[1:] {
		if queue[0].at == to {
			return queue[0].way
		}
		for _, l := range links {
			for _, next := range [][2]string{{l.A, l.B}, {l.B, l.A}} {
				if next[0] == queue[0].at && !seen[next[1]] {
					seen[next[1]] = true
					queue = append(queue, step{next[1], append(slices.Clone(queue[0].way), l)})
				}
			}
		}
	}
	return nil
}

// Told is what a case's reports say, by fact, the latest last: for a search in them.
func (r Receipts) Told() ([]Field, error) {
	var out []Field
	at := map[string]int{}
	for _, one := range r.Reports {
		if one.State == Withdrawn {
			continue
		}
		c, err := ParseContent(one.Doc)
		if err != nil {
			return nil, err
		}
		for _, f := range c.Fields {
			if f.Text == (i18n.Text{}) {
				continue
			}
			if n, ok := at[f.key()]; ok {
				out[n] = f
				continue
			}
			at[f.key()] = len(out)
			out = append(out, f)
		}
	}
	return out, nil
}
