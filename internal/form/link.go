package form

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
)

var (
	formID   = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	itemID   = regexp.MustCompile(`^[a-z0-9_]+(\.[a-z0-9_]+)*$`)
	optionID = regexp.MustCompile(`^[a-z0-9_]+([.-][a-z0-9_]+)*$`)
)

// link checks the definition and fills what the form derives from it.
func (p *parser) link(f *Form) {
	if !formID.MatchString(f.ID) {
		p.at("/form", "form.bad-id", "id", f.ID)
	}
	if f.Edition == "" {
		p.at("", "form.no-edition")
	}
	p.bothLanguages("/title", f.Title)
	if len(f.Sections) == 0 {
		p.at("", "form.no-sections")
	}
	for i, d := range []Date{f.Published, f.Effective} {
		if d != "" && !d.Valid() {
			p.at([]string{"/published", "/effective"}[i], "form.bad-date", "value", d)
		}
	}
	for i, t := range f.Tiers {
		if t.ID == "" || t.When == "" && i != len(f.Tiers)-1 {
			p.at(fmt.Sprintf("/tiers/%d", i), "form.bad-tier")
		}
	}
	f.items = map[string]*Item{}
	retired := map[string]bool{}
	for _, r := range f.Retired {
		retired[r.ID] = true
	}
	seen := map[string]bool{}
	for i, s := range f.Sections {
		at := fmt.Sprintf("/sections/%d", i)
		if !optionID.MatchString(s.ID) || seen[s.ID] {
			p.at(at, "form.bad-section", "id", s.ID)
		}
		seen[s.ID] = true
		p.bothLanguages(at+"/title", s.Title)
		if !finite(s.Weight) || s.Weight < 0 {
			p.at(at, "form.bad-number", "id", s.ID)
		}
		if s.Weight == 0 {
			s.Weight = 1
		}
		for j, it := range s.Items {
			it.section = s
			p.item(f, it, fmt.Sprintf("%s/items/%d", at, j), retired)
		}
	}
	p.links(f)
	p.kind(f)
}

// item checks one item of a section and enters it in the form.
func (p *parser) item(f *Form, it *Item, at string, retired map[string]bool) {
	if !itemID.MatchString(it.ID) {
		p.at(at+"/id", "form.bad-item-id", "id", it.ID)
	}
	if f.items[it.ID] != nil {
		p.at(at+"/id", "form.duplicate-item", "id", it.ID)
		return
	}
	if retired[it.ID] {
		p.at(at+"/id", "form.retired-item", "id", it.ID)
	}
	f.items[it.ID] = it
	it.index, it.at = len(f.order), "/"+it.ID
	f.order = append(f.order, it)
	p.shape(f, it, at)
	if it.Type == TypeTable {
		p.table(f, it, at)
	}
	p.target(f, it, at)
}

// shape checks what does not depend on other items; columns pass it too.
func (p *parser) shape(f *Form, it *Item, at string) {
	p.bothLanguages(at+"/ask", it.Ask)
	if len(it.States) == 0 {
		it.States = []State{Known}
	}
	for _, s := range it.States {
		if !slices.Contains([]State{Known, Estimated, Unknown, NotApplicable}, s) {
			p.at(at+"/states", "form.bad-state", "state", s)
		}
	}
	if it.Weight == 0 {
		it.Weight = 1
	}
	if it.Pattern != "" {
		re, err := regexp.Compile(`^(?:` + it.Pattern + `)$`)
		if err != nil {
			p.at(at+"/pattern", "form.bad-pattern", "why", err)
		}
		it.pattern = re
	}
	if !finite(it.Weight, it.MaxScore) || it.Weight < 0 || it.Min != nil && !finite(*it.Min) || it.Max != nil && !finite(*it.Max) {
		p.at(at, "form.bad-number", "id", it.ID)
	}
	if it.Min != nil && it.Max != nil && *it.Min > *it.Max {
		p.at(at+"/min", "form.bad-range")
	}
	switch it.Type {
	case TypeChoice, TypeMulti:
		p.options(f, it, at)
	case TypeYesNo, TypeInteger, TypeDecimal, TypePercent, TypeText, TypeDate, TypeDateTime, TypeDuration, TypeRef, TypeFile, TypeTable:
	case TypeMoney:
		if len(it.Currency) != 3 {
			p.at(at, "form.no-currency", "id", it.ID)
		}
	case TypeCode:
		if len(it.Options) > 0 || it.Use != "" {
			p.options(f, it, at)
		}
		if it.Check != "" && codeChecks[it.Check] == nil {
			p.at(at+"/check", "form.bad-check", "check", it.Check)
		}
	default:
		p.at(at+"/type", "form.bad-type", "type", it.Type)
	}
	it.maxLvl = maxLevel(it)
	if it.Score != "" && it.MaxScore <= 0 {
		p.at(at+"/score", "form.no-max-score", "id", it.ID)
	}
}

func (p *parser) options(f *Form, it *Item, at string) {
	if it.Use != "" {
		scale, ok := f.Scales[it.Use]
		if !ok || scale == nil || len(it.Options) > 0 {
			p.at(at+"/use", "form.bad-use", "scale", it.Use)
			return
		}
		it.Options = scale.Options
	}
	if len(it.Options) == 0 {
		p.at(at, "form.no-options", "id", it.ID)
	}
	it.byID = make(map[string]*Option, len(it.Options))
	for k, o := range it.Options {
		oat := fmt.Sprintf("%s/options/%d", at, k)
		if !optionID.MatchString(o.ID) || it.byID[o.ID] != nil {
			p.at(oat, "form.bad-option", "id", o.ID)
		}
		if o.Score != nil && !finite(*o.Score) {
			p.at(oat, "form.bad-number", "id", o.ID)
		}
		if o.JA == "" || o.EN == "" {
			p.at(oat, "form.text-missing", "what", o.ID)
		}
		it.byID[o.ID] = o
	}
	if it.Type != TypeChoice {
		return
	}
	switch it.Scale {
	case "ordered":
		p.ordered(it, at)
	case "nominal":
	default:
		p.at(at, "form.no-scale", "id", it.ID)
	}
}

