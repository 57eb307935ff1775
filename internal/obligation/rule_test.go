package obligation

import (
	"strings"
	"testing"
	"time"

	"yagura/internal/calendar"
	"yagura/internal/i18n"
	"yagura/internal/predicate"
)

func at(t testing.TB, s string) time.Time {
	t.Helper()
	if s == "" {
		return time.Time{}
	}
	v, err := time.Parse("2006-01-02T15:04Z07:00", s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func find(clocks []Clock, key string) *Clock {
	for i := range clocks {
		if clocks[i].Stage.Key() == key {
			return &clocks[i]
		}
	}
	return nil
}

func dora(entity string, more predicate.Facts) predicate.Facts {
	f := predicate.Facts{"entity.eu": predicate.Is(true), "severity.dora": predicate.Is("major"), "entity.eu_type": predicate.Is(entity),
		"entity.nis2": predicate.Is("none"), "entity.eu_no_roll": predicate.Is(false)}
	for id, v := range more {
		f[id] = v
	}
	return f
}

// Each line is one sentence of Article 5 of Delegated Regulation (EU) 2025/301.
// 2026-04-03 is Good Friday, 2026-04-06 Easter Monday; summer time began on 29 March.
func TestDORAInitial(t *testing.T) {
	set, _ := load(t)
	for _, c := range []struct {
		name, aware, classified, entity string
		more                            predicate.Facts
		due                             string
		provisional                     bool
	}{
		{name: "4 h from classification", aware: "2026-11-24T02:10+01:00", classified: "2026-11-24T05:00+01:00", due: "2026-11-24T09:00+01:00"},
		{name: "no later than 24 h from awareness", aware: "2026-11-24T02:10+01:00", classified: "2026-11-25T01:00+01:00", due: "2026-11-25T02:10+01:00"},
		{name: "classified at the 24th hour", aware: "2026-11-24T02:10+01:00", classified: "2026-11-25T02:10+01:00", due: "2026-11-25T02:10+01:00"},
		{name: "classified later: 4 h", aware: "2026-11-24T02:10+01:00", classified: "2026-11-25T02:11+01:00", due: "2026-11-25T06:11+01:00"},
		{name: "not dated yet: 24 h from awareness", aware: "2026-11-24T02:10+01:00", due: "2026-11-25T02:10+01:00"},
		{name: "Saturday: noon of Monday", aware: "2026-11-27T20:00+01:00", classified: "2026-11-28T03:00+01:00", due: "2026-11-30T12:00+01:00"},
		{name: "Good Friday: noon of Tuesday", aware: "2026-04-02T22:00+02:00", classified: "2026-04-02T23:00+02:00", due: "2026-04-07T12:00+02:00"},
		{name: "Friday evening local, Saturday elsewhere: not moved", aware: "2026-11-27T10:00+01:00", classified: "2026-11-27T19:59+01:00", due: "2026-11-27T23:59+01:00"},
		{name: "credit institution on Saturday", aware: "2026-11-27T20:00+01:00", classified: "2026-11-28T03:00+01:00", entity: "credit_institution", due: "2026-11-28T07:00+01:00"},
		{name: "NIS2 essential entity", aware: "2026-11-27T20:00+01:00", classified: "2026-11-28T03:00+01:00", more: predicate.Facts{"entity.nis2": predicate.Is("essential")}, due: "2026-11-28T07:00+01:00"},
		{name: "the authority has extended the exception", aware: "2026-11-27T20:00+01:00", classified: "2026-11-28T03:00+01:00", more: predicate.Facts{"entity.eu_no_roll": predicate.Is(true)}, due: "2026-11-28T07:00+01:00"},
		{name: "4 h over the change to winter time", aware: "2026-10-24T22:00+02:00", classified: "2026-10-25T01:00+02:00", entity: "ccp", due: "2026-10-25T04:00+01:00"},
	} {
		cs := Case{Facts: dora(c.entity, c.more), Events: map[string]time.Time{"time.aware": at(t, c.aware)}}
		if c.entity == "" {
			cs.Facts["entity.eu_type"] = predicate.Is("payment_institution")
		}
		if c.classified != "" {
			cs.Events["severity.dora_classified"] = at(t, c.classified)
		}
		k := find(set.Clocks(cs, at(t, c.aware)), "eu-dora-major/initial")
		if k == nil || !k.Due.Equal(at(t, c.due)) || k.State != Running {
			t.Errorf("%s: %+v, want %s", c.name, k, c.due)
		}
	}
}

// Months have no days to run over into, and only the final report of a
// significant entity may be put off.
func TestDORALaterReports(t *testing.T) {
	set, _ := load(t)
	for _, c := range []struct{ entity, initial, intermediate, updated, stage, due string }{
		{"payment_institution", "2026-11-24T09:00+01:00", "", "", "intermediate", "2026-11-27T09:00+01:00"},
		{"payment_institution", "2026-11-25T09:00+01:00", "", "", "intermediate", "2026-11-30T12:00+01:00"},
		{"credit_institution", "2026-11-25T09:00+01:00", "", "", "intermediate", "2026-11-28T09:00+01:00"},
		{"credit_institution", "2026-03-27T09:00+01:00", "", "", "intermediate", "2026-03-30T10:00+02:00"},
		{"credit_institution", "2026-11-24T09:00+01:00", "2026-11-26T08:00+01:00", "", "final", "2026-12-28T12:00+01:00"},
		{"payment_institution", "2026-11-24T09:00+01:00", "2026-11-26T08:00+01:00", "2026-12-03T17:30+01:00", "final", "2027-01-04T12:00+01:00"},
		{"payment_institution", "2027-01-28T09:00+01:00", "2027-01-29T08:00+01:00", "", "final", "2027-03-01T12:00+01:00"},
		{"payment_institution", "2028-01-28T09:00+01:00", "2028-01-31T08:00+01:00", "", "final", "2028-02-29T08:00+01:00"},
	} {
		cs := Case{Facts: dora(c.entity, nil), Events: map[string]time.Time{"time.aware": at(t, c.initial).Add(-time.Hour)},
			Reports: map[string][]Report{"eu-dora-major/initial": {{Submitted: at(t, c.initial)}}}}
		for _, s := range []string{c.intermediate, c.updated} {
			if s != "" {
				cs.Reports["eu-dora-major/intermediate"] = append(cs.Reports["eu-dora-major/intermediate"], Report{Submitted: at(t, s)})
			}
		}
		k := find(set.Clocks(cs, at(t, c.initial)), "eu-dora-major/"+c.stage)
		if k == nil || !k.Due.Equal(at(t, c.due)) {
			t.Errorf("%+v: %+v", c, k)
		}
	}
}

func TestDORARecovery(t *testing.T) {
	set, _ := load(t)
	cs := Case{Facts: dora("credit_institution", nil), Events: map[string]time.Time{"time.recovered": at(t, "2026-11-26T12:00+01:00")},
		Reports: map[string][]Report{"eu-dora-major/intermediate": {{Submitted: at(t, "2026-11-26T08:00+01:00")}}}}
	now := at(t, "2026-11-26T13:00+01:00")
	if k := find(set.Clocks(cs, now), "eu-dora-major/recovery"); k == nil || k.State != AtOnce {
		t.Errorf("after recovery: %+v", k)
	}
	cs.Reports["eu-dora-major/intermediate"] = append(cs.Reports["eu-dora-major/intermediate"], Report{Submitted: now})
	if k := find(set.Clocks(cs, now), "eu-dora-major/recovery"); k == nil || k.State != Met {
		t.Errorf("after the update: %+v", k)
	}
}

func TestJapan(t *testing.T) {
	set, _ := load(t)
	facts := predicate.Facts{"entity.jp_supervised": predicate.Is(true), "impact.customers_or_business": predicate.Is(true),
		"impact.substituted_at_once": predicate.Is(false), "privacy.leak": predicate.Is(true), "privacy.exempt": predicate.Is(false),
		"privacy.persons": predicate.Between(1001, 30000), "entity.special_core": predicate.Is(true), "act.infringement": predicate.Is(true)}
	cs := Case{Facts: facts, Events: map[string]time.Time{"time.aware": at(t, "2026-11-24T02:10+09:00"), "privacy.aware": at(t, "2026-11-24T02:10+09:00")}}
	now := at(t, "2026-11-24T02:25+09:00")
	want := map[string]struct {
		state State
		due   string
	}{
		"jp-fsa-incident/first":    {AtOnce, "2026-11-24T02:10+09:00"},
		"jp-fsa-incident/month":    {Running, "2026-12-24T23:59+09:00"},
		"jp-appi-leak/prompt":      {Running, "2026-11-28T23:59+09:00"},
		"jp-appi-leak/final":       {Running, "2026-12-23T23:59+09:00"}, // 30 days as long as a wrongful purpose is not known
		"jp-cyber-act/prompt":      {Unverified, ""},
		"jp-fsa-incident/recovery": {Waiting, ""},
	}
	clocks := set.Clocks(cs, now)
	for key, w := range want {
		k := find(clocks, key)
		if k == nil || k.State != w.state || !k.Due.Truncate(time.Minute).Equal(at(t, w.due)) {
			t.Errorf("%s: %+v, want %v", key, k, w)
		}
	}
	if k := find(clocks, "jp-appi-leak/final"); !k.Provisional || strings.Join(k.Missing, " ") != "privacy.wrongful_purpose" {
		t.Errorf("the final report does not say what it depends on: %+v", k)
	}
	if k := find(clocks, "jp-appi-leak/prompt"); !k.Aim.Truncate(time.Minute).Equal(at(t, "2026-11-26T23:59+09:00")) {
		t.Errorf("aim: %s", k.Aim)
	}
	if k := Next(clocks); k.Stage.Key() != "jp-fsa-incident/first" {
		t.Errorf("next is %s", k.Stage.Key())
	}
	// The 60th day, 22 January 2027, is a Friday.
	facts["privacy.wrongful_purpose"] = predicate.Is(true)
	if k := find(set.Clocks(cs, now), "jp-appi-leak/final"); k.Provisional || !k.Due.Truncate(time.Minute).Equal(at(t, "2027-01-22T23:59+09:00")) {
		t.Errorf("wrongful purpose: %+v", k)
	}
	// Known on 2 December, the 30th day is 31 December: offices open on 4 January.
	facts["privacy.wrongful_purpose"] = predicate.Is(false)
	cs.Events["privacy.aware"] = at(t, "2026-12-02T10:00+09:00")
	if k := find(set.Clocks(cs, now), "jp-appi-leak/final"); !k.Due.Truncate(time.Minute).Equal(at(t, "2027-01-04T23:59+09:00")) {
		t.Errorf("end of the year: %+v", k)
	}
	// A thousand persons are not more than a thousand.
	facts["privacy.persons"] = predicate.Is(1000.0)
	delete(facts, "privacy.sensitive")
	if k := find(set.Clocks(cs, now), "jp-appi-leak/prompt"); k.State != Conditional || len(k.Missing) == 0 {
		t.Errorf("1000 persons: %+v", k)
	}
}

func TestRuleInForceOnTheDayOfTheEvent(t *testing.T) {
	set, _ := load(t)
	for day, want := range map[string]bool{"2026-09-30T23:59+09:00": false, "2026-10-01T00:00+09:00": true} {
		cs := Case{Facts: predicate.Facts{"entity.special_core": predicate.Is(true), "act.infringement": predicate.Is(true)},
			Events: map[string]time.Time{"time.aware": at(t, day)}}
		if k := find(set.Clocks(cs, at(t, "2026-12-01T00:00+09:00")), "jp-cyber-act/prompt"); (k != nil) != want {
			t.Errorf("aware %s: %+v", day, k)
		}
	}
}

// A reclassification takes the duty back and leaves a trace.
func TestHistory(t *testing.T) {
	set, _ := load(t)
	detected, classified, back := at(t, "2026-11-24T02:10+01:00"), at(t, "2026-11-24T05:00+01:00"), at(t, "2026-11-24T08:00+01:00")
	view := func(known time.Time) (Case, []string) {
		cs := Case{Facts: dora("credit_institution", nil), Events: map[string]time.Time{"time.aware": detected}}
		delete(cs.Facts, "severity.dora")
		switch {
		case !known.Before(back):
			cs.Facts["severity.dora"] = predicate.Is("not_major")
			return cs, []string{"severity.dora"}
		case !known.Before(classified):
			cs.Facts["severity.dora"] = predicate.Is("major")
			cs.Events["severity.dora_classified"] = classified
			return cs, []string{"severity.dora", "severity.dora_classified"}
		}
		return cs, []string{"time.aware"}
	}
	var got []string
	for _, c := range set.History([]time.Time{back, detected, classified, detected}, view) {
		if c.Stage.Key() == "eu-dora-major/initial" {
			got = append(got, c.Known.Format("15:04")+" "+string(c.Before.State)+">"+string(c.After.State)+" "+strings.Join(c.Facts, ","))
		}
	}
	want := "02:10 off>conditional time.aware|05:00 conditional>running severity.dora,severity.dora_classified|08:00 running>off severity.dora"
	if strings.Join(got, "|") != want {
		t.Errorf("history %s\nwant %s", strings.Join(got, "|"), want)
	}
}

func TestStepsAreTold(t *testing.T) {
	set, _ := load(t)
	cs := Case{Facts: dora("payment_institution", nil), Events: map[string]time.Time{"time.aware": at(t, "2026-11-26T20:00+01:00"),
		"severity.dora_classified": at(t, "2026-11-28T03:00+01:00")}}
	k := find(set.Clocks(cs, at(t, "2026-11-28T03:00+01:00")), "eu-dora-major/initial")
	var ja []string
	for _, s := range k.Steps {
		text := s.Text(calendar.Tokyo)
		if strings.Contains(text.JA+text.EN, "{") || strings.Contains(text.JA, "[") {
			t.Errorf("unfilled: %v", text)
		}
		ja = append(ja, text.In(i18n.JA))
	}
	if len(ja) != 3 || !strings.Contains(ja[1], "適用されません") || !strings.Contains(ja[2], "休業日") {
		t.Errorf("%q", ja)
	}
}

func BenchmarkClocks20000(b *testing.B) {
	set, _ := load(b)
	cases := make([]Case, 20_000)
	for i := range cases {
		facts := dora("payment_institution", predicate.Facts{"entity.jp_supervised": predicate.Is(true), "impact.customers_or_business": predicate.Is(true),
			"impact.substituted_at_once": predicate.Is(false), "privacy.leak": predicate.Is(i%2 == 0), "privacy.exempt": predicate.Is(false),
			"privacy.persons": predicate.Between(float64(i), float64(2*i)), "entity.special_core": predicate.Is(true), "act.infringement": predicate.Is(i%3 == 0),
			"entity.listed": predicate.Is(true), "impact.material": predicate.Is(true), "entity.sec_registrant": predicate.Is(true)})
		aware := calendar.Date(2026, 1, 1+i%300).At(i%24, i%60, calendar.Tokyo)
		cases[i] = Case{Facts: facts, Events: map[string]time.Time{"time.aware": aware, "privacy.aware": aware, "time.material": aware, "severity.dora_classified": aware.Add(time.Hour)},
			Reports: map[string][]Report{"eu-dora-major/initial": {{Submitted: aware.Add(2 * time.Hour)}}}}
	}
	now := calendar.Date(2026, 11, 24).At(2, 10, calendar.Tokyo)
	b.ResetTimer()
	for b.Loop() {
		for i := range cases {
			set.Clocks(cases[i], now)
		}
	}
}
