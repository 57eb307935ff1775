// Package playbook holds what an organisation does in an incident of a type, as data
// (catalog/playbooks): steps by state of handling with who does them and within which
// time, conditions over facts, decisions with their options, what has to be done before a
// state is entered, and the stages that an extortion goes through.
package playbook

import (
	"bytes"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"yagura/internal/calendar"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/predicate"
)

// States are those of handling in which steps stand, in their order.
var States = []string{"detect", "triage", "contain", "eradicate", "recover", "review"}

// Roles are who may be named for a step; the organisation says which person that is.
var Roles = []string{"owner", "technical", "business", "management", "spokesperson", "legal", "crime", "vendor", "personnel"}

// Playbook is one file of the catalog. Its condition says of which incidents it is
// proposed; one whose condition is not decided can be begun by hand.
type Playbook struct {
	ID        string    `yaml:"playbook"`
	Edition   string    `yaml:"edition"`
	Title     i18n.Text `yaml:"title"`
	When      string    `yaml:"when"`
	Effective string    `yaml:"effective"` // date from which it is followed
	Source    string    `yaml:"source"`
	Licence   string    `yaml:"licence"`
	Mark      string    `yaml:"mark"` // verified, secondary, general or open
	Notes     i18n.Text `yaml:"notes"`
	Stages    []*Stage  `yaml:"stages"` // that the attack may go through
	Steps     []*Step   `yaml:"steps"`

	when *predicate.Predicate
}

// Stage is something that the other side may do next, with the condition that says
// whether it happened.
type Stage struct {
	ID    string    `yaml:"id"`
	Title i18n.Text `yaml:"title"`
	When  string    `yaml:"when"`

	when *predicate.Predicate
}

// Step is one thing to do. Its JSON is what stays of it with an incident in which it was
// proposed, when the catalog has gone on.
type Step struct {
	ID     string    `yaml:"id" json:"id"`
	State  string    `yaml:"state" json:"state"`
	Title  i18n.Text `yaml:"title" json:"title"`
	How    i18n.Text `yaml:"how" json:"how"`
	Role   string    `yaml:"role" json:"role"`
	Within string    `yaml:"within" json:"within,omitempty"` // such as 30m or 4h, from when its state is entered
	When   string    `yaml:"when" json:"when,omitempty"`
	Before string    `yaml:"before" json:"before,omitempty"` // state that is not entered without a warning while this is not done
	Needs  string    `yaml:"needs" json:"needs,omitempty"`   // evidence: done by registering evidence
	Facts  []string  `yaml:"facts" json:"facts,omitempty"`   // that the step states or looks at
	Choice []*Option `yaml:"options" json:"options,omitempty"`

	when *predicate.Predicate
}

// Option is one way to go of a decision.
type Option struct {
	ID     string    `yaml:"id" json:"id"`
	Title  i18n.Text `yaml:"title" json:"title"`
	Cost   i18n.Text `yaml:"cost" json:"cost"`     // what it costs
	Impact i18n.Text `yaml:"impact" json:"impact"` // on business
}

// Evidence is the need that is met by a registered piece of evidence.
const Evidence = "evidence"

// Name is the playbook with its edition.
func (p *Playbook) Name() string { return p.ID + "@" + p.Edition }

// Applies is whether the playbook is for an incident of which these facts are known.
func (p *Playbook) Applies(known predicate.Facts) predicate.Verdict { return decide(p.when, known) }

// Happened is whether a stage was reached.
func (s *Stage) Happened(known predicate.Facts) predicate.Verdict { return decide(s.when, known) }

// Applies is whether the step is to be done; one without a condition always is.
func (s *Step) Applies(known predicate.Facts) predicate.Verdict { return decide(s.when, known) }

func decide(p *predicate.Predicate, known predicate.Facts) predicate.Verdict {
	if p == nil {
		return predicate.Yes
	}
	return p.Decide(known)
}

// Limit is the time the step may take, 0 when none is set.
func (s *Step) Limit() time.Duration {
	d, err := time.ParseDuration(s.Within)
	if err != nil {
		return 0
	}
	return d
}

// Option is the option of an id, nil when there is none.
func (s *Step) Option(id string) *Option {
	for _, o := range s.Choice {
		if o.ID == id {
			return o
		}
	}
	return nil
}

