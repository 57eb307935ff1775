package catalog

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"yagura/internal/finding"
)

// source is one YAML file: its node tree gives the line of whatever a rule
// complains about.
type source struct {
	file     string
	root     *yaml.Node
	findings *[]finding.Finding
}

var (
	yamlLine = regexp.MustCompile(`^(?:yaml: )?line (\d+): (.*)$`)
	// The library counts lines from 0 in the errors of its parser and from 1 in
	// those of its scanner; these are the parser's.
	parserError = regexp.MustCompile(`^did not find expected (node content|key|',' or|'-' indicator|<document start>)`)
)

// decode reads one document strictly: unknown keys, doubled keys and further
// documents are findings. The second result is false when dst cannot be used.
func decode(file string, data []byte, dst any, findings *[]finding.Finding) (*source, bool) {
	s := &source{file: file, root: &yaml.Node{}, findings: findings}
	if err := yaml.Unmarshal(data, s.root); err != nil {
		s.syntax(err)
		return s, false
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(dst); err != nil {
		s.syntax(err)
		return s, false
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		s.report("document", []any{}, "catalog.document")
		return s, false
	}
	return s, true
}

// syntax turns the errors of the YAML library, which name lines in their
// text, into findings.
func (s *source) syntax(err error) {
	lines := []string{err.Error()}
	var many *yaml.TypeError
	if errors.As(err, &many) {
		lines = many.Errors
	}
	for _, text := range lines {
		row := 0
		if m := yamlLine.FindStringSubmatch(text); m != nil {
			row, _ = strconv.Atoi(m[1])
			text = m[2]
			if parserError.MatchString(text) {
				row++
			}
		}
		f := finding.New("catalog.syntax", "catalog.syntax", "why", text)
		f.File, f.Row = s.file, row
		*s.findings = append(*s.findings, f)
	}
}

// report adds a finding of rule "catalog."+rule at the node that at leads to;
// key and args are those of i18n.Both.
func (s *source) report(rule string, at []any, key string, args ...any) {
	f := finding.New("catalog."+rule, key, args...)
	f.File, f.Row = s.file, s.line(at)
	*s.findings = append(*s.findings, f)
}

// line follows map keys (string) and list positions (int) from the root as far
// as they exist and returns the line of the last node found, from 1. A map key
// counts as found at the key itself.
func (s *source) line(at []any) int {
	node, row := s.root, 1
	if node.Kind == yaml.DocumentNode && len(node.Content) > 0 {
		node = node.Content[0]
		row = node.Line
	}
	for _, step := range at {
		found := false
		switch step := step.(type) {
		case string:
			for i := 0; node.Kind == yaml.MappingNode && i+1 < len(node.Content); i += 2 {
				if node.Content[i].Value == step {
					row, node, found = node.Content[i].Line, node.Content[i+1], true
					break
				}
			}
		case int:
			if node.Kind == yaml.SequenceNode && step < len(node.Content) {
				node, found = node.Content[step], true
				row = node.Line
			}
		}
		if !found {
			return row
		}
	}
	return row
}

// stem is the file name without folder and extension.
func stem(file string) string { return strings.TrimSuffix(path.Base(file), ".yaml") }

// yamlFiles lists dir/*.yaml in order of name; a folder that is not there is empty.
func yamlFiles(fsys fs.FS, dir string) ([]string, error) {
	files, err := fs.Glob(fsys, dir+"/*.yaml")
	sort.Strings(files)
	return files, err
}
