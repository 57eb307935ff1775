package incident

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/jobs"
)

// CallJob is the kind of the due row of a person who has to acknowledge an incident.
const CallJob = "incident-call"

// MaxRounds is how often someone who does not acknowledge is told again.
const MaxRounds = 6

// Ways in which someone was reached.
const (
	bySystem = "system"
	byPhone  = "phone"
)

// Call is someone of the contact sheet who has to know of an incident because of its
// class: since when, by when that has to be acknowledged, and when it was. Those who have
// no account are called by telephone, and somebody enters it.
type Call struct {
	ID        string `db:"id"`
	Seq       int64  `db:"seq"` // place on the contact sheet
	Duty      string `db:"duty"`
	Who       string `db:"who"`
	Phone     string `db:"phone"`
	Other     string `db:"other"`
	Person    string `db:"person"` // who is told by the system; "" nobody
	Minutes   int64  `db:"minutes"`
	Since     int64  `db:"since"`
	DueAt     int64  `db:"due_at"`     // 0: no limit
	Rounds    int64  `db:"rounds"`     // how often it was told again
	ReachedAt int64  `db:"reached_at"` // 0: not yet
	Manner    string `db:"manner"`     // system or phone
	Remark    string `db:"remark"`
	EnteredBy string `db:"entered_by"`
}

const callColumns = `id, seq, duty, who, phone, other, person, minutes, since, due_at, rounds, reached_at, manner, remark, entered_by`

// Late reports whether the call should have been acknowledged by now.
func (k Call) Late(now int64) bool { return k.ReachedAt == 0 && k.DueAt != 0 && k.DueAt < now }

// Calls lists who has to know of an incident, in the order of calling.
func (s *Store) Calls(ctx context.Context, a authz.Actor, i Incident) ([]Call, error) {
	if _, err := s.may.Decide(a, "incident.read", i.thing()); err != nil {
		return nil, err
	}
	return calls(ctx, s.db.Tenant(a.Org), a.Org, i.ID)
}

func calls(ctx context.Context, q db.Querier, tenant, incident string) ([]Call, error) {
	return db.All[Call](ctx, q, `select `+callColumns+` from incident_call where tenant = :tenant and incident = :incident order by seq, id`, db.Args{"tenant": tenant, "incident": incident})
}

// concerns reports whether a contact is called at a level of the own scheme: gravest
// levels stand first, and a contact without a level is always called.
func (b *Rulebook) concerns(contact, level string) bool {
	scheme := b.Scheme(own)
	if contact == "" || scheme == nil {
		return contact == ""
	}
	from, at := -1, -1
	for n, l := range scheme.Levels {
		if l.ID == contact {
			from = n
		}
		if l.ID == level {
			at = n
		}
	}
	return at >= 0 && at <= from
}

