package sheet

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/mattn/go-runewidth"
	"github.com/xuri/excelize/v2"

	"yagura/internal/form"
)

// section writes the sheet of a section.
func (b *builder) section(s *sectionPlan) {
	b.newSheet(s.sheet)
	if b.err != nil {
		return
	}
	p := b.plan
	for i, c := range sectionColumns[:p.columnsShown()] {
		name, _ := excelize.ColumnNumberToName(i + 1)
		b.must(b.file.SetColWidth(s.sheet, name, name, c.width))
		hidden := c.hidden || c.key == keyState && !anyStates(s.section.Items)
		b.must(b.file.SetColVisible(s.sheet, name, !hidden))
		cell, _ := excelize.CoordinatesToCellName(i+1, rowHead)
		b.put(s.sheet, cell, b.text("sheet.head."+strings.TrimPrefix(c.key, "#")), lookHead)
		key, _ := excelize.CoordinatesToCellName(i+1, rowKeys)
		if strings.HasPrefix(c.key, "#") {
			b.put(s.sheet, key, c.key, look{flat: true})
		}
	}
	b.head(s.sheet, p.ref("no", rowTitle), s.no+"  "+s.section.Title.In(p.lang), s.section.Help.In(p.lang))
	for _, r := range s.rows {
		if r.option != nil {
			b.optionRow(s, r)
		} else {
			b.itemRow(s, r)
		}
	}
	last := rowFirst
	if len(s.rows) > 0 {
		last = s.rows[len(s.rows)-1].row
	}
	todo := p.letter(keyTodo)
	b.highlight(s.sheet, fmt.Sprintf("%s:%s", p.ref(keyAnswer, rowFirst), p.ref(keyAnswer, last)), fmt.Sprintf("AND($%s%d=1,LEN(TRIM($%s%d))=0)", todo, rowFirst, p.letter(keyAnswer), rowFirst))
	if p.variant.previous {
		cells := p.ref(keyConfirm, rowFirst) + ":" + p.ref(keyConfirm, last)
		b.dropDown(s.sheet, cells, []string{b.text("sheet.unconfirmed"), b.text("sheet.confirmed")}, b.text("sheet.prompt.confirm"))
	}
	b.finish(s.sheet, p.ref("help", rowFirst))
}

// anyStates reports whether any of the items may be anything but known.
func anyStates(items []*form.Item) bool { return slices.ContainsFunc(items, hasStates) }

// head writes the title, the lead and the legend of a sheet.
func (b *builder) head(sheet, cell, title, lead string) {
	column := strings.TrimRight(cell, "0123456789")
	b.put(sheet, cell, title, lookTitle)
	b.must(b.file.SetRowHeight(sheet, rowTitle, 30))
	b.put(sheet, fmt.Sprintf("%s%d", column, rowLead), lead, look{color: softInk, middle: true, flat: true})
	leadHeight := 18.0
	if lead == "" {
		leadHeight = 4
	}
	b.must(b.file.SetRowHeight(sheet, rowLead, leadHeight))
	b.put(sheet, fmt.Sprintf("%s%d", column, rowLegend), b.text("sheet.legend"), lookLegend)
	b.must(b.file.SetRowHeight(sheet, rowLegend, 20))
	b.must(b.file.SetRowHeight(sheet, rowHead, 24))
	b.must(b.file.SetRowVisible(sheet, rowKeys, false))
}

// itemRow writes the row of an item.
func (b *builder) itemRow(s *sectionPlan, r planRow) {
	p, it := b.plan, r.item
	b.put(s.sheet, p.ref(keyItem, r.row), it.ID, look{flat: true})
	b.slot(s.sheet, slot{kind: slotMark, item: it, ref: p.ref(keyMark, r.row)}, look{flat: true})
	b.numberCell(s.sheet, p.ref("no", r.row), r)
	b.put(s.sheet, p.ref("question", r.row), b.ask(it), lookAsk)
	help := b.help(it)
	if r.table != nil {
		help = strings.TrimSpace(help + "\n" + b.text("sheet.go-table", "sheet", r.table.sheet))
	}
	b.put(s.sheet, p.ref("help", r.row), help, lookHelp)
	b.answerCell(s, r)
	b.sideCells(s, r)
	height := max(textHeight(b.ask(it), 44, 10.5), textHeight(help, 36, 9), b.optionHeight(it), 34)
	b.must(b.file.SetRowHeight(s.sheet, r.row, min(height+8, 400)))
}

