package form

import (
	"maps"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// Target is the level expected of an item: an option id (or, for numbers, a
// figure) by tier id. A bare scalar in YAML is the target of every tier, kept
// under the key "".
type Target map[string]string

// For returns the target of a tier and whether there is one.
func (t Target) For(tier string) (string, bool) {
	if v, ok := t[tier]; ok {
		return v, true
	}
	v, ok := t[""]
	return v, ok
}

// UnmarshalYAML reads a scalar or a mapping from tier to level.
func (t *Target) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		*t = Target{"": n.Value}
		return nil
	}
	m := map[string]string{}
	if err := n.Decode(&m); err != nil {
		return err
	}
	*t = m
	return nil
}

// Tiers lists the tiers that have a target, sorted.
func (t Target) Tiers() []string { return slices.Sorted(maps.Keys(t)) }

// LevelOf turns a target (an option id, "yes"/"no" or a figure) into the level
// that reaches it. For a multi item and for types scored by an expression a
// target is a level itself.
func (it *Item) LevelOf(target string) (float64, bool) {
	if o := it.byID[target]; o != nil && it.Type == TypeChoice && o.Score != nil {
		return *o.Score, true
	}
	if it.Type == TypeYesNo && (target == "yes" || target == "no") {
		if target == "yes" {
			return it.maxLvl, true
		}
		return 0, true
	}
	if it.Type == TypeChoice {
		return 0, false
	}
	level, err := strconv.ParseFloat(target, 64)
	return level, err == nil && level >= 0 && level <= it.maxLvl
}
