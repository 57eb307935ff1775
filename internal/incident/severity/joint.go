package severity

import (
	"slices"
	"strings"
	"time"

	"yagura/internal/incident/facts"
	"yagura/internal/predicate"
)

// Past is an incident as the rule of recurring incidents sees it.
type Past struct {
	ID    string
	At    time.Time
	Cause string // apparent root cause; incidents without one never recur
	Facts predicate.Facts
}

// Recurrence is a set of incidents that are together of a level which none of
// them is alone.
type Recurrence struct {
	Incidents []Past
	Result    Result // of the incidents taken together
}

// Recurring finds, for each cause, the incidents of the last months up to now
// that are each not of the gravest level but together are: at least as many as
// the scheme says. (DORA: Delegated Regulation (EU) 2024/1772 Article 8(2), to be
// assessed monthly.) Without a joint rule there is none. Causes come in order.
func (s *Scheme) Recurring(list []Past, now time.Time) []Recurrence {
	if s.Joint == nil {
		return nil
	}
	since := now.AddDate(0, -s.Joint.WithinMonths, 0)
	byCause := map[string][]Past{}
	var causes []string
	for _, p := range list {
		if p.Cause == "" || p.At.Before(since) || p.At.After(now) || s.evaluate(p.Facts).Level == s.Levels[0] {
			continue
		}
		if byCause[p.Cause] == nil {
			causes = append(causes, p.Cause)
		}
		byCause[p.Cause] = append(byCause[p.Cause], p)
	}
	slices.Sort(causes)
	var out []Recurrence
	for _, cause := range causes {
		group := byCause[cause]
		if len(group) < s.Joint.Least {
			continue
		}
		if r := s.Classify(s.join(group)); r.Level == s.Levels[0] {
			out = append(out, Recurrence{group, r})
		}
	}
	return out
}

// join takes incidents together: listed numbers add up, truths hold if any
// holds, lists are united, other facts are those of the latest incident that
// has them. What recurrence itself reads is left out.
func (s *Scheme) join(group []Past) predicate.Facts {
	group = slices.Clone(group)
	slices.SortStableFunc(group, func(a, b Past) int { return a.At.Compare(b.At) })
	out := predicate.Facts{}
	for _, p := range group {
		for id, v := range p.Facts {
			was, ok := out[id]
			switch one := v.One.(type) {
			case bool:
				if before, isBool := was.One.(bool); isBool && before {
					one = true
				}
				v = predicate.Is(one)
			case []string:
				before, _ := was.One.([]string)
				v = predicate.Is(union(before, one))
			default:
				if ok && slices.Contains(s.Joint.Sum, id) {
					v = sum(was, v)
				}
			}
			out[id] = v
		}
	}
	for _, c := range s.Criteria {
		if c.ID != s.Joint.Without {
			continue
		}
		for _, t := range c.Tests {
			for _, id := range t.when.Reads() {
				delete(out, id)
			}
		}
	}
	return out
}

func union(a, b []string) []string {
	out := append(slices.Clone(a), b...)
	slices.Sort(out)
	return slices.Compact(out)
}

func sum(a, b predicate.Value) predicate.Value {
	lowA, highA := ends(a)
	lowB, highB := ends(b)
	if lowA+lowB == highA+highB {
		return predicate.Is(lowA + lowB)
	}
	return predicate.Between(lowA+lowB, highA+highB)
}

func ends(v predicate.Value) (low, high float64) {
	if n, ok := v.One.(float64); ok {
		return n, n
	}
	return v.Low, v.High
}

// Facts is a view of an incident as schemes read it: with the duration that
// follows from its moments where none is stated. It runs from occurrence, else
// from detection, to recovery; while that has not come, it is at least the time
// that has passed (Delegated Regulation (EU) 2024/1772 Article 3).
func Facts(v facts.View, d *facts.Dictionary) predicate.Facts {
	out := v.Facts(d)
	if _, ok := out["time.duration"]; ok {
		return out
	}
	start, ok := moment(v, "time.occurred")
	if !ok {
		start, ok = moment(v, "time.detected")
	}
	if !ok || start.From.After(v.Valid) {
		return out
	}
	if end, over := moment(v, "time.recovered"); over && !end.To.Before(start.From) {
		out["time.duration"] = predicate.Between(max(0, end.From.Sub(start.To).Hours()), end.To.Sub(start.From).Hours())
	} else {
		out["time.duration"] = predicate.Between(max(0, v.Valid.Sub(start.To).Hours()), maxHours)
	}
	return out
}

// moment is a known moment: between the first and the last that it can have been.
func moment(v facts.View, id string) (facts.Moment, bool) {
	r, ok := v.Get(id)
	m, isMoment := r.Value.(facts.Moment)
	return m, ok && isMoment && r.State == facts.Known
}

// maxHours stands for a duration that is still open: a hundred years.
const maxHours = 876_600

// PastOf is an incident as the rule of recurring incidents sees it: it happened
// at its occurrence, else its detection, and its apparent root cause is its
// detailed one, else its class of causes.
func PastOf(b facts.Base, v facts.View, d *facts.Dictionary) Past {
	p := Past{ID: b.ID, Facts: Facts(v, d)}
	for _, id := range []string{"time.occurred", "time.detected"} {
		if m, ok := moment(v, id); ok && p.At.IsZero() {
			p.At = m.From
		}
	}
	for _, id := range []string{"cause.detail", "cause.class"} {
		if list, ok := p.Facts[id].One.([]string); ok && p.Cause == "" {
			list = slices.Clone(list)
			slices.Sort(list)
			p.Cause = strings.Join(list, ", ")
		}
	}
	return p
}
