package form

import (
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
)

// scope is what the expressions of one evaluation see. It implements
// cel.Activation; a name it does not resolve makes the expression undetermined.
type scope struct {
	form     *Form
	answers  Answers
	previous Answers
	org      *Org
	eval     *Evaluation
}

// ResolveName implements cel.Activation.
func (s *scope) ResolveName(name string) (any, bool) {
	which, id, ok := strings.Cut(name, "/")
	if !ok {
		return nil, false
	}
	if which == "org" {
		return orgFields[id](s.org), true
	}
	it := s.form.items[id]
	switch which {
	case mapAnswers:
		if !s.eval.Applies[it.index] {
			return nil, false
		}
		return celValue(it, s.answers[id])
	case mapPrevious:
		return celValue(it, s.previous[id])
	case mapScores:
		level := s.eval.level(it)
		return level, level >= 0
	default:
		a, ok := s.answers[id]
		if !ok || !s.eval.Applies[it.index] {
			return "unanswered", true
		}
		return string(normal(a.State)), true
	}
}

// Parent implements cel.Activation.
func (s *scope) Parent() cel.Activation { return nil }

// celValue presents an answer's value to CEL, in the type of celType.
func celValue(it *Item, a Answer) (any, bool) {
	if a.Value == nil || !a.IsKnown() {
		return nil, false
	}
	switch v := a.Value.(type) {
	case string:
		return v, it.Type != TypeInteger
	case bool:
		if v {
			return "yes", true
		}
		return "no", true
	case int64, float64, []string:
		return v, true
	case time.Duration:
		return types.Duration{Duration: v}, true
	case Date:
		return string(v), true
	case DateTime:
		return string(v), true
	case Money:
		return v.Minor, true
	case FileRef:
		return v.SHA256, true
	case []Row:
		return celRows(it, v), true
	}
	return nil, false
}

func celRows(it *Item, rows []Row) []map[string]any {
	out := make([]map[string]any, len(rows))
	for i, row := range rows {
		out[i] = make(map[string]any, len(row))
		for _, c := range it.Columns {
			if v, ok := celValue(c, row[c.ID]); ok {
				out[i][c.ID] = v
			}
		}
	}
	return out
}
