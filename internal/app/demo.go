package app

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"time"

	"yagura/internal/assessment/demo"
	"yagura/internal/authz"
	"yagura/internal/campaign"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/filing"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/org"
	"yagura/internal/web"
)

// demoForm is the questionnaire of the synthetic sector.
const demoForm = "regional-self-assessment"

// Demonstration is a synthetic sector in a site: 498 institutions, last year's campaign
// released, this year's open and half answered. Nothing in it is about a real institution.
type Demonstration struct {
	site    *Site // over a clock that is set through the two years
	clock   *clock.Fake
	asker   string
	parties []demoParty
	persons map[string]string // of the asker and of the first institution, by role
	say     func(key string, args ...any)

	lastFilings map[string]string // of last year, by institution
	lastYearID  string            // its campaign
}

type demoParty struct {
	id  string
	org form.Org
}

// DemoOptions steer a demonstration.
type DemoOptions struct {
	Now   time.Time                     // when it is looked at
	Seed  uint64                        // equal seeds give equal sectors
	Every int                           // takes each such institution only; 0 and 1 take all
	Say   func(key string, args ...any) // tells how far it is
}

// thin keeps each n-th institution of a sector.
func thin(s demo.Sector, n int) demo.Sector {
	if n < 2 {
		return s
	}
	var out demo.Sector
	for i := 0; i < len(s.Parties); i += n {
		out.Parties, out.Current, out.Previous = append(out.Parties, s.Parties[i]), append(out.Current, s.Current[i]), append(out.Previous, s.Previous[i])
	}
	return out
}

