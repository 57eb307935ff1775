// Package signin knows who someone is: it keeps the credentials of persons
// (password, one-time codes, passkeys, accounts at OpenID providers), lets them in
// or not, and holds what they are let in with (sessions, invitations, API tokens).
// What a person may do is authz's question, and who the persons are is org's: here a
// person is an id.
//
// Secrets are kept as hashes where they need only be recognised (argon2id for
// passwords, SHA-256 for tokens, which are 256 random bits) and encrypted (AES-256-GCM)
// where they must be read again. Nothing secret is in an error's text. A refusal never
// says which of login name and password was wrong, and takes as long for an unknown
// login name as for a known one.
//
// Sources: NIST SP 800-63B-4 (authenticators, limits, sessions), RFC 9106 (argon2id),
// RFC 6238 (TOTP), W3C Web Authentication Level 3, OpenID Connect Core 1.0 with RFC 7636.
package signin

import (
	"crypto/aes"
	"crypto/cipher"
	"embed"
	"io/fs"
	"runtime"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/id"
)

//go:embed schema
var schema embed.FS

// Module is the share of sign-in in the schema, for db.Open. Persons belong to
// several organisations and sign in before they choose one, so no table has a tenant.
func Module() db.Module {
	sub, err := fs.Sub(schema, "schema")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return db.Module{Name: "signin", FS: sub, Common: []string{
		"signin_login", "signin_password", "signin_strike", "signin_session",
		"signin_totp", "signin_recovery", "signin_passkey", "signin_ceremony",
		"signin_link", "signin_token", "signin_account",
	}}
}

// Config is what an installation decides about signing in. Zero values take the
// default that is named at each field.
type Config struct {
	Key    []byte // 32 bytes from the configuration; encrypts at rest and makes the subjects of strikes unreadable
	Issuer string // the service's name in authenticator apps; "Yagura"

	Cost           Cost          // of new password hashes; DefaultCost
	Idle, Absolute time.Duration // of sessions, since last use and since opening; one hour and twelve
	Login, Address Limit         // of failures per login name and per address; LoginLimit, AddressLimit

	RP        RelyingParty // of passkeys; without it there are none
	Providers []Provider   // of OpenID Connect
}

// SP 800-63B-4 section 2.2.3 (AAL2): at most one hour of inactivity and 24 hours in
// all; twelve hours is a working day.
const (
	defaultIdle     = time.Hour
	defaultAbsolute = 12 * time.Hour
)

// Store keeps the credentials in one database. It is safe for concurrent use.
type Store struct {
	db    *db.DB
	clock clock.Clock
	ids   *id.Source
	cfg   Config
	seal  cipher.AEAD
	dummy string             // a hash at the configured cost, for login names that nobody has
	turns chan struct{}      // bounds the memory that hashing takes at once
	keys  *webauthn.WebAuthn // nil without a relying party
	sites []*site
}

// New is the store of d. The error is Invalid for a configuration that can't work, and
// doesn't quote the key.
func New(d *db.DB, c clock.Clock, ids *id.Source, cfg Config) (*Store, error) {
	if len(cfg.Key) != 32 {
		return nil, errs.New(errs.Invalid, "signin: the key has %d bytes, not 32", len(cfg.Key))
	}
	block, err := aes.NewCipher(cfg.Key)
	if err != nil {
		return nil, errs.New(errs.Invalid, "signin: the key can't be used")
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, errs.New(errs.Internal, "signin: %w", err)
	}
	cfg = cfg.withDefaults()
	if err := cfg.Cost.check(); err != nil {
		return nil, err
	}
	s := &Store{db: d, clock: c, ids: ids, cfg: cfg, seal: aead, turns: make(chan struct{}, runtime.GOMAXPROCS(0))}
	if s.keys, err = cfg.RP.webauthn(cfg.Issuer); err != nil {
		return nil, err
	}
	if s.sites, err = sites(cfg.Providers); err != nil {
		return nil, err
	}
	s.dummy = hashPassword(newToken(""), cfg.Cost)
	return s, nil
}

func (cfg Config) withDefaults() Config {
	if cfg.Issuer == "" {
		cfg.Issuer = "Yagura"
	}
	if cfg.Cost == (Cost{}) {
		cfg.Cost = DefaultCost
	}
	if cfg.Idle == 0 {
		cfg.Idle = defaultIdle
	}
	if cfg.Absolute == 0 {
		cfg.Absolute = defaultAbsolute
	}
	if cfg.Login == (Limit{}) {
		cfg.Login = LoginLimit
	}
	if cfg.Address == (Limit{}) {
		cfg.Address = AddressLimit
	}
	return cfg
}

func (s *Store) now() int64 { return clock.Micros(s.clock.Now()) }
