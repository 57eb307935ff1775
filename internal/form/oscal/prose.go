package oscal

import (
	"regexp"
	"strings"

	"yagura/internal/finding"
	"yagura/internal/form/draft"
)

// maxParam bounds the text that a parameter becomes, in bytes: choices may
// insert parameters that insert parameters.
const maxParam = 8 << 10

var insert = regexp.MustCompile(`\{\{\s*insert:\s*param,\s*([^\s{}]+)\s*\}\}`)

// params resolves the insertions of a catalog's prose.
type params struct {
	byID   map[string]param
	text   map[string]string // resolved; present and empty while being resolved
	report func(id string)   // an id that no parameter has
}

func (p *params) collect(list []param) {
	for _, one := range list {
		if _, dup := p.byID[one.ID]; !dup {
			p.byID[one.ID] = one
		}
	}
}

func (p *params) collectControls(list []control) {
	for _, c := range list {
		p.collect(c.Params)
		p.collectControls(c.Controls)
	}
}

func (p *params) collectGroups(list []*group) {
	for _, g := range list {
		if g == nil {
			continue
		}
		p.collect(g.Params)
		p.collectControls(g.Controls)
		p.collectGroups(g.Groups)
	}
}

// fill replaces every insertion in a text.
func (p *params) fill(text string) string {
	if !strings.Contains(text, "{{") {
		return text
	}
	return insert.ReplaceAllStringFunc(text, func(m string) string {
		return p.resolve(insert.FindStringSubmatch(m)[1])
	})
}

// resolve gives what stands for a parameter: its values, "[one of: …]" for a
// selection, or its label in brackets.
func (p *params) resolve(id string) string {
	if text, ok := p.text[id]; ok {
		if text == "" {
			return "[" + id + "]" // inserts itself
		}
		return text
	}
	one, ok := p.byID[id]
	if !ok {
		p.report(id)
		p.text[id] = "[" + id + "]"
		return p.text[id]
	}
	p.text[id] = ""
	text := p.describe(one)
	if len(text) > maxParam {
		text = strings.ToValidUTF8(text[:maxParam], "") + "…]"
	}
	p.text[id] = text
	return text
}

func (p *params) describe(one param) string {
	switch {
	case len(one.Values) > 0:
		return p.fill(strings.Join(one.Values, ", "))
	case one.Select != nil && len(one.Select.Choice) > 0:
		var b strings.Builder
		b.WriteString("[Selection")
		if one.Select.HowMany == "one-or-more" {
			b.WriteString(" (one or more)")
		}
		sep := ": "
		for _, choice := range one.Select.Choice {
			if b.Len() > maxParam {
				break
			}
			b.WriteString(sep + p.fill(choice))
			sep = "; "
		}
		return b.String() + "]"
	case one.Label != "":
		return "[" + p.fill(one.Label) + "]"
	}
	return "[" + one.ID + "]"
}

// prose writes a part and its parts as lines: the label before the text, and
// two spaces more for each level.
func (p *params) prose(one part, depth int) string {
	var lines []string
	label := ""
	if one.Name == "item" {
		label = draft.Line(value(one.Props, "label"))
	}
	text := strings.TrimSpace(label + " " + draft.Clean(p.fill(strings.TrimSpace(one.Title+"\n"+one.Prose))))
	indent := strings.Repeat("  ", depth)
	inner := depth
	if text != "" {
		for line := range strings.SplitSeq(text, "\n") {
			lines = append(lines, strings.TrimRight(indent+line, " "))
		}
		inner++
	}
	for _, child := range one.Parts {
		if text := p.prose(child, min(inner, 12)); text != "" {
			lines = append(lines, text)
		}
	}
	return strings.Join(lines, "\n")
}

// texts are what a control's parts become.
type texts struct{ statement, help, evidence, next []string }

// sort files each part of a control by its name; dropped counts what a form
// has no place for.
func (p *params) sort(parts []part, dropped map[string]int) texts {
	var t texts
	add := func(to *[]string, one part) {
		if text := p.prose(one, 0); text != "" {
			*to = append(*to, text)
		}
	}
	for _, one := range parts {
		switch {
		case one.Name == "statement" || one.Name == "item":
			add(&t.statement, one)
		case one.Name == "next-step" && one.NS == namespace:
			add(&t.next, one)
		case one.Name == "assessment-method" && strings.EqualFold(value(one.Props, "method"), "EXAMINE"):
			for _, child := range one.Parts {
				add(&t.evidence, child)
			}
		case strings.HasPrefix(one.Name, "assessment"):
			dropped[one.Name]++
		default:
			add(&t.help, one)
		}
	}
	return t
}

func unknownParam(d *draft.Draft, pointer string) func(string) {
	return func(id string) {
		d.Add(finding.Warning, draft.Place{Pointer: pointer, Value: id}, "import.oscal.no-param", "param", id)
	}
}
