package signin

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net/url"
	"slices"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"yagura/internal/db"
	"yagura/internal/errs"
)

const oidcKind = "oidc"

// journey is what must be remembered while someone is at a provider.
type journey struct {
	Provider string `json:"provider"`
	State    string `json:"state"`
	Nonce    string `json:"nonce"`
	Verifier string `json:"verifier"`
	Back     string `json:"back"`
}

// Visit is who came back from a provider.
type Visit struct {
	Provider string // name
	Person   string
	Subject  string
	Email    string // as the provider tells it; "" when it wasn't asked
	MFA      bool   // the provider says that two factors were shown
	Back     string // what BeginOIDC was given
}

// BeginOIDC begins a visit to a provider: Authorization Code with PKCE (RFC 7636, S256),
// state and nonce. person is "" to sign in, or a signed-in person who links an account
// of the provider. The browser is sent to address and given browser as a cookie, which
// comes back to FinishOIDC within ten minutes; back is kept for the caller. Errors:
// NotFound for an unknown provider, Unavailable when it can't be reached; Refusals.
func (s *Store) BeginOIDC(ctx context.Context, provider, person, back string) (address, browser string, err error) {
	site := s.site(provider)
	if site == nil {
		return "", "", refuse(errs.NotFound, "signin.oidc.none")
	}
	found, err := site.discover(ctx)
	if err != nil {
		return "", "", err
	}
	j := journey{Provider: provider, State: newToken(""), Nonce: newToken(""), Verifier: oauth2.GenerateVerifier(), Back: back}
	browser, err = s.begin(ctx, oidcKind, person, j)
	if err != nil {
		return "", "", err
	}
	return site.oauth(found).AuthCodeURL(j.State, oauth2.S256ChallengeOption(j.Verifier), oidc.Nonce(j.Nonce)), browser, nil
}

