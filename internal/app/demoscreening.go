package app

import (
	"context"
	"embed"
	"errors"
	"maps"
	"slices"
	"time"

	"yagura/internal/authz"
	"yagura/internal/calendar"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/record"
	"yagura/internal/register"
	"yagura/internal/screening"
)

//go:embed demoscreening/*.yaml
var demoScreening embed.FS

// screenings enters two notifications of critical facilities: one under review, and a
// draft that begins from the register of services. The companies in them are made up.
func (d *Demonstration) screenings(ctx context.Context) error {
	anna, approver := d.actor(d.parties[0].id, authz.Respondent), d.actor(d.parties[0].id, authz.Approver)
	today, now := d.site.Screening.Today(), d.clock.Now()
	d.clock.Set(now.Add(-20 * 24 * time.Hour)) // what was filed had been approved before
	reviewed, err := d.notified(ctx, anna)
	if err != nil {
		return err
	}
	accepted, err := d.site.Screening.Regime().On(today).Calendar().Add(today, -7)
	if err != nil {
		return err
	}
	if err := d.site.Screening.Do(ctx, anna, reviewed, screening.Move{Kind: screening.Request}); err != nil {
		return err
	}
	if err := d.site.Screening.Do(ctx, approver, reviewed, screening.Move{Kind: screening.Approve}); err != nil {
		return err
	}
	d.clock.Set(now)
	for _, m := range []screening.Move{
		{Kind: string(screening.Filed), On: (accepted - 2).String(), Reference: "合成-2026-0001"},
		{Kind: string(screening.Accepted), On: accepted.String()},
	} {
		if err := d.site.Screening.Do(ctx, anna, reviewed, m); err != nil {
			return err
		}
	}
	list, err := d.site.Registers.List(ctx, anna, "ict-services", register.Query{Limit: 100})
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list.Rows, func(r record.Row) bool { return r.Title == "インターネットバンキング基盤" })
	if i < 0 {
		return errors.New("the demonstration lacks a service of its register")
	}
	books, _, err := d.site.Registers.Books(ctx, anna, screening.Books...)
	if err != nil {
		return err
	}
	source, _ := screening.SourceOf(books, list.Rows[i].ID)
	_, err = d.site.Registers.Change(ctx, anna, screening.FormID, "", "screen", 0, changesOf(screening.Prefill(screening.Maintenance, source))...)
	return err
}

// notified enters the notification of the embedded file, which supports the core
// banking function of the register and starts three months from now.
func (d *Demonstration) notified(ctx context.Context, anna authz.Actor) (string, error) {
	data, err := demoScreening.ReadFile("demoscreening/notification.yaml")
	if err != nil {
		return "", err
	}
	x, found := screening.Decode("notification.yaml", data)
	f, err := d.site.Registers.Form(screening.FormID)
	if err != nil {
		return "", err
	}
	var answers form.Answers
	if len(found) == 0 {
		answers, found = x.Answers("notification.yaml", f)
	}
	if len(found) > 0 {
		return "", errors.New(found[0].Line(i18n.EN))
	}
	functions, err := d.site.Registers.List(ctx, anna, "functions", register.Query{Limit: 100})
	if err != nil {
		return "", err
	}
	if i := slices.IndexFunc(functions.Rows, func(r record.Row) bool { return r.Title == "勘定系（預金・融資）" }); i >= 0 {
		answers["fac.function"] = form.Answer{Value: functions.Rows[i].ID}
	}
	y, m, _ := d.site.Screening.Today().Civil()
	answers["fac.start"] = form.Answer{Value: form.Date(calendar.Date(y, m+3, 1).String())}
	answers["fac.consulted"] = form.Answer{Value: form.Date(calendar.Date(y, m-time.Month(1), 10).String())}
	sh, err := d.site.Registers.Change(ctx, anna, screening.FormID, "", "excel", 0, changesOf(answers)...)
	return sh.ID, err
}

func changesOf(answers form.Answers) []record.Change {
	var out []record.Change
	for _, item := range slices.Sorted(maps.Keys(answers)) {
		out = append(out, record.Change{Item: item, Answer: answers[item]})
	}
	return out
}
