package paper

import (
	"strconv"
	"strings"

	"github.com/signintech/gopdf"

	"yagura/internal/chart"
)

// Colours and sizes of the printed text.
const (
	ink      = string(chart.Ink)
	muted    = string(chart.Muted)
	accent   = string(chart.Blue900)
	hairline = string(chart.Neutral)

	bodySize  = 10.0
	bodyLead  = 17.0
	smallSize = 8.0
	smallLead = 12.0
)

// flow sets the blocks of a document one under the other, sheet by sheet.
type flow struct {
	pen
	doc   *Document
	y     float64 // top of what comes next
	sheet int     // number of the current sheet, 0 before the first
	fresh bool    // nothing stands on the current sheet
	nodes gopdf.OutlineNodes
}

// document sets all blocks. A letter that comes first stands before the title.
func (f *flow) document() {
	blocks := f.doc.Blocks
	f.next()
	if len(blocks) > 0 {
		if letter, ok := blocks[0].(Letter); ok {
			f.letter(letter)
			blocks = blocks[1:]
		}
	}
	f.title()
	for i, block := range blocks {
		f.block(block, blocks[i+1:])
	}
	f.nodes.Parse()
}

// next begins a new sheet.
func (f *flow) next() {
	f.gp.AddPage()
	f.line(marginX, 46, sheetW-marginX, 46, 0.5, hairline) // gopdf counts only sheets with a mark on them
	f.sheet++
	f.y, f.fresh = contentTop, true
}

// breakSheet begins a new sheet unless the current one is empty.
func (f *flow) breakSheet() {
	if !f.fresh {
		f.next()
	}
}

// room begins a new sheet unless height fits on the current one.
func (f *flow) room(height float64) {
	if f.y+height > contentBottom {
		f.breakSheet()
	}
}

// gap leaves space above a block, except at the top of a sheet.
func (f *flow) gap(height float64) {
	if !f.fresh {
		f.y += height
	}
}

// put writes lines from the current place on, over as many sheets as they need.
func (f *flow) put(lines []string, x, width, size, lead float64, bold bool, color string, to align) {
	for _, line := range lines {
		f.room(lead)
		f.aligned(x, f.y+lead/2+size*0.36, width, line, size, bold, color, to)
		f.y += lead
		f.fresh = false
	}
}

func (f *flow) title() {
	f.put(f.lines(f.doc.Title, contentW, 18, true), marginX, contentW, 18, 26, true, ink, left)
	f.put(f.lines(f.doc.Subtitle, contentW, 12, false), marginX, contentW, 12, 20, false, ink, left)
	by := f.lines(joinNonEmpty("　", f.doc.Author, f.doc.Date), contentW, 9, false)
	f.put(by, marginX, contentW, 9, 15, false, muted, left)
	f.y += 6
}

func (f *flow) block(block Block, rest []Block) {
	switch t := block.(type) {
	case Heading:
		f.heading(t, rest)
	case Paragraph:
		f.gap(2)
		f.put(f.lines(t.Text, contentW, bodySize, false), marginX, contentW, bodySize, bodyLead, false, ink, left)
		f.y += 6
	case List:
		f.list(t)
	case Letter:
		f.letter(t)
	case Table:
		f.table(&t)
	case Figure:
		f.figure(t)
	case KeyFigures:
		f.keyFigures(t)
	case Note:
		f.note(t)
	case PageBreak:
		f.breakSheet()
	}
}

// headingLook is the type of a heading of a level.
func headingLook(level int) (size, lead, above float64) {
	switch {
	case level <= 1:
		return 14, 22, 20
	case level == 2:
		return 11.5, 18, 14
	}
	return 10, 16, 10
}

// heading stays with the beginning of the block after it.
func (f *flow) heading(t Heading, rest []Block) {
	size, lead, above := headingLook(t.Level)
	lines := f.lines(t.Text, contentW, size, true)
	height := float64(len(lines))*lead + 4
	if t.Level <= 1 {
		height += 5
	}
	f.gap(above)
	f.room(height + min(f.beginning(rest), contentBottom-contentTop-height-above))
	if t.Level <= 2 {
		f.gp.SetXY(marginX, f.y)
		node := &gopdf.OutlineNode{Obj: f.gp.AddOutlineWithPosition(basic(t.Text))}
		if n := len(f.nodes); t.Level == 2 && n > 0 {
			f.nodes[n-1].Children = append(f.nodes[n-1].Children, node)
		} else {
			f.nodes = append(f.nodes, node)
		}
	}
	if t.Level <= 1 {
		f.fill(marginX, f.y, contentW, 2, accent)
		f.y += 5
	}
	f.put(lines, marginX, contentW, size, lead, true, ink, left)
	f.y += 4
}

