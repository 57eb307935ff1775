package app

import (
	"context"

	"yagura/internal/db"
	"yagura/internal/filing"
	"yagura/internal/thirdparty"
	"yagura/internal/thirdparty/network"
)

// registers hands registers of third parties that were submitted to a campaign over to the
// asker's picture of its sector, in the transaction of the submission. What a test run
// collects is not handed over.
func (t *teller) registers(ctx context.Context, tx *db.Tx, e filing.Event) error {
	f := e.Filing
	if e.Kind != "filing.submitted" || f.Form != thirdparty.Collection || f.Trial != 0 {
		return nil
	}
	def, err := t.Filings.Form(f)
	if err != nil {
		return err
	}
	answers, _ := def.DecodeAnswers(e.Content) // encoded by the same form
	o, err := t.Orgs.OrganisationIn(ctx, tx, f.Tenant)
	if err != nil {
		return err
	}
	in := network.Institution{ID: f.Tenant, Name: o.NameJA, Category: o.Sector, Country: network.CountryOf(o.Jurisdiction)}
	return t.ThirdParties.Receive(ctx, tx, f.Asker, thirdparty.Received{Organisation: f.Tenant, Code: f.Code, NameJA: o.NameJA, NameEN: o.NameEN,
		Sector: o.Sector, Size: o.Size, Register: thirdparty.Collected(def, answers, in).Picture().Register})
}
