package app

import (
	"context"

	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/thirdparty"
	"yagura/internal/thirdparty/demo"
)

// handOver gives the authority a register of third parties of every institution: the
// first one's is what it keeps, the others' are made up.
func (d *Demonstration) handOver(ctx context.Context, seed uint64) error {
	d.say("cli.demo.handed-over")
	parties := make([]form.Org, len(d.parties))
	for i, p := range d.parties {
		parties[i] = p.org
	}
	registers := demo.Registers(seed, parties)
	kept, err := thirdparty.Own(ctx, d.site.Registers, d.actor(d.parties[0].id, authz.Respondent))
	if err != nil {
		return err
	}
	kept.Institution = registers[0].Institution
	registers[0] = kept.Picture().Register
	list := make([]thirdparty.Received, len(d.parties))
	for i, p := range d.parties {
		list[i] = thirdparty.Received{Organisation: p.id, Code: p.org.ID, NameJA: p.org.Name, NameEN: i18n.T(i18n.EN, "demo.name."+p.org.Sector, "n", p.org.ID[1:]), Sector: p.org.Sector, Size: p.org.Size, Register: registers[i]}
	}
	return d.site.DB.System("seed a demonstration").Tx(ctx, func(tx *db.Tx) error {
		return d.site.ThirdParties.Receive(ctx, tx, d.asker, list...)
	})
}
