package incident

import (
	"errors"
	"io/fs"
	"strings"

	"yagura/internal/calendar"
	"yagura/internal/incident/exchange"
	"yagura/internal/incident/facts"
	"yagura/internal/incident/letter"
	"yagura/internal/incident/playbook"
	"yagura/internal/incident/severity"
	"yagura/internal/obligation"
)

// Rulebook is what incidents are judged by: all of it catalog data.
type Rulebook struct {
	Dictionary *facts.Dictionary
	Rules      obligation.Set
	Schemes    []*severity.Scheme
	Profiles   []*exchange.Profile
	Playbooks  []*playbook.Playbook
	Letters    []*letter.Template
}

// Letter is a template of what is told to others by its name (id@edition), nil when there
// is none.
func (b *Rulebook) Letter(name string) *letter.Template {
	for _, t := range b.Letters {
		if t.Name() == name {
			return t
		}
	}
	return nil
}

// Playbook is a playbook by its name (id@edition), nil when there is none.
func (b *Rulebook) Playbook(name string) *playbook.Playbook {
	for _, p := range b.Playbooks {
		if p.Name() == name {
			return p
		}
	}
	return nil
}

// LoadRulebook reads the catalog. Faults of rules are the catalog's test to find; what
// is faulty is left out.
func LoadRulebook(fsys fs.FS) (*Rulebook, error) {
	d, err := facts.LoadDictionary(fsys)
	if err != nil {
		return nil, err
	}
	calendars, _ := calendar.Load(fsys)
	rules, _ := obligation.Load(fsys, calendars)
	schemes, err1 := severity.Load(fsys, d.Vars())
	profiles, err2 := exchange.Load(fsys, d)
	books, err3 := playbook.Load(fsys, d.Vars())
	letters, err4 := letter.Load(fsys, func(id string) bool {
		return id == "organisation" || id == "reference" || id == "today" || d.Entry(id) != nil
	})
	return &Rulebook{d, rules, schemes, profiles, books, letters}, errors.Join(err1, err2, err3, err4)
}

// own is the scheme by which an organisation ranks its incidents (house), and dora the
// one of the Union.
const (
	own  = "house"
	dora = "dora"
)

// Scheme is a scheme by its id, nil when there is none.
func (b *Rulebook) Scheme(id string) *severity.Scheme {
	for _, s := range b.Schemes {
		if s.ID == id {
			return s
		}
	}
	return nil
}

// Profile is a form by its name (id@edition), nil when there is none.
func (b *Rulebook) Profile(name string) *exchange.Profile {
	for _, p := range b.Profiles {
		if p.Name() == name {
			return p
		}
	}
	return nil
}

// Group is the word before the dot of a fact's id: its place on the pages.
func Group(fact string) string {
	word, _, _ := strings.Cut(fact, ".")
	return word
}

// Groups lists the groups of facts in the dictionary's order.
func (b *Rulebook) Groups() []string {
	var out []string
	for _, e := range b.Dictionary.Entries() {
		if g := Group(e.ID); len(out) == 0 || out[len(out)-1] != g {
			seen := false
			for _, o := range out {
				seen = seen || o == g
			}
			if !seen {
				out = append(out, g)
			}
		}
	}
	return out
}
