package thirdparty

import (
	"context"

	"yagura/internal/authz"
	"yagura/internal/register"
	"yagura/internal/thirdparty/network"
)

// Own reads the registers of the actor's organisation. The error is a refusal when the
// actor may not read them.
func Own(ctx context.Context, registers *register.Store, a authz.Actor) (Kept, error) {
	books, o, err := registers.Books(ctx, a, Forms...)
	if err != nil {
		return Kept{}, err
	}
	k := Kept{Institution: network.Institution{ID: o.ID, Name: o.Name, Category: o.Sector, Country: network.CountryOf(o.Jurisdiction)}, Books: map[string][]Record{}}
	for form, list := range books {
		for _, r := range list {
			k.Books[form] = append(k.Books[form], Record{r.ID, r.Draft.Answers})
		}
	}
	return k, nil
}
