package exchange

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"yagura/internal/errs"
	"yagura/internal/finding"
)

// Schema is a JSON Schema (draft 4) of the keywords that the VERIS schema uses:
// type, properties, required, additionalProperties, minProperties, items,
// minItems, uniqueItems, enum, pattern, minLength, maxLength, minimum, maximum.
type Schema struct{ root *rule }

type rule struct {
	Type          string           `json:"type"`
	Properties    map[string]*rule `json:"properties"`
	Required      []string         `json:"required"`
	Additional    *bool            `json:"additionalProperties"`
	MinProperties int              `json:"minProperties"`
	Items         *rule            `json:"items"`
	MinItems      int              `json:"minItems"`
	Unique        bool             `json:"uniqueItems"`
	Enum          []any            `json:"enum"`
	Pattern       string           `json:"pattern"`
	MinLength     int              `json:"minLength"`
	MaxLength     *int             `json:"maxLength"`
	Minimum       *float64         `json:"minimum"`
	Maximum       *float64         `json:"maximum"`

	pattern *regexp.Regexp
}

// ParseSchema reads a schema. Errors are of kind errs.Invalid.
func ParseSchema(data []byte) (*Schema, error) {
	root := &rule{}
	if err := json.Unmarshal(data, root); err != nil {
		return nil, errs.New(errs.Invalid, "%w", err)
	}
	return &Schema{root}, root.compile(0)
}

func (r *rule) compile(depth int) error {
	if depth > 64 {
		return errs.New(errs.Invalid, "the schema is nested too deeply")
	}
	if r.Pattern != "" {
		var err error
		if r.pattern, err = regexp.Compile(r.Pattern); err != nil {
			return errs.New(errs.Invalid, "%w", err)
		}
	}
	for name, p := range r.Properties {
		if p == nil {
			return errs.New(errs.Invalid, "property %s is null", name)
		}
		if err := p.compile(depth + 1); err != nil {
			return err
		}
	}
	if r.Items != nil {
		return r.Items.compile(depth + 1)
	}
	return nil
}

// Check reports every breach of the schema, in the order of the pointers.
func (s *Schema) Check(doc any) []finding.Finding {
	var found []finding.Finding
	s.root.check(doc, "", &found)
	slices.SortStableFunc(found, func(a, b finding.Finding) int { return strings.Compare(a.Pointer, b.Pointer) })
	return found
}

func (r *rule) check(value any, at string, found *[]finding.Finding) {
	fault := func(key, what string) {
		f := finding.New("incident.schema."+key, "incident.schema."+key, "what", what)
		f.Pointer = at
		*found = append(*found, f)
	}
	if !typed(r.Type, value) {
		fault("type", r.Type)
		return
	}
	if len(r.Enum) > 0 && !slices.ContainsFunc(r.Enum, func(e any) bool { return same(e, value) }) {
		fault("enum", fmt.Sprint(value))
	}
	switch v := value.(type) {
	case map[string]any:
		r.object(v, at, fault, found)
	case []any:
		r.list(v, at, fault, found)
	case string:
		n := utf8.RuneCountInString(v)
		if n < r.MinLength || r.MaxLength != nil && n > *r.MaxLength || r.pattern != nil && !r.pattern.MatchString(v) {
			fault("text", v)
		}
	case float64:
		if r.Minimum != nil && v < *r.Minimum || r.Maximum != nil && v > *r.Maximum {
			fault("range", fmt.Sprint(v))
		}
	}
}

func (r *rule) object(v map[string]any, at string, fault func(key, what string), found *[]finding.Finding) {
	for _, name := range r.Required {
		if _, ok := v[name]; !ok {
			fault("missing", name)
		}
	}
	if len(v) < r.MinProperties {
		fault("empty", fmt.Sprint(r.MinProperties))
	}
	for name, child := range v {
		if p := r.Properties[name]; p != nil {
			p.check(child, at+"/"+pointerPart(name), found)
		} else if r.Additional != nil && !*r.Additional {
			fault("surplus", name)
		}
	}
}

func (r *rule) list(v []any, at string, fault func(key, what string), found *[]finding.Finding) {
	if len(v) < r.MinItems {
		fault("empty", fmt.Sprint(r.MinItems))
	}
	for i, child := range v {
		if r.Unique && slices.ContainsFunc(v[:i], func(o any) bool { return same(o, child) }) {
			fault("twice", fmt.Sprint(child))
		}
		if r.Items != nil {
			r.Items.check(child, fmt.Sprintf("%s/%d", at, i), found)
		}
	}
}

func typed(t string, value any) bool {
	ok := true
	switch t {
	case "object":
		_, ok = value.(map[string]any)
	case "array":
		_, ok = value.([]any)
	case "string":
		_, ok = value.(string)
	case "boolean":
		_, ok = value.(bool)
	case "number":
		_, ok = value.(float64)
	case "integer":
		var n float64
		n, ok = value.(float64)
		ok = ok && n == float64(int64(n))
	}
	return ok
}

func pointerPart(name string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(name) }
