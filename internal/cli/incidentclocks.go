package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"yagura/internal/calendar"
	"yagura/internal/i18n"
	"yagura/internal/obligation"
)

type incidentClocksCmd struct {
	Facts   string `arg:"" help:"${cli_help_arg_facts}"`
	At      string `help:"${cli_help_flag_at}"`
	History bool   `help:"${cli_help_flag_history}"`

	Closed map[string]string `help:"${cli_help_flag_closed}"`
}

// Run computes every clock of the incident of a FACTS file.
func (c incidentClocksCmd) Run(r *run) error {
	in, err := r.openIncident(c.Facts, c.At)
	if err != nil {
		return err
	}
	calendars, found := calendar.Load(r.env.Catalog)
	rules, more := obligation.Load(r.env.Catalog, calendars)
	r.report(append(found, more...))
	now := in.view.Known
	own, err := c.calendars(r, rules)
	if err != nil {
		return err
	}
	at := func(known time.Time) obligation.Case {
		cs := in.base.At(known).Case(in.dict)
		cs.Calendars = own
		return cs
	}
	clocks := rules.Clocks(at(now), now)
	slices.SortStableFunc(clocks, byDeadline)
	var changes []obligation.Change
	if c.History {
		var moments []time.Time
		for _, at := range in.base.Moments() {
			if !at.After(now) {
				moments = append(moments, at)
			}
		}
		changes = rules.History(moments, func(known time.Time) (obligation.Case, []string) {
			return at(known), in.base.Learned(known)
		})
	}
	if r.json {
		return r.print(r.clocksJSON(in, clocks, changes, now))
	}
	fmt.Fprintln(r.env.Out, r.head(in))
	if k := obligation.Next(clocks); k != nil {
		fmt.Fprintln(r.env.Out, r.t("incident.next", "title", k.Title(), "due", r.due(k, in.zone), "left", r.left(k, now), "who", k.Stage.Role(), "to", k.Stage.To()))
	} else {
		fmt.Fprintln(r.env.Out, r.t("incident.nothing-due"))
	}
	for i := range clocks {
		r.clock(in, &clocks[i], now)
	}
	if c.History {
		fmt.Fprintln(r.env.Out, r.t("incident.history"))
	}
	for _, change := range changes {
		if change.After.State == obligation.Conditional && change.Before.State == obligation.Off {
			continue // nothing is due yet
		}
		fmt.Fprintln(r.env.Out, r.t("incident.change", "at", r.when(change.Known, in.zone), "title", change.After.Title(),
			"before", stateText(change.Before.State), "after", stateText(change.After.State), "due", r.due(&change.After, in.zone), "facts", strings.Join(change.Facts, ", ")))
	}
	return nil
}

// calendars adds closed days that the user gives to the calendars of the rules
// of a jurisdiction, such as the bank holidays of the member state.
func (c incidentClocksCmd) calendars(r *run, rules obligation.Set) (map[string]*calendar.Calendar, error) {
	own := map[string]*calendar.Calendar{}
	for jurisdiction, name := range c.Closed {
		data, err := readInput(name)
		if err != nil {
			return nil, err
		}
		days, found := calendar.ReadDays(name, data)
		r.report(found)
		base := rules.Calendar(jurisdiction)
		if base == nil {
			return nil, fail("incident.no-jurisdiction", "name", jurisdiction)
		}
		own[jurisdiction] = base.With(days)
	}
	return own, nil
}

// byDeadline puts what is open first, by deadline, then what may come, then
// what is done.
func byDeadline(a, b obligation.Clock) int {
	rank := func(k *obligation.Clock) int {
		switch {
		case k.Open() && !k.Due.IsZero():
			return 0
		case k.Open():
			return 1
		case k.State == obligation.Conditional:
			return 2
		case k.State == obligation.Waiting:
			return 3
		}
		return 4
	}
	if x, y := rank(&a), rank(&b); x != y {
		return x - y
	}
	return a.Due.Compare(b.Due)
}

