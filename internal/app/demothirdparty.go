package app

import (
	"context"
	"maps"
	"time"

	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/register"
	"yagura/internal/thirdparty"
	"yagura/internal/thirdparty/demo"
)

// largerOnes are whom a whole sector's campaign for registers asks: the demonstration is
// to start soon.
const largerOnes = `org.size == "large" || org.sector == "regional_bank" && org.size == "medium"`

// collect opens this year's campaign for the registers of third parties. Every second
// institution has filled its registers and submitted them; the one that visitors see from
// within has its own, and its filing waits to be finished. The asker's picture of the
// sector is made of what was submitted, and of total assets that it knows.
func (d *Demonstration) collect(ctx context.Context, seed uint64, now time.Time) error {
	d.say("cli.demo.handed-over")
	f, err := d.site.Forms.Form(thirdparty.Collection, "")
	if err != nil {
		return err
	}
	d.clock.Set(now.Add(-35 * 24 * time.Hour)) // before the self-assessment, which visitors find first
	due := now.Add(35 * 24 * time.Hour)
	asked := ""
	if len(d.parties) > 100 {
		asked = largerOnes
	}
	_, filings, err := d.ask(ctx, f, i18n.Both("cli.demo.collect", "year", now.Year()), asked, time.Date(due.Year(), due.Month(), due.Day(), 8, 0, 0, 0, time.UTC))
	if err != nil {
		return err
	}
	parties := make([]form.Org, len(d.parties))
	for i, p := range d.parties {
		parties[i] = p.org
	}
	assets, even := map[string]float64{}, false
	for i, r := range demo.Registers(seed, parties) {
		p := d.parties[i]
		assets[p.id] = r.Institution.Assets
		filing, ok := filings[p.id]
		if even = !even; !ok || even {
			continue
		}
		d.clock.Set(now.Add(-20*24*time.Hour + time.Duration(i)*19*24*time.Hour/time.Duration(len(d.parties))))
		if err := d.keep(ctx, p.id, demo.Records(r)); err != nil {
			return err
		}
		if err := d.way(ctx, p.id, filing, wholeWay...); err != nil {
			return d.unfit(err, p)
		}
	}
	return d.site.DB.System("seed a demonstration").Tx(ctx, func(tx *db.Tx) error { return d.site.ThirdParties.Know(ctx, tx, d.asker, assets) })
}

// keep enters records into an institution's registers, by the ids that they have among
// themselves.
func (d *Demonstration) keep(ctx context.Context, tenant string, books map[string][]thirdparty.Record) error {
	person := d.actor(tenant, authz.Respondent).Person
	return d.site.DB.Tenant(tenant).Tx(ctx, func(tx *db.Tx) error {
		ids := map[string]string{}
		for _, name := range thirdparty.Forms {
			f, err := d.site.Registers.Form(name)
			if err != nil {
				return err
			}
			for _, r := range books[name] {
				made, err := d.site.Records.Create(ctx, tx, tenant, person, f)
				if err != nil {
					return err
				}
				ids[r.ID] = made.ID
			}
			for _, r := range books[name] {
				answers := pointed(f, r.Answers, ids)
				if err := d.site.Records.Fill(ctx, tx, f, tenant, ids[r.ID], person, "excel", answers); err != nil {
					return err
				}
				if err := d.site.Records.Rename(ctx, tx, tenant, ids[r.ID], register.Title(f, answers, nil)); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// pointed are answers whose references are the ids that the records were given.
func pointed(f *form.Form, answers form.Answers, ids map[string]string) form.Answers {
	out := maps.Clone(answers)
	for _, it := range f.Items() {
		a := out[it.ID]
		switch v := a.Value.(type) {
		case string:
			if it.Type == form.TypeRef {
				out[it.ID] = form.Answer{Value: ids[v]}
			}
		case []form.Row:
			rows := make([]form.Row, len(v))
			for i, r := range v {
				rows[i] = maps.Clone(r)
				for _, c := range it.Columns {
					if to, ok := r[c.ID].Value.(string); ok && c.Type == form.TypeRef {
						rows[i][c.ID] = form.Answer{Value: ids[to]}
					}
				}
			}
			out[it.ID] = form.Answer{Value: rows}
		}
	}
	return out
}
