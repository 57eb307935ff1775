package metric

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"yagura/internal/incident/facts"
)

const zone = "Asia/Tokyo"

func told(t testing.TB, text string) facts.Moment {
	t.Helper()
	m, err := facts.ParseMoment(text, zone)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func view(t testing.TB, list ...facts.Record) facts.View {
	t.Helper()
	b := facts.Base{Zone: zone}
	for _, r := range list {
		r.KnownAt = told(t, "2026-11-30T00:00")
		b.Records = append(b.Records, r)
	}
	return b.At(told(t, "2026-12-31T00:00").From)
}

func at(t testing.TB, fact, text string) facts.Record {
	return facts.Record{Fact: fact, State: facts.Known, Value: told(t, text)}
}

func find(list []Measure, k Kind) Measure {
	for _, m := range list {
		if m.Kind == k {
			return m
		}
	}
	return Measure{}
}

// The figures by hand: two hours to detect, what is told to the day is a range, what is
// unknown names what is missing.
func TestByHand(t *testing.T) {
	v := view(t, at(t, "time.occurred", "2026-11-24T00:10"), at(t, "time.detected", "2026-11-24T02:10"), at(t, "time.aware", "2026-11-24T02:12"), at(t, "time.contained", "2026-11-25"),
		facts.Record{Fact: "time.recovered", State: facts.Investigating}, facts.Record{Fact: "impact.costs", State: facts.Estimated, Low: 100, High: 300},
		facts.Record{Fact: "impact.recoveries", State: facts.Known, Value: 50.0})
	got := Of(v, []facts.Report{{Submitted: told(t, "2026-11-24T08:00")}, {Submitted: told(t, "2026-11-24T02:42")}})
	for _, want := range []Measure{
		{Kind: Detect, State: facts.Known, Low: 2, High: 2}, {Kind: Report, State: facts.Known, Low: 0.5, High: 0.5},
		{Kind: Recover, State: facts.Investigating, Missing: []string{"time.recovered"}},
		{Kind: Cost, State: facts.Estimated, Low: 100, High: 300}, {Kind: Net, State: facts.Estimated, Low: 50, High: 250},
	} {
		if m := find(got, want.Kind); m.State != want.State || m.Low != want.Low || m.High != want.High || len(m.Missing) != len(want.Missing) {
			t.Errorf("%s: %+v, want %+v", want.Kind, m, want)
		}
	}
	if m := find(got, Contain); m.State != facts.Estimated || m.Low > 21.84 || m.Low < 21.8 || m.High < 45.8 || m.High > 45.9 {
		t.Errorf("contained on the 25th: %+v", m)
	}
}

func TestNothingIsGuessed(t *testing.T) {
	for _, m := range Of(view(t), nil) {
		if m.State != facts.Unknown || m.Low != 0 || m.High != 0 {
			t.Errorf("%+v", m)
		}
	}
	v := view(t, at(t, "time.occurred", "2026-11-25T00:00"), at(t, "time.detected", "2026-11-24T00:00"), facts.Record{Fact: "impact.costs", State: facts.Known, Value: 10.0},
		facts.Record{Fact: "impact.recoveries", State: facts.NotApplicable}, facts.Record{Fact: "time.contained", State: facts.NotApplicable})
	got := Of(v, nil)
	if m := find(got, Detect); !m.Reversed || m.State != facts.Unknown {
		t.Errorf("detected before it happened: %+v", m)
	}
	if m := find(got, Contain); m.State != facts.NotApplicable || len(m.Missing) != 0 {
		t.Errorf("%+v", m)
	}
	if m := find(got, Net); m.State != facts.Known || m.Low != 10 {
		t.Errorf("%+v", m)
	}
}

// However roughly two moments are told, the true span lies in the range.
func TestRangeHoldsTheTruth(t *testing.T) {
	base := told(t, "2026-11-01T00:00").From
	layouts := []string{"2006-01-02T15:04", "2006-01-02", "2006-01"}
	rapid.Check(t, func(r *rapid.T) {
		a := base.Add(time.Duration(rapid.IntRange(0, 20000).Draw(r, "a")) * time.Minute)
		b := a.Add(time.Duration(rapid.IntRange(0, 20000).Draw(r, "b")) * time.Minute)
		v := view(t, at(t, "time.occurred", a.Format(rapid.SampledFrom(layouts).Draw(r, "told a"))), at(t, "time.detected", b.Format(rapid.SampledFrom(layouts).Draw(r, "told b"))))
		m := find(Of(v, nil), Detect)
		true := b.Sub(a).Hours()
		if m.State == facts.Unknown || m.Low > true+1e-9 || m.High < true-1e-9 || m.Low < 0 {
			r.Errorf("%v to %v: %+v does not hold %v", a, b, m, true)
		}
	})
}

func TestTimeline(t *testing.T) {
	got := Timeline(view(t, at(t, "time.recovered", "2026-11-24T09:00"), at(t, "time.detected", "2026-11-24T02:10"), facts.Record{Fact: "time.contained", State: facts.Unknown}))
	if len(got) != 2 || got[0].Fact != "time.detected" || got[1].Fact != "time.recovered" {
		t.Errorf("%+v", got)
	}
}
