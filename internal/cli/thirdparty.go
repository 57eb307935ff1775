package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/thirdparty/network"
	"yagura/internal/thirdparty/roi"
)

type thirdpartyCmd struct {
	Measure thirdpartyMeasureCmd `cmd:"" help:"${cli_help_thirdparty_measure}"`
	Fail    thirdpartyFailCmd    `cmd:"" help:"${cli_help_thirdparty_fail}"`

	Rank     thirdpartyRankCmd     `cmd:"" help:"${cli_help_thirdparty_rank}"`
	Pairs    thirdpartyPairsCmd    `cmd:"" help:"${cli_help_thirdparty_pairs}"`
	Smallest thirdpartySmallestCmd `cmd:"" help:"${cli_help_thirdparty_smallest}"`
}

type thirdpartyMeasureCmd struct {
	Packages []string `arg:"" help:"${cli_help_arg_thirdparty_packages}"`
}

// Run measures the sector that the registers make.
func (c thirdpartyMeasureCmd) Run(r *run) error {
	g, err := r.sectorGraph(c.Packages)
	if err != nil {
		return err
	}
	m := g.Measure(network.MeasureOptions{})
	if r.json {
		return r.print(map[string]any{"notice": i18n.T(r.lang, "thirdparty.screen"), "source": network.Criteria, "measures": m, "review": append([]network.Review{}, g.Review...)})
	}
	z := m.Size
	r.line("thirdparty.size", "institutions", z.Institutions, "functions", z.Functions, "critical", z.Critical, "uses", z.Uses, "providers", z.Providers, "groups", z.Groups, "review", z.Review)
	for _, x := range m.Concentration {
		if x.Unit == network.ByGroup && x.Basis == network.ByUsers && x.Critical && x.Providers > 0 {
			service := x.Service
			if service == "" {
				service = i18n.T(r.lang, "thirdparty.all")
			}
			r.line("thirdparty.market", "service", service, "n", x.Providers, "hhi", fmt.Sprintf("%.0f", x.HHI), "first", percent(x.CR1), "three", percent(x.CR3), "name", x.Top[0].Name)
		}
	}
	for _, d := range m.Groups[:min(len(m.Groups), maxPrinted)] {
		r.line("thirdparty.dependence", "name", d.Name, "key", d.Key, "direct", d.Direct.CriticalUsers, "any", d.Any.CriticalUsers, "functions", d.Any.Functions)
	}
	r.line("thirdparty.screen")
	for _, s := range m.Screens[:min(len(m.Screens), maxPrinted)] {
		r.line("thirdparty.criteria", "name", s.Name, "one", s.Criterion1 == network.Yes, "four", s.Criterion4 == network.Yes)
	}
	return nil
}

func percent(x float64) string { return fmt.Sprintf("%.1f%%", 100*x) }

type thirdpartyFailCmd struct {
	Packages  []string `arg:"" help:"${cli_help_arg_thirdparty_packages}"`
	Provider  []string `help:"${cli_help_flag_thirdparty_provider}"`
	Group     []string `help:"${cli_help_flag_thirdparty_group}"`
	Country   []string `help:"${cli_help_flag_thirdparty_country}"`
	Hours     int32    `help:"${cli_help_flag_thirdparty_hours}"`
	Horizon   int32    `default:"720" help:"${cli_help_flag_thirdparty_horizon}"`
	Redundant bool     `help:"${cli_help_flag_thirdparty_redundant}"`
	Sector    bool     `help:"${cli_help_flag_thirdparty_sector}"`
}

