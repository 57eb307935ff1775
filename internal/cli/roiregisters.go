package cli

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"yagura/internal/clock"
	"yagura/internal/thirdparty"
	"yagura/internal/thirdparty/roi"
)

// registersOf says whose registers in which database become a package, and what its cover
// says that they do not.
type registersOf struct {
	Place
	Party     string `help:"${cli_help_flag_roi_party}"`
	Date      string `help:"${cli_help_flag_roi_date}"`
	LEI       string `name:"lei" help:"${cli_help_flag_roi_lei}"`
	Authority string `help:"${cli_help_flag_roi_authority}"`
	Receiver  string `help:"${cli_help_flag_roi_receiver}"`
	Scope     string `enum:"IND,CON" default:"IND" help:"${cli_help_flag_roi_scope}"`
	Country   string `default:"JP" help:"${cli_help_flag_roi_country}"`
	Category  string `default:"x12" help:"${cli_help_flag_roi_category}"`
	Activity  string `help:"${cli_help_flag_roi_activity}"`
	Currency  string `default:"JPY" help:"${cli_help_flag_roi_currency}"`
	Assets    string `help:"${cli_help_flag_roi_assets}"`
}

// fromDatabase makes the package of an organisation's registers, which the ledger of the
// installation keeps.
func (c registersOf) fromDatabase(r *run, s *roi.Schema, dir string) error {
	if !c.given() || c.Party == "" {
		return fail("roi.no-source")
	}
	cover := thirdparty.Cover{LEI: strings.ToUpper(c.LEI), Scope: c.Scope, Country: strings.ToUpper(c.Country), Authority: c.Authority, Receiver: strings.ToUpper(c.Receiver),
		Category: c.Category, Activity: c.Activity, Period: c.Date, Created: clock.System().Now().UTC().Format("20060102150405") + "000", Currency: strings.ToUpper(c.Currency), Assets: c.Assets}
	if n, err := strconv.ParseFloat(c.Assets, 64); err != nil || n < 0 || !cover.Valid() || !slices.Contains(thirdparty.Activities(s), c.Activity) || !slices.Contains(thirdparty.Categories(s), c.Category) {
		return fail("roi.flags-unusable")
	}
	d, err := r.open(c.Place)
	if err != nil {
		return err
	}
	defer d.Close()
	kept, took, err := r.env.Installation.Registers(r.ctx, d, c.Party)
	if err != nil {
		return err
	}
	cover.Name = kept.Institution.Name
	var b bytes.Buffer
	found, err := thirdparty.WritePackage(&b, s, kept, cover)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	name := filepath.Join(dir, cover.FileName())
	if err := r.writeFile(name, func(w io.Writer) error { _, err := w.Write(b.Bytes()); return err }); err != nil {
		return err
	}
	if err := took(b.Bytes()); err != nil {
		return err
	}
	return r.built(name, found)
}