// escalate tells those of the contact sheet whom the class of the incident concerns and
// who were not told yet.
func (s *Store) escalate(ctx context.Context, tx *db.Tx, a authz.Actor, i *Incident) error {
	if i.State == Closed {
		return nil
	}
	contacts, err := db.All[Contact](ctx, tx, `select `+contactColumns+` from incident_contact where tenant = :tenant order by seq`, db.Args{"tenant": i.Tenant})
	if err != nil {
		return err
	}
	list, err := calls(ctx, tx, i.Tenant, i.ID)
	if err != nil {
		return err
	}
	for _, c := range contacts {
		if !s.book.concerns(c.Level, i.Level) || slices.ContainsFunc(list, func(k Call) bool { return k.Duty == c.Duty && k.Who == c.Who }) {
			continue
		}
		if err := s.call(ctx, tx, a, i, c); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) call(ctx context.Context, tx *db.Tx, a authz.Actor, i *Incident, c Contact) error {
	k := Call{ID: string(s.ids.New()), Seq: c.Seq, Duty: c.Duty, Who: c.Who, Phone: c.Phone, Other: c.Other, Person: c.Person, Minutes: c.Minutes, Since: s.micros()}
	if c.Minutes > 0 {
		k.DueAt = clock.Micros(s.now.Now().Add(time.Duration(c.Minutes) * time.Minute))
		if err := jobs.Add(ctx, tx, jobs.Job{Org: i.Tenant, Kind: CallJob, Key: i.ID + "/" + k.ID, Due: clock.FromMicros(k.DueAt)}); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `insert into incident_call (tenant, incident, `+callColumns+`) values (:tenant, :incident, :id, :seq, :duty, :who, :phone, :other, :person, :minutes, :since,
		:due_at, :rounds, :reached_at, :manner, :remark, :entered_by)`, struct {
		Call
		Tenant   string `db:"tenant"`
		Incident string `db:"incident"`
	}{k, i.Tenant, i.ID}); err != nil {
		return err
	}
	text := i18n.Both("incident.log.call", "duty", c.Duty, "who", c.Who, "level", s.levelTitle(i.Level))
	if err := s.note(ctx, tx, a, i, Entry{Kind: "duty", BodyJA: text.JA, BodyEN: text.EN}); err != nil || k.Person == "" {
		return err
	}
	return s.tell(ctx, tx, s.callEvent("incident.call", i, k, []string{k.Person}))
}

func (s *Store) callEvent(kind string, i *Incident, k Call, persons []string) Event {
	return Event{Kind: kind, Org: i.Tenant, Persons: persons, Link: "/incidents/" + i.ID + "#calls", Args: map[string]i18n.Text{"incident": i.name(), "level": s.levelTitle(i.Level),
		"who": {JA: k.Duty + "（" + k.Who + "）", EN: k.Duty + " (" + k.Who + ")"}, "phone": {JA: k.Phone, EN: k.Phone}, "minutes": {JA: strconv.FormatInt(k.Minutes, 10), EN: strconv.FormatInt(k.Minutes, 10)}}}
}

// unanswered is the due row of someone who has not acknowledged in time: told again, and
// with that person the next of the sheet and the incident's owner, who is to telephone.
func (s *Store) unanswered(ctx context.Context, tx *db.Tx, j jobs.Job) error {
	incident, id, _ := strings.Cut(j.Key, "/")
	i, err := get(ctx, tx, j.Org, incident)
	if err != nil {
		return err
	}
	list, err := calls(ctx, tx, i.Tenant, i.ID)
	if err != nil {
		return err
	}
	n := slices.IndexFunc(list, func(k Call) bool { return k.ID == id })
	if n < 0 || list[n].ReachedAt != 0 || i.State == Closed || list[n].Rounds >= MaxRounds {
		return nil
	}
	k := list[n]
	persons := []string{i.Owner}
	if k.Person != "" && k.Person != i.Owner {
		persons = append(persons, k.Person)
	}
	for _, next := range list[n+1:] {
		if next.Person != "" && !slices.Contains(persons, next.Person) {
			persons = append(persons, next.Person)
			break
		}
	}
	k.Rounds++
	k.DueAt = clock.Micros(s.now.Now().Add(time.Duration(k.Minutes) * time.Minute))
	if _, err := tx.Exec(ctx, `update incident_call set rounds = :rounds, due_at = :due where tenant = :tenant and incident = :incident and id = :id`,
		db.Args{"tenant": i.Tenant, "incident": i.ID, "id": k.ID, "rounds": k.Rounds, "due": k.DueAt}); err != nil {
		return err
	}
	text := i18n.Both("incident.log.unanswered", "duty", k.Duty, "who", k.Who, "n", k.Rounds)
	if err := s.note(ctx, tx, authz.Actor{}, &i, Entry{Kind: "duty", BodyJA: text.JA, BodyEN: text.EN}); err != nil {
		return err
	}
	if err := s.tell(ctx, tx, s.callEvent("incident.unanswered", &i, k, persons)); err != nil {
		return err
	}
	return jobs.Add(ctx, tx, jobs.Job{Org: i.Tenant, Kind: CallJob, Key: j.Key, Due: clock.FromMicros(k.DueAt)})
}

// Acknowledge ends a call: the person who was told says so, or someone who works on the
// incident enters that the contact was reached by telephone, when (as people write it, ""
// now) and what was said.
func (s *Store) Acknowledge(ctx context.Context, a authz.Actor, id, call, when, remark string) error {
	return s.change(ctx, a, id, "incident.read", func(tx *db.Tx, i *Incident, _ string) error {
		k, err := db.One[Call](ctx, tx, `select `+callColumns+` from incident_call where tenant = :tenant and incident = :incident and id = :id`,
			db.Args{"tenant": a.Org, "incident": i.ID, "id": call})
		if err != nil {
			return err
		}
		k.Manner = bySystem
		if k.Person != a.Person {
			k.Manner = byPhone
			if _, err := s.may.Decide(a, "incident.write", i.thing()); err != nil {
				return err
			}
		}
		if k.ReachedAt, err = s.moment(i, when); err != nil {
			return err
		}
		k.Remark, k.EnteredBy = strings.TrimSpace(remark), a.Person
		n, err := tx.Exec(ctx, `update incident_call set reached_at = :reached_at, manner = :manner, remark = :remark, entered_by = :entered_by
			where tenant = :tenant and incident = :incident and id = :id and reached_at = 0`, struct {
			Call
			Tenant   string `db:"tenant"`
			Incident string `db:"incident"`
		}{k, a.Org, i.ID})
		if err == nil && n == 0 {
			err = errs.New(errs.Conflict, "%w", i18n.NewError("incident.call-answered"))
		}
		if err != nil {
			return err
		}
		if _, err := jobs.Cancel(ctx, tx, i.Tenant, CallJob, i.ID+"/"+k.ID); err != nil {
			return err
		}
		text := i18n.Both("incident.log.reached-"+k.Manner, "duty", k.Duty, "who", k.Who)
		return s.note(ctx, tx, a, i, Entry{Kind: "duty", At: k.ReachedAt, BodyJA: text.JA, BodyEN: text.EN, Reason: k.Remark})
	})
}