// numberCell writes the question's number with its requirement below. It goes
// into the template by its XML: the library takes as long for these cells as
// for all others together.
func (b *builder) numberCell(sheet, cell string, r planRow) {
	key, color := "sheet.required", red
	switch {
	case r.item.Applies != "":
		key, color = "sheet.conditional", navy
	case r.item.Optional:
		key, color = "sheet.optional", softInk
	}
	run := func(xml []byte, text, size, color, bold string) []byte {
		xml = fmt.Appendf(xml, `<r><rPr>%s<sz val="%s"/><color rgb="FF%s"/><rFont val="%s"/></rPr><t xml:space="preserve">`, bold, size, color, b.styles.font)
		return append(appendXML(xml, text), `</t></r>`...)
	}
	xml := run(nil, r.no+"\n", "10.5", navy, "<b/>")
	b.slot(sheet, slot{kind: slotFixed, ref: cell, formula: string(run(xml, b.text(key), "8", color, ""))}, lookNo)
}

// ask is the question with its unit.
func (b *builder) ask(it *form.Item) string {
	text := it.Ask.In(b.plan.lang)
	if unit := unitOf(it, b.plan.lang); unit != "" {
		text += b.text("sheet.unit", "unit", unit)
	}
	return text
}

// help is the help and the evidence of an item.
func (b *builder) help(it *form.Item) string {
	var parts []string
	if t := it.Help.In(b.plan.lang); t != "" {
		parts = append(parts, t)
	}
	if t := it.Evidence.In(b.plan.lang); t != "" {
		parts = append(parts, b.text("sheet.evidence", "text", t))
	}
	return strings.Join(parts, "\n")
}

// answerCell writes the cell of the answer with its rule.
func (b *builder) answerCell(s *sectionPlan, r planRow) {
	p, it, cell := b.plan, r.item, b.plan.ref(keyAnswer, r.row)
	open := fmt.Sprintf("LEN(TRIM(%s))=0", cell)
	switch it.Type {
	case form.TypeMulti:
		b.put(s.sheet, cell, b.text("sheet.multi"), lookHint)
		from, to := p.ref(keyAnswer, r.row+1), p.ref(keyAnswer, r.row+len(it.Options))
		b.dropDown(s.sheet, from+":"+to, []string{"○", "×"}, b.text("sheet.prompt.multi"))
		b.highlight(s.sheet, from+":"+to, fmt.Sprintf("$%s$%d=1", p.letter(keyTodo), r.row))
		open = fmt.Sprintf("COUNTA(%s:%s)=0", from, to)
	case form.TypeTable:
		b.slot(s.sheet, slot{kind: slotAnswer, item: it, ref: cell}, lookMark)
		b.dropDown(s.sheet, cell, []string{b.text("sheet.no-rows")}, b.text("sheet.prompt.table", "sheet", r.table.sheet))
		open = fmt.Sprintf("AND(%s,COUNTA(%s!%s)=0)", open, quoteSheet(r.table.sheet), r.table.dataRange())
		b.must(b.file.SetCellHyperLink(s.sheet, p.ref("help", r.row), quoteSheet(r.table.sheet)+"!A1", "Location"))
		b.dress(s.sheet, p.ref("help", r.row), p.ref("help", r.row), lookLink)
	default:
		b.slot(s.sheet, slot{kind: slotAnswer, item: it, ref: cell}, input(it))
		b.rule(s.sheet, cell, it)
	}
	b.todo(s, r, open)
}

// todo writes the formula that is 1 while a required answer is missing.
func (b *builder) todo(s *sectionPlan, r planRow, open string) {
	p, cell := b.plan, b.plan.ref(keyTodo, r.row)
	if !required(r.item) {
		b.put(s.sheet, cell, "", look{flat: true})
		return
	}
	state := p.ref(keyState, r.row)
	formula := fmt.Sprintf(`IF(AND(%s,%s<>"%s",%s<>"%s"),1,0)`, open,
		state, StateLabel(form.Unknown).In(p.lang), state, StateLabel(form.NotApplicable).In(p.lang))
	b.slot(s.sheet, slot{kind: slotTodo, item: r.item, ref: cell, formula: formula}, look{flat: true})
}

// sideCells writes the state, the comment, last year's answer and its confirmation.
func (b *builder) sideCells(s *sectionPlan, r planRow) {
	p, it := b.plan, r.item
	state := slot{kind: slotState, item: it, ref: p.ref(keyState, r.row)}
	if hasStates(it) {
		b.slot(s.sheet, state, lookMark)
		b.dropDown(s.sheet, state.ref, b.stateLabels(it), b.text("sheet.prompt.state"))
	} else {
		b.slot(s.sheet, state, lookGrey)
	}
	b.slot(s.sheet, slot{kind: slotComment, item: it, ref: p.ref(keyComment, r.row)}, lookText)
	if p.variant.previous {
		b.slot(s.sheet, slot{kind: slotPrevious, item: it, ref: p.ref(keyPrevious, r.row)}, lookGrey)
		b.slot(s.sheet, slot{kind: slotConfirm, item: it, ref: p.ref(keyConfirm, r.row)}, lookGrey)
	}
}