// beginning is the height that must follow a heading on its sheet.
func (f *flow) beginning(rest []Block) float64 {
	if len(rest) == 0 {
		return 0
	}
	switch t := rest[0].(type) {
	case Heading:
		_, lead, above := headingLook(t.Level)
		return lead + above + f.beginning(rest[1:])
	case Figure:
		return f.figureHeight(t)*leastShrink + figureGap
	case Table:
		return f.tableBeginning(&t)
	case KeyFigures:
		return 80
	case Note:
		return f.noteHeight(t) + 4
	case PageBreak, Letter:
		return 0
	}
	return 2 * bodyLead
}

func (f *flow) list(t List) {
	const indent = 18.0
	for i, item := range t.Items {
		mark := "・"
		if t.Ordered {
			mark = strconv.Itoa(i+1) + "."
		}
		lines := f.lines(item, contentW-indent, bodySize, false)
		f.room(min(float64(len(lines)), 2) * bodyLead)
		f.aligned(marginX, f.y+bodyLead/2+bodySize*0.36, indent-5, mark, bodySize, false, ink, rightward)
		f.put(lines, marginX+indent, contentW-indent, bodySize, bodyLead, false, ink, left)
		f.y += 2
	}
	f.y += 6
}

func (f *flow) letter(t Letter) {
	f.breakSheet()
	const size, lead = 10.5, 19.0
	set := func(texts []string, x, width float64, to align, after float64) {
		for _, text := range texts {
			f.put(f.lines(text, width, size, false), x, width, size, lead, false, ink, to)
		}
		f.y += after
	}
	set([]string{t.Number, t.Date}, marginX, contentW, rightward, 14)
	set(t.To, marginX, contentW*0.7, left, 14)
	set(t.From, marginX+contentW*0.3, contentW*0.7, rightward, 26)
	f.put(f.lines(t.Subject, contentW-60, 12.5, true), marginX+30, contentW-60, 12.5, 21, true, ink, centre)
	f.y += 18
	for _, p := range t.Body {
		if f.doc.Lang == "ja" && !strings.HasPrefix(p, "　") {
			p = "　" + p
		}
		set([]string{p}, marginX, contentW, left, 6)
	}
	f.y += 8
	set([]string{t.Closing}, marginX, contentW, rightward, 0)
	f.breakSheet()
}

func (f *flow) keyFigures(t KeyFigures) {
	const perRow, space, pad = 4, 8.0, 7.0
	for start := 0; start < len(t); start += perRow {
		row := t[start:min(start+perRow, len(t))]
		n := float64(min(len(t), perRow))
		width := (contentW - (n-1)*space) / n
		height := 0.0
		notes, labels := make([][]string, len(row)), make([][]string, len(row))
		labelLines := 0
		for i, k := range row {
			labels[i] = f.lines(k.Label, width-2*pad, smallSize, false)
			notes[i] = f.lines(k.Note, width-2*pad, smallSize, false)
			labelLines = max(labelLines, len(labels[i]))
			height = max(height, float64(len(notes[i]))*smallLead)
		}
		height += float64(labelLines)*smallLead + 26 + 2*pad
		f.gap(4)
		f.room(height)
		for i, k := range row {
			x := marginX + float64(i)*(width+space)
			f.box(x, f.y, width, height)
			f.fill(x, f.y, width, 2.5, accent)
			y := f.y + pad + 2
			f.rows(labels[i], x+pad, y, ink)
			y += float64(labelLines) * smallLead
			f.bigValue(k, x+pad, y+19, width-2*pad)
			f.rows(notes[i], x+pad, y+26, muted)
		}
		f.y += height
		f.fresh = false
	}
	f.y += 10
}

// bigValue writes a value with its unit on one line, in smaller type where it
// would leave its box.
func (f *flow) bigValue(k KeyFigure, x, base, room float64) {
	value, unit := f.clean(k.Value, true), f.clean(k.Unit, false)
	size := 18.0
	for size > 9 && f.width(value, size, true)+3+f.width(unit, 9, false) > room {
		size--
	}
	f.text(x, base, value, size, true, ink)
	f.text(x+f.width(value, size, true)+3, base, unit, 9, false, ink)
}

// rows writes small lines from a top edge down.
func (f *flow) rows(lines []string, x, y float64, color string) {
	for i, line := range lines {
		f.text(x, y+float64(i)*smallLead+smallLead/2+smallSize*0.36, line, smallSize, false, color)
	}
}

func (f *flow) box(x, y, w, h float64) {
	f.gp.SetStrokeColor(rgb(hairline))
	f.gp.SetLineWidth(0.75)
	f.gp.RectFromUpperLeftWithStyle(x, y, w, h, "D")
}

