// Package ciso reads the framework of a CISO Assistant library (the YAML that
// intuitem/ciso-assistant-community loads) as a form.
//
// # What a requirement node becomes
//
// A heading (a node that is not assessable) of depth 1 or 2 is a section, its
// title joined to that of the heading above with " › "; deeper headings stand
// first in the help of their items. An assessable node with questions gives
// one item per question, of the type that fits; one without questions gives
// one ordered choice: over the framework's scores where it defines a range of
// them, over non-compliant, partially compliant and compliant where it does
// not. depends_on becomes the item's condition, add_score or compute_result
// the options' scores, typical_evidence the evidence, annotation and the
// choices' descriptions the help, weight the weight. Items are named by the
// last part of the node's URN, and map to the node's ref_id.
//
// Texts are taken from the library's locale and its translations; where
// Japanese or English is missing, the text that is there stands in both, and
// one warning says how many. Implementation groups, reference controls and
// threats are left out, with a finding.
package ciso

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

// library is what is read of the file; all else is ignored.
type library struct {
	URN          string           `yaml:"urn"`
	Locale       string           `yaml:"locale"`
	RefID        string           `yaml:"ref_id"`
	Name         string           `yaml:"name"`
	Description  string           `yaml:"description"`
	Copyright    string           `yaml:"copyright"`
	Version      string           `yaml:"version"`
	Published    string           `yaml:"publication_date"`
	Provider     string           `yaml:"provider"`
	Translations map[string]words `yaml:"translations"`
	Objects      struct {
		Framework  *framework   `yaml:"framework"`
		Frameworks []*framework `yaml:"frameworks"`
	} `yaml:"objects"`
}

type framework struct {
	RefID        string           `yaml:"ref_id"`
	Name         string           `yaml:"name"`
	Description  string           `yaml:"description"`
	Translations map[string]words `yaml:"translations"`
	Min          *int             `yaml:"min_score"`
	Max          *int             `yaml:"max_score"`
	Scores       []score          `yaml:"scores_definition"`
	Nodes        []*node          `yaml:"requirement_nodes"`
}

type score struct {
	Score        int              `yaml:"score"`
	Name         string           `yaml:"name"`
	Description  string           `yaml:"description"`
	Translations map[string]words `yaml:"translations"`
}

// words are the texts of one language, wherever translations stand.
type words struct {
	Name        string `yaml:"name"`
	Description string `yaml:"description"`
	Annotation  string `yaml:"annotation"`
	Evidence    string `yaml:"typical_evidence"`
	Text        string `yaml:"text"`
	Value       string `yaml:"value"`
}

type node struct {
	URN          string           `yaml:"urn"`
	Parent       string           `yaml:"parent_urn"`
	RefID        string           `yaml:"ref_id"`
	Assessable   bool             `yaml:"assessable"`
	Name         string           `yaml:"name"`
	Description  string           `yaml:"description"`
	Annotation   string           `yaml:"annotation"`
	Evidence     string           `yaml:"typical_evidence"`
	Weight       float64          `yaml:"weight"`
	Groups       []string         `yaml:"implementation_groups"`
	Controls     []string         `yaml:"reference_controls"`
	Threats      []string         `yaml:"threats"`
	Questions    questions        `yaml:"questions"`
	Translations map[string]words `yaml:"translations"`

	line   int
	index  int
	parent *node
	depth  int // headings above, and itself: 1 for a root
}

// UnmarshalYAML keeps the line that the node stands on.
func (n *node) UnmarshalYAML(y *yaml.Node) error {
	type plain node
	if err := y.Decode((*plain)(n)); err != nil {
		return err
	}
	n.line = y.Line
	return nil
}

// questions are a mapping by URN, whose order counts.
type questions []*question

type question struct {
	Type         string           `yaml:"type"`
	Text         string           `yaml:"text"`
	Choices      []choice         `yaml:"choices"`
	DependsOn    *dependency      `yaml:"depends_on"`
	Translations map[string]words `yaml:"translations"`

	urn  string
	line int
}

type choice struct {
	URN          string           `yaml:"urn"`
	Value        string           `yaml:"value"`
	Description  string           `yaml:"description"`
	AddScore     *float64         `yaml:"add_score"`
	Result       *bool            `yaml:"compute_result"`
	Translations map[string]words `yaml:"translations"`
}

type dependency struct {
	Question  string   `yaml:"question"`
	Answers   []string `yaml:"answers"`
	Condition string   `yaml:"condition"` // any (default) or all
}

// UnmarshalYAML reads the mapping in its order.
func (q *questions) UnmarshalYAML(y *yaml.Node) error {
	if y.Kind != yaml.MappingNode {
		var none map[string]*question
		return y.Decode(&none) // says what is wrong and where; null is no question
	}
	for i := 0; i+1 < len(y.Content); i += 2 {
		one := &question{}
		if err := y.Content[i+1].Decode(one); err != nil {
			return err
		}
		one.urn, one.line = y.Content[i].Value, y.Content[i].Line
		*q = append(*q, one)
	}
	return nil
}

// maxNodes bounds the YAML nodes of a library with its aliases written out.
const maxNodes = 2_000_000

// size counts the nodes below n with aliases written out, and the deepest
// nesting. It gives up, with a size beyond maxNodes, on what contains itself.
func size(n *yaml.Node, known map[*yaml.Node][2]int) (count, depth int) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if have, ok := known[n]; ok {
		return have[0], have[1]
	}
	known[n] = [2]int{maxNodes + 1, 1}
	count = 1
	for _, c := range n.Content {
		below, deep := size(c, known)
		count = min(count+below, maxNodes+1)
		depth = max(depth, deep)
	}
	known[n] = [2]int{count, depth + 1}
	return count, depth + 1
}

// nested reports whether the tree is at most limit deep, aliases not followed.
func nested(n *yaml.Node, limit int) bool {
	return limit > 0 && !slices.ContainsFunc(n.Content, func(c *yaml.Node) bool { return !nested(c, limit-1) })
}
