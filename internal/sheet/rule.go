package sheet

import (
	"strings"

	"github.com/xuri/excelize/v2"

	"yagura/internal/form"
	"yagura/internal/i18n"
)

// dropDown lets the cells of a range be chosen from a list.
func (b *builder) dropDown(sheet, cells string, list []string, prompt string) {
	dv := excelize.NewDataValidation(true)
	dv.Sqref = cells
	dv.SetSqrefDropList(b.names[listKey(list)])
	b.validate(sheet, dv, excelize.DataValidationErrorStyleStop, prompt, "sheet.prompt.list-error")
}

// validate completes a rule with its prompt and its error message. Excel takes
// 255 characters of either.
func (b *builder) validate(sheet string, dv *excelize.DataValidation, style excelize.DataValidationErrorStyle, prompt, errorKey string) {
	if b.err != nil {
		return
	}
	if prompt != "" {
		dv.SetInput("", clip(prompt, 250))
	}
	if errorKey != "" {
		dv.SetError(style, b.text("sheet.prompt.error-title"), clip(b.text(errorKey), 220))
	}
	b.must(b.file.AddDataValidation(sheet, dv))
}

func clip(s string, most int) string {
	r := []rune(s)
	if len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// rule gives a range of cells the drop-down, limits and prompt of an item.
func (b *builder) rule(sheet, cells string, it *form.Item) {
	switch it.Type {
	case form.TypeChoice, form.TypeYesNo:
		list := b.labels(it)
		if it.Type == form.TypeYesNo {
			list = []string{yesNo(true, b.plan.lang), yesNo(false, b.plan.lang)}
		}
		b.dropDown(sheet, cells, list, "")
	case form.TypeCode:
		if len(it.Options) > 0 {
			b.dropDown(sheet, cells, b.labels(it), "")
			return
		}
		b.hint(sheet, cells, b.prompt(it))
	case form.TypeInteger:
		b.number(sheet, cells, it, excelize.DataValidationTypeWhole)
	case form.TypeDecimal, form.TypePercent, form.TypeMoney:
		b.number(sheet, cells, it, excelize.DataValidationTypeDecimal)
	default:
		b.hint(sheet, cells, b.prompt(it))
	}
}

// hint shows a prompt and checks nothing.
func (b *builder) hint(sheet, cells, prompt string) {
	if prompt == "" {
		return
	}
	dv := excelize.NewDataValidation(true)
	dv.Sqref = cells
	b.validate(sheet, dv, 0, prompt, "")
}

// number admits numbers between the item's limits; beyond 15 digits a
// spreadsheet is not exact, so that is where an open side ends.
func (b *builder) number(sheet, cells string, it *form.Item, t excelize.DataValidationType) {
	const edge = 999_999_999_999_999.0
	from, to := -edge, edge
	lo, hi := it.Bounds()
	if lo != nil {
		from = *lo
	}
	if hi != nil {
		to = *hi
	}
	dv := excelize.NewDataValidation(true)
	dv.Sqref = cells
	b.must(dv.SetRange(from, to, t, excelize.DataValidationOperatorBetween))
	b.validate(sheet, dv, excelize.DataValidationErrorStyleStop, b.prompt(it), "sheet.prompt.number-error")
}

// prompt says how a cell of an item is filled in.
func (b *builder) prompt(it *form.Item) string {
	if it.Type == form.TypeMulti { // in one cell, as a table's column
		return b.text("sheet.prompt.several", "options", strings.Join(b.labels(it), "; "))
	}
	key := "sheet.prompt." + string(it.Type)
	if !i18n.Has(key) {
		return ""
	}
	text := b.text(key)
	if lo, hi := it.Bounds(); lo != nil || hi != nil {
		text += "\n" + b.text("sheet.prompt.range", "range", rangeOf(it))
	}
	if it.Type == form.TypeText && it.MaxLength > 0 {
		text += "\n" + b.text("sheet.prompt.length", "n", it.MaxLength)
	}
	return text
}

// rangeOf writes an item's limits: 0～100, 0～, ～100.
func rangeOf(it *form.Item) string {
	lo, hi := it.Bounds()
	show := func(p *float64) string {
		if p == nil {
			return ""
		}
		return (&form.Item{Type: form.TypeDecimal}).FormatValue(*p)
	}
	return show(lo) + "～" + show(hi)
}

// unitOf is what stands behind a number of the item: its unit or currency.
func unitOf(it *form.Item, lang i18n.Lang) string {
	switch {
	case !it.Unit.IsZero():
		return it.Unit.In(lang)
	case it.Type == form.TypeMoney && it.Currency == "JPY":
		return i18n.T(lang, "sheet.yen")
	case it.Type == form.TypeMoney:
		return it.Currency
	case it.Type == form.TypePercent:
		return "%"
	}
	return ""
}

// highlight fills a range where a formula holds.
func (b *builder) highlight(sheet, cells, formula string) {
	if b.err != nil {
		return
	}
	id, err := b.file.NewConditionalStyle(&excelize.Style{Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{todoFill}}})
	b.must(err)
	b.must(b.file.SetConditionalFormat(sheet, cells, []excelize.ConditionalFormatOptions{{Type: "formula", Criteria: formula, Format: &id}}))
}

// quoteSheet writes a sheet's name for use in a formula.
func quoteSheet(name string) string { return "'" + strings.ReplaceAll(name, "'", "''") + "'" }
