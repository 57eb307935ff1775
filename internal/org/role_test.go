package org

import (
	"slices"
	"testing"

	"yagura/internal/authz"
)

func TestRolesOfAKind(t *testing.T) {
	for _, c := range []struct {
		kind  Kind
		files bool
		lacks []authz.Role
	}{
		{Institution, true, nil},
		{Vendor, false, nil},
		{Authority, false, []authz.Role{authz.Respondent, authz.Checker, authz.Approver}},
		{Authority, true, nil},
		{Community, false, nil},
	} {
		var lacks []authz.Role
		for _, r := range authz.Roles {
			if !slices.Contains(c.kind.Roles(c.files), r) {
				lacks = append(lacks, r)
			}
		}
		if !slices.Equal(lacks, c.lacks) {
			t.Errorf("%s, files %t: lacks %v, want %v", c.kind, c.files, lacks, c.lacks)
		}
	}
}
