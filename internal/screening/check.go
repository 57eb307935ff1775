package screening

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"yagura/internal/calendar"
	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/i18n"
)

// checker collects the findings of one notification.
type checker struct {
	n     *Notification
	e     *Edition
	found []finding.Finding
}

// add enters a finding at a place of the answers; key is its rule and its message.
func (c *checker) add(severity finding.Severity, at, key string, args ...any) {
	f := finding.New(strings.Replace(key, "screening.find-", "screening.", 1), key, args...)
	f.Severity, f.Pointer = severity, at
	c.found = append(c.found, f)
}

// row is the place of a cell of a table; rows are counted from 0 as in the form.
func row(item string, i int, column string) string { return fmt.Sprintf("/%s/%d/%s", item, i, column) }

// Check finds what is missing or does not hold together in the answers to the form: the
// form's own findings first, then those across tables. today is the day of the check; o may
// be nil. An error keeps a notification from being put forward for approval.
func (e *Edition) Check(f *form.Form, a form.Answers, o *form.Org, today calendar.Day) []finding.Finding {
	n := Of(a)
	c := &checker{n: &n, e: e, found: f.Validate(a, nil, o)}
	c.timing(today)
	c.roles()
	c.chain()
	c.parties()
	c.holders()
	c.officers()
	c.pieces()
	c.measures()
	slices.SortStableFunc(c.found, func(a, b finding.Finding) int { return cmp.Compare(gravity[a.Severity], gravity[b.Severity]) })
	return c.found
}

var gravity = map[finding.Severity]int{finding.Error: 0, finding.Warning: 1, finding.Info: 2}

func (c *checker) timing(today calendar.Day) {
	if text := c.e.Unverified; text.JA != "" {
		c.add(finding.Warning, "", "screening.find-unverified", "text", text)
	}
	start := c.n.Start
	if start == 0 || !calendar.Covers(start) {
		return
	}
	if c.n.End != 0 && c.n.Kind.Entrusts() && c.n.End < start {
		c.add(finding.Error, "/fac.end", "screening.find-end")
	}
	if c.n.Urgent {
		c.add(finding.Info, "/fac.urgent", "screening.find-urgent", "rule", c.e.Urgent.Text)
		return
	}
	last, open, err := c.e.AcceptBy(start)
	if err == nil && today > last {
		c.add(finding.Warning, "/fac.start", "screening.find-late", "start", start.Text(), "last", last.Text(), "first", (c.e.Standard(today) + 1).Text())
	} else if err == nil {
		c.add(finding.Info, "/fac.start", "screening.find-by", "start", start.Text(), "last", open.Long())
	}
}

// roles finds kinds of party that the notification must have.
func (c *checker) roles() {
	has := func(r Role) bool { return slices.ContainsFunc(c.n.Parties, func(p Party) bool { return p.Role == r }) }
	if c.n.Kind.Introduces() && !has(Supplier) {
		c.add(finding.Error, "/fac.parties", "screening.find-no-supplier")
	}
	if c.n.Kind.Entrusts() && !has(Entrusted) {
		c.add(finding.Error, "/fac.parties", "screening.find-no-contractor")
	}
	if c.n.Kind == Introduction && (has(Entrusted) || has(Reentrusted)) {
		c.add(finding.Warning, "/fac.parties", "screening.find-contractor-unasked")
	}
	if c.n.Kind.Entrusts() && !c.n.DeepKnown {
		c.add(finding.Warning, "/fac.depth", "screening.find-depth")
	}
}

// foreign reports whether a party was established under a foreign law.
func foreign(p Party) bool { return p.Law != "" && p.Law != "JP" }

func (c *checker) parties() {
	seen := map[string]string{}
	for i, p := range c.n.Parties {
		for _, cell := range []struct{ column, value, key string }{
			{"representative", p.Representative, "screening.find-no-representative"}, {"address", p.Address, "screening.find-no-address"},
			{"law", p.Law, "screening.find-no-law"}, {"government", p.Government, "screening.find-no-government"}, {"place", p.Place, "screening.find-no-place"},
		} {
			if cell.value == "" {
				c.add(finding.Error, row("fac.parties", i, cell.column), cell.key, "party", p.label())
			}
		}
		if p.Government == "unknown" {
			c.add(finding.Warning, row("fac.parties", i, "government"), "screening.find-government-unknown", "party", p.label(), "percent", percent(c.e.Government.Percent), "years", c.e.Government.Years)
		}
		if foreign(p) {
			c.add(finding.Info, row("fac.parties", i, "law"), "screening.find-certificate", "party", p.label())
		}
		if other := seen[p.Name]; other != "" && p.Name != "" {
			c.add(finding.Warning, row("fac.parties", i, "name"), "screening.find-same-name", "party", p.label(), "other", other)
		}
		seen[p.Name] = p.No
	}
}