// optionRow writes the row of one option of a multi item.
func (b *builder) optionRow(s *sectionPlan, r planRow) {
	p := b.plan
	label := b.display.labels[r.option]
	if text := r.option.Label().In(p.lang); text != "" {
		label = text
	}
	b.put(s.sheet, p.ref(keyItem, r.row), r.item.ID+"/"+r.option.ID, look{flat: true})
	b.put(s.sheet, p.ref("no", r.row), "", lookNo)
	b.put(s.sheet, p.ref("question", r.row), label, lookOption)
	b.put(s.sheet, p.ref("help", r.row), "", lookHelp)
	b.slot(s.sheet, slot{kind: slotOption, item: r.item, option: r.option, ref: p.ref(keyAnswer, r.row)}, lookMark)
	for _, key := range []string{keyState, keyComment} {
		b.put(s.sheet, p.ref(key, r.row), "", lookGrey)
	}
	if p.variant.previous {
		b.slot(s.sheet, slot{kind: slotPreviousOption, item: r.item, option: r.option, ref: p.ref(keyPrevious, r.row)}, lookGreyMark)
		b.put(s.sheet, p.ref(keyConfirm, r.row), "", lookGrey)
	}
	b.must(b.file.SetRowHeight(s.sheet, r.row, max(22, textHeight(label, 40, 10)+6)))
}

// optionHeight is the height that the longest option of a drop-down needs.
func (b *builder) optionHeight(it *form.Item) float64 {
	if it.Type == form.TypeMulti {
		return 0
	}
	h := 0.0
	for _, o := range it.Options {
		h = max(h, textHeight(b.display.labels[o], 32, 10))
	}
	return h
}

// textLines is how many lines a text takes in a column of a width in characters
// of 11 points, in letters of a size in points (a margin is left for fonts that
// run wide).
func textLines(text string, width, size float64) float64 {
	lines := 0.0
	for part := range strings.SplitSeq(text, "\n") {
		lines += max(1, math.Ceil(float64(runewidth.StringWidth(part))/(width*11.4/size-2)))
	}
	return lines
}

// textHeight is the height in points that the lines of a text take.
func textHeight(text string, width, size float64) float64 {
	if text == "" {
		return 0
	}
	return textLines(text, width, size) * size * 1.65
}

// finish freezes the head, protects the sheet and sets up its printing.
func (b *builder) finish(sheet, pane string) {
	if b.err != nil {
		return
	}
	col, row, err := excelize.CellNameToCoordinates(pane)
	b.must(err)
	off := false
	b.must(b.file.SetSheetView(sheet, 0, &excelize.ViewOptions{ShowGridLines: &off}))
	b.must(b.file.SetPanes(sheet, &excelize.Panes{
		Freeze: true, XSplit: col - 1, YSplit: row - 1, TopLeftCell: pane, ActivePane: "bottomRight",
		Selection: []excelize.Selection{{SQRef: pane, ActiveCell: pane, Pane: "bottomRight"}},
	}))
	b.protect(sheet)
	b.printing(sheet, "landscape")
	b.must(b.file.SetDefinedName(&excelize.DefinedName{
		Name: "_xlnm.Print_Titles", Scope: sheet, RefersTo: fmt.Sprintf("%s!$%d:$%d", quoteSheet(sheet), rowHead, rowHead),
	}))
}

func (b *builder) protect(sheet string) {
	if b.err != nil {
		return
	}
	b.must(b.file.ProtectSheet(sheet, &excelize.SheetProtectionOptions{
		SelectLockedCells: true, SelectUnlockedCells: true, FormatColumns: true, FormatRows: true, EditObjects: true,
	}))
}

// printing sets A4, one page wide, with the title, edition and page numbers.
func (b *builder) printing(sheet, orientation string) {
	if b.err != nil {
		return
	}
	size, wide, high, fit := 9, 1, 0, true
	b.must(b.file.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: &fit}))
	b.must(b.file.SetPageLayout(sheet, &excelize.PageLayoutOptions{Size: &size, Orientation: &orientation, FitToWidth: &wide, FitToHeight: &high}))
	edge, top := 0.4, 0.6
	b.must(b.file.SetPageMargins(sheet, &excelize.PageLayoutMarginsOptions{Left: &edge, Right: &edge, Top: &top, Bottom: &top, Header: &edge, Footer: &edge}))
	title := b.plan.form.Title.In(b.plan.lang)
	if !strings.Contains(title, b.plan.form.Edition) {
		title += " " + b.plan.form.Edition
	}
	title = strings.ReplaceAll(title, "&", "&&")
	b.must(b.file.SetHeaderFooter(sheet, &excelize.HeaderFooterOptions{OddHeader: "&L&8" + " " + clip(title, 80) + "&R&8&A", OddFooter: "&C&8&P / &N"}))
}
