package incident

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"yagura/internal/authz"
	"yagura/internal/calendar"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/incident/playbook"
	"yagura/internal/incident/severity"
	"yagura/internal/predicate"
)

// The states of a task that a playbook proposes, before it is accepted (open). Withdrawn
// is one whose condition no longer holds.
const (
	proposed  = "proposed"
	withdrawn = "withdrawn"
)

// Running is a playbook that is followed in an incident.
type Running struct {
	Playbook string `db:"playbook"` // id@edition
	Active   int64  `db:"active"`   // 0: what called for it no longer holds
	BegunAt  int64  `db:"begun_at"`
	Person   string `db:"person"` // who began it by hand; "" when the facts did
}

// Planned is a step of a playbook as a task of the incident.
type Planned struct {
	Task
	Step     playbook.Step
	Playbook string // id@edition
}

// Plan is what is to be done in an incident by its playbooks.
type Plan struct {
	Running  []Running
	Steps    []Planned            // by state of handling, then in the order of the playbooks
	Others   []*playbook.Playbook // in force and not running
	Known    predicate.Facts      // by which stages are judged
	Evidence int64                // pieces registered
}

// Progress counts the steps of a state that are done or skipped, and all of them.
func (p *Plan) Progress(state State) (done, all int) {
	for _, s := range p.Steps {
		if s.Phase == string(state) && s.State != withdrawn {
			all++
			if s.State == "done" || s.State == "dropped" {
				done++
			}
		}
	}
	return done, all
}

const taskColumns = `id, title, owner, due_at, state, done_at, created_at, created_by, version, step, phase, doc`

// Plan reads the playbooks of an incident and their steps.
func (s *Store) Plan(ctx context.Context, a authz.Actor, sh *Sheet) (*Plan, error) {
	if _, err := s.may.Decide(a, "incident.read", sh.thing()); err != nil {
		return nil, err
	}
	p := &Plan{Known: severity.Facts(sh.View, s.book.Dictionary)}
	err := s.db.Tenant(a.Org).Read(ctx, func(tx *db.Tx) error {
		var err error
		if p.Running, err = s.running(ctx, tx, sh.Incident); err != nil {
			return err
		}
		if p.Steps, err = s.planned(ctx, tx, sh.Incident); err != nil {
			return err
		}
		p.Evidence, err = secured(ctx, tx, sh.Incident)
		return err
	})
	for _, b := range playbook.InForce(s.book.Playbooks, s.today()) {
		if !slices.ContainsFunc(p.Running, func(r Running) bool { return bookOf(r.Playbook) == b.ID }) {
			p.Others = append(p.Others, b)
		}
	}
	return p, err
}

func (s *Store) today() string { return s.now.Now().In(calendar.Tokyo).Format(time.DateOnly) }

// bookOf is the id of a playbook's name.
func bookOf(name string) string {
	id, _, _ := strings.Cut(name, "@")
	return id
}

func (s *Store) running(ctx context.Context, q db.Querier, i Incident) ([]Running, error) {
	return db.All[Running](ctx, q, `select playbook, active, begun_at, person from incident_playbook where tenant = :tenant and incident = :id order by begun_at, playbook`,
		db.Args{"tenant": i.Tenant, "id": i.ID})
}

func secured(ctx context.Context, q db.Querier, i Incident) (int64, error) {
	return db.One[int64](ctx, q, `select count(*) from incident_evidence where tenant = :tenant and incident = :id`, db.Args{"tenant": i.Tenant, "id": i.ID})
}

// planned lists the tasks that come from playbooks.
func (s *Store) planned(ctx context.Context, q db.Querier, i Incident) ([]Planned, error) {
	tasks, err := db.All[Task](ctx, q, `select `+taskColumns+` from incident_task where tenant = :tenant and incident = :id and step <> '' order by id`,
		db.Args{"tenant": i.Tenant, "id": i.ID})
	if err != nil {
		return nil, err
	}
	var out []Planned
	for _, t := range tasks {
		p := Planned{Task: t}
		p.Playbook, _, _ = strings.Cut(t.Step, "/")
		if err := json.Unmarshal([]byte(t.Doc), &p.Step); err != nil {
			return nil, errs.New(errs.Internal, "incident: step %s: %w", t.Step, err)
		}
		out = append(out, p)
	}
	slices.SortStableFunc(out, func(a, b Planned) int {
		return cmp.Or(State(a.Phase).step()-State(b.Phase).step(), cmp.Compare(a.CreatedAt, b.CreatedAt), cmp.Compare(a.Playbook, b.Playbook), s.book.place(a)-s.book.place(b))
	})
	return out, nil
}