// SeedDemo fills an empty database.
func SeedDemo(ctx context.Context, s *Site, files fs.FS, cfg SiteConfig, o DemoOptions) (*web.Demo, error) {
	past := clock.NewFake(time.Date(o.Now.Year()-1, time.June, 1, 0, 0, 0, 0, time.UTC))
	cfg.Clock = past
	then, err := join(s.DB, files, cfg)
	if err != nil {
		return nil, err
	}
	d := &Demonstration{site: then, clock: past, persons: map[string]string{}, say: o.Say}
	cur, err := then.Forms.Form(demoForm, "")
	if err != nil {
		return nil, err
	}
	prev := then.Forms.Previous(cur)
	figures := demo.Figures{}
	for _, ref := range then.Catalog.References() {
		low, high := ref.Range()
		figures[ref.ID] = demo.Figure{FY: ref.FY, Share: (low + high) / 200}
	}
	sector := thin(demo.Generate(o.Seed, i18n.JA, cur, prev, figures), o.Every)
	for _, step := range []func() error{
		func() error { return d.organisations(ctx, sector) },
		func() error { return d.lastYear(ctx, prev, sector.Previous) },
		func() error { return d.practices(ctx) },
		func() error { return d.improvements(ctx, prev) },
		func() error { return d.thisYear(ctx, cur, sector.Current, o.Now) },
		func() error { return d.registers(ctx) },
		func() error { return d.collect(ctx, o.Seed, o.Now) },
		func() error { return d.incidents(ctx, o.Now) },
		func() error { return d.screenings(ctx) },
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return demoDoors(ctx, s)
}

// organisations enters the asker, the institutions and the people of both sides.
func (d *Demonstration) organisations(ctx context.Context, sector demo.Sector) error {
	s := d.site
	d.say("cli.demo.orgs", "n", len(sector.Parties))
	return s.DB.System("seed a demonstration").Tx(ctx, func(tx *db.Tx) error {
		var err error
		if d.asker, err = s.Orgs.Add(ctx, tx, org.Organisation{Kind: org.Authority, NameJA: "監督当局（デモ）", NameEN: "Supervisory authority (demo)"}); err != nil {
			return err
		}
		for _, p := range sector.Parties {
			id, err := s.Orgs.Add(ctx, tx, org.Organisation{Kind: org.Institution, NameJA: p.Name, NameEN: i18n.T(i18n.EN, "demo.name."+p.Sector, "n", p.ID[1:]), Sector: p.Sector, Size: p.Size, Group: p.Group, Centre: p.Centre, Jurisdiction: p.Jurisdiction})
			if err != nil {
				return err
			}
			d.parties = append(d.parties, demoParty{id, p})
			if err := s.Orgs.ConnectIn(ctx, tx, d.asker, org.Tie{Organisation: id, Kind: "supervised", Code: p.ID, Since: "2020-04-01"}); err != nil {
				return err
			}
		}
		return errors.Join(d.people(ctx, tx, d.asker, "authority", authz.Manager, authz.Analyst, authz.Supervisor),
			d.people(ctx, tx, d.parties[0].id, "bank", authz.Respondent, authz.Checker, authz.Approver, authz.Auditor, authz.Administrator))
	})
}

// people enters one person for each role; they are named after what they do.
func (d *Demonstration) people(ctx context.Context, tx *db.Tx, tenant, host string, roles ...authz.Role) error {
	for _, r := range roles {
		name := i18n.T(i18n.JA, "web.role."+string(r)) + "担当"
		id, err := d.site.Orgs.AddPerson(ctx, tx, org.Person{Email: string(r) + "@" + host + ".example", Name: name, Lang: i18n.JA})
		if err != nil {
			return err
		}
		d.persons[string(r)] = id
		if err := d.site.Orgs.Grant(ctx, tx, authz.Actor{Person: "system"}, "", tenant, id, "", []authz.Role{r}); err != nil {
			return err
		}
	}
	return nil
}

// actor is who acts for an organisation in a role.
func (d *Demonstration) actor(tenant string, r authz.Role) authz.Actor {
	return authz.Actor{Person: d.persons[string(r)], Name: i18n.T(i18n.JA, "web.role."+string(r)) + "担当", Org: tenant, Roles: []authz.Role{r}}
}

// open asks the sector for a form and returns the campaign and each party's filing.
func (d *Demonstration) open(ctx context.Context, f *form.Form, title i18n.Text, due time.Time) (string, map[string]string, error) {
	return d.ask(ctx, f, title, "", due)
}

// ask is open for those for whom a condition holds.
func (d *Demonstration) ask(ctx context.Context, f *form.Form, title i18n.Text, population string, due time.Time) (string, map[string]string, error) {
	mana := d.actor(d.asker, authz.Manager)
	id, err := d.site.Campaigns.Create(ctx, mana, campaign.Campaign{TitleJA: title.JA, TitleEN: title.EN, Form: f.ID, Edition: f.Edition, Population: population, Marking: "TLP:AMBER", DueAt: clock.Micros(due), Reminders: campaign.UsualPlan.String()})
	if err != nil {
		return "", nil, err
	}
	if _, err := d.site.Campaigns.OpenNow(ctx, mana, id); err != nil {
		return "", nil, err
	}
	rows, err := d.site.Filings.Received(ctx, mana, id)
	filings := make(map[string]string, len(rows))
	for _, r := range rows {
		filings[r.Party] = r.ID
	}
	return id, filings, err
}

// way takes a filing through the moves of the institution's people.
func (d *Demonstration) way(ctx context.Context, tenant, id string, moves ...filing.Move) error {
	by := map[filing.Move]authz.Role{filing.Finish: authz.Respondent, filing.Check: authz.Checker, filing.Approve: authz.Approver, filing.Submit: authz.Respondent}
	for _, m := range moves {
		if _, err := d.site.Filings.Do(ctx, d.actor(tenant, by[m]), id, m, ""); err != nil {
			return err
		}
	}
	return nil
}

var wholeWay = []filing.Move{filing.Finish, filing.Check, filing.Approve, filing.Submit}

// lastYear runs a whole campaign: everybody submits, the release is published.
func (d *Demonstration) lastYear(ctx context.Context, f *form.Form, answers []form.Answers) error {
	year := d.clock.Now().Year()
	d.say("cli.demo.last-year", "year", year)
	id, filings, err := d.open(ctx, f, d.title(year), time.Date(year, time.August, 29, 8, 0, 0, 0, time.UTC))
	if err != nil {
		return err
	}
	d.lastFilings, d.lastYearID = filings, id
	for i, p := range d.parties {
		d.clock.Advance(3 * time.Hour)
		if _, err := d.site.Filings.Import(ctx, d.actor(p.id, authz.Respondent), filings[p.id], "excel", answers[i]); err != nil {
			return err
		}
		if err := d.way(ctx, p.id, filings[p.id], wholeWay...); err != nil {
			return d.unfit(err, p)
		}
		if err := d.site.Filings.Answer(ctx, d.actor(d.asker, authz.Supervisor), filings[p.id], filing.Accept, ""); err != nil {
			return err
		}
	}
	d.clock.Set(time.Date(year, time.September, 1, 1, 0, 0, 0, time.UTC))
	if err := d.site.Campaigns.Close(ctx, d.actor(d.asker, authz.Manager), id); err != nil {
		return err
	}
	d.clock.Set(time.Date(year, time.October, 15, 1, 0, 0, 0, time.UTC))
	d.say("cli.demo.release")
	if err := d.site.Feedback.Make(ctx, d.actor(d.asker, authz.Analyst), id, nil); err != nil {
		return err
	}
	boss := d.actor(d.asker, authz.Supervisor)
	return errors.Join(d.site.Campaigns.Approve(ctx, boss, id), d.site.Campaigns.Publish(ctx, boss, id))
}

// unfit says which faults of the synthetic answers stood in the way.
func (d *Demonstration) unfit(err error, p demoParty) error {
	var u *filing.Unfit
	if errors.As(err, &u) && len(u.Findings) > 0 {
		return errors.Join(err, errors.New(p.org.ID+": "+u.Findings[0].Line(i18n.EN)))
	}
	return err
}

func (d *Demonstration) title(year int) i18n.Text {
	return i18n.Both("cli.demo.title", "year", year)
}

// thisYear opens a campaign that is half answered on the day that it is looked at: one
// institution in five has submitted, others are on their way, begun, or silent.
func (d *Demonstration) thisYear(ctx context.Context, f *form.Form, answers []form.Answers, now time.Time) error {
	d.say("cli.demo.this-year", "year", now.Year())
	d.clock.Set(now.Add(-28 * 24 * time.Hour))
	due := now.Add(21 * 24 * time.Hour)
	_, filings, err := d.open(ctx, f, d.title(now.Year()), time.Date(due.Year(), due.Month(), due.Day(), 8, 0, 0, 0, time.UTC))
	if err != nil {
		return err
	}
	for i, p := range d.parties {
		d.clock.Set(now.Add(-28*24*time.Hour + time.Duration(i)*28*24*time.Hour/time.Duration(len(d.parties))))
		if err := d.stand(ctx, i, p, filings[p.id], f, answers[i]); err != nil {
			return d.unfit(err, p)
		}
	}
	return nil
}

// stand brings one filing to where it stands.
func (d *Demonstration) stand(ctx context.Context, i int, p demoParty, id string, f *form.Form, answers form.Answers) error {
	anna := d.actor(p.id, authz.Respondent)
	if i == 0 { // the institution that visitors see from within
		part := form.Answers{}
		for _, sec := range f.Sections[:len(f.Sections)/2] {
			for _, it := range sec.Items {
				if a, ok := answers[it.ID]; ok {
					part[it.ID] = a
				}
			}
		}
		_, err := d.site.Filings.Import(ctx, anna, id, "screen", part)
		return err
	}
	switch step := i % 10; {
	case step < 2: // silent
		return nil
	case step < 6: // begun
		part, items := form.Answers{}, f.Items()
		for _, it := range items[:len(items)*(1+i%7)/8] {
			if a, ok := answers[it.ID]; ok {
				part[it.ID] = a
			}
		}
		_, err := d.site.Filings.Import(ctx, anna, id, "screen", part)
		return err
	default:
		if _, err := d.site.Filings.Import(ctx, anna, id, "excel", answers); err != nil {
			return err
		}
		if step < 8 {
			return d.way(ctx, p.id, id, wholeWay[:1+i%3]...)
		}
		if err := d.way(ctx, p.id, id, wholeWay...); err != nil || i%20 != 9 {
			return err
		}
		return d.site.Filings.Answer(ctx, d.actor(d.asker, authz.Supervisor), id, filing.Accept, "")
	}
}

// demoDoors are the persons as whom a visitor of the demonstration may look around.
func demoDoors(ctx context.Context, s *Site) (*web.Demo, error) {
	var out web.Demo
	for _, r := range authz.Roles {
		host := "bank"
		if slices.Contains([]authz.Role{authz.Manager, authz.Analyst, authz.Supervisor}, r) {
			host = "authority"
		}
		p, err := s.Orgs.PersonByEmail(ctx, string(r)+"@"+host+".example")
		if err != nil {
			return nil, err
		}
		seats, err := s.Orgs.Seats(ctx, p.ID)
		if err != nil || len(seats) == 0 {
			return nil, err
		}
		out.Persons = append(out.Persons, web.DemoPerson{Person: p.ID, Org: seats[0].Org, Title: i18n.Both("web.role." + string(r)), Note: i18n.Both("web.demo." + string(r))})
	}
	return &out, nil
}
