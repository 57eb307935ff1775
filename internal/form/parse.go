package form

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"yagura/internal/finding"
	"yagura/internal/i18n"
)

// MaxSource is the largest form definition that Parse reads, in bytes.
const MaxSource = 4 << 20

// Parse reads one edition of a form from YAML (catalog/FORMAT.md), checks it
// and compiles its expressions. name is the file's name, for the findings.
// The form is nil when a finding of severity error is returned.
func Parse(name string, data []byte) (*Form, []finding.Finding) {
	p := &parser{file: name, lines: map[string]int{}}
	if len(data) > MaxSource {
		p.add(0, "", "form.too-large", "max", MaxSource)
		return nil, p.found
	}
	f := &Form{}
	if !p.decode(data, f) {
		return nil, p.found
	}
	p.link(f)
	if !finding.HasErrors(p.found) {
		p.compile(f)
	}
	if finding.HasErrors(p.found) {
		return nil, p.found
	}
	f.hash = hashOf(f)
	return f, p.found
}

// parser collects findings; lines maps JSON pointers to lines of the source.
type parser struct {
	file  string
	lines map[string]int
	found []finding.Finding
}

func (p *parser) add(line int, pointer, key string, args ...any) {
	f := finding.New(key, key, args...)
	f.File, f.Row, f.Pointer = p.file, line, pointer
	p.found = append(p.found, f)
}

// at adds a finding at a pointer; the line is that of the nearest known ancestor.
func (p *parser) at(pointer, key string, args ...any) {
	line, ok := p.lines[pointer]
	for up := pointer; !ok && up != ""; {
		up = up[:strings.LastIndexByte(up, '/')]
		line, ok = p.lines[up]
	}
	p.add(line, pointer, key, args...)
}

// decode reads the YAML strictly: unknown keys and repeated keys are findings.
func (p *parser) decode(data []byte, f *Form) bool {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		p.yamlError(err)
		return false
	}
	if len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		p.add(1, "", "form.empty")
		return false
	}
	p.index("", doc.Content[0], 0)
	if len(p.found) > 0 {
		return false
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(f); err != nil {
		p.yamlError(err)
		return false
	}
	return true
}

// index records the line of every node; depth guards against deep nesting.
func (p *parser) index(pointer string, n *yaml.Node, depth int) {
	if depth > 32 {
		return
	}
	p.lines[pointer] = n.Line
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			p.index(pointer+"/"+escapePointer(n.Content[i].Value), n.Content[i+1], depth+1)
		}
	case yaml.SequenceNode:
		for i, c := range n.Content {
			if c.Tag == "!!null" || c.Alias != nil && c.Alias.Tag == "!!null" {
				p.add(c.Line, pointer+"/"+strconv.Itoa(i), "form.empty-entry")
			}
			p.index(pointer+"/"+strconv.Itoa(i), c, depth+1)
		}
	}
}

var (
	yamlLine    = regexp.MustCompile(`line (\d+): (.*)`)
	yamlUnknown = regexp.MustCompile(`field (\S+) not found in type`)
)

// yamlError turns the decoder's errors into findings with lines.
func (p *parser) yamlError(err error) {
	lines := []string{err.Error()}
	var te *yaml.TypeError
	if errors.As(err, &te) {
		lines = te.Errors
	}
	for _, text := range lines {
		line := 0
		if m := yamlLine.FindStringSubmatch(text); m != nil {
			line, _ = strconv.Atoi(m[1])
			text = m[2]
		}
		if m := yamlUnknown.FindStringSubmatch(text); m != nil {
			p.add(line, "", "form.unknown-key", "key", m[1])
			continue
		}
		p.add(line, "", "form.syntax", "why", strings.TrimPrefix(text, "yaml: "))
	}
}

func escapePointer(s string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(s)
}

func hashOf(f *Form) string {
	data, err := json.Marshal(f)
	if err != nil {
		panic(err) // a Form holds plain data only
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// bothLanguages asks for a text in Japanese and English.
func (p *parser) bothLanguages(pointer string, t i18n.Text) {
	if t.JA == "" || t.EN == "" {
		p.at(pointer, "form.text-missing", "what", pointer[strings.LastIndexByte(pointer, '/')+1:])
	}
}
