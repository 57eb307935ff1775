package exchange

import (
	"slices"
	"strings"

	"yagura/internal/finding"
)

// Check reports what a document of the format lacks at a stage, what does not
// fit its pattern, and conditions that are not kept. The published schema of the
// DORA report states the stage rules by a keyword that current validators
// ignore, so that an empty final report passes them; here they count.
func (p *Profile) Check(doc map[string]any, stage string) []finding.Finding {
	var found []finding.Finding
	add := func(path, rule string, args ...any) {
		f := finding.New(rule, rule, args...)
		f.Pointer = "/" + strings.ReplaceAll(path, ".", "/")
		found = append(found, f)
	}
	depth := map[string]bool{}
	for name := stage; p.Stages[name] != nil && !depth[name]; name = p.Stages[name].With {
		depth[name] = true
		for _, path := range p.Stages[name].Needs {
			if !holds(doc, path) {
				add(path, "incident.form.missing", "field", p.label(path))
			}
		}
	}
	for _, c := range p.Conditions {
		if value, ok := get(doc, c.At); ok && contains(value, c.Has) && (c.From == "" || depth[c.From]) && !holds(doc, c.Needs) {
			add(c.Needs, "incident.form.condition", "field", p.label(c.Needs), "value", c.Has)
		}
	}
	for _, f := range p.Fields {
		value, ok := get(doc, f.At)
		text, isText := value.(string)
		if ok && f.pattern != nil && (!isText || !f.pattern.MatchString(text)) {
			add(f.At, "incident.form.pattern", "field", p.label(f.At), "value", text)
		}
	}
	slices.SortStableFunc(found, func(a, b finding.Finding) int { return strings.Compare(a.Pointer, b.Pointer) })
	return found
}

// label names a place by the numbers of its fields.
func (p *Profile) label(path string) string {
	for _, f := range p.Fields {
		if f.At == path {
			return f.No + " " + path
		}
	}
	return path
}

// holds reports whether something stands at a path: not null, not empty.
func holds(doc map[string]any, path string) bool {
	value, ok := get(doc, path)
	switch v := value.(type) {
	case nil:
		return false
	case string:
		return v != ""
	case []any:
		return len(v) > 0
	case map[string]any:
		return len(v) > 0
	}
	return ok
}

func contains(value any, code string) bool {
	if list, ok := value.([]any); ok {
		return slices.Contains(list, any(code))
	}
	return value == any(code)
}
