package incident

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/i18n"
	"yagura/internal/jobs"
	"yagura/internal/obligation"
)

// ClockJob is the kind of the due row that watches over an incident's clocks.
const ClockJob = "incident-clock"

// Leads are how long before a deadline those who must act are told; the last is the
// deadline itself.
var Leads = []time.Duration{24 * time.Hour, 2 * time.Hour, 30 * time.Minute, 0}

// clockRow is a clock as it was computed last.
type clockRow struct {
	Stage       string           `db:"stage"`
	State       obligation.State `db:"state"`
	StartAt     int64            `db:"start_at"`
	DueAt       int64            `db:"due_at"`
	MetAt       int64            `db:"met_at"`
	Provisional int64            `db:"provisional"`
	ChangedAt   int64            `db:"changed_at"`
}

func stored(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return clock.Micros(t)
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func rowOf(k *obligation.Clock) clockRow {
	return clockRow{Stage: k.Stage.Key(), State: k.State, StartAt: stored(k.Start), DueAt: stored(k.Due), MetAt: stored(k.MetAt), Provisional: flag(k.Provisional)}
}

// settle computes clocks and class again after something became known, keeps what
// changed with its reason, and lets those concerned know. learned are the facts and
// reports that became known. It ends with the ledger, so it comes last.
func (s *Store) settle(ctx context.Context, tx *db.Tx, a authz.Actor, i *Incident, learned []string, basis string) (*Sheet, error) {
	sh, err := s.sheet(ctx, tx, *i, time.Time{})
	if err != nil {
		return nil, err
	}
	if err := s.clocks(ctx, tx, a, i, sh, learned); err != nil {
		return nil, err
	}
	if err := s.propose(ctx, tx, a, i, sh); err != nil {
		return nil, err
	}
	was := i.Level
	if r := sh.House(); r != nil {
		i.Level = r.Level.ID
	}
	i.count(sh.Clocks)
	if _, err := tx.Exec(ctx, `update incident_case set level = :level, next_stage = :next_stage, next_state = :next_state, next_due = :next_due, open_clocks = :open_clocks, title = :title,
		state = :state, owner = :owner, closed_at = :closed_at, version = version + 1 where tenant = :tenant and id = :id`, *i); err != nil {
		return nil, err
	}
	i.Version++
	sh.Incident = *i
	if err := s.escalate(ctx, tx, a, i); err != nil {
		return nil, err
	}
	if err := s.watch(ctx, tx, *i, sh.Clocks); err != nil {
		return nil, err
	}
	if err := s.show(ctx, tx, *i, sh); err != nil {
		return nil, err
	}
	if was == i.Level {
		return sh, nil
	}
	return sh, s.classified(ctx, tx, a, i, was, learned, basis)
}

// count keeps of the clocks what lists show: how many are open, and which is due first.
func (i *Incident) count(clocks []obligation.Clock) {
	i.NextStage, i.NextState, i.NextDue, i.OpenClocks = "", "", 0, 0
	if i.State == Closed {
		return
	}
	for k := range clocks {
		i.OpenClocks += flag(clocks[k].Open())
	}
	if k := obligation.Next(clocks); k != nil {
		i.NextStage, i.NextState, i.NextDue = k.Stage.Key(), string(k.State), dueOf(k)
	}
}

// dueOf is the deadline of a clock, or since when it is due at once.
func dueOf(k *obligation.Clock) int64 {
	if k.State == obligation.AtOnce {
		return stored(k.Start)
	}
	return stored(k.Due)
}

// classified keeps a change of the class by the organisation's own scheme.
func (s *Store) classified(ctx context.Context, tx *db.Tx, a authz.Actor, i *Incident, was string, learned []string, basis string) error {
	text := i18n.Both("incident.log.level", "before", s.levelTitle(was), "after", s.levelTitle(i.Level))
	if err := s.note(ctx, tx, a, i, Entry{Kind: "classified", BodyJA: text.JA, BodyEN: text.EN, Reason: s.titles(learned).JA}); err != nil {
		return err
	}
	if err := s.tell(ctx, tx, Event{Kind: "incident.classified", Org: i.Tenant, Roles: []authz.Role{authz.Approver}, By: a, Link: "/incidents/" + i.ID,
		Args: map[string]i18n.Text{"incident": i.name(), "level": s.levelTitle(i.Level)}}); err != nil {
		return err
	}
	payload, err := json.Marshal(map[string]any{"scheme": own, "before": was, "after": i.Level, "facts": learned})
	if err != nil {
		return err
	}
	_, err = s.enter(ctx, tx, a, "incident.classified", *i, "incident", i.ID, basis, payload)
	return err
}

func (s *Store) levelTitle(level string) i18n.Text {
	if scheme := s.book.Scheme(own); scheme != nil {
		for _, l := range scheme.Levels {
			if l.ID == level {
				return l.Title
			}
		}
	}
	return i18n.Both("incident.level.none")
}

// titles names facts, and the stages among them.
func (s *Store) titles(ids []string) (out i18n.Text) {
	var ja, en []string
	for _, id := range ids {
		t := s.book.Dictionary.Title(id)
		if stage := s.book.Rules.Stage(id); stage != nil {
			t = i18n.Both("incident.log.report", "stage", stageTitle(stage))
		}
		ja, en = append(ja, t.JA), append(en, t.EN)
	}
	return i18n.Text{JA: strings.Join(ja, "、"), EN: strings.Join(en, ", ")}
}

// stageTitle names a stage with its duty.
func stageTitle(st *obligation.Stage) i18n.Text {
	return (&obligation.Clock{Stage: st}).Title()
}

// clocks stores the clocks of a sheet, and enters what changed in the log.
func (s *Store) clocks(ctx context.Context, tx *db.Tx, a authz.Actor, i *Incident, sh *Sheet, learned []string) error {
	had, err := db.All[clockRow](ctx, tx, `select stage, state, start_at, due_at, met_at, provisional, changed_at from incident_clock
		where tenant = :tenant and incident = :id`, db.Args{"tenant": i.Tenant, "id": i.ID})
	if err != nil {
		return err
	}
	before := map[string]clockRow{}
	for _, r := range had {
		before[r.Stage] = r
	}
	for n := range sh.Clocks {
		k := &sh.Clocks[n]
		row, was := rowOf(k), before[k.Stage.Key()]
		delete(before, row.Stage)
		row.ChangedAt = was.ChangedAt
		if row == was {
			continue
		}
		row.ChangedAt = s.micros()
		if err := s.keepClock(ctx, tx, *i, row); err != nil {
			return err
		}
		if err := s.clockChanged(ctx, tx, a, i, k, was, learned); err != nil {
			return err
		}
	}
	for stage, was := range before {
		if _, err := tx.Exec(ctx, `delete from incident_clock where tenant = :tenant and incident = :id and stage = :stage`, db.Args{"tenant": i.Tenant, "id": i.ID, "stage": stage}); err != nil {
			return err
		}
		if st := s.book.Rules.Stage(stage); st != nil {
			if err := s.clockChanged(ctx, tx, a, i, &obligation.Clock{Stage: st, State: obligation.Off}, was, learned); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Store) keepClock(ctx context.Context, tx *db.Tx, i Incident, r clockRow) error {
	_, err := tx.Exec(ctx, `insert into incident_clock (tenant, incident, stage, state, start_at, due_at, met_at, provisional, changed_at)
		values (:tenant, :id, :stage, :state, :start, :due, :met, :provisional, :changed)
		on conflict (tenant, incident, stage) do update set state = excluded.state, start_at = excluded.start_at, due_at = excluded.due_at,
		met_at = excluded.met_at, provisional = excluded.provisional, changed_at = excluded.changed_at`,
		db.Args{"tenant": i.Tenant, "id": i.ID, "stage": r.Stage, "state": r.State, "start": r.StartAt, "due": r.DueAt, "met": r.MetAt, "provisional": r.Provisional, "changed": r.ChangedAt})
	return err
}

// clockChanged enters a change of a clock in the log, and tells those who must act of a
// clock that begins to run.
func (s *Store) clockChanged(ctx context.Context, tx *db.Tx, a authz.Actor, i *Incident, k *obligation.Clock, was clockRow, learned []string) error {
	if was.State == "" {
		was.State = obligation.Off
	}
	if was.State == k.State && (was.DueAt == stored(k.Due) || k.State == obligation.Conditional) || !isOpen(was.State) && !isOpen(k.State) {
		return nil // nothing was or is due, or nothing but a reason changed
	}
	text := i18n.Both("incident.log.clock", "stage", k.Title(), "before", StateText(was.State), "after", StateText(k.State), "due", DueText(k, i.Location()))
	if err := s.note(ctx, tx, a, i, Entry{Kind: "clock", BodyJA: text.JA, BodyEN: text.EN, Reason: s.titles(learned).JA}); err != nil {
		return err
	}
	if !k.Open() || isOpen(was.State) {
		return nil
	}
	return s.tell(ctx, tx, s.clockEvent("incident.clock", *i, k, a))
}

// isOpen reports whether something is to be done of a clock in a state.
func isOpen(state obligation.State) bool { return (&obligation.Clock{State: state}).Open() }

func (s *Store) clockEvent(kind string, i Incident, k *obligation.Clock, by authz.Actor) Event {
	return Event{Kind: kind, Org: i.Tenant, Persons: []string{i.Owner}, Roles: []authz.Role{authz.Respondent, authz.Checker, authz.Approver}, By: by, Link: "/incidents/" + i.ID,
		Args: map[string]i18n.Text{"incident": i.name(), "stage": k.Title(), "due": DueText(k, i.Location()), "who": k.Stage.Role(), "recipient": k.Stage.To()}}
}

// watch sets the due row for the next moment at which someone is to be told of a clock.
func (s *Store) watch(ctx context.Context, tx *db.Tx, i Incident, clocks []obligation.Clock) error {
	if _, err := jobs.Cancel(ctx, tx, i.Tenant, ClockJob, i.ID); err != nil {
		return err
	}
	next, now := time.Time{}, s.now.Now()
	for n := range clocks {
		k := &clocks[n]
		if !k.Open() || k.Due.IsZero() || i.State == Closed {
			continue
		}
		for _, lead := range Leads {
			if at := k.Due.Add(-lead); at.After(now) && (next.IsZero() || at.Before(next)) {
				next = at
			}
		}
	}
	if next.IsZero() {
		return nil
	}
	return jobs.Add(ctx, tx, jobs.Job{Org: i.Tenant, Kind: ClockJob, Key: i.ID, Due: next})
}

// Handlers are for the runner of due rows.
func (s *Store) Handlers() map[string]jobs.Handler {
	return map[string]jobs.Handler{ClockJob: {InTx: s.ring}, CallJob: {InTx: s.unanswered}}
}

// ring tells those who must act of the clocks whose moment has come, and sets the next row.
func (s *Store) ring(ctx context.Context, tx *db.Tx, j jobs.Job) error {
	i, err := get(ctx, tx, j.Org, j.Key)
	if err != nil {
		return err
	}
	sh, err := s.sheet(ctx, tx, i, time.Time{})
	if err != nil {
		return err
	}
	for n := range sh.Clocks {
		k := &sh.Clocks[n]
		if !k.Open() || k.Due.IsZero() || i.State == Closed {
			continue
		}
		for _, lead := range Leads {
			if !k.Due.Add(-lead).Equal(j.Due) {
				continue
			}
			kind := "incident.due"
			if lead == 0 {
				kind = "incident.overdue"
			}
			if err := s.tell(ctx, tx, s.clockEvent(kind, i, k, authz.Actor{})); err != nil {
				return err
			}
		}
	}
	return s.watch(ctx, tx, i, sh.Clocks)
}

func micros(n int64) time.Time { return clock.FromMicros(n) }