// Run fails providers, groups or countries and shows by hour what stops.
func (c thirdpartyFailCmd) Run(r *run) error {
	s := network.Scenario{Hours: c.Hours, Rules: network.Rules{Horizon: c.Horizon, Redundant: c.Redundant, Sector: c.Sector}}
	if len(c.Provider)+len(c.Group)+len(c.Country) == 0 || c.Hours < 0 || c.Horizon < 1 {
		return fail("thirdparty.nothing-fails")
	}
	for _, code := range c.Country {
		land := network.CountryOf(strings.ToUpper(code))
		if land == (network.Country{}) {
			return fail("thirdparty.no-country", "code", code)
		}
		s.Offices, s.Locations = append(s.Offices, land), append(s.Locations, land)
	}
	g, err := r.sectorGraph(c.Packages)
	if err != nil {
		return err
	}
	if s.Providers, err = providerKeys(g, c.Provider); err != nil {
		return err
	}
	if s.Groups, err = providerKeys(g, c.Group); err != nil {
		return err
	}
	o, err := g.Fail(s)
	if err != nil {
		return err
	}
	if r.json {
		return r.print(o)
	}
	r.line("thirdparty.impact", "institutions", o.Institutions, "functions", o.Functions, "interrupted", o.Interrupted, "providers", o.Providers)
	for _, x := range o.Curve {
		r.line("thirdparty.hour", "hour", x.Hour, "institutions", x.Institutions, "functions", x.Functions, "assets", fmt.Sprintf("%.0f", x.Assets))
	}
	return nil
}

// line prints a message as a line of the result.
func (r *run) line(key string, args ...any) {
	fmt.Fprintln(r.env.Out, i18n.T(r.lang, key, args...))
}

// providerKeys finds the keys of providers by key or by the bare identifier.
func providerKeys(g *network.Graph, ids []string) (keys []string, err error) {
	for _, id := range ids {
		i := slices.IndexFunc(g.Providers.Key, func(k string) bool { return k == id || k[strings.LastIndexByte(k, ':')+1:] == id })
		if i < 0 {
			return nil, fail("thirdparty.no-provider", "id", id)
		}
		keys = append(keys, g.Providers.Key[i])
	}
	return keys, nil
}

// sectorGraph reads packages, and the packages of folders, and joins their
// registers. Each is checked first, so that one that cannot be opened, or that
// breaks a limit, is refused.
func (r *run) sectorGraph(names []string) (*network.Graph, error) {
	s, err := r.roiSchema()
	if err != nil {
		return nil, err
	}
	files, err := packageFiles(names)
	if err != nil {
		return nil, err
	}
	var all []*network.Register
	for _, name := range files {
		rep, err := r.roiCheck(name, roi.Options{Max: 1})
		if err != nil {
			return nil, err
		}
		if unusable(rep) || slices.ContainsFunc(rep.More, limitRule) || broken(rep) {
			r.report(rep.Findings)
			return nil, fail("roi.unusable", "name", name)
		}
		if rep.Errors > 0 {
			r.say("thirdparty.faulty", "name", name, "n", rep.Errors)
		}
		p, err := r.readPackage(s, name)
		if err != nil {
			return nil, err
		}
		if len(p.Currencies) > 1 {
			r.say("thirdparty.currencies", "name", name, "list", strings.Join(p.Currencies, ", "))
		}
		all = append(all, p.Registers...)
	}
	return network.Build(slices.Values(all), network.DefaultOptions()), nil
}

func limitRule(m roi.More) bool { return m.Rule == "limit" || m.Rule == "zip" }

func broken(rep roi.Report) bool {
	for _, f := range rep.Findings {
		if limitRule(roi.More{Rule: f.Rule}) {
			return true
		}
	}
	return false
}

func (r *run) readPackage(s *roi.Schema, name string) (p *network.Package, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if p, err = network.FromROI(s, f, info.Size(), nil); err != nil {
		return nil, errs.New(errs.Invalid, "%s: %w", name, err)
	}
	return p, nil
}

// packageFiles lists the packages; of a folder its zip files by name.
func packageFiles(names []string) (files []string, err error) {
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			files = append(files, name)
			continue
		}
		entries, err := os.ReadDir(name)
		if err != nil {
			return nil, err
		}
		before := len(files)
		for _, e := range entries {
			if strings.EqualFold(filepath.Ext(e.Name()), ".zip") {
				files = append(files, filepath.Join(name, e.Name()))
			}
		}
		if len(files) == before {
			return nil, fail("thirdparty.no-package", "name", name)
		}
	}
	return files, nil
}
