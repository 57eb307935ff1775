package app

import (
	"context"
	"embed"
	"errors"

	"yagura/internal/authz"
	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/record"
	"yagura/internal/register"
)

//go:embed demoregister/*.csv
var demoRegisters embed.FS

// registerOrder is the order in which the registers of the demonstration are filled: a
// record that others refer to is entered before them.
var registerOrder = []string{"functions", "ict-vendors", "ict-contracts", "ict-services", "exit-plans"}

// registers fills the registers of the institution that visitors see from within. The
// companies in them are made up; some answers are missing, as they are in real registers.
func (d *Demonstration) registers(ctx context.Context) error {
	d.say("cli.demo.registers")
	anna := d.actor(d.parties[0].id, authz.Respondent)
	for _, name := range registerOrder {
		data, err := demoRegisters.ReadFile("demoregister/" + name + ".csv")
		if err != nil {
			return err
		}
		plan, err := d.site.Registers.Read(ctx, anna, name, name+".csv", data)
		if err != nil {
			return err
		}
		if finding.HasErrors(plan.Findings) {
			return errors.New(plan.Findings[0].Line(i18n.EN))
		}
		if err := d.site.Registers.Apply(ctx, anna, "excel", plan); err != nil {
			return err
		}
	}
	return d.chains(ctx, anna)
}

// chains enters who works for the providers of two services: rows of a table, which the
// files of registers don't hold.
func (d *Demonstration) chains(ctx context.Context, anna authz.Actor) error {
	row := func(name string, rank int64, country, task string) form.Row {
		return form.Row{"name": {Value: name}, "rank": {Value: rank}, "country": {Value: country}, "task": {Value: task}}
	}
	rows := map[string][]form.Row{
		"インターネットバンキング基盤": {row("北斗通信（架空）", 2, "JP", "データセンター間の回線"), row("瀬戸データセンター（架空）", 2, "JP", "設備")},
		"勘定系システム":        {row("瀬戸データセンター（架空）", 2, "JP", "設備"), row("すばる開発（架空）", 2, "JP", "保守"), row("東雲クラウド（架空）", 3, "JP", "監視の基盤")},
	}
	list, err := d.site.Registers.List(ctx, anna, "ict-services", register.Query{Limit: 100})
	if err != nil {
		return err
	}
	for _, r := range list.Rows {
		if chain := rows[r.Title]; chain != nil {
			p := record.Page{Shown: []string{"srv.chain"}, Answers: form.Answers{"srv.chain": {Value: chain}}}
			if _, _, err := d.site.Registers.Save(ctx, anna, "ict-services", r.ID, "screen", p); err != nil {
				return err
			}
		}
	}
	return nil
}
