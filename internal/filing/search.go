package filing

import (
	"context"

	"yagura/internal/authz"
	"yagura/internal/form"
)

// Filled is a filing with its form and present answers.
type Filled struct {
	Filing
	FormDef *form.Form
	Answers form.Answers
}

// Filled reads the first filings of the actor's list with their answers, in two statements.
func (s *Store) Filled(ctx context.Context, a authz.Actor, limit int) ([]Filled, error) {
	list, err := s.List(ctx, a, limit)
	if err != nil {
		return nil, err
	}
	out := make([]Filled, len(list))
	forms := map[string]*form.Form{}
	for i, f := range list {
		out[i].Filing = f
		if out[i].FormDef, err = s.Form(f); err != nil {
			return nil, err
		}
		forms[f.Record] = out[i].FormDef
	}
	answers, err := s.records.Drafts(ctx, s.db.Tenant(a.Org), a.Org, forms)
	for i := range out {
		out[i].Answers = answers[out[i].Record]
	}
	return out, err
}
