// Package report makes the documents of a self-assessment: the feedback to one
// institution and the sector report. It arranges what the analysis found and
// puts it into words; how a page looks is decided by package paper.
package report

import (
	"fmt"
	"strings"

	"yagura/internal/assessment"
	"yagura/internal/catalog"
	"yagura/internal/chart"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/paper"
	"yagura/internal/peer"
)

// Options are what the asker decides about the documents.
type Options struct {
	Lang    i18n.Lang
	Marking string // handling, on every sheet of a feedback; empty: 取扱注意
	Notice  string // on every sheet, e.g. that the data are synthetic
	From    string // who sends the feedback
	Date    string // as printed
	Release string // identification printed at the foot
}

// Maker makes the documents of one analysis. It is safe for concurrent use.
type Maker struct {
	res     *assessment.Result
	cat     *catalog.Catalog
	o       Options
	quality []assessment.Quality
}

// New prepares the documents of a result; cat gives titles to references.
func New(res *assessment.Result, cat *catalog.Catalog, o Options) *Maker {
	return &Maker{res: res, cat: cat, o: o, quality: res.Qualities()}
}

// word is a message of this package in the documents' language.
func (m *Maker) word(key string, args ...any) string {
	return i18n.T(m.o.Lang, "report."+key, args...)
}

func (m *Maker) in(t i18n.Text) string { return t.In(m.o.Lang) }

func (m *Maker) form() *form.Form { return m.res.Current.Form }

func (m *Maker) document(title, subtitle, marking string) *paper.Document {
	return &paper.Document{
		Lang: m.o.Lang, Title: title, Subtitle: subtitle, Marking: marking, Notice: m.o.Notice,
		Footer: m.o.Release, Author: m.o.From, Date: m.o.Date,
	}
}

// classWord names a sector or size class; a class without a name shows its id.
func (m *Maker) classWord(kind, id string) string {
	key := "report." + kind + "." + id
	if i18n.Has(key) {
		return i18n.T(m.o.Lang, key)
	}
	return id
}

// groupName names a peer group: 全体, 信用金庫, 信用金庫・大規模.
func (m *Maker) groupName(g peer.Group) string {
	if g.Level == peer.LevelAll {
		return m.word("group.all")
	}
	name := m.joined("sector", g.Sectors)
	if g.Level == peer.LevelSize {
		name = m.word("group.size", "sector", name, "size", m.joined("size", g.Sizes))
	}
	return name
}

func (m *Maker) joined(kind string, ids []string) string {
	out := ""
	for i, id := range ids {
		if i > 0 {
			out += m.word("group.and")
		}
		out += m.classWord(kind, id)
	}
	return out
}

// band words a band of a number of institutions.
func (m *Maker) band(n string) string {
	if n == "" {
		return m.word("hidden")
	}
	return m.word("band", "n", m.number(n))
}

// number words a band of numbers, as the release has it: 30-99, 100+.
func (m *Maker) number(n string) string {
	if low, high, ok := strings.Cut(n, "-"); ok {
		return m.word("band.range", "low", low, "high", high)
	}
	if low, ok := strings.CutSuffix(n, "+"); ok {
		return m.word("band.from", "low", low)
	}
	return n
}

// value wraps a published figure that may be missing.
func value(p *float64) chart.Value {
	if p == nil {
		return chart.Value{}
	}
	return chart.Of(*p)
}

// parts turns published shares into the parts of a bar.
func parts(shares []peer.Share) []chart.Part {
	out := make([]chart.Part, len(shares))
	for i, s := range shares {
		out[i] = chart.Part{Share: middle(s) / 100, Text: shareText(s)}
	}
	return out
}

// middle is the percentage at which a share is drawn; of a band, its middle.
func middle(s peer.Share) float64 {
	if s.Coding == peer.AsBelow {
		return s.High / 2
	}
	return s.Point
}

// shareText words a published share: 35%, <10%, >90%.
func shareText(s peer.Share) string {
	switch s.Coding {
	case peer.AsBelow:
		return fmt.Sprintf("<%g%%", s.High)
	case peer.AsAbove:
		return fmt.Sprintf(">%g%%", s.Low)
	}
	return fmt.Sprintf("%g%%", s.Point)
}

// optionLabels words the categories of an item's column.
func (m *Maker) optionLabels(it *form.Item, levels int) []string {
	out := make([]string, levels)
	for k := range out {
		switch it.Type {
		case form.TypeChoice:
			out[k] = m.in(it.Options[k].Label())
		case form.TypeYesNo:
			out[k] = m.word([]string{"no", "yes"}[min(k, 1)])
		case form.TypeMulti:
			out[k] = m.word("measures", "n", k)
		default:
			out[k] = m.word("level", "n", k)
		}
	}
	return out
}

// answerText words an institution's category.
func (m *Maker) answerText(it *form.Item, code int8) string {
	switch code {
	case peer.Missing:
		return m.word("missing")
	case peer.NotApplicable:
		return m.word("not_applicable")
	case peer.Unknown:
		return m.word("unknown")
	}
	return m.optionLabels(it, int(code)+1)[code]
}
