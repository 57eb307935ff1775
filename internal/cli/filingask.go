package cli

import "yagura/internal/offline"

func (r *run) interview(p *offline.Package, c filingFillCmd) error {
	return fail("cli.filing.nothing-set")
}