// Load reads playbooks/*.yaml in order of their files; vars declares the facts that
// conditions may read. Errors are of kind errs.Invalid and name the file.
func Load(fsys fs.FS, vars predicate.Vars) ([]*Playbook, error) {
	names, err := fs.Glob(fsys, "playbooks/*.yaml")
	if err != nil {
		return nil, errs.New(errs.Invalid, "%w", err)
	}
	var list []*Playbook
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, errs.New(errs.Invalid, "%w", err)
		}
		p, err := Parse(data, vars)
		if err == nil && path.Base(name) != p.Name()+".yaml" {
			err = errs.New(errs.Invalid, "it calls itself %s", p.Name())
		}
		if err != nil {
			return nil, errs.New(errs.Invalid, "%s: %w", name, err)
		}
		list = append(list, p)
	}
	return list, nil
}

// InForce are the playbooks of a day (2026-11-24): of each the edition that became
// effective last.
func InForce(list []*Playbook, day string) []*Playbook {
	var out []*Playbook
	for _, p := range list {
		n := slices.IndexFunc(out, func(o *Playbook) bool { return o.ID == p.ID })
		switch {
		case p.Effective > day:
		case n < 0:
			out = append(out, p)
		case out[n].Effective < p.Effective:
			out[n] = p
		}
	}
	return out
}

// Parse reads one playbook. Errors are of kind errs.Invalid and say what is wrong.
func Parse(data []byte, vars predicate.Vars) (*Playbook, error) {
	p := &Playbook{}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(p); err != nil {
		return nil, errs.New(errs.Invalid, "%w", err)
	}
	if !plain(p.ID) || p.Edition == "" || strings.ContainsAny(p.Edition, "/@") || !full(p.Title) || p.When == "" || p.Source == "" || p.Licence == "" || len(p.Steps) == 0 ||
		!slices.Contains([]string{"verified", "secondary", "general", "open"}, p.Mark) {
		return nil, errs.New(errs.Invalid, "playbook, edition, title, when, source, licence, mark and steps are needed")
	}
	if _, err := calendar.ParseDay(p.Effective); err != nil {
		return nil, err
	}
	facts, err := predicate.NewCompiler(vars)
	if err != nil {
		return nil, err
	}
	if p.when, err = facts.Compile(p.When); err != nil {
		return nil, errs.New(errs.Invalid, "when: %w", err)
	}
	seen := map[string]bool{}
	for _, s := range p.Stages {
		if s == nil || !plain(s.ID) || seen[s.ID] || !full(s.Title) || s.When == "" {
			return nil, errs.New(errs.Invalid, "a stage is faulty")
		}
		seen[s.ID] = true
		if s.when, err = facts.Compile(s.When); err != nil {
			return nil, errs.New(errs.Invalid, "stage %s: %w", s.ID, err)
		}
	}
	seen = map[string]bool{}
	for n, s := range p.Steps {
		if s == nil || seen[s.ID] {
			return nil, errs.New(errs.Invalid, "step %d is empty or there twice", n+1)
		}
		seen[s.ID] = true
		if err := s.check(facts); err != nil {
			return nil, errs.New(errs.Invalid, "step %s: %w", s.ID, err)
		}
	}
	slices.SortStableFunc(p.Steps, func(a, b *Step) int { return slices.Index(States, a.State) - slices.Index(States, b.State) })
	return p, nil
}

func (s *Step) check(facts *predicate.Compiler) error {
	switch {
	case !plain(s.ID) || !full(s.Title) || !full(s.How):
		return errs.New(errs.Invalid, "id, title and how are needed")
	case !slices.Contains(States, s.State) || s.Before != "" && slices.Index(States, s.Before) <= slices.Index(States, s.State):
		return errs.New(errs.Invalid, "state %q before %q", s.State, s.Before)
	case !slices.Contains(Roles, s.Role):
		return errs.New(errs.Invalid, "role %q", s.Role)
	case s.Within != "" && s.Limit() < time.Minute:
		return errs.New(errs.Invalid, "within %q", s.Within)
	case s.Needs != "" && (s.Needs != Evidence || s.Before == ""):
		return errs.New(errs.Invalid, "needs %q", s.Needs)
	case len(s.Choice) == 1:
		return errs.New(errs.Invalid, "a decision has two options or more")
	}
	for _, o := range s.Choice {
		if o == nil || !plain(o.ID) || s.Option(o.ID) != o || !full(o.Title) || !full(o.Cost) || !full(o.Impact) {
			return errs.New(errs.Invalid, "an option needs id, title, cost and impact")
		}
	}
	for _, id := range s.Facts {
		if !predicate.ValidID(id) {
			return errs.New(errs.Invalid, "fact %q", id)
		}
	}
	if s.When == "" {
		return nil
	}
	var err error
	s.when, err = facts.Compile(s.When)
	return err
}

func full(t i18n.Text) bool { return t.JA != "" && t.EN != "" }

// plain reports whether an id is lower case letters, digits and hyphens.
func plain(id string) bool {
	return id != "" && strings.IndexFunc(id, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' }) < 0
}
