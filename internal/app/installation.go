package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"yagura/catalog"
	"yagura/internal/authz"
	"yagura/internal/cli"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/id"
	"yagura/internal/org"
	"yagura/internal/record"
	"yagura/internal/register"
	"yagura/internal/thirdparty"
)

// installation reaches a stored installation for the operator's commands.
var installation = cli.Installation{
	Open: func(ctx context.Context, dsn string) (*db.DB, error) { return db.Open(ctx, dsn, modules()...) },
	Ledger: func(dir string) (string, error) {
		if _, err := os.Stat(filepath.Join(dir, "secrets.json")); err != nil { // LoadSecrets would make new ones
			return "", errs.New(errs.Invalid, "%w", i18n.NewError("cli.ops.no-secrets", "name", dir))
		}
		s, err := LoadSecrets(dir, "")
		return s.Ledger, err
	},
	Registers: registersOf,
}

// registersOf reads an organisation's registers for the operator of an installation, who
// has its database in hand; the ledger names the operator.
func registersOf(ctx context.Context, d *db.DB, party string) (thirdparty.Kept, func([]byte) error, error) {
	var kept thirdparty.Kept
	now := clock.System()
	ids := id.NewSource(now)
	forms, err1 := form.NewLibrary(catalog.FS)
	policies, err2 := authz.New(nil)
	if err := errors.Join(err1, err2); err != nil {
		return kept, nil, err
	}
	records, err := record.New(now, ids, forms, make([]byte, 32)) // no file is opened
	if err != nil {
		return kept, nil, err
	}
	found, err := db.All[string](ctx, d.System("the operator builds a package of an organisation's registers"),
		`select id from organisation where id = :party or name_ja = :party or name_en = :party limit 2`, db.Args{"party": party})
	if err != nil {
		return kept, nil, err
	}
	if len(found) != 1 {
		return kept, nil, errs.New(errs.Invalid, "%w", i18n.NewError("roi.party-unknown", "party", party))
	}
	operator := authz.Actor{Person: "operator", Org: found[0], Roles: []authz.Role{authz.Auditor}}
	registers := register.New(d, now, policies, org.New(d, now, ids, policies), records)
	kept, err = thirdparty.Own(ctx, registers, operator)
	return kept, func(content []byte) error { return registers.Took(ctx, operator, "dora-roi", content) }, err
}
