package signin

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
)

// Limits of API tokens, settings of Yagura.
const (
	tokenLongest    = 366 * 24 * time.Hour
	tokenNameLength = 100 // characters
	tokenScopes     = 50
)

var scopeForm = regexp.MustCompile(`^[a-z][a-z0-9._-]{0,40}(:[a-z][a-z0-9._-]{0,40})?$`)

// Token lets a program act for a person in one organisation, within its scopes.
type Token struct {
	ID      string
	Person  string
	Org     string
	Name    string    // what the person calls it, 1 to 100 characters
	Scopes  []string  // at least one, as "filing:read"; the caller gives them their meaning
	At      time.Time // set by Mint
	Expires time.Time // in the future, by at most 366 days
	Used    time.Time // of the last use, up to a minute old; zero: never
}

// Has reports whether the token has a scope.
func (t Token) Has(scope string) bool { return slices.Contains(t.Scopes, scope) }

type tokenRow struct {
	ID      string `db:"id"`
	Person  string `db:"person"`
	Org     string `db:"org"`
	Name    string `db:"name"`
	Scopes  string `db:"scopes"`
	At      int64  `db:"at"`
	Expires int64  `db:"expires"`
	Used    int64  `db:"used"`
}

const selectToken = `select id, person, org, name, scopes, at, expires, used from signin_token `

func (r tokenRow) token() Token {
	t := Token{ID: r.ID, Person: r.Person, Org: r.Org, Name: r.Name, Scopes: strings.Fields(r.Scopes),
		At: clock.FromMicros(r.At), Expires: clock.FromMicros(r.Expires)}
	if r.Used != 0 {
		t.Used = clock.FromMicros(r.Used)
	}
	return t
}

// Mint makes an API token and returns its secret (yg_ and 43 characters), which is
// shown this once. Errors: Invalid for a name, scope or time out of range, or without
// Person or Org.
func (s *Store) Mint(ctx context.Context, t Token) (secret string, err error) {
	now := s.clock.Now()
	t.Name = strings.TrimSpace(plain(t.Name))
	scopes := slices.Compact(slices.Sorted(slices.Values(t.Scopes)))
	odd := func(scope string) bool { return !scopeForm.MatchString(scope) }
	switch {
	case t.Person == "" || t.Org == "":
		return "", errs.New(errs.Invalid, "signin: an API token needs a person and an organisation")
	case t.Name == "" || utf8.RuneCountInString(t.Name) > tokenNameLength:
		return "", refuse(errs.Invalid, "signin.token.name", "most", tokenNameLength)
	case len(scopes) == 0 || len(scopes) > tokenScopes || slices.ContainsFunc(scopes, odd):
		return "", refuse(errs.Invalid, "signin.token.scopes")
	case !t.Expires.After(now) || t.Expires.After(now.Add(tokenLongest)):
		return "", refuse(errs.Invalid, "signin.token.expires", "days", int(tokenLongest/(24*time.Hour)))
	}
	secret = newToken(apiPrefix)
	hash, _ := fingerprint(apiPrefix, secret)
	_, err = s.db.Common().Exec(ctx, `insert into signin_token (id, token, person, org, name, scopes, at, expires, used)
		values (:id, :token, :person, :org, :name, :scopes, :at, :expires, 0)`, db.Args{"id": s.ids.New(), "token": hash, "person": t.Person, "org": t.Org,
		"name": t.Name, "scopes": strings.Join(scopes, " "), "at": clock.Micros(now), "expires": clock.Micros(t.Expires)})
	return secret, err
}

// Token is the API token of a secret. The error is Unauthenticated, a Refusal with one
// text for every reason, when there is none or it was revoked or is over. Whether the
// person still belongs to the organisation is the caller's to check.
func (s *Store) Token(ctx context.Context, secret string) (Token, error) {
	none := refuse(errs.Unauthenticated, "signin.token.none")
	hash, ok := fingerprint(apiPrefix, secret)
	if !ok {
		return Token{}, none
	}
	now := s.now()
	row, err := db.One[tokenRow](ctx, s.db.Common(), selectToken+`where token = :token and expires > :now`, db.Args{"token": hash, "now": now})
	if errs.KindOf(err) == errs.NotFound {
		return Token{}, none
	}
	if err != nil {
		return Token{}, err
	}
	if now-row.Used >= touchEvery.Microseconds() {
		_, err := s.db.Common().Exec(ctx, `update signin_token set used = :now where id = :id and used = :used`,
			db.Args{"id": row.ID, "now": now, "used": row.Used})
		if err != nil && errs.KindOf(err) != errs.Unavailable { // reading goes on without it
			return Token{}, err
		}
		if err == nil {
			row.Used = now
		}
	}
	return row.token(), nil
}

// Tokens lists the API tokens of a person, the newest first, with those that are over.
func (s *Store) Tokens(ctx context.Context, person string) ([]Token, error) {
	return s.tokens(ctx, selectToken+`where person = :of order by at desc, id desc`, person)
}

// TokensOf lists the API tokens that act for an organisation, the newest first, with
// those that are over.
func (s *Store) TokensOf(ctx context.Context, org string) ([]Token, error) {
	return s.tokens(ctx, selectToken+`where org = :of order by at desc, id desc`, org)
}

func (s *Store) tokens(ctx context.Context, text, of string) ([]Token, error) {
	rows, err := db.All[tokenRow](ctx, s.db.Common(), text, db.Args{"of": of})
	if err != nil {
		return nil, err
	}
	list := make([]Token, len(rows))
	for i, r := range rows {
		list[i] = r.token()
	}
	return list, nil
}

// Revoke ends an API token of a person. One that is not there, or another person's, is
// NotFound.
func (s *Store) Revoke(ctx context.Context, person, id string) error {
	n, err := s.db.Common().Exec(ctx, `delete from signin_token where id = :id and person = :person`, db.Args{"id": id, "person": person})
	if err == nil && n == 0 {
		err = refuse(errs.NotFound, "signin.token.gone")
	}
	return err
}

// RevokeAll ends all API tokens of a person in an organisation, as when the person
// leaves it, and tells how many those were.
func (s *Store) RevokeAll(ctx context.Context, person, org string) (int64, error) {
	return s.db.Common().Exec(ctx, `delete from signin_token where person = :person and org = :org`, db.Args{"person": person, "org": org})
}
