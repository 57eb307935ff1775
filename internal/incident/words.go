package incident

import (
	"strconv"
	"strings"
	"time"

	"yagura/internal/calendar"
	"yagura/internal/i18n"
	"yagura/internal/incident/exchange"
	"yagura/internal/incident/facts"
	"yagura/internal/obligation"
)

// name is how an incident is called; an exercise is marked as one.
func (i Incident) name() i18n.Text {
	t := i18n.Text{JA: i.Reference + " " + i.Title, EN: i.Reference + " " + i.Title}
	if i.Exercise == 1 {
		return i18n.Both("incident.exercise", "name", t)
	}
	return t
}

// StateText names the state of a clock.
func StateText(s obligation.State) i18n.Text { return i18n.Both("incident.state." + string(s)) }

// Moment tells a moment in a zone: 2026年11月24日（火）02:10 JST.
func Moment(t time.Time, zone *time.Location) i18n.Text {
	local := t.In(zone)
	return i18n.Both("obligation.moment", "date", calendar.DayOf(t, zone).Long(), "time", local.Format("15:04"), "zone", local.Format("MST"))
}

// DueText is the deadline of a clock in words.
func DueText(k *obligation.Clock, zone *time.Location) i18n.Text {
	switch {
	case k.State == obligation.AtOnce:
		return i18n.Both("incident.at-once")
	case k.Due.IsZero() && k.State == obligation.Unverified:
		return i18n.Both("incident.unverified")
	case k.Due.IsZero():
		return i18n.Both("incident.none")
	}
	return Moment(k.Due, zone)
}

// LeftText is the time until a deadline in words, or the time since.
func LeftText(d time.Duration) i18n.Text {
	key, long := "incident.time-left", "incident.time-left.days"
	if d < 0 {
		key, long, d = "incident.time-over", "incident.time-over.days", -d
	}
	minutes := int(d / time.Minute)
	if minutes >= 48*60 {
		key = long
	}
	return i18n.Both(key, "days", minutes/1440, "hours", minutes/60, "rest", minutes/60%24, "minutes", minutes%60)
}

// SpanText writes a span of time: 3時間20分, from two days on 2日5時間.
func SpanText(d time.Duration) i18n.Text {
	minutes := int(d.Round(time.Minute) / time.Minute)
	key := "incident.span"
	if minutes >= 48*60 {
		key = "incident.span.days"
	}
	return i18n.Both(key, "days", minutes/1440, "hours", minutes/60, "rest", minutes/60%24, "minutes", minutes%60)
}

// OptionText names an option of a fact.
func OptionText(e *facts.Entry, option string) i18n.Text {
	if key := "incident.option." + option; e != nil && e.Taxonomy == "" && i18n.Has(key) {
		return i18n.Both(key)
	}
	if e == nil {
		return i18n.Text{JA: option, EN: option}
	}
	return e.OptionTitle(option)
}

// FactText is what a statement says in words: a moment in the zone in which the incident
// is told and as precisely as it is known, options by their names.
func FactText(r facts.Record, e *facts.Entry, zone *time.Location) i18n.Text {
	if r.State == facts.Estimated {
		return i18n.Both("facts.range", "low", grouped(r.Low), "high", grouped(r.High), "unit", unit(e))
	}
	if r.State != facts.Known {
		return exchange.Value(r, e)
	}
	switch v := r.Value.(type) {
	case float64:
		return i18n.Text{JA: grouped(v) + unit(e).JA, EN: grouped(v) + unit(e).EN}
	case facts.Moment:
		switch v.Precision {
		case facts.Minute, facts.Second:
			return Moment(v.From, zone)
		}
		return i18n.Text{JA: v.Text, EN: v.Text}
	case string:
		if e != nil && e.Type == facts.Choice {
			return OptionText(e, v)
		}
	case []string:
		var ja, en []string
		for _, o := range v {
			t := OptionText(e, o)
			ja, en = append(ja, t.JA), append(en, t.EN)
		}
		return i18n.Text{JA: strings.Join(ja, "、"), EN: strings.Join(en, ", ")}
	}
	return exchange.Value(r, e)
}

func unit(e *facts.Entry) i18n.Text {
	switch {
	case e == nil:
	case e.Type == facts.Hours:
		return i18n.Both("incident.hours")
	case e.Unit != "":
		return i18n.Text{JA: " " + e.Unit, EN: " " + e.Unit}
	}
	return i18n.Text{}
}

// grouped writes a number with separators of thousands.
func grouped(v float64) string {
	whole, rest, dot := strings.Cut(strconv.FormatFloat(v, 'f', -1, 64), ".")
	for n := len(whole) - 3; n > 0; n -= 3 {
		whole = whole[:n] + "," + whole[n:]
	}
	if dot {
		whole += "." + rest
	}
	return whole
}
