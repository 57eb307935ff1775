package form

import (
	"bytes"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"yagura/internal/errs"
	"yagura/internal/i18n"
)

// YAML writes the form's definition in the language of catalog/FORMAT.md, in
// the order of the document there: Parse reads it back to a form of equal
// Hash. Fields that hold nothing are left out, and so are the options that an
// item takes from a shared scale. It also writes a form that was put together
// in code and never parsed. Equal forms give equal bytes. The error is
// errs.Invalid: a text is not valid UTF-8.
func (f *Form) YAML() ([]byte, error) {
	root, err := structNode(reflect.ValueOf(f).Elem())
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(root); err != nil {
		return nil, errs.New(errs.Internal, "form: write YAML: %w", err)
	}
	return b.Bytes(), nil
}

// oneLine are the types whose mappings stand on one line, as people write them.
var oneLine = map[reflect.Type]bool{
	reflect.TypeFor[Option](): true, reflect.TypeFor[Tier](): true, reflect.TypeFor[i18n.Text](): true,
	reflect.TypeFor[Reference](): true, reflect.TypeFor[ForeignKey](): true, reflect.TypeFor[Retired](): true,
}

func structNode(v reflect.Value) (*yaml.Node, error) {
	t := v.Type()
	node := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	use := v.FieldByName("Use")
	shared := use.IsValid() && use.String() != ""
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		value := v.Field(i)
		if name == "" || empty(value) || name == "options" && shared {
			continue
		}
		child, err := valueNode(value)
		if err != nil {
			return nil, err
		}
		node.Content = append(node.Content, scalarNode(name), child)
	}
	if oneLine[t] && !long(node) {
		node.Style = yaml.FlowStyle
	}
	return node, nil
}

// empty reports whether a field says nothing. A pointer to zero and a list
// without entries do say something: Hash tells them from an absent field.
func empty(v reflect.Value) bool {
	if v.Kind() == reflect.Slice {
		return v.IsNil()
	}
	return v.IsZero()
}

// long reports whether a mapping is better read on several lines.
func long(n *yaml.Node) bool {
	size := 0
	for _, c := range n.Content {
		size += len(c.Value)
		if strings.Contains(c.Value, "\n") {
			return true
		}
	}
	return size > 400
}

func valueNode(v reflect.Value) (*yaml.Node, error) {
	if target, ok := v.Interface().(Target); ok {
		return targetNode(target)
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}, nil
		}
		return valueNode(v.Elem())
	case reflect.Struct:
		return structNode(v)
	case reflect.Slice:
		return listNode(v)
	case reflect.Map:
		return scalesNode(v.Interface().(map[string]*Scale))
	case reflect.String:
		return textNode(v.String())
	case reflect.Bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(v.Bool())}, nil
	case reflect.Int:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.FormatInt(v.Int(), 10)}, nil
	default:
		return numberNode(v.Float()), nil
	}
}

// numberNode writes the shortest decimal that reads back to the same number.
func numberNode(x float64) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Value: strconv.FormatFloat(x, 'g', -1, 64)}
}

func listNode(v reflect.Value) (*yaml.Node, error) {
	node := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	if kind := v.Type().Elem().Kind(); kind == reflect.String || v.Len() == 0 {
		node.Style = yaml.FlowStyle
	}
	for i := range v.Len() {
		child, err := valueNode(v.Index(i))
		if err != nil {
			return nil, err
		}
		node.Content = append(node.Content, child)
	}
	return node, nil
}

func scalesNode(scales map[string]*Scale) (*yaml.Node, error) {
	node := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	for _, id := range slices.Sorted(maps.Keys(scales)) {
		key, err := textNode(id)
		if err != nil {
			return nil, err
		}
		child, err := valueNode(reflect.ValueOf(scales[id]))
		if err != nil {
			return nil, err
		}
		node.Content = append(node.Content, key, child)
	}
	return node, nil
}

func targetNode(t Target) (*yaml.Node, error) {
	if level, ok := t[""]; ok && len(t) == 1 {
		return textNode(level)
	}
	node := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Style: yaml.FlowStyle}
	for _, tier := range t.Tiers() {
		for _, s := range []string{tier, t[tier]} {
			n, err := textNode(s)
			if err != nil {
				return nil, err
			}
			node.Content = append(node.Content, n)
		}
	}
	return node, nil
}

func scalarNode(s string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
}

// textNode writes a text of several lines as a block where a block keeps it
// exactly, and between double quotes where it does not.
func textNode(s string) (*yaml.Node, error) {
	if !utf8.ValidString(s) {
		return nil, errs.New(errs.Invalid, "form: text %q is not UTF-8", s)
	}
	n := scalarNode(s)
	switch {
	case !plainRunes(s):
		n.Style = yaml.DoubleQuotedStyle
	case strings.Contains(s, "\n") && blockSafe(s):
		n.Style = yaml.LiteralStyle
	case strings.Contains(s, "\n") || otherKind[strings.ToLower(s)]:
		n.Style = yaml.DoubleQuotedStyle
	}
	return n, nil
}

// otherKind are words that YAML 1.1 readers take for something other than a text.
var otherKind = map[string]bool{"yes": true, "no": true, "on": true, "off": true, "y": true, "n": true, "<<": true}

// blockSafe: indentation of the first line, and white space at either end or
// at the end of a line, do not survive a literal block.
func blockSafe(s string) bool {
	if strings.TrimSpace(s) != s {
		return false
	}
	for line := range strings.SplitSeq(s, "\n") {
		if strings.TrimRightFunc(line, unicode.IsSpace) != line || strings.HasPrefix(line, "\t") {
			return false
		}
	}
	return true
}

// plainRunes reports whether YAML may show every character as it is.
func plainRunes(s string) bool {
	for _, r := range s {
		if r != '\n' && r != '\u3000' && !unicode.IsPrint(r) || r == '\ufeff' {
			return false
		}
	}
	return true
}