// FinishOIDC ends a visit: query is what the provider put into the redirect, person and
// browser are as at BeginOIDC. It serves once. Errors are Refusals: Invalid when the
// visit is over or was begun in another browser; Unauthenticated when the provider or
// the person said no, the token doesn't hold, or nobody here has this account;
// Conflict when a person links an account that is someone else's, or a second one of
// one provider; Unavailable when the provider can't be reached.
func (s *Store) FinishOIDC(ctx context.Context, person, browser string, query url.Values) (Visit, error) {
	var j journey
	if err := s.end(ctx, oidcKind, person, browser, &j); err != nil {
		return Visit{}, err
	}
	site := s.site(j.Provider)
	if site == nil || !same(query.Get("state"), j.State) {
		return Visit{}, refuse(errs.Invalid, "signin.ceremony.over")
	}
	// RFC 9207: a provider that says who it is must be the one that was asked.
	if iss := query.Get("iss"); iss != "" && iss != site.Issuer {
		return Visit{}, refuse(errs.Unauthenticated, "signin.oidc.bad")
	}
	if query.Get("error") != "" {
		return Visit{}, refuse(errs.Unauthenticated, "signin.oidc.denied")
	}
	claims, err := s.claims(ctx, site, j, query.Get("code"))
	if err != nil {
		return Visit{}, err
	}
	v := Visit{Provider: j.Provider, Subject: claims.Subject, Email: claims.Email, MFA: site.Strong || claims.twoFactors(site.MFA), Back: j.Back}
	v.Person, err = s.personOf(ctx, site, claims, person)
	if err != nil {
		return Visit{}, err
	}
	return v, nil
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// claims are those of an ID token that are used here.
type claims struct {
	Subject  string   `json:"sub"`
	Email    string   `json:"email"`
	Verified truth    `json:"email_verified"`
	ACR      string   `json:"acr"`
	AMR      []string `json:"amr"`
}

// truth is a boolean that some providers write as a text.
type truth bool

// UnmarshalJSON takes true and "true" for true and all else for false.
func (t *truth) UnmarshalJSON(data []byte) error {
	*t = string(data) == `true` || string(data) == `"true"`
	return nil
}

func (c claims) twoFactors(values []string) bool {
	return c.ACR != "" && slices.Contains(values, c.ACR) || slices.ContainsFunc(c.AMR, func(m string) bool { return slices.Contains(values, m) })
}

// claims trades the code for an ID token and verifies it (OpenID Connect Core 1.0
// section 3.1.3.7) by this service's clock. An address that the token lacks is asked
// from the userinfo endpoint.
func (s *Store) claims(ctx context.Context, site *site, j journey, code string) (claims, error) {
	found, err := site.discover(ctx)
	if err != nil {
		return claims{}, err
	}
	ctx = oidc.ClientContext(ctx, site.Client)
	conf := site.oauth(found)
	token, err := conf.Exchange(ctx, code, oauth2.VerifierOption(j.Verifier))
	var refused *oauth2.RetrieveError
	switch {
	case errors.As(err, &refused):
		return claims{}, because(errs.Unauthenticated, "signin.oidc.bad", err)
	case err != nil:
		return claims{}, because(errs.Unavailable, "signin.oidc.unavailable", err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return claims{}, because(errs.Unauthenticated, "signin.oidc.bad", errors.New("there is no ID token"))
	}
	idToken, err := found.Verifier(&oidc.Config{ClientID: site.ClientID, Now: s.clock.Now}).Verify(ctx, raw)
	if err != nil {
		return claims{}, because(errs.Unauthenticated, "signin.oidc.bad", err)
	}
	if !same(idToken.Nonce, j.Nonce) {
		return claims{}, because(errs.Unauthenticated, "signin.oidc.bad", errors.New("the nonce is another one"))
	}
	if idToken.AccessTokenHash != "" {
		if err := idToken.VerifyAccessToken(token.AccessToken); err != nil {
			return claims{}, because(errs.Unauthenticated, "signin.oidc.bad", err)
		}
	}
	var c claims
	if err := idToken.Claims(&c); err != nil {
		return claims{}, because(errs.Unauthenticated, "signin.oidc.bad", err)
	}
	if c.Subject == "" {
		return claims{}, because(errs.Unauthenticated, "signin.oidc.bad", errors.New("there is no subject"))
	}
	if site.Address != "" && site.Address != "email" {
		return c, c.addressed(idToken, site.Address)
	}
	if c.Email == "" && site.Claim == ByEmail && found.UserInfoEndpoint() != "" {
		err = c.ask(ctx, found, conf.TokenSource(ctx, token))
	}
	return c, err
}

// addressed takes the address from another claim of the token; none and one that is no
// text is an address that nobody has.
func (c *claims) addressed(t *oidc.IDToken, claim string) error {
	var all map[string]any
	if err := t.Claims(&all); err != nil {
		return because(errs.Unauthenticated, "signin.oidc.bad", err)
	}
	c.Email, _ = all[claim].(string)
	c.Verified = false
	return nil
}

// ask takes the address from the userinfo endpoint, whose subject must be the token's
// (section 5.3.2).
func (c *claims) ask(ctx context.Context, found *oidc.Provider, source oauth2.TokenSource) error {
	info, err := found.UserInfo(ctx, source)
	if err != nil {
		return because(errs.Unavailable, "signin.oidc.unavailable", err)
	}
	var more json.RawMessage
	if err := info.Claims(&more); err != nil || info.Subject != c.Subject {
		return refuse(errs.Unauthenticated, "signin.oidc.bad")
	}
	var address struct {
		Email    string `json:"email"`
		Verified truth  `json:"email_verified"`
	}
	if err := json.Unmarshal(more, &address); err != nil {
		return refuse(errs.Unauthenticated, "signin.oidc.bad")
	}
	c.Email, c.Verified = address.Email, address.Verified
	return nil
}

// personOf finds the person of an account, or links it: to the signed-in person who
// asks for that, or to the one who has its address as login name.
func (s *Store) personOf(ctx context.Context, site *site, c claims, asking string) (person string, err error) {
	err = s.db.Common().Tx(ctx, func(tx *db.Tx) error {
		args := db.Args{"issuer": site.Issuer, "subject": c.Subject, "at": s.now()}
		person, err = db.One[string](ctx, tx, `select person from signin_account where issuer = :issuer and subject = :subject`, args)
		switch {
		case err == nil && asking != "" && person != asking:
			return refuse(errs.Conflict, "signin.oidc.taken")
		case errs.KindOf(err) != errs.NotFound:
			return err
		}
		person = asking
		if person == "" {
			if person, err = loginOf(ctx, tx, site, c); err != nil {
				return err
			}
		}
		args["person"] = person
		n, err := tx.Exec(ctx, `insert into signin_account (issuer, subject, person, at) values (:issuer, :subject, :person, :at) on conflict do nothing`, args)
		if err != nil || n == 1 {
			return err
		}
		if asking == "" { // the address is now another account's than the one that is linked
			return refuse(errs.Unauthenticated, "signin.oidc.unknown")
		}
		return refuse(errs.Conflict, "signin.oidc.taken")
	})
	if err != nil {
		return "", err
	}
	return person, nil
}

func loginOf(ctx context.Context, tx *db.Tx, site *site, c claims) (string, error) {
	unknown := refuse(errs.Unauthenticated, "signin.oidc.unknown")
	login, err := CanonicalLogin(c.Email)
	if site.Claim != ByEmail || err != nil || !bool(c.Verified) && !site.TrustEmail {
		return "", unknown
	}
	person, err := db.One[string](ctx, tx, `select person from signin_login where login = :login`, db.Args{"login": login})
	if errs.KindOf(err) == errs.NotFound {
		err = unknown
	}
	return person, err
}

// Accounts lists the issuers at which a person has a linked account.
func (s *Store) Accounts(ctx context.Context, person string) ([]string, error) {
	return db.All[string](ctx, s.db.Common(), `select issuer from signin_account where person = :person order by issuer`, db.Args{"person": person})
}

// Unlink forgets the account of a person at an issuer. When there is none the error is
// NotFound.
func (s *Store) Unlink(ctx context.Context, person, issuer string) error {
	n, err := s.db.Common().Exec(ctx, `delete from signin_account where person = :person and issuer = :issuer`, db.Args{"person": person, "issuer": issuer})
	if err == nil && n == 0 {
		err = refuse(errs.NotFound, "signin.oidc.none")
	}
	return err
}