// ordered asks that the options of an ordered scale rise from 0.
func (p *parser) ordered(it *Item, at string) {
	last := -1.0
	for k, o := range it.Options {
		if o.Score == nil || *o.Score <= last || k == 0 && *o.Score != 0 {
			p.at(fmt.Sprintf("%s/options/%d", at, k), "form.not-rising", "id", it.ID)
			return
		}
		last = *o.Score
	}
}

func maxLevel(it *Item) float64 {
	best := 0.0
	switch {
	case it.Type == TypeChoice:
		for _, o := range it.Options {
			if o.Score != nil {
				best = max(best, *o.Score)
			}
		}
	case it.Type == TypeMulti:
		for _, o := range it.Options {
			if o.Score != nil && *o.Score > 0 {
				best += *o.Score
			}
		}
		if it.MaxScore > 0 {
			best = min(best, it.MaxScore)
		}
	case it.Score != "" || it.Type == TypeYesNo:
		best = it.MaxScore
	}
	return best
}

func (p *parser) table(f *Form, it *Item, at string) {
	if len(it.Columns) == 0 {
		p.at(at, "form.no-columns", "id", it.ID)
	}
	for k, c := range it.Columns {
		cat := fmt.Sprintf("%s/columns/%d", at, k)
		if !itemID.MatchString(c.ID) || slices.ContainsFunc(it.Columns[:k], func(o *Item) bool { return o.ID == c.ID }) {
			p.at(cat+"/id", "form.bad-item-id", "id", c.ID)
		}
		if c.Type == TypeTable || c.Applies != "" || c.Score != "" {
			p.at(cat, "form.bad-column", "id", c.ID)
			continue
		}
		c.index = k
		p.shape(f, c, cat)
	}
	for _, k := range it.Key {
		if it.Column(k) == nil {
			p.at(at+"/key", "form.no-column", "column", k, "table", it.ID)
		}
	}
}

// target asks that every target names a tier and an option of the item.
func (p *parser) target(f *Form, it *Item, at string) {
	for _, tier := range it.Target.Tiers() {
		known := tier == "" || slices.ContainsFunc(f.Tiers, func(t Tier) bool { return t.ID == tier })
		if !known {
			p.at(at+"/target", "form.bad-target-tier", "tier", tier)
		}
		if _, ok := it.LevelOf(it.Target[tier]); !ok {
			p.at(at+"/target", "form.bad-target", "target", it.Target[tier], "id", it.ID)
		}
	}
}

// links checks what refers to other items: foreign keys, checks' places, successors.
func (p *parser) links(f *Form) {
	for i, s := range f.Sections {
		for j, it := range s.Items {
			at := fmt.Sprintf("/sections/%d/items/%d", i, j)
			for k, fk := range it.Foreign {
				p.foreign(f, it, fk, fmt.Sprintf("%s/foreign/%d", at, k))
			}
			if it.SeriesBreak && it.SuccessorOf == "" {
				p.at(at+"/series_break", "form.break-without-successor", "id", it.ID)
			}
		}
	}
	ids := map[string]bool{}
	for i, c := range f.Checks {
		at := fmt.Sprintf("/checks/%d", i)
		if !optionID.MatchString(c.ID) || ids[c.ID] {
			p.at(at, "form.bad-check-id", "id", c.ID)
		}
		ids[c.ID] = true
		p.bothLanguages(at+"/say", c.Say)
		if !slices.Contains([]string{"error", "warning", "info"}, c.Severity) {
			p.at(at+"/severity", "form.bad-severity", "severity", c.Severity)
		}
		for _, id := range c.Items {
			if f.items[id] == nil {
				p.at(at+"/items", "form.expr-unknown-item", "id", id, "near", nearest(f, id))
			}
		}
	}
}

func (p *parser) foreign(f *Form, it *Item, fk ForeignKey, at string) {
	to := f.items[fk.To]
	if to == nil || to.Type != TypeTable || len(fk.Columns) == 0 || len(fk.Columns) != len(fk.ToColumns) {
		p.at(at, "form.bad-foreign", "to", fk.To)
		return
	}
	for k := range fk.Columns {
		if it.Column(fk.Columns[k]) == nil || to.Column(fk.ToColumns[k]) == nil {
			p.at(at, "form.bad-foreign", "to", fk.To+"."+fk.ToColumns[k])
		}
	}
}

// finite reports whether all numbers are neither infinite nor NaN, which YAML can write.
func finite(numbers ...float64) bool {
	for _, x := range numbers {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return true
}

// Column returns the column of a table item, or nil.
func (it *Item) Column(id string) *Item {
	for _, c := range it.Columns {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// nearest suggests the item whose id shares the longest prefix or suffix.
func nearest(f *Form, id string) string {
	best, score := "", -1
	for _, it := range f.order {
		n := common(it.ID, id)
		if n > score {
			best, score = it.ID, n
		}
	}
	return best
}

func common(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	m := 0
	for m < len(a)-n && m < len(b)-n && a[len(a)-1-m] == b[len(b)-1-m] {
		m++
	}
	if strings.Contains(a, b) || strings.Contains(b, a) {
		n++
	}
	return n + m
}
