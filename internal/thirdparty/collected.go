package thirdparty

import (
	"yagura/internal/form"
	"yagura/internal/thirdparty/network"
)

// Collection is the form by which a campaign collects the registers of third parties: the
// services, with the registers that they stand on (docs/decisions/0008).
var Collection = form.CollectionID(Services)

// Collected reads the registers of an institution from what it submitted to a campaign.
// def is the edition of Collection that it submitted. Total assets are not among what
// registers hold: they stay unknown.
func Collected(def *form.Form, answers form.Answers, in network.Institution) Kept {
	k := Kept{Institution: in, Books: map[string][]Record{}}
	for i, entries := range def.Collected(answers) {
		id := def.Registers()[i].ID
		for _, e := range entries {
			k.Books[id] = append(k.Books[id], Record{e.ID, e.Answers})
		}
	}
	return k
}
