package form

import (
	"fmt"
	"math"
	"strings"
	"time"

	"yagura/internal/finding"
)

// Validate checks answers against the form: states, types, limits, required
// items, tables' keys and foreign keys, and the checks across items. A
// finding's Pointer is /item-id, or /item-id/row/column with rows from 0.
// previous and org are those of Evaluate.
func (f *Form) Validate(answers, previous Answers, org *Org) []finding.Finding {
	return f.Evaluate(answers, previous, org).Findings()
}

// Findings are the faults of the evaluated answers, in form order, the checks
// across items last.
func (e *Evaluation) Findings() []finding.Finding {
	v := validator{e: e}
	known := 0
	for _, it := range e.scope.form.order {
		a, answered := e.scope.answers[it.ID]
		if answered {
			known++
		}
		v.item(it, a, answered)
	}
	if known < len(e.scope.answers) {
		v.strangers()
	}
	for _, it := range e.scope.form.order {
		if len(it.Foreign) > 0 {
			v.foreign(it)
		}
	}
	return append(v.found, e.checks()...)
}

// Faults are what is wrong with an answer by itself, whatever the others say and
// whether or not the item is asked for.
func (f *Form) Faults(it *Item, a Answer) []finding.Finding {
	v := validator{e: &Evaluation{scope: scope{form: f}}}
	v.answer(it, a, it.at)
	return v.found
}

type validator struct {
	e     *Evaluation
	found []finding.Finding
}

func (v *validator) add(s finding.Severity, pointer string, value any, key string, args ...any) {
	fd := finding.New(key, key, args...)
	fd.Severity, fd.Pointer = s, pointer
	if value != nil {
		fd.Value = fmt.Sprint(value)
	}
	v.found = append(v.found, fd)
}

// strangers names the answers to items that the form does not have.
func (v *validator) strangers() {
	for _, id := range sortedIDs(v.e.scope.answers) {
		if v.e.scope.form.items[id] == nil {
			v.add(finding.Error, "/"+id, nil, "answer.unknown-item", "id", id, "near", nearest(v.e.scope.form, id))
		}
	}
}

func (v *validator) item(it *Item, a Answer, answered bool) {
	applies := v.e.Applies[it.index]
	switch {
	case !answered && applies && !it.Optional:
		v.add(finding.Error, it.at, nil, "answer.required", "id", it.ID)
	case answered && !applies:
		v.add(finding.Warning, it.at, nil, "answer.not-asked", "id", it.ID)
	case answered:
		v.answer(it, a, it.at)
	}
}

func (v *validator) answer(it *Item, a Answer, at string) {
	state := normal(a.State)
	if !it.Allows(state) {
		v.add(finding.Error, at, state, "answer.state", "state", state, "allowed", joinStates(it.States))
		return
	}
	if state == NotApplicable && strings.TrimSpace(a.Comment) == "" {
		v.add(finding.Error, at, nil, "answer.reason")
	}
	if !a.IsKnown() {
		if a.Value != nil {
			v.add(finding.Error, at, a.Value, "answer.value-with-state", "state", state)
		}
		return
	}
	if a.Value == nil {
		v.add(finding.Error, at, nil, "answer.no-value", "state", state)
		return
	}
	v.value(it, a.Value, at)
}

func joinStates(states []State) string {
	parts := make([]string, len(states))
	for i, s := range states {
		parts[i] = string(s)
	}
	return strings.Join(parts, ", ")
}

// value checks a value's Go type and limits.
func (v *validator) value(it *Item, value any, at string) {
	switch x := value.(type) {
	case string:
		v.text(it, x, at)
	case []string:
		v.multi(it, x, at)
	case bool:
		v.want(it.Type == TypeYesNo, it, value, at)
	case int64:
		if v.want(it.Type == TypeInteger, it, value, at) {
			v.limits(it, float64(x), value, at)
		}
	case float64:
		if v.want((it.Type == TypeDecimal || it.Type == TypePercent) && !math.IsNaN(x) && !math.IsInf(x, 0), it, value, at) {
			v.limits(it, x, value, at)
		}
	case Money:
		if v.want(it.Type == TypeMoney, it, value, at) {
			if x.Currency != it.Currency {
				v.add(finding.Error, at, x.Currency, "answer.currency", "want", it.Currency)
			}
			v.limits(it, float64(x.Minor)/minorUnits(x.Currency), value, at)
		}
	case Date:
		if v.want(it.Type == TypeDate, it, value, at) && !x.Valid() {
			v.add(finding.Error, at, value, "answer.date")
		}
	case DateTime:
		if v.want(it.Type == TypeDateTime, it, value, at) {
			if _, err := time.Parse(time.RFC3339, string(x)); err != nil {
				v.add(finding.Error, at, value, "answer.datetime")
			}
		}
	case time.Duration:
		v.want(it.Type == TypeDuration, it, value, at)
	case FileRef:
		v.want(it.Type == TypeFile && len(x.SHA256) == 64, it, value, at)
	case []Row:
		if v.want(it.Type == TypeTable, it, len(x), at) {
			v.rows(it, x, at)
		}
	default:
		v.want(false, it, value, at)
	}
}

func (v *validator) want(ok bool, it *Item, value any, at string) bool {
	if !ok {
		v.add(finding.Error, at, value, "answer.type", "type", it.Type)
	}
	return ok
}

func (v *validator) text(it *Item, s, at string) {
	switch it.Type {
	case TypeChoice:
		if it.byID[s] == nil {
			v.add(finding.Error, at, s, "answer.option", "value", s)
		}
	case TypeText, TypeRef, TypeCode:
		if it.MaxLength > 0 && len([]rune(s)) > it.MaxLength {
			v.add(finding.Error, at, nil, "answer.too-long", "max", it.MaxLength)
		}
		if it.pattern != nil && !it.pattern.MatchString(s) {
			v.add(finding.Error, at, s, "answer.pattern", "pattern", it.Pattern)
		}
		if it.Type == TypeCode && len(it.byID) > 0 && it.byID[s] == nil {
			v.add(finding.Error, at, s, "answer.option", "value", s)
		}
		if check := codeChecks[it.Check]; check != nil && !check(s) {
			v.add(finding.Error, at, s, "answer.code-check", "check", it.Check)
		}
	default:
		v.want(false, it, s, at)
	}
}

func (v *validator) multi(it *Item, ids []string, at string) {
	if !v.want(it.Type == TypeMulti, it, ids, at) {
		return
	}
	seen := map[string]bool{}
	for _, id := range ids {
		if it.byID[id] == nil || seen[id] {
			v.add(finding.Error, at, id, "answer.option", "value", id)
		}
		seen[id] = true
	}
}

func (v *validator) limits(it *Item, x float64, value any, at string) {
	lo, hi := it.Bounds()
	if lo != nil && x < *lo || hi != nil && x > *hi {
		v.add(finding.Error, at, value, "answer.range", "range", rangeText(lo, hi))
	}
}

// Bounds are the limits of a number: those of the definition, and 0 to 100 for
// a percentage that names none.
func (it *Item) Bounds() (lo, hi *float64) {
	lo, hi = it.Min, it.Max
	if it.Type == TypePercent {
		zero, hundred := 0.0, 100.0
		if lo == nil {
			lo = &zero
		}
		if hi == nil {
			hi = &hundred
		}
	}
	return lo, hi
}

func rangeText(lo, hi *float64) string {
	text := func(p *float64) string {
		if p == nil {
			return ""
		}
		return fmt.Sprintf("%g", *p)
	}
	return text(lo) + "–" + text(hi)
}
