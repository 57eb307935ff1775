package webkit

import (
	"context"
	"strconv"
	"strings"
	"time"

	"yagura/internal/calendar"
	"yagura/internal/form"
	"yagura/internal/i18n"
)

// AnswerText is an answer's value as people read it: labels, units, dates with
// their era. Of a table it is the number of rows; refs name options.
func AnswerText(ctx context.Context, it *form.Item, a form.Answer, refs []RefOption) string {
	switch v := a.Value.(type) {
	case nil:
		if !a.IsKnown() {
			return Say(ctx, StateText(a.State))
		}
		return T(ctx, "webkit.answer.none")
	case bool:
		if v {
			return T(ctx, "webkit.yes")
		}
		return T(ctx, "webkit.no")
	case []string:
		return listText(ctx, it, v)
	case string:
		return stringText(ctx, it, v, refs)
	case form.Date:
		return dateText(ctx, v)
	case form.DateTime:
		return dateTimeText(v)
	case time.Duration:
		return durationText(v, Lang(ctx))
	case form.Money:
		if v.Currency == "JPY" {
			return T(ctx, "webkit.money.yen", "amount", groupDigits(it.FormatValue(v)))
		}
		return T(ctx, "webkit.money", "amount", groupDigits(it.FormatValue(v)), "currency", v.Currency)
	case form.FileRef:
		return T(ctx, "webkit.file", "name", v.Name, "size", sizeText(v.Size))
	case []form.Row:
		return T(ctx, "webkit.rows", "n", len(v))
	}
	text := groupedNumber(it, a.Value)
	if it.Type == form.TypePercent {
		return text + "%"
	}
	if unit := Say(ctx, it.Unit); unit != "" {
		return T(ctx, "webkit.with-unit", "value", text, "unit", unit)
	}
	return text
}

// groupedNumber sets thousands apart, but not in a bare whole number of four
// digits: it may be a year.
func groupedNumber(it *form.Item, value any) string {
	text := it.FormatValue(value)
	if n, ok := value.(int64); ok && n > -10_000 && n < 10_000 {
		return text
	}
	return groupDigits(text)
}

func listText(ctx context.Context, it *form.Item, ids []string) string {
	if len(ids) == 0 {
		return T(ctx, "webkit.none.chosen")
	}
	labels := make([]string, len(ids))
	for i, id := range ids {
		labels[i] = stringText(ctx, it, id, nil)
	}
	return strings.Join(labels, T(ctx, "webkit.list"))
}

func stringText(ctx context.Context, it *form.Item, s string, refs []RefOption) string {
	if o := it.Option(s); o != nil {
		return Say(ctx, o.Label())
	}
	for _, r := range refs {
		if r.ID == s {
			return r.Text
		}
	}
	return s
}

// dateText is the date and, in Japanese, its year in the era: 2026年3月31日（令和8年）.
func dateText(ctx context.Context, d form.Date) string {
	day, err := calendar.ParseDay(string(d))
	if err != nil {
		return string(d)
	}
	if Lang(ctx) == i18n.EN {
		return day.Text().EN
	}
	return T(ctx, "webkit.era", "date", day.Text(), "era", day.EraText())
}

func dateTimeText(d form.DateTime) string {
	t, err := time.Parse(time.RFC3339, string(d))
	if err != nil {
		return string(d)
	}
	layout := "2006-01-02 15:04 -07:00"
	if t.Second() != 0 || t.Nanosecond() != 0 {
		layout = "2006-01-02 15:04:05 -07:00"
	}
	return strings.Replace(t.Format(layout), "+09:00", "JST", 1)
}

// sizeText is a number of bytes in the unit that fits.
func sizeText(n int64) string {
	switch {
	case n < 1<<10:
		return strconv.FormatInt(n, 10) + " B"
	case n < 1<<20:
		return strconv.FormatInt((n+1<<10-1)>>10, 10) + " KB"
	}
	return strconv.FormatFloat(float64(n)/(1<<20), 'f', 1, 64) + " MB"
}
