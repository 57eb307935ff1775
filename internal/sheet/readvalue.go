package sheet

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"sync"

	"yagura/internal/form"
	"yagura/internal/i18n"
)

var (
	errBadConfirm  = errors.New("sheet.bad-confirm")
	errCell        = errors.New("sheet.error-cell")
	errNoRows      = errors.New("sheet.bad-no-rows")
	errRowsAndNone = errors.New("sheet.rows-and-none")
)

// fixedText are texts with a meaning that a workbook may hold, in one language.
type fixedText struct{ confirmed, unconfirmed, noRows, none string }

var fixedTexts = sync.OnceValue(func() []fixedText {
	var out []fixedText
	for _, lang := range i18n.Langs {
		read := func(key string) string { return form.Normalise(i18n.T(lang, key)) }
		out = append(out, fixedText{read("sheet.confirmed"), read("sheet.unconfirmed"), read("sheet.no-rows"), read("sheet.none")})
	}
	return out
})

// value reads an item's value from a cell. A number stands for a date where a
// date is asked for, and for a percentage where the cell shows one.
func (in *bookReader) value(it *form.Item, c cell) (any, error) {
	if c.kind == errorCell {
		return nil, errCell
	}
	text := c.text
	if c.kind == numberCell {
		if x, err := strconv.ParseFloat(text, 64); err == nil {
			text = in.number(it, c, x)
		}
	}
	if it.Type == form.TypeMulti {
		text = strings.NewReplacer("；", ";", "\n", ";").Replace(text)
		for _, l := range fixedTexts() {
			if strings.EqualFold(form.Normalise(text), l.none) || strings.TrimSpace(text) == "×" {
				return []string{}, nil
			}
		}
	}
	return it.ParseValue(text)
}

// number is the text that a number in a cell stands for.
func (in *bookReader) number(it *form.Item, c cell, x float64) string {
	switch it.Type {
	case form.TypeDate, form.TypeDateTime:
		if in.pack.date1904 {
			x += 1462
		}
		if x >= minSerial && x < maxSerial+1 {
			return dateOf(x, it.Type == form.TypeDateTime)
		}
	case form.TypePercent:
		if in.showsPercent(c.style) {
			// The hundredfold of a binary fraction carries its error: 0.07 × 100.
			return strconv.FormatFloat(math.Round(x*100*1e9)/1e9, 'f', -1, 64)
		}
	}
	return c.text
}

func (in *bookReader) showsPercent(style int) bool {
	if !in.styled {
		in.styled = true
		if data, err := in.pack.read(in.pack.styles); err == nil {
			in.percent = percentStyles(data)
		}
	}
	return style >= 0 && style < len(in.percent) && in.percent[style]
}
