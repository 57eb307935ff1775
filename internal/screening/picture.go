package screening

import (
	"cmp"
	"math"
	"slices"

	"yagura/internal/calendar"
	"yagura/internal/chart"
	"yagura/internal/i18n"
)

// Picture draws a review on a line of days: the period in which nothing may be introduced,
// how far it can be extended, today and the planned start. It has no figure before
// acceptance.
type Picture struct {
	Lang           i18n.Lang
	Clock          Clock
	Today, Planned calendar.Day // 0 leaves the planned start out
}

// mark is a day with its word.
type mark struct {
	day  calendar.Day
	text string
}

func (p Picture) marks() []mark {
	all := []mark{{p.Clock.Accepted, "screening.picture-accepted"}, {p.Today, "screening.picture-today"}, {p.Clock.Until, "screening.picture-until"}, {p.Clock.Latest, "screening.picture-latest"}}
	if p.Planned != 0 {
		all = append(all, mark{p.Planned, "screening.picture-planned"})
	}
	if p.Clock.AnswerBy != 0 {
		all = append(all, mark{p.Clock.AnswerBy, "screening.picture-answer"})
	}
	slices.SortStableFunc(all, func(a, b mark) int { return cmp.Compare(a.day, b.day) })
	return all
}

// Alt implements chart.Chart.
func (p Picture) Alt() string {
	return i18n.T(p.Lang, "screening.picture-alt", "accepted", p.Clock.Accepted.Text(), "until", p.Clock.Until.Text(), "latest", p.Clock.Latest.Text())
}

const (
	pictureBar  = 22.0 // height of the bar
	pictureLine = 20.0 // of a line of words
	pictureSize = 13.0 // of the words
)

// Height implements chart.Chart: the bar, and one line of words for each day.
func (p Picture) Height(chart.Measurer, float64) float64 {
	return pictureBar + 14 + pictureLine*float64(len(p.marks()))
}

// Draw implements chart.Chart.
func (p Picture) Draw(c chart.Canvas, width float64) {
	const pad = 8.0
	first, last := p.marks()[0].day, p.marks()[len(p.marks())-1].day
	x := func(d calendar.Day) float64 {
		if last == first {
			return pad
		}
		return pad + float64(d-first)/float64(last-first)*(width-2*pad)
	}
	shades := chart.Steps(4)
	from := x(p.Clock.Accepted)
	c.Rect(from, 4, math.Max(0, x(p.Clock.Latest)-from), pictureBar, chart.Paint{Fill: shades[0], Stroke: shades[3], Width: 1})
	c.Rect(from, 4, math.Max(2, x(p.Clock.Until)-from), pictureBar, chart.Paint{Fill: shades[3]})
	for i, m := range p.marks() {
		text := i18n.T(p.Lang, m.text, "day", m.day.Text())
		y := pictureBar + 4 + pictureLine*float64(len(p.marks())-i) // the latest on top: no line crosses an earlier word
		at := x(m.day)
		c.Line(at, 2, at, y-pictureSize-1, chart.Stroke{Color: chart.InkOn("#ffffff"), Width: 1, Dash: 2})
		c.Circle(at, y-5, 3, chart.Paint{Fill: chart.InkOn("#ffffff")})
		t := chart.Type{Size: pictureSize, Color: chart.InkOn("#ffffff")}
		w := c.TextWidth(text, pictureSize, false)
		if at+8+w > width { // no room to the right of its day
			c.Text(math.Max(0, at-8-w), y, text, t)
			continue
		}
		c.Text(at+8, y, text, t)
	}
}
