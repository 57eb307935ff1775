package webkit

import (
	"context"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"yagura/internal/form"
)

// grouped reports whether the item has several fields, so that its question is
// a legend and not a label.
func (v itemView) grouped() bool {
	switch v.it.Type {
	case form.TypeChoice, form.TypeMulti, form.TypeYesNo, form.TypeDateTime, form.TypeTable:
		return true
	}
	return false
}

// describe ties a field to its help and its errors, and a cell's to its name.
func (v itemView) describe(ctx context.Context) templ.Attributes {
	out := templ.Attributes{}
	if ids := v.describedBy(ctx); ids != "" && !v.grouped() || v.cell && v.bad(ctx) {
		out["aria-describedby"] = ids
	}
	if v.bad(ctx) {
		out["aria-invalid"] = "true"
	}
	if v.cell {
		out["aria-label"] = v.label
	}
	return out
}

func (v itemView) groupLabel(ctx context.Context) string {
	if v.cell {
		return v.label
	}
	return Say(ctx, v.it.Ask)
}

func (v itemView) inputMode() string {
	switch v.it.Type {
	case form.TypeInteger:
		if v.it.Min != nil && *v.it.Min >= 0 {
			return "numeric"
		}
	case form.TypeDecimal, form.TypePercent, form.TypeMoney:
		if lo, _ := v.it.Bounds(); lo != nil && *lo >= 0 {
			return "decimal"
		}
	}
	return ""
}

func (v itemView) unit(ctx context.Context) string {
	switch {
	case v.it.Type == form.TypePercent:
		return "%"
	case v.it.Type == form.TypeMoney && v.it.Currency == "JPY":
		return T(ctx, "webkit.yen")
	case v.it.Type == form.TypeMoney:
		return v.it.Currency
	}
	return Say(ctx, v.it.Unit)
}

// hint says what may be written into the field.
func (v itemView) hint(ctx context.Context) string {
	switch v.it.Type {
	case form.TypeDate:
		return T(ctx, "webkit.hint.date")
	case form.TypeDuration:
		return T(ctx, "webkit.hint.duration")
	case form.TypeInteger, form.TypeDecimal, form.TypePercent, form.TypeMoney:
		return rangeHint(ctx, v.it)
	case form.TypeCode:
		switch v.it.Check {
		case "lei":
			return T(ctx, "webkit.hint.lei")
		case "corporate_number":
			return T(ctx, "webkit.hint.corporate-number")
		}
	case form.TypeText:
		if v.it.MaxLength > 0 {
			return T(ctx, "webkit.chars.max", "max", v.it.MaxLength)
		}
	}
	return ""
}

func rangeHint(ctx context.Context, it *form.Item) string {
	number := func(x float64) string { return groupDigits(strconv.FormatFloat(x, 'f', -1, 64)) }
	lo, hi := it.Bounds()
	switch {
	case lo != nil && hi != nil:
		return T(ctx, "webkit.hint.between", "min", number(*lo), "max", number(*hi))
	case lo != nil:
		return T(ctx, "webkit.hint.min", "min", number(*lo))
	case hi != nil:
		return T(ctx, "webkit.hint.max", "max", number(*hi))
	}
	return ""
}

// cellHint is a column's unit, or how its value is written.
func cellHint(ctx context.Context, c *form.Item) string {
	switch c.Type {
	case form.TypeDate:
		return T(ctx, "webkit.hint.date.short")
	case form.TypeDuration:
		return T(ctx, "webkit.hint.duration.short")
	}
	return itemView{it: c}.unit(ctx)
}

func (v itemView) textRows() int {
	if v.it.MaxLength > 0 && v.it.MaxLength <= 200 {
		return 2
	}
	return 4
}

func (v itemView) itemOptions(ctx context.Context) []SelectOption {
	out := make([]SelectOption, len(v.it.Options))
	for i, o := range v.it.Options {
		out[i] = SelectOption{o.ID, Say(ctx, o.Label())}
	}
	return out
}

func (v itemView) refOptions() []SelectOption {
	var out []SelectOption
	for _, o := range v.Options[v.key] {
		out = append(out, SelectOption{o.ID, o.Text})
	}
	return out
}

func yesNoOptions(ctx context.Context) []SelectOption {
	return []SelectOption{{"yes", T(ctx, "webkit.yes")}, {"no", T(ctx, "webkit.no")}}
}

func offered(options []SelectOption, value string) bool {
	for _, o := range options {
		if o.Value == value {
			return true
		}
	}
	return false
}

// zone is the offset that is set, Japan's when none is.
func (v itemView) zone() string {
	if z := v.value(partZone); z != "" {
		return z
	}
	return "+09:00"
}

// zones are the offsets on offer: Japan's, UTC and the whole hours, and the
// one that is set.
func zones(ctx context.Context, set string) []SelectOption {
	out := []SelectOption{{"+09:00", T(ctx, "webkit.zone.jst")}, {"Z", T(ctx, "webkit.zone.utc")}}
	for h := -11; h <= 13; h++ {
		if h == 0 || h == 9 {
			continue
		}
		sign, n := "+", h
		if h < 0 {
			sign, n = "-", -h
		}
		value := sign + two(strconv.Itoa(n)) + ":00"
		out = append(out, SelectOption{value, "UTC" + value})
	}
	if set != "" && !offered(out, set) {
		out = append(out, SelectOption{set, "UTC" + set})
	}
	return out
}

func (v itemView) fileText(ctx context.Context) string {
	value, err := v.it.ParseValue(v.value(""))
	if err != nil {
		return v.value("")
	}
	return AnswerText(ctx, v.it, form.Answer{Value: value}, nil)
}

func nextText(ctx context.Context, text string) string {
	if strings.TrimSpace(text) == "" {
		return T(ctx, "webkit.save-next")
	}
	return text
}

func numeric(it *form.Item) bool {
	switch it.Type {
	case form.TypeInteger, form.TypeDecimal, form.TypePercent, form.TypeMoney:
		return true
	}
	return false
}