// clock prints one clock with the reasons of its deadline.
func (r *run) clock(in *incident, k *obligation.Clock, now time.Time) {
	fmt.Fprintln(r.env.Out, r.t("incident.clock", "state", stateText(k.State), "title", k.Title(), "due", r.due(k, in.zone), "left", r.left(k, now),
		"who", k.Stage.Role(), "to", k.Stage.To()))
	say := func(text i18n.Text) { fmt.Fprintf(r.env.Out, "      %s\n", text.In(r.lang)) }
	for _, s := range k.Steps {
		say(s.Text(in.zone))
	}
	if mark := k.Stage.Verification(); mark != "verified" && k.State != obligation.Unverified {
		say(i18n.Both("incident.mark." + mark))
	}
	if !k.Aim.IsZero() && k.Open() {
		say(i18n.Both("incident.aim", "at", r.when(k.Aim, in.zone)))
	}
	if !k.MetAt.IsZero() {
		say(i18n.Both("incident.met", "at", r.when(k.MetAt, in.zone)))
	}
	if len(k.Awaits) > 0 && k.State == obligation.Waiting {
		var events []i18n.Text
		for _, name := range k.Awaits {
			event, _, _ := strings.Cut(name, " ")
			events = append(events, obligation.EventText(event))
		}
		say(i18n.Both("incident.awaits", "events", join(events, "、", ", ")))
	}
	if len(k.Missing) > 0 {
		var titles []i18n.Text
		for _, id := range k.Missing {
			titles = append(titles, in.dict.Title(id))
		}
		say(i18n.Both("incident.missing", "facts", join(titles, "、", ", ")))
	}
}

func stateText(s obligation.State) i18n.Text { return i18n.Both("incident.state." + string(s)) }

// due is the deadline in words.
func (r *run) due(k *obligation.Clock, zone *time.Location) i18n.Text {
	switch {
	case k.State == obligation.AtOnce:
		return i18n.Both("incident.at-once")
	case k.Due.IsZero() && k.State == obligation.Unverified:
		return i18n.Both("incident.unverified")
	case k.Due.IsZero():
		return i18n.Both("incident.none")
	}
	return r.when(k.Due, zone)
}

func (r *run) when(t time.Time, zone *time.Location) i18n.Text {
	local := t.In(zone)
	return i18n.Both("obligation.moment", "date", calendar.DayOf(t, zone).Long(), "time", local.Format("15:04"), "zone", local.Format("MST"))
}

// left is the time left in words, in brackets; empty when there is none to tell.
func (r *run) left(k *obligation.Clock, now time.Time) i18n.Text {
	d, ok := k.Left(now)
	if !ok || k.State == obligation.AtOnce {
		return i18n.Text{}
	}
	short, long := "incident.left", "incident.left.days"
	if d < 0 {
		short, long, d = "incident.over", "incident.over.days", -d
	}
	minutes, key := int(d/time.Minute), short
	if minutes >= 48*60 {
		key = long
	}
	return i18n.Both(key, "days", minutes/1440, "hours", minutes/60, "rest", minutes/60%24, "minutes", minutes%60)
}

// clocksJSON is the clocks as JSON.
func (r *run) clocksJSON(in *incident, clocks []obligation.Clock, changes []obligation.Change, now time.Time) map[string]any {
	list, history := []any{}, []any{}
	for i := range clocks {
		k := &clocks[i]
		reasons := []string{}
		for _, s := range k.Steps {
			reasons = append(reasons, s.Text(in.zone).In(r.lang))
		}
		one := map[string]any{"clock": k.Stage.Key(), "title": k.Title().In(r.lang), "state": k.State, "provisional": k.Provisional, "who": k.Stage.Role().In(r.lang),
			"recipient": k.Stage.To().In(r.lang), "form": k.Stage.Form, "verification": k.Stage.Verification(), "missing": append([]string{}, k.Missing...), "awaits": append([]string{}, k.Awaits...), "reasons": reasons}
		for key, at := range map[string]time.Time{"start": k.Start, "due": k.Due, "aim": k.Aim, "met_at": k.MetAt} {
			if !at.IsZero() {
				one[key] = at.In(in.zone)
			}
		}
		if d, ok := k.Left(now); ok {
			one["left_minutes"] = int(d / time.Minute)
		}
		list = append(list, one)
	}
	for _, c := range changes {
		history = append(history, map[string]any{"known": c.Known.In(in.zone), "clock": c.Stage.Key(), "before": c.Before.State, "after": c.After.State, "due": c.After.Due, "facts": c.Facts})
	}
	next := ""
	if k := obligation.Next(clocks); k != nil {
		next = k.Stage.Key()
	}
	return map[string]any{"incident": in.base.ID, "exercise": in.base.Exercise, "at": now.In(in.zone), "next": next, "clocks": list, "history": history, "findings": r.shapes(r.told)}
}