// place is where a step stands in its playbook.
func (b *Rulebook) place(t Planned) int {
	p := b.Playbook(t.Playbook)
	if p == nil {
		return 0
	}
	return slices.IndexFunc(p.Steps, func(s *playbook.Step) bool { return s.ID == t.Step.ID })
}

// propose begins the playbooks that the facts call for and proposes their steps as tasks;
// those that nobody accepted are withdrawn when the condition no longer holds.
func (s *Store) propose(ctx context.Context, tx *db.Tx, a authz.Actor, i *Incident, sh *Sheet) error {
	if i.State == Closed {
		return nil
	}
	known := severity.Facts(sh.View, s.book.Dictionary)
	list, err := s.running(ctx, tx, *i)
	if err != nil {
		return err
	}
	for _, p := range playbook.InForce(s.book.Playbooks, s.today()) {
		if p.Applies(known) == predicate.Yes && !slices.ContainsFunc(list, func(r Running) bool { return bookOf(r.Playbook) == p.ID }) {
			r, err := s.begin(ctx, tx, a, i, p, "")
			if err != nil {
				return err
			}
			list = append(list, r)
		}
	}
	if len(list) == 0 {
		return nil
	}
	had, err := s.planned(ctx, tx, *i)
	if err != nil {
		return err
	}
	for _, r := range list {
		p := s.book.Playbook(r.Playbook)
		if p == nil {
			continue // the edition is no longer installed: what was proposed of it stays
		}
		if err := s.follow(ctx, tx, a, i, r, p, known, had); err != nil {
			return err
		}
	}
	return nil
}

// begin makes a playbook one that is followed.
func (s *Store) begin(ctx context.Context, tx *db.Tx, a authz.Actor, i *Incident, p *playbook.Playbook, person string) (Running, error) {
	r := Running{Playbook: p.Name(), Active: 1, BegunAt: s.micros(), Person: person}
	if _, err := tx.Exec(ctx, `insert into incident_playbook (tenant, incident, playbook, active, begun_at, person) values (:tenant, :incident, :playbook, 1, :at, :person)`,
		db.Args{"tenant": i.Tenant, "incident": i.ID, "playbook": r.Playbook, "at": r.BegunAt, "person": r.Person}); err != nil {
		return r, err
	}
	text := i18n.Both("incident.log.playbook", "playbook", p.Title, "edition", p.Edition)
	if err := s.note(ctx, tx, a, i, Entry{Kind: "task", BodyJA: text.JA, BodyEN: text.EN}); err != nil {
		return r, err
	}
	return r, s.tell(ctx, tx, Event{Kind: "incident.playbook", Org: i.Tenant, Persons: []string{i.Owner}, By: a, Link: "/incidents/" + i.ID + "/plan",
		Args: map[string]i18n.Text{"incident": i.name(), "playbook": p.Title}})
}

