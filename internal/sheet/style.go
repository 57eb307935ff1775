package sheet

import (
	"github.com/xuri/excelize/v2"

	"yagura/internal/form"
	"yagura/internal/i18n"
)

// The colours of the workbooks. Cells to fill in are framed in blue on a blue
// tint, what is still to be answered is yellow, everything else is white or grey.
const (
	navy      = "1B365D"
	white     = "FFFFFF"
	ink       = "1A1A1C"
	softInk   = "5F6368"
	red       = "B3261E"
	lineGrey  = "C9CDD2"
	lineBlue  = "7D9CC4"
	tint      = "F3F7FD"
	todoFill  = "FFF2B8"
	greyFill  = "F1F3F4"
	faultFill = "F9C9C4"
	paleNavy  = "E4EAF3"
	linkBlue  = "0B57D0"
)

// look is a style in the terms that this package needs.
type look struct {
	size       float64
	bold       bool
	color      string
	fill       string
	border     string // colour of a thin frame, "" for none
	format     string // number format, "" for general
	align      string // horizontal
	middle     bool   // vertically centred instead of at the top
	indent     int
	unlocked   bool
	flat       bool // no line wrapping
	underlined bool
}

// styles gives looks their ids in one workbook.
type styles struct {
	file *excelize.File
	font string
	ids  map[look]int
}

// font is the face of a language: one that Excel has installed.
func font(lang i18n.Lang) string {
	if lang == i18n.EN {
		return "Calibri"
	}
	return "Yu Gothic"
}

func (s *styles) id(l look) (int, error) {
	key := l
	if id, ok := s.ids[key]; ok {
		return id, nil
	}
	if l.size == 0 {
		l.size = 10
	}
	if l.color == "" {
		l.color = ink
	}
	style := &excelize.Style{
		Font:       &excelize.Font{Family: s.font, Size: l.size, Bold: l.bold, Color: l.color},
		Alignment:  &excelize.Alignment{Horizontal: l.align, Vertical: "top", WrapText: !l.flat, Indent: l.indent},
		Protection: &excelize.Protection{Locked: !l.unlocked},
	}
	if l.underlined {
		style.Font.Underline = "single"
	}
	if l.middle {
		style.Alignment.Vertical = "center"
	}
	if l.fill != "" {
		style.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{l.fill}}
	}
	if l.border != "" {
		for _, side := range []string{"left", "right", "top", "bottom"} {
			style.Border = append(style.Border, excelize.Border{Type: side, Color: l.border, Style: 1})
		}
	}
	if l.format != "" {
		style.CustomNumFmt = &l.format
	}
	id, err := s.file.NewStyle(style)
	if err == nil {
		s.ids[key] = id
	}
	return id, err
}

// input is the look of a cell to be filled in with an item's value. Texts have
// the text format, so that editing one that begins with = makes no formula. A
// percentage has no format of its own: then Excel marks an entry of 50% as such.
func input(it *form.Item) look {
	l := look{fill: tint, border: lineBlue, unlocked: true, align: "left", indent: 1, middle: true}
	switch it.Type {
	case form.TypeInteger:
		l.format, l.align = "#,##0", "right"
	case form.TypeMoney:
		l.format, l.align = "#,##0.00", "right"
		if it.FormatValue(form.Money{Currency: it.Currency}) == "0" {
			l.format = "#,##0"
		}
	case form.TypeDecimal, form.TypePercent:
		l.align = "right"
	case form.TypeDate:
		l.format = "yyyy/mm/dd"
	case form.TypeYesNo:
		l.align, l.indent = "center", 0
	default:
		l.format = "@"
	}
	return l
}

var (
	lookTitle    = look{size: 16, bold: true, color: navy, middle: true, flat: true}
	lookLegend   = look{size: 9, color: softInk, middle: true, flat: true}
	lookHead     = look{size: 10, bold: true, color: white, fill: navy, border: navy, align: "center", middle: true}
	lookNo       = look{size: 9, border: lineGrey, align: "center", middle: true}
	lookAsk      = look{size: 10.5, border: lineGrey, align: "left", indent: 1, middle: true}
	lookHelp     = look{size: 9, color: softInk, border: lineGrey, align: "left", indent: 1, middle: true}
	lookLink     = look{size: 9, color: linkBlue, border: lineGrey, underlined: true, align: "left", indent: 1, middle: true}
	lookOption   = look{size: 10, border: lineGrey, align: "left", indent: 3, middle: true}
	lookHint     = look{size: 9, color: softInk, fill: greyFill, border: lineGrey, align: "center", middle: true}
	lookGrey     = look{size: 9, color: softInk, fill: greyFill, border: lineGrey, align: "left", indent: 1, middle: true}
	lookGreyMark = look{size: 9, color: softInk, fill: greyFill, border: lineGrey, align: "center", middle: true}
	lookMark     = look{fill: tint, border: lineBlue, unlocked: true, align: "center", middle: true, format: "@"}
	lookText     = look{fill: tint, border: lineBlue, unlocked: true, align: "left", indent: 1, middle: true, format: "@"}
	lookConfirm  = look{fill: todoFill, border: lineBlue, unlocked: true, align: "center", middle: true, format: "@"}
	lookOpen     = look{unlocked: true, format: "@"}
)
