package obligation

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"yagura/internal/calendar"
	"yagura/internal/predicate"
)

// The oracle is a second, naive reading of FORMAT.md: hours are stepped minute
// by minute, days day by day, clock times are looked for by walking through the
// day. It shares no code with the package but the texts of the rules.

// house is a calendar as the oracle knows it.
type house struct {
	zone   *time.Location
	week   []string
	closed map[string]bool
	starts map[string]time.Time
	cal    *calendar.Calendar
}

var zones = []string{"Asia/Tokyo", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "America/Havana", "Asia/Kathmandu", "Africa/Casablanca"}

func houses(t *testing.T, rng *rand.Rand) []*house {
	var list []*house
	for i, name := range zones {
		h := &house{week: [][]string{{"saturday", "sunday"}, {"friday", "saturday"}, {"sunday"}}[i%3], closed: map[string]bool{}, starts: map[string]time.Time{}}
		var err error
		if h.zone, err = time.LoadLocation(name); err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprintf("calendar: c%d\ntitle: {ja: x, en: x}\nsummary: {ja: x, en: x}\nzone: %s\nweek: [%s]\nholidays: none\nsource: x\nlicence: x\nmark: open\n", i, name, strings.Join(h.week, ", "))
		cal, found := calendar.Parse(fmt.Sprintf("calendars/c%d.yaml", i), []byte(text))
		if len(found) > 0 {
			t.Fatal(found)
		}
		var extra []calendar.Holiday
		for day := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2031; day = day.AddDate(0, 0, 1) {
			if rng.IntN(12) == 0 || day.Month() == 12 && day.Day() > 28 {
				h.closed[day.Format(time.DateOnly)] = true
				extra = append(extra, calendar.Holiday{Day: calendar.Date(day.Year(), day.Month(), day.Day())})
			}
		}
		h.cal = cal.With(extra)
		list = append(list, h)
	}
	return list
}

func (h *house) open(day time.Time) bool { // day: midnight UTC of the date
	return !h.closed[day.Format(time.DateOnly)] && !slices.Contains(h.week, strings.ToLower(day.Weekday().String()))
}