// label is how a finding calls a party.
func (p Party) label() i18n.Text {
	return i18n.Text{JA: p.No + "（" + p.Name + "）", EN: p.No + " (" + p.Name + ")"}
}

func percent(x float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", x), ".0") + "%" }

func (c *checker) holders() {
	sum, rows := map[string]float64{}, map[string]int{}
	for i, h := range c.n.Holders {
		p := c.n.party(h.Party)
		if p == nil {
			c.add(finding.Error, row("fac.holders", i, "party"), "screening.find-stranger", "code", h.Party)
			continue
		}
		sum[h.Party] += h.Share
		rows[h.Party]++
		if h.Share > 0 && h.Share < c.e.Holder.Percent {
			c.add(finding.Warning, row("fac.holders", i, "share"), "screening.find-small", "holder", h.Name, "share", percent(h.Share), "percent", percent(c.e.Holder.Percent))
		}
		if h.Share > 0 && h.Country == "" {
			c.add(finding.Error, row("fac.holders", i, "country"), "screening.find-holder-country", "holder", h.Name)
		}
	}
	for i, p := range c.n.Parties {
		if rows[p.No] == 0 {
			c.add(finding.Error, row("fac.parties", i, "no"), "screening.find-no-holder", "party", p.label(), "percent", percent(c.e.Holder.Percent))
		}
		// Shares are told to some decimals: a sum may pass 100 by their rounding alone.
		if s := sum[p.No]; s > 100+0.05*float64(rows[p.No]) {
			c.add(finding.Error, row("fac.parties", i, "no"), "screening.find-sum", "party", p.label(), "sum", percent(math.Round(s*10)/10))
		}
	}
}

func (c *checker) officers() {
	rows := map[string]int{}
	for i, o := range c.n.Officers {
		if c.n.party(o.Party) == nil {
			c.add(finding.Error, row("fac.officers", i, "party"), "screening.find-stranger", "code", o.Party)
			continue
		}
		rows[o.Party]++
		if o.Nationality == "" {
			c.add(finding.Error, row("fac.officers", i, "nationality"), "screening.find-nationality", "officer", o.Name)
		}
		if o.Born == "" {
			c.add(finding.Error, row("fac.officers", i, "born"), "screening.find-born", "officer", o.Name)
		}
	}
	for i, p := range c.n.Parties {
		if rows[p.No] == 0 {
			c.add(finding.Error, row("fac.parties", i, "no"), "screening.find-no-officer", "party", p.label())
		}
	}
}

func (c *checker) pieces() {
	used := map[string]bool{}
	for i, p := range c.n.Pieces {
		used[p.Party] = true
		if c.n.party(p.Party) == nil {
			c.add(finding.Error, row("fac.components", i, "party"), "screening.find-stranger", "code", p.Party)
		} else if r := c.n.party(p.Party).Role; r != Supplier && r != Component {
			c.add(finding.Error, row("fac.components", i, "party"), "screening.find-not-supplier", "code", p.Party)
		}
	}
	for i, p := range c.n.Parties {
		if p.Role == Component && !used[p.No] {
			c.add(finding.Warning, row("fac.parties", i, "no"), "screening.find-unused", "party", p.label())
		}
	}
}

func (c *checker) measures() {
	for _, g := range c.n.Kind.groups() {
		in, excused, answered := 0, 0, 0
		for _, m := range g.Items {
			switch c.n.Measures[m] {
			case "done", "planned":
				in++
				answered++
			case "alternative", "none":
				excused++
				answered++
			}
		}
		if answered == len(g.Items) && in == 0 {
			c.add(finding.Error, "/"+g.Items[0], "screening.find-no-measure")
		}
		if excused > 0 && c.n.Texts[g.Text] == "" {
			c.add(finding.Error, "/"+g.Text, "screening.find-unexplained", "n", excused)
		}
	}
}
