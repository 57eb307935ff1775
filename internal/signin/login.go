package signin

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"yagura/internal/db"
	"yagura/internal/errs"
)

// CanonicalLogin is a login name (an e-mail address, at most 254 characters by RFC 5321)
// as it is compared: full-width letters as half-width, capitals as small. Letters are
// sent to the stored name, never to what was typed, so that two spellings which become
// one here can't direct a letter elsewhere. The error is Invalid and a Refusal.
func CanonicalLogin(login string) (string, error) {
	login = strings.ToLower(norm.NFKC.String(strings.TrimSpace(login)))
	name, host, ok := strings.Cut(login, "@")
	odd := func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == utf8.RuneError || strings.ContainsRune("<>,;:\"", r)
	}
	if !ok || name == "" || host == "" || strings.Contains(host, "@") || len(login) > 254 || strings.ContainsFunc(login, odd) {
		return "", refuse(errs.Invalid, "signin.login.form")
	}
	return login, nil
}

// SetLogin gives a person a login name in the place of the former one. Errors: Invalid
// for a text that is no e-mail address, Conflict when someone else has it.
func (s *Store) SetLogin(ctx context.Context, person, login string) error {
	return s.SetLoginIn(ctx, s.db.Common(), person, login)
}

// SetLoginIn is SetLogin in a transaction of the caller, under any handle.
func (s *Store) SetLoginIn(ctx context.Context, q db.Querier, person, login string) error {
	login, err := CanonicalLogin(login)
	if err != nil {
		return err
	}
	if person == "" {
		return errs.New(errs.Invalid, "signin: a login name needs a person")
	}
	_, err = q.Exec(ctx, `insert into signin_login (person, login, at) values (:person, :login, :at)
		on conflict (person) do update set login = excluded.login, at = excluded.at`, db.Args{"person": person, "login": login, "at": s.now()})
	if errs.KindOf(err) == errs.Conflict {
		return refuse(errs.Conflict, "signin.login.taken")
	}
	return err
}

// Login is the login name of a person; the error is NotFound when there is none.
func (s *Store) Login(ctx context.Context, person string) (string, error) {
	return db.One[string](ctx, s.db.Common(), `select login from signin_login where person = :person`, db.Args{"person": person})
}

// PersonOf is the person with a login name; the error is NotFound when there is none.
// It is for what an administrator does, not for what a visitor is told.
func (s *Store) PersonOf(ctx context.Context, login string) (string, error) {
	login, err := CanonicalLogin(login)
	if err != nil {
		return "", err
	}
	return db.One[string](ctx, s.db.Common(), `select person from signin_login where login = :login`, db.Args{"login": login})
}
