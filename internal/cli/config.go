package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"

	"yagura/internal/authz"
	"yagura/internal/finding"
	"yagura/internal/signin"
)

// config reads a configuration file: a mapping whose keys are the names of the flags of
// `yagura serve`, and providers. All faults are found, not the first only.
type config struct {
	name  string // as the operator gave it
	found []finding.Finding
}

// fault notes what is wrong at a node. Values are never quoted: the file may hold an
// address with a password.
func (c *config) fault(at *yaml.Node, where, key string, args ...any) {
	f := finding.New("config", key, args...)
	f.File, f.Row, f.Column = c.name, at.Line, where
	c.found = append(c.found, f)
}

// pair is a key of a mapping with its value.
type pair struct{ key, value *yaml.Node }

// pairs are those of a mapping. Another kind of node, a key twice and a key that isn't
// known are faults.
func (c *config) pairs(n *yaml.Node, where string, known []string) []pair {
	if n.Kind != yaml.MappingNode {
		c.fault(n, where, "cli.config.mapping")
		return nil
	}
	var out []pair
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		p := pair{n.Content[i], n.Content[i+1]}
		name := p.key.Value
		switch {
		case name == "client-secret":
			c.fault(p.key, where+name, "cli.config.secret-inline")
		case !slices.Contains(known, name):
			c.fault(p.key, where+name, "cli.config.unknown", "known", strings.Join(known, ", "))
		case seen[name]:
			c.fault(p.key, where+name, "cli.config.twice")
		default:
			out = append(out, p)
		}
		seen[name] = true
	}
	return out
}

// words is a list of texts, or a single one.
func (c *config) words(n *yaml.Node, where string) []string {
	if n.Kind == yaml.ScalarNode {
		return []string{n.Value}
	}
	var out []string
	if n.Kind != yaml.SequenceNode || slices.ContainsFunc(n.Content, func(x *yaml.Node) bool { return x.Kind != yaml.ScalarNode }) {
		c.fault(n, where, "cli.config.words")
		return nil
	}
	for _, x := range n.Content {
		out = append(out, x.Value)
	}
	return out
}

// given reports whether the operator set a flag on the command line or in the
// environment, which both outrank the file.
func given(k *kong.Context, f *kong.Flag) bool {
	return slices.ContainsFunc(k.Path, func(p *kong.Path) bool { return p.Flag == f }) ||
		slices.ContainsFunc(f.Envs, func(env string) bool { _, ok := os.LookupEnv(env); return ok })
}

// set gives a flag the value of the file.
func (c *config) set(f *kong.Flag, n *yaml.Node) {
	text := strings.Join(c.words(n, f.Name), ",")
	if f.Enum != "" && !f.EnumMap()[text] {
		c.fault(n, f.Name, "cli.config.enum", "known", f.Enum)
		return
	}
	if err := f.Parse(kong.Scan().PushTyped(text, kong.FlagValueToken), f.Target); err != nil {
		c.fault(n, f.Name, "cli.config.value")
	}
}

// readConfig fills the flags that were not given otherwise from a file, and returns the
// providers that it lists.
func readConfig(name string, k *kong.Context) ([]signin.Provider, []finding.Finding, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, nil, err
	}
	c := &config{name: name}
	var doc yaml.Node
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, nil, nil
	}
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, nil, fail("cli.config.yaml", "name", name, "why", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if len(doc.Content) == 0 { // comments alone
		return nil, nil, nil
	}
	flags, known := map[string]*kong.Flag{}, []string{}
	for _, f := range k.Selected().Flags {
		if f.Name != "config" && f.Name != "help" {
			flags[f.Name], known = f, append(known, f.Name)
		}
	}
	var list []signin.Provider
	for _, p := range c.pairs(doc.Content[0], "", append(known, "providers")) {
		switch f := flags[p.key.Value]; {
		case f == nil:
			list = c.providers(p.value, filepath.Dir(name))
		case !given(k, f):
			c.set(f, p.value)
		}
	}
	return list, c.found, nil
}

// secondFactor are the roles that want a second factor.
func secondFactor(names []string) (roles []authz.Role, found []finding.Finding) {
	for _, n := range names {
		role := authz.Role(strings.TrimSpace(n))
		if !slices.Contains(authz.Roles, role) {
			known := make([]string, len(authz.Roles))
			for i, r := range authz.Roles {
				known[i] = string(r)
			}
			f := finding.New("config", "cli.config.role", "role", n, "known", strings.Join(known, ", "))
			f.File = "second-factor"
			found = append(found, f)
			continue
		}
		roles = append(roles, role)
	}
	return roles, found
}