func (h *house) date(t time.Time) time.Time {
	y, m, d := t.In(h.zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// first is the first moment of a day, found by walking.
func (h *house) first(day time.Time) time.Time {
	key := day.Format(time.DateOnly)
	if at, ok := h.starts[key]; ok {
		return at
	}
	at := day.Add(-16 * time.Hour)
	for h.date(at).Before(day) {
		at = at.Add(15 * time.Minute)
	}
	h.starts[key] = at
	return at
}

// clock walks through a day until clocks show hour:minute:second, or have
// jumped past it.
func (h *house) clock(day time.Time, hour, minute, second int) time.Time {
	at := h.first(day)
	for ; h.date(at).Equal(day); at = at.Add(15 * time.Minute) {
		local := at.In(h.zone)
		if local.Hour() == hour && local.Minute() == minute/15*15 {
			return at.Add(time.Duration(minute%15)*time.Minute + time.Duration(second)*time.Second)
		}
		if local.Hour()*60+local.Minute() > hour*60+minute {
			return at
		}
	}
	return at
}

func (h *house) end(day time.Time) time.Time { return h.first(day.AddDate(0, 0, 1)).Add(-time.Second) }

func (h *house) after(start time.Time, within string, firstDay, endOfDay bool) time.Time {
	var n int
	var unit string
	fmt.Sscanf(within, "%d %s", &n, &unit)
	if unit == "h" {
		for range n * 60 {
			start = start.Add(time.Minute)
		}
		return start
	}
	day := h.date(start)
	began := day
	counted := 0
	if firstDay && unit != "mo" {
		counted = 1
	}
	for {
		switch {
		case unit == "mo":
			passed := (day.Year()-began.Year())*12 + int(day.Month()) - int(began.Month())
			if passed == n && (day.Day() == began.Day() || day.AddDate(0, 0, 1).Day() == 1) {
				goto done
			}
		case counted == n:
			goto done
		}
		day = day.AddDate(0, 0, 1)
		if unit != "bd" || h.open(day) {
			counted++
		}
	}
done:
	if endOfDay {
		return h.end(day)
	}
	local := start.In(h.zone)
	return h.clock(day, local.Hour(), local.Minute(), local.Second())
}

// truth is 1, 0 or -1 for unknown.
func kleene(text string, facts map[string]int) int {
	if text == "" {
		return 1
	}
	name, negated := strings.CutPrefix(text, "!")
	v, ok := facts[name]
	if !ok {
		return -1
	}
	if negated {
		return 1 - v
	}
	return v
}

type expected struct {
	state State
	due   time.Time
	met   time.Time
}

// stage is the oracle's answer for one stage.
func (h *house) stage(r *Rule, s *Stage, facts map[string]int, c Case, now time.Time) expected {
	verdict := kleene(r.Trigger, facts)
	if when := kleene(s.When, facts); verdict == 0 || when == 0 {
		return expected{state: Off}
	} else if when == -1 {
		verdict = -1
	}
	var due, start time.Time
	open := false
	for _, term := range s.Due {
		from, ok := begin(r, term, c)
		if kleene(term.When, facts) == 0 || !ok {
			continue
		}
		limit := from
		switch term.Within {
		case "unverified":
			if open = true; start.IsZero() {
				start = from
			}
			continue
		case "at_once":
		default:
			limit = h.after(from, term.Within, term.FirstDay, term.End == "day")
		}
		if at, ok := c.Events[r.Events[term.Lapses]]; ok && term.Lapses != "" && at.After(limit) {
			continue
		}
		if due.IsZero() || limit.Before(due) {
			due, start = limit, from
		}
	}
	atOnce := !due.IsZero() && due.Equal(start)
	if s.Roll != nil && !due.IsZero() && !atOnce && (s.Roll.Unless == "" || kleene(s.Roll.Unless, facts) == 0) {
		day := h.date(due)
		for moved := false; ; moved = true {
			if h.open(day) {
				if moved {
					var hour, minute int
					if n, _ := fmt.Sscanf(s.Roll.At, "%d:%d", &hour, &minute); n == 2 {
						due = h.clock(day, hour, minute, 0)
					} else {
						due = h.end(day)
					}
				}
				break
			}
			day = day.AddDate(0, 0, 1)
		}
	}
	return h.state(r, s, c, now, verdict, open, due, start)
}

func (h *house) state(r *Rule, s *Stage, c Case, now time.Time, verdict int, open bool, due, start time.Time) expected {
	e := expected{due: due}
	ids := s.MetBy
	if len(ids) == 0 {
		ids = []string{s.ID}
	}
	for _, id := range ids {
		for _, report := range c.Reports[r.ID+"/"+id] {
			if (!s.Fresh || !start.IsZero() && !report.Submitted.Before(start)) && (e.met.IsZero() || report.Submitted.Before(e.met)) {
				e.met = report.Submitted
			}
		}
	}
	atOnce := !due.IsZero() && due.Equal(start)
	switch {
	case verdict == -1:
		e.state = Conditional
	case !e.met.IsZero() && !due.IsZero() && !atOnce && e.met.After(due):
		e.state = MetLate
	case !e.met.IsZero():
		e.state = Met
	case due.IsZero() && open:
		e.state = Unverified
	case due.IsZero():
		e.state = Waiting
	case atOnce:
		e.state = AtOnce
	case now.After(due):
		e.state = Overdue
	default:
		e.state = Running
	}
	return e
}

func begin(r *Rule, term *Term, c Case) (time.Time, bool) {
	if term.From != "submitted" {
		at, ok := c.Events[r.Events[term.From]]
		return at, ok
	}
	list := c.Reports[r.ID+"/"+term.Of]
	if len(list) == 0 {
		return time.Time{}, false
	}
	if term.Which == "last" {
		return list[len(list)-1].Submitted, true
	}
	return list[0].Submitted, true
}

// randomRule makes up a rule of two or three stages.
func randomRule(rng *rand.Rand, i int) string {
	pick := func(list ...string) string { return list[rng.IntN(len(list))] }
	var b strings.Builder
	fmt.Fprintf(&b, "obligation: r%d\nregulation: {ja: x, en: x}\ntitle: {ja: x, en: x}\nrecipient: {ja: x, en: x}\nwho: {ja: x, en: x}\njurisdiction: J\ncalendar: weekday\neffective: \"2000-01-01\"\nsource: x\nlicence: x\nmark: open\n", i)
	b.WriteString("facts: {t: bool, w: bool, u: bool, v: bool}\nevents: {aware: e.aware, classified: e.classified, recovered: e.recovered}\ntrigger: t\nstages:\n")
	// Every declared fact is read by the first stage.
	fmt.Fprintf(&b, "  - {id: s0, title: {ja: x, en: x}, when: \"%sw\", due: [%s, %s], roll: {unless: u, at: \"%02d:%02d\"}}\n", pick("", "!"),
		randomTerm(rng, 0, `, when: "!v"`), randomTerm(rng, 0, ", when: v"), rng.IntN(24), rng.IntN(60))
	for j := range 1 + rng.IntN(2) {
		roll := pick("", ", roll: {}", fmt.Sprintf(", roll: {at: \"%02d:%02d\"}", rng.IntN(24), rng.IntN(60)), ", roll: {at: \"02:30\", unless: \"!u\"}")
		met := pick("", "", ", met_by: [s0], fresh: true", fmt.Sprintf(", met_by: [s0, s%d]", j+1))
		fmt.Fprintf(&b, "  - {id: s%d, title: {ja: x, en: x}, due: [%s, %s]%s%s}\n", j+1, randomTerm(rng, j+1, ""), randomTerm(rng, j+1, ""), roll, met)
	}
	return b.String()
}

func randomTerm(rng *rand.Rand, stage int, more string) string {
	pick := func(list ...string) string { return list[rng.IntN(len(list))] }
	from := "from: " + pick("aware", "classified", "recovered")
	if stage > 0 && rng.IntN(2) == 0 {
		from = fmt.Sprintf("from: submitted, of: s%d, which: %s", rng.IntN(stage), pick("first", "last"))
	}
	within := pick("at_once", "unverified", fmt.Sprint(1+rng.IntN(100), " h"), fmt.Sprint(1+rng.IntN(40), " d"), fmt.Sprint(1+rng.IntN(10), " bd"), fmt.Sprint(1+rng.IntN(4), " mo"))
	lapses := pick("", "", ", lapses: classified", ", lapses: recovered")
	return fmt.Sprintf("{%s, within: %s, first_day: %s, end: %s%s%s}", from, within, pick("true", "false"), pick("day", "moment"), lapses, more)
}

// randomMoment lies in 2024–2029, often close to a change of the clocks or to
// the end of a month.
func randomMoment(rng *rand.Rand, near time.Time) time.Time {
	if !near.IsZero() && rng.IntN(4) > 0 {
		return near.Add(time.Duration(rng.IntN(20*86400)-5*86400) * time.Second)
	}
	year := 2024 + rng.IntN(6)
	switch rng.IntN(3) {
	case 0:
		month := []time.Month{3, 4, 9, 10, 11}[rng.IntN(5)]
		first := time.Date(year, month, 1+7*rng.IntN(5), 0, 0, 0, 0, time.UTC)
		sunday := first.AddDate(0, 0, (7-int(first.Weekday()))%7)
		return sunday.Add(time.Duration(rng.IntN(3*86400)-2*86400) * time.Second)
	case 1:
		return time.Date(year, time.Month(1+rng.IntN(12)), 28+rng.IntN(5), rng.IntN(24), rng.IntN(60), rng.IntN(60), 0, time.UTC)
	}
	return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rng.IntN(365*86400)) * time.Second)
}

