package app

import (
	"context"
	"os"
	"path/filepath"

	"yagura/internal/cli"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
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
}
