package form

import (
	"fmt"

	"yagura/internal/finding"
)

// The kinds of form. A questionnaire and a report are filled in once by each
// organisation that is asked; of a register an organisation keeps any number of records.
const (
	KindQuestionnaire = "questionnaire"
	KindReport        = "report"
	KindRegister      = "register"
)

// kind checks the form's kind and, of a register, the columns of its list.
func (p *parser) kind(f *Form) {
	switch f.Kind {
	case "", KindQuestionnaire, KindReport:
		if len(f.Lists) > 0 {
			p.at("/lists", "form.lists-of-register")
		}
		if f.Together != nil {
			p.at("/collected_with", "form.lists-of-register")
		}
	case KindRegister:
		if len(f.Lists) == 0 {
			p.at("/kind", "form.register-without-lists")
		}
	default:
		p.at("/kind", "form.bad-kind", "kind", f.Kind)
	}
	for i, id := range f.Lists {
		if it := f.items[id]; it == nil || it.Type == TypeTable {
			p.at(fmt.Sprintf("/lists/%d", i), "form.lists-unknown", "id", id)
		}
	}
}

// Population is a condition over organisations: who is asked.
type Population struct{ e *expr }

// ParsePopulation compiles a CEL condition over org, as in Form.Audience; the empty
// text holds for everyone. The Population is nil when there are findings.
func ParsePopulation(text string) (*Population, []finding.Finding) {
	if text == "" {
		return &Population{}, nil
	}
	p := &parser{lines: map[string]int{}}
	f := &Form{}
	env, err := baseEnv()
	if err != nil {
		p.add(0, "", "form.expr", "why", err)
		return nil, p.found
	}
	f.exprs = map[string]*expr{}
	c := &compiler{p: p, f: f, env: env}
	c.ofOrg("/population", text)
	if len(p.found) > 0 {
		return nil, p.found
	}
	return &Population{f.exprs["/population"]}, nil
}

// Holds reports whether the organisation belongs to the population. A condition
// that can't be decided (a division by zero, the cost limit) doesn't hold.
func (p *Population) Holds(o *Org) bool {
	return p.e == nil || p.e.decide(&scope{form: &Form{}, org: o}) == yes
}
