package cli

import (
	"fmt"
	"slices"
	"strings"

	"yagura/internal/errs"
	"yagura/internal/thirdparty/network"
)

// failureRules are the flags that the rankings of failures share.
type failureRules struct {
	By        string `enum:"provider,group" default:"group" help:"${cli_help_flag_thirdparty_by}"`
	Hours     int32  `help:"${cli_help_flag_thirdparty_hours}"`
	Horizon   int32  `default:"720" help:"${cli_help_flag_thirdparty_horizon}"`
	Redundant bool   `help:"${cli_help_flag_thirdparty_redundant}"`
	Sector    bool   `help:"${cli_help_flag_thirdparty_sector}"`
}

func (f failureRules) rules() (network.Rules, error) {
	if f.Hours < 0 || f.Horizon < 1 {
		return network.Rules{}, fail("thirdparty.bad-hours")
	}
	return network.Rules{Horizon: f.Horizon, Redundant: f.Redundant, Sector: f.Sector}, nil
}

func (f failureRules) unit() network.Unit { return network.Unit(f.By) }

type thirdpartyRankCmd struct {
	Packages []string `arg:"" help:"${cli_help_arg_thirdparty_packages}"`
	Top      int      `default:"20" help:"${cli_help_flag_thirdparty_top}"`
	failureRules
}

// Run lets every provider, or group, fail alone and lists the worst.
func (c thirdpartyRankCmd) Run(r *run) error {
	rules, err := c.rules()
	if err != nil {
		return err
	}
	g, err := r.sectorGraph(c.Packages)
	if err != nil {
		return err
	}
	list := g.RankFailures(c.unit(), c.Hours, rules)
	shown := list[:min(len(list), max(c.Top, 0))]
	if r.json {
		return r.print(map[string]any{"by": c.By, "failures": append([]network.Failure{}, shown...), "total": len(list)})
	}
	for i, f := range shown {
		r.line("thirdparty.failure", "rank", i+1, "name", f.Name, "key", f.Key, "institutions", f.Institutions, "functions", f.Functions, "assets", fmt.Sprintf("%.0f", f.Assets), "first", f.First)
	}
	r.say("thirdparty.shown", "n", len(shown), "total", len(list))
	return nil
}

type thirdpartyPairsCmd struct {
	Packages []string `arg:"" help:"${cli_help_arg_thirdparty_packages}"`
	Of       int      `default:"200" help:"${cli_help_flag_thirdparty_of}"`
	Top      int      `default:"20" help:"${cli_help_flag_thirdparty_top}"`
	failureRules
}

// maxPairs bounds the units whose pairs are tried: 2,000 give two million pairs.
const maxPairs = 2000

// Run lets all pairs of the worst providers, or groups, fail together.
func (c thirdpartyPairsCmd) Run(r *run) error {
	rules, err := c.rules()
	if err != nil {
		return err
	}
	if c.Of < 2 || c.Of > maxPairs {
		return fail("thirdparty.bad-of", "max", maxPairs)
	}
	g, err := r.sectorGraph(c.Packages)
	if err != nil {
		return err
	}
	list := g.RankPairs(c.unit(), g.RankFailures(c.unit(), c.Hours, rules), c.Of, c.Hours, rules)
	shown := list[:min(len(list), max(c.Top, 0))]
	if r.json {
		return r.print(map[string]any{"by": c.By, "pairs": append([]network.Pair{}, shown...), "total": len(list)})
	}
	for i, p := range shown {
		r.line("thirdparty.pair", "rank", i+1, "a", p.A.Name, "b", p.B.Name, "institutions", p.Institutions, "functions", p.Functions, "joint", p.Joint)
	}
	r.say("thirdparty.shown", "n", len(shown), "total", len(list))
	return nil
}

type thirdpartySmallestCmd struct {
	Packages []string `arg:"" help:"${cli_help_arg_thirdparty_packages}"`
	Activity string   `required:"" help:"${cli_help_flag_thirdparty_activity}"`
	Share    float64  `default:"0.5" help:"${cli_help_flag_thirdparty_share}"`
	failureRules
}

// Run looks for a small set whose failure stops a share of a critical function.
func (c thirdpartySmallestCmd) Run(r *run) error {
	rules, err := c.rules()
	if err != nil {
		return err
	}
	if !(c.Share > 0 && c.Share <= 1) {
		return fail("thirdparty.bad-share")
	}
	g, err := r.sectorGraph(c.Packages)
	if err != nil {
		return err
	}
	x, err := g.SmallestSet(c.unit(), c.Activity, c.Share, c.Hours, rules)
	if errs.KindOf(err) == errs.NotFound {
		return fail("thirdparty.no-activity", "activity", c.Activity, "list", strings.Join(criticalActivities(g), ", "))
	}
	if err != nil {
		return err
	}
	if r.json {
		return r.print(x)
	}
	for i, n := range x.Set {
		r.line("thirdparty.cover-step", "rank", i+1, "name", n.Name, "key", n.Key, "adds", x.Gains[i])
	}
	if !x.Reached {
		r.line("thirdparty.cover-short", "stopped", x.Stopped, "total", x.Total, "target", x.Target)
		return nil
	}
	r.line("thirdparty.cover", "n", len(x.Set), "stopped", x.Stopped, "total", x.Total, "least", x.AtLeast)
	return nil
}

// criticalActivities are the activities that critical functions have.
func criticalActivities(g *network.Graph) []string {
	var out []string
	for f, a := range g.Functions.Activity {
		if name := g.Activities[a]; g.Functions.Critical[f] == network.Yes && name != "" {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