// Lengths of a note.
const noteBar, notePad, noteSize, noteLead = 5.0, 8.0, 9.5, 15.5

const noteW = contentW - noteBar - 2*notePad

func (f *flow) noteHeight(t Note) float64 {
	title := f.lines(t.title(f.doc), noteW, noteSize, true)
	lines := f.lines(t.Text, noteW, noteSize, false)
	return float64(len(title)+len(lines))*noteLead + notePad*1.5
}

// note sets a remark in a box; one that is higher than a sheet has no box.
func (f *flow) note(t Note) {
	color, ground := accent, string(chart.White)
	if t.Tone == Warning {
		color, ground = "#927200", "#fbf5e0"
	}
	height := f.noteHeight(t)
	f.gap(4)
	if height < contentBottom-contentTop {
		f.room(height)
		f.gp.SetFillColor(rgb(ground))
		f.gp.SetStrokeColor(rgb(color))
		f.gp.SetLineWidth(0.75)
		f.gp.RectFromUpperLeftWithStyle(marginX, f.y, contentW, height, "FD")
		f.fill(marginX, f.y, noteBar, height, color)
	}
	f.y += notePad * 0.75
	x := marginX + noteBar + notePad
	f.put(f.lines(t.title(f.doc), noteW, noteSize, true), x, noteW, noteSize, noteLead, true, ink, left)
	f.put(f.lines(t.Text, noteW, noteSize, false), x, noteW, noteSize, noteLead, false, ink, left)
	f.y += notePad*0.75 + 8
}

// figureHeight is the height of a figure with its caption and source.
func (f *flow) figureHeight(t Figure) float64 {
	caption := float64(len(f.lines(t.Caption, contentW, bodySize, true)))*15 + 4
	source := float64(len(f.lines(t.Source, contentW, smallSize, false))) * smallLead
	c := &canvas{p: &f.pen}
	return caption + t.Chart.Height(c, fullWidth)*contentW/fullWidth + source
}

// A figure that would just miss the sheet is drawn down to leastShrink smaller.
const figureGap, leastShrink = 6.0, 0.88

// figure stays on one sheet; one that is higher than a sheet is drawn smaller.
func (f *flow) figure(t Figure) {
	f.gap(figureGap)
	f.room(f.figureHeight(t) * leastShrink)
	f.put(f.lines(t.Caption, contentW, bodySize, true), marginX, contentW, bodySize, 15, true, ink, left)
	f.y += 4
	c := &canvas{p: &f.pen, x: marginX, y: f.y, scale: contentW / fullWidth}
	source := f.lines(t.Source, contentW, smallSize, false)
	height := t.Chart.Height(c, fullWidth)
	if most := contentBottom - f.y - float64(len(source))*smallLead; height*c.scale > most {
		c.scale = most / height
	}
	t.Chart.Draw(c, fullWidth)
	f.y += height * c.scale
	f.fresh = false
	f.put(source, marginX, contentW, smallSize, smallLead, false, muted, left)
	if t.PrintData && t.Data != nil {
		f.table(t.Data)
	}
	f.y += 10
}

// frames writes the head and foot of every sheet, when their number is known.
func (f *flow) frames() {
	d := f.doc
	const size = 7.5
	mark := f.clean(d.Marking, true)
	markW := f.width(mark, 8.5, true)
	for n := 1; n <= f.sheet && f.err == nil; n++ {
		if f.err = f.gp.SetPage(n); f.err != nil {
			return
		}
		if mark != "" {
			f.gp.SetStrokeColor(rgb(ink))
			f.gp.SetLineWidth(1)
			f.gp.RectFromUpperLeftWithStyle(sheetW-marginX-markW-10, 24, markW+10, 16, "D")
			f.text(sheetW-marginX-markW-5, 35, mark, 8.5, true, ink)
		}
		notice := f.lines(d.Notice, contentW-markW-24, size, false)
		for i, line := range notice[:min(2, len(notice))] {
			f.text(marginX, 35-float64(min(2, len(notice))-1-i)*10, line, size, false, ink)
		}
		f.line(marginX, sheetH-44, sheetW-marginX, sheetH-44, 0.5, hairline)
		foot := f.lines(joinNonEmpty("　", d.Title, d.Subtitle, d.Footer), contentW-50, size, false)
		if len(foot) > 0 {
			f.text(marginX, sheetH-32, foot[0], size, false, muted)
		}
		for i, line := range foot[min(1, len(foot)):min(2, len(foot))] {
			f.text(marginX, sheetH-22+float64(i)*10, line, size, false, muted)
		}
		f.aligned(marginX, sheetH-32, contentW, strconv.Itoa(n)+"/"+strconv.Itoa(f.sheet), size, false, ink, rightward)
	}
}