// follow brings the tasks of one playbook up to what is known.
func (s *Store) follow(ctx context.Context, tx *db.Tx, a authz.Actor, i *Incident, r Running, p *playbook.Playbook, known predicate.Facts, had []Planned) error {
	active := flag(r.Person != "" || p.Applies(known) == predicate.Yes)
	if active != r.Active {
		if _, err := tx.Exec(ctx, `update incident_playbook set active = :active where tenant = :tenant and incident = :incident and playbook = :playbook`,
			db.Args{"tenant": i.Tenant, "incident": i.ID, "playbook": r.Playbook, "active": active}); err != nil {
			return err
		}
	}
	for _, step := range p.Steps {
		key := p.Name() + "/" + step.ID
		n := slices.IndexFunc(had, func(t Planned) bool { return t.Task.Step == key })
		wanted := active == 1 && step.Applies(known) == predicate.Yes
		var err error
		switch {
		case n < 0 && wanted:
			err = s.offer(ctx, tx, a, i, key, step)
		case n >= 0 && had[n].State == withdrawn && wanted:
			err = s.restate(ctx, tx, i, had[n].ID, withdrawn, proposed)
		case n >= 0 && had[n].State == proposed && !wanted:
			err = s.restate(ctx, tx, i, had[n].ID, proposed, withdrawn)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// offer proposes a step. Its time runs at once when its state is reached already.
func (s *Store) offer(ctx context.Context, tx *db.Tx, a authz.Actor, i *Incident, key string, step *playbook.Step) error {
	doc, err := json.Marshal(step)
	if err != nil {
		return errs.New(errs.Internal, "incident: %w", err)
	}
	due := int64(0)
	if State(step.State).step() <= max(i.State.step(), Triaged.step()) {
		due = s.limit(step)
	}
	_, err = tx.Exec(ctx, `insert into incident_task (tenant, incident, id, title, owner, due_at, state, done_at, created_at, created_by, version, step, phase, doc)
		values (:tenant, :incident, :id, :title, '', :due, 'proposed', 0, :at, :by, 1, :step, :phase, :doc)`,
		db.Args{"tenant": i.Tenant, "incident": i.ID, "id": string(s.ids.New()), "title": step.Title.JA, "due": due, "at": s.micros(), "by": a.Person, "step": key, "phase": step.State, "doc": string(doc)})
	return err
}

// limit is the moment at which a step that begins now is to be done, 0 for none.
func (s *Store) limit(step *playbook.Step) int64 {
	if step.Limit() == 0 {
		return 0
	}
	return clock.Micros(s.now.Now().Add(step.Limit()))
}

func (s *Store) restate(ctx context.Context, tx *db.Tx, i *Incident, task, from, to string) error {
	_, err := tx.Exec(ctx, `update incident_task set state = :to, version = version + 1 where tenant = :tenant and incident = :incident and id = :id and state = :from`,
		db.Args{"tenant": i.Tenant, "incident": i.ID, "id": task, "from": from, "to": to})
	return err
}

// entered has the time of steps run whose state is reached now.
func (s *Store) entered(ctx context.Context, tx *db.Tx, i *Incident) error {
	steps, err := s.planned(ctx, tx, *i)
	if err != nil {
		return err
	}
	for _, t := range steps {
		if t.DueAt != 0 || State(t.Phase).step() > i.State.step() || t.State != proposed && t.State != "open" {
			continue
		}
		if _, err := tx.Exec(ctx, `update incident_task set due_at = :due, version = version + 1 where tenant = :tenant and incident = :incident and id = :id`,
			db.Args{"tenant": i.Tenant, "incident": i.ID, "id": t.ID, "due": s.limit(&t.Step)}); err != nil {
			return err
		}
	}
	return nil
}

// gates are the steps that have to be done before a state is entered and are not: what
// needs evidence is done when a piece is registered. Who skipped a step gave the reason.
func (s *Store) gates(ctx context.Context, q db.Querier, i Incident, to State) ([]Planned, error) {
	steps, err := s.planned(ctx, q, i)
	if err != nil {
		return nil, err
	}
	n, err := secured(ctx, q, i)
	return Gates(steps, n, i.State, to), err
}

// Gates are the steps that stand in the way from one state to another while so many
// pieces of evidence are registered. Closing is not barred: a false alarm needs none.
func Gates(steps []Planned, evidence int64, from, to State) []Planned {
	var out []Planned
	for _, t := range steps {
		gate := State(t.Step.Before).step()
		switch {
		case to == Closed || gate < 0 || gate > to.step() || gate <= from.step():
		case t.State != proposed && t.State != "open":
		case t.Step.Needs == playbook.Evidence && evidence > 0:
		default:
			out = append(out, t)
		}
	}
	return out
}
