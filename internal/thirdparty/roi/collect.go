package roi

import (
	"cmp"
	"slices"
	"strings"

	"yagura/internal/finding"
)

// collector gathers the findings of one file. Of each rule, file and column
// only the first ones are kept; the rest is counted.
type collector struct {
	max    int
	groups map[group]*[]finding.Finding
	counts map[group]int
}

type group struct{ rule, file, column string }

func newCollector(limit int) *collector {
	return &collector{limit, map[group]*[]finding.Finding{}, map[group]int{}}
}

// at is the place of a finding and the value that stands there.
type at struct {
	file   string
	row    int
	column string
	value  []byte
}

// add enters a finding of a rule. The message is roi.RULE, or roi.RULE.VARIANT
// where name is "RULE.VARIANT".
func (c *collector) add(name string, p at, args ...any) {
	rule, _, _ := strings.Cut(name, ".")
	g := group{rule, p.file, p.column}
	c.counts[g]++
	if c.counts[g] > c.max {
		return
	}
	value := clip(p.value)
	f := finding.New(rule, "roi."+name, append(args, "value", value)...)
	f.Severity = severityOf(rule)
	f.File, f.Row, f.Column, f.Value = p.file, p.row, p.column, value
	if c.groups[g] == nil {
		c.groups[g] = &[]finding.Finding{}
	}
	*c.groups[g] = append(*c.groups[g], f)
}

// clip keeps what a person needs to recognise a value.
func clip(v []byte) string {
	const most = 80
	s := string(v[:min(len(v), most)])
	if len(v) > most {
		s += "…"
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// More counts the findings of one rule that are not listed.
type More struct {
	Rule   string `json:"rule"`
	File   string `json:"file,omitempty"`
	Column string `json:"column,omitempty"`
	N      int    `json:"n"`
}

// merge puts the collectors' findings into the report, in order of file, row,
// column and rule.
func (r *Report) merge(limit int, all ...*collector) {
	counts := map[group]int{}
	kept := map[group][]finding.Finding{}
	for _, c := range all {
		for g, n := range c.counts {
			counts[g] += n
			if c.groups[g] != nil {
				kept[g] = append(kept[g], *c.groups[g]...)
			}
		}
	}
	for g, list := range kept {
		slices.SortStableFunc(list, byPlace)
		list = list[:min(len(list), limit)]
		r.Findings = append(r.Findings, list...)
		if n := counts[g] - len(list); n > 0 {
			r.More = append(r.More, More{g.rule, g.file, g.column, n})
		}
		if list[0].Severity == finding.Error {
			r.Errors += counts[g]
		} else {
			r.Warnings += counts[g]
		}
	}
	slices.SortFunc(r.Findings, byPlace)
	slices.SortFunc(r.More, func(a, b More) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Column, b.Column))
	})
}

func byPlace(a, b finding.Finding) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Row, b.Row), cmp.Compare(a.Column, b.Column),
		cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Value, b.Value), cmp.Compare(a.Message.EN, b.Message.EN))
}
