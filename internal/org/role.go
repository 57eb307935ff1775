package org

import (
	"slices"

	"yagura/internal/authz"
)

// Roles are those that people of such an organisation are offered, in the order of
// authz.Roles. Who is supervised or sells has no supervisor; an authority answers
// nothing, unless it files (files): then it has those who answer too.
func (k Kind) Roles(files bool) []authz.Role {
	answers := []authz.Role{authz.Respondent, authz.Checker, authz.Approver}
	return slices.DeleteFunc(slices.Clone(authz.Roles), func(r authz.Role) bool {
		switch k {
		case Institution, Vendor:
			return r == authz.Supervisor
		case Authority:
			return !files && slices.Contains(answers, r)
		}
		return false
	})
}
