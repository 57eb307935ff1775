package org

import (
	"slices"

	"yagura/internal/authz"
)

// Roles are those that people of such an organisation are offered, in the order of
// authz.Roles. Any organisation may ask others, so it is offered all; an authority answers
// nothing, unless it files (files): then it has those who answer too.
func (k Kind) Roles(files bool) []authz.Role {
	answers := []authz.Role{authz.Respondent, authz.Checker, authz.Approver}
	return slices.DeleteFunc(slices.Clone(authz.Roles), func(r authz.Role) bool {
		return k == Authority && !files && slices.Contains(answers, r)
	})
}
