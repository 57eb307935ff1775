package screening

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"yagura/internal/calendar"
	"yagura/internal/errs"
	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/i18n"
)

// MaxFile is the largest notification that is read from a file, in bytes.
const MaxFile = 4 << 20

// File is a notification outside the product: YAML, or JSON, which is YAML too.
//
//	form: facility-notifications@2024
//	answers:
//	  fac.kind: introduction
//	  fac.end: {state: not_applicable, comment: "…"}
//	  fac.parties:
//	    - {no: A, role: supplier, name: "…"}
type File struct {
	Form     string                 `yaml:"form"`
	Events   []FileEvent            `yaml:"events"`
	Contents map[string]yamlContent `yaml:"answers"`
}

// FileEvent is an event of the review, with days as ISO dates.
type FileEvent struct {
	Kind  EventKind `yaml:"kind"`
	On    string    `yaml:"on"`
	Until string    `yaml:"until"`
}

// Review reads the events of the file. The error is Invalid and names the first that can't be.
func (x *File) Review() ([]Event, error) {
	var out []Event
	for _, ev := range x.Events {
		on, err := calendar.ParseDay(ev.On)
		until := calendar.Day(0)
		if err == nil && ev.Until != "" {
			until, err = calendar.ParseDay(ev.Until)
		}
		if err != nil || !slices.Contains(EventKinds, ev.Kind) {
			return nil, errs.New(errs.Invalid, "%w", i18n.NewError("screening.file-event", "kind", string(ev.Kind), "on", ev.On))
		}
		out = append(out, Event{ev.Kind, on, until})
	}
	return out, nil
}

// yamlContent keeps an answer's node: its shape depends on the item.
type yamlContent struct{ node *yaml.Node }

// UnmarshalYAML keeps the node as it is.
func (c *yamlContent) UnmarshalYAML(n *yaml.Node) error {
	c.node = n
	return nil
}

// Decode reads the outline of a file; its answers are read with their form. name is told
// as the place of findings. The file is nil when there is a finding.
func Decode(name string, data []byte) (*File, []finding.Finding) {
	fault := func(key string, args ...any) (*File, []finding.Finding) {
		f := finding.New(key, key, args...)
		f.File = name
		return nil, []finding.Finding{f}
	}
	if len(data) > MaxFile {
		return fault("screening.file-large", "max", MaxFile>>20)
	}
	var root yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&root); err != nil {
		return fault("screening.file-syntax", "why", err.Error())
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return fault("screening.file-syntax", "why", "more than one document")
	}
	if aliased(&root) {
		return fault("screening.file-alias")
	}
	var f File
	strict := yaml.NewDecoder(bytes.NewReader(data))
	strict.KnownFields(true)
	if err := strict.Decode(&f); err != nil {
		return fault("screening.file-syntax", "why", err.Error())
	}
	return &f, nil
}

// aliased reports whether a document uses aliases: a few of them can stand for any
// amount of data.
func aliased(n *yaml.Node) bool {
	if n.Kind == yaml.AliasNode {
		return true
	}
	for _, c := range n.Content {
		if aliased(c) {
			return true
		}
	}
	return false
}

// Answers reads the answers with their form. What can't be read is a finding with its
// line; the rest is returned beside it.
func (x *File) Answers(name string, f *form.Form) (form.Answers, []finding.Finding) {
	r := &reader{file: name}
	out := form.Answers{}
	for _, it := range f.Items() {
		if c, ok := x.Contents[it.ID]; ok && c.node != nil {
			if a, ok := r.answer(it, c.node, "/"+it.ID); ok {
				out[it.ID] = a
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(x.Contents)) {
		if f.Item(id) == nil {
			line := 0
			if n := x.Contents[id].node; n != nil {
				line = n.Line
			}
			r.add("/"+id, line, "screening.file-unknown", "id", id)
		}
	}
	return out, r.found
}

type reader struct {
	file  string
	found []finding.Finding
}

func (r *reader) add(at string, line int, key string, args ...any) {
	f := finding.New(key, key, args...)
	f.File, f.Pointer, f.Row = r.file, at, line
	r.found = append(r.found, f)
}

// answer reads one answer: a value, or a mapping of state, value and comment.
func (r *reader) answer(it *form.Item, n *yaml.Node, at string) (form.Answer, bool) {
	if n.Kind != yaml.MappingNode {
		v, ok := r.value(it, n, at)
		return form.Answer{Value: v}, ok
	}
	var a form.Answer
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, val := n.Content[i], n.Content[i+1]
		switch key.Value {
		case "state":
			a.State = form.State(val.Value)
		case "comment":
			a.Comment = val.Value
		case "value":
			v, ok := r.value(it, val, at)
			if !ok {
				return a, false
			}
			a.Value = v
		default:
			r.add(at, key.Line, "screening.file-unknown", "id", key.Value)
			return a, false
		}
	}
	return a, true
}

func (r *reader) value(it *form.Item, n *yaml.Node, at string) (any, bool) {
	switch {
	case it.Type == form.TypeTable && n.Kind == yaml.SequenceNode:
		return r.rows(it, n, at)
	case it.Type == form.TypeMulti && n.Kind == yaml.SequenceNode:
		var parts []string
		for _, c := range n.Content {
			parts = append(parts, c.Value)
		}
		n = &yaml.Node{Kind: yaml.ScalarNode, Value: strings.Join(parts, ";"), Line: n.Line}
	case n.Kind != yaml.ScalarNode:
		r.add(at, n.Line, "screening.file-value", "type", it.Type)
		return nil, false
	}
	v, err := it.ParseValue(n.Value)
	if err != nil {
		r.add(at, n.Line, "screening.file-value", "type", it.Type)
		return nil, false
	}
	return v, true
}

func (r *reader) rows(it *form.Item, n *yaml.Node, at string) (any, bool) {
	out := []form.Row{}
	for i, c := range n.Content {
		here := fmt.Sprintf("%s/%d", at, i)
		if c.Kind != yaml.MappingNode {
			r.add(here, c.Line, "screening.file-row")
			return nil, false
		}
		line := form.Row{}
		for k := 0; k+1 < len(c.Content); k += 2 {
			id := c.Content[k].Value
			col := column(it, id)
			if col == nil {
				r.add(here, c.Content[k].Line, "screening.file-unknown", "id", id)
				continue
			}
			if v, ok := r.value(col, c.Content[k+1], here+"/"+id); ok && v != "" {
				line[id] = form.Answer{Value: v}
			}
		}
		out = append(out, line)
	}
	return out, true
}

func column(table *form.Item, id string) *form.Item {
	for _, c := range table.Columns {
		if c.ID == id {
			return c
		}
	}
	return nil
}