// TestClocksAgainstOracle reveals facts, events and reports in random order and
// compares every clock after every revelation.
func TestClocksAgainstOracle(t *testing.T) {
	orders := 100_000
	if testing.Short() {
		orders = 5_000
	}
	rng := rand.New(rand.NewPCG(20261124, 5))
	list := houses(t, rng)
	_, calendars := load(t)
	var rules []*Rule
	for i := range 200 {
		r, found := Parse(fmt.Sprintf("obligations/r%d.yaml", i), []byte(randomRule(rng, i)), calendars)
		if len(found) > 0 {
			t.Fatal(found[0].Line("en"), "\n", randomRule(rng, i))
		}
		rules = append(rules, r)
	}
	seen := map[State]int{}
	for order := range orders {
		runOrder(t, rng, list[rng.IntN(len(list))], rules[rng.IntN(len(rules))], seen)
		if t.Failed() {
			t.Fatalf("order %d", order)
		}
	}
	for _, s := range []State{Conditional, Waiting, AtOnce, Running, Overdue, Unverified, Met, MetLate} {
		if seen[s] < orders/100 {
			t.Errorf("state %s was seen %d times only", s, seen[s])
		}
	}
	t.Logf("%d orders, clocks by state: %v", orders, seen)
}

func runOrder(t *testing.T, rng *rand.Rand, h *house, r *Rule, seen map[State]int) {
	c := Case{Facts: predicate.Facts{}, Events: map[string]time.Time{}, Reports: map[string][]Report{}, Calendars: map[string]*calendar.Calendar{"J": h.cal}}
	facts := map[string]int{}
	base := randomMoment(rng, time.Time{})
	last := map[string]time.Time{}
	var due time.Time
	if rng.IntN(4) > 0 { // most duties arise, so that deadlines are compared
		facts["t"] = 1
		c.Facts["t"] = predicate.Is(true)
	}
	steps := []string{"t", "w", "u", "v", "e.aware", "e.classified", "e.recovered", "s0", "s0", "s1", "s2", "t", "e.classified"}
	rng.Shuffle(len(steps), func(i, j int) { steps[i], steps[j] = steps[j], steps[i] })
	for _, step := range steps[:4+rng.IntN(len(steps)-4)] {
		switch {
		case len(step) == 1:
			facts[step] = min(rng.IntN(4), 1)
			c.Facts[step] = predicate.Is(facts[step] == 1)
		case step[0] == 'e':
			c.Events[step] = randomMoment(rng, base)
		default:
			at := randomMoment(rng, base)
			if at.Before(last[step]) {
				at = last[step]
			}
			last[step] = at
			c.Reports[r.ID+"/"+step] = append(c.Reports[r.ID+"/"+step], Report{Submitted: at})
		}
		now := randomMoment(rng, base)
		if !due.IsZero() && rng.IntN(4) == 0 {
			now = due // the very moment is still in time
		}
		got := map[string]Clock{}
		for _, k := range (Set{r}).Clocks(c, now) {
			got[k.Stage.ID] = k
		}
		for _, s := range r.Stages {
			want := h.stage(r, s, facts, c, now)
			k, ok := got[s.ID]
			if !ok {
				k.State = Off
			}
			seen[k.State]++
			if !want.due.IsZero() {
				due = want.due
			}
			if k.State != want.state || !k.Due.Equal(want.due) && want.state != Off || !k.MetAt.Equal(want.met) && want.state != Off {
				t.Errorf("%s in %s at %s: %s due %s met %s; oracle %s due %s met %s\n%+v\nfacts %v events %v reports %v", s.key, h.zone, now,
					k.State, k.Due.In(h.zone), k.MetAt, want.state, want.due.In(h.zone), want.met, s.Due[0], facts, c.Events, c.Reports)
			}
		}
	}
}
