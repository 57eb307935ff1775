package signin

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/id"
)

// RelyingParty is the site that passkeys are made for (W3C Web Authentication Level 3).
type RelyingParty struct {
	ID      string   // host name without scheme and port; passkeys are bound to it for ever
	Origins []string // scheme, host and port of the pages that may ask, as "https://yagura.example"
}

func (rp RelyingParty) webauthn(name string) (*webauthn.WebAuthn, error) {
	if rp.ID == "" && len(rp.Origins) == 0 {
		return nil, nil
	}
	w, err := webauthn.New(&webauthn.Config{
		RPID: rp.ID, RPDisplayName: name, RPOrigins: rp.Origins,
		AttestationPreference: protocol.PreferNoAttestation, // every make of authenticator is welcome
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(), UserVerification: protocol.VerificationRequired,
		},
		// Password managers report extensions that nobody asked for; none is read here.
		ExtensionsUnsolicitedOutputPolicy: protocol.UnsolicitedOutputPolicyIgnore,
	})
	if err != nil {
		return nil, errs.New(errs.Invalid, "signin: the relying party of passkeys: %w", err)
	}
	return w, nil
}

// Kinds of ceremonies of passkeys.
const (
	registrationKind = "passkey-registration"
	loginKind        = "passkey-login"
	passkeyPurpose   = "passkey"
)

// Passkey is what a person sees of a credential.
type Passkey struct {
	ID   string
	Name string // what the person calls it
	At   time.Time
	Used time.Time // zero: never
}

type passkeyRow struct {
	ID      string `db:"id"`
	Person  string `db:"person"`
	Name    string `db:"name"`
	Data    string `db:"data"`
	Counter int64  `db:"counter"`
	At      int64  `db:"at"`
	Used    int64  `db:"used"`
}

const selectPasskey = `select id, person, name, data, counter, at, used from signin_passkey `

// keyOwner is a person as the library wants one. The user handle is the person's id,
// which says nothing about the person.
type keyOwner struct {
	person, login string
	credentials   []webauthn.Credential
	rows          []passkeyRow
}

func (o *keyOwner) WebAuthnID() []byte                         { return []byte(o.person) }
func (o *keyOwner) WebAuthnName() string                       { return o.login }
func (o *keyOwner) WebAuthnDisplayName() string                { return o.login }
func (o *keyOwner) WebAuthnCredentials() []webauthn.Credential { return o.credentials }

func (s *Store) keyOwner(ctx context.Context, person, login string) (*keyOwner, error) {
	o := &keyOwner{person: person, login: login}
	var err error
	if o.rows, err = db.All[passkeyRow](ctx, s.db.Common(), selectPasskey+`where person = :person order by at, id`, db.Args{"person": person}); err != nil {
		return nil, err
	}
	o.credentials = make([]webauthn.Credential, len(o.rows))
	for i, r := range o.rows {
		plain, err := s.unsealed(passkeyPurpose, person, r.Data)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(plain, &o.credentials[i]); err != nil {
			return nil, errs.New(errs.Internal, "signin: a stored passkey can't be read: %w", err)
		}
		o.credentials[i].Authenticator.SignCount = uint32(r.Counter)
	}
	return o, nil
}

func (s *Store) passkeys() error {
	if s.keys == nil {
		return refuse(errs.Unavailable, "signin.passkey.off")
	}
	return nil
}

// BeginRegistration begins to make a passkey for a signed-in person: options go to
// navigator.credentials.create, ceremony comes back with the answer within ten minutes.
// Errors: NotFound for a person without a login name, Unavailable, a Refusal, when
// passkeys are not configured.
func (s *Store) BeginRegistration(ctx context.Context, person string) (options *protocol.CredentialCreation, ceremony string, err error) {
	if err := s.passkeys(); err != nil {
		return nil, "", err
	}
	login, err := s.Login(ctx, person)
	if err != nil {
		return nil, "", err
	}
	owner, err := s.keyOwner(ctx, person, login)
	if err != nil {
		return nil, "", err
	}
	options, session, err := s.keys.BeginRegistration(owner, webauthn.WithExclusions(webauthn.Credentials(owner.credentials).CredentialDescriptors()))
	if err != nil {
		return nil, "", errs.New(errs.Internal, "signin: begin a passkey: %w", err)
	}
	ceremony, err = s.begin(ctx, registrationKind, person, session)
	return options, ceremony, err
}

// FinishRegistration checks what the browser made of the options (the JSON of
// PublicKeyCredential.toJSON) and keeps the passkey under a name. Errors are Refusals:
// Invalid when the ceremony is over or the answer doesn't hold, Conflict when the
// passkey is known already.
func (s *Store) FinishRegistration(ctx context.Context, person, ceremony, name string, response []byte) (Passkey, error) {
	if err := s.passkeys(); err != nil {
		return Passkey{}, err
	}
	var session webauthn.SessionData
	if err := s.end(ctx, registrationKind, person, ceremony, &session); err != nil {
		return Passkey{}, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(response)
	if err != nil {
		return Passkey{}, refuse(errs.Invalid, "signin.passkey.bad")
	}
	made, err := s.keys.CreateCredential(&keyOwner{person: person}, session, parsed)
	if err != nil {
		return Passkey{}, refuse(errs.Invalid, "signin.passkey.bad")
	}
	data, err := json.Marshal(made)
	if err != nil {
		return Passkey{}, errs.New(errs.Internal, "signin: store a passkey: %w", err)
	}
	name = plain(strings.TrimSpace(name))
	now := s.now()
	row := passkeyRow{ID: string(s.ids.New()), Person: person, Name: name, Counter: int64(made.Authenticator.SignCount), At: now}
	_, err = s.db.Common().Exec(ctx, `insert into signin_passkey (id, credential, person, name, data, counter, at, used)
		values (:id, :credential, :person, :name, :data, :counter, :at, 0)`, db.Args{
		"id": row.ID, "credential": base64.RawURLEncoding.EncodeToString(made.ID), "person": person, "name": name,
		"data": s.sealed(passkeyPurpose, person, data), "counter": row.Counter, "at": now})
	if errs.KindOf(err) == errs.Conflict {
		err = refuse(errs.Conflict, "signin.passkey.known")
	}
	return row.passkey(), err
}

func (r passkeyRow) passkey() Passkey {
	p := Passkey{ID: r.ID, Name: r.Name, At: clock.FromMicros(r.At)}
	if r.Used != 0 {
		p.Used = clock.FromMicros(r.Used)
	}
	return p
}

// BeginLogin begins to sign in by passkey. With person "" the passkey itself says who
// comes, and it must verify its user (PIN, fingerprint); for a person who has shown the
// password already it asks for one of that person's passkeys, and presence is enough.
// options go to navigator.credentials.get. Errors: Unavailable, a Refusal, when
// passkeys are not configured; NotFound when the person has none.
func (s *Store) BeginLogin(ctx context.Context, person string) (options *protocol.CredentialAssertion, ceremony string, err error) {
	if err := s.passkeys(); err != nil {
		return nil, "", err
	}
	var session *webauthn.SessionData
	if person == "" {
		options, session, err = s.keys.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	} else {
		var owner *keyOwner
		if owner, err = s.keyOwner(ctx, person, ""); err != nil {
			return nil, "", err
		}
		if len(owner.credentials) == 0 {
			return nil, "", refuse(errs.NotFound, "signin.passkey.none")
		}
		options, session, err = s.keys.BeginLogin(owner, webauthn.WithUserVerification(protocol.VerificationPreferred))
	}
	if err != nil {
		return nil, "", errs.New(errs.Internal, "signin: ask for a passkey: %w", err)
	}
	ceremony, err = s.begin(ctx, loginKind, person, session)
	return options, ceremony, err
}

// FinishLogin checks the browser's answer to BeginLogin of the same person ("" there
// is "" here) and tells who it is, and whether the passkey alone stands for two factors
// (it verified its user). Errors are Refusals: Invalid when the ceremony is over,
// Unauthenticated when the answer doesn't hold, also when the signature counter didn't
// rise, for then there may be a copy of the authenticator (section 6.1.1).
func (s *Store) FinishLogin(ctx context.Context, person, ceremony string, response []byte) (who string, mfa bool, err error) {
	if err := s.passkeys(); err != nil {
		return "", false, err
	}
	var session webauthn.SessionData
	if err := s.end(ctx, loginKind, person, ceremony, &session); err != nil {
		return "", false, err
	}
	bad := refuse(errs.Unauthenticated, "signin.passkey.bad")
	parsed, err := protocol.ParseCredentialRequestResponseBytes(response)
	if err != nil {
		return "", false, bad
	}
	who = person
	if person == "" {
		who = string(parsed.Response.UserHandle) // the library holds it to the owner of the credential
	}
	if !validPerson(who) {
		return "", false, bad
	}
	owner, err := s.keyOwner(ctx, who, "")
	if err != nil {
		return "", false, err
	}
	var used *webauthn.Credential
	if person == "" {
		used, err = s.keys.ValidateDiscoverableLogin(func(_, _ []byte) (webauthn.User, error) { return owner, nil }, session, parsed)
	} else {
		used, err = s.keys.ValidateLogin(owner, session, parsed)
	}
	if err != nil {
		return "", false, bad
	}
	if used.Authenticator.CloneWarning {
		return "", false, refuse(errs.Unauthenticated, "signin.passkey.copied")
	}
	if err := s.count(ctx, owner, used); err != nil {
		return "", false, err
	}
	return who, parsed.Response.AuthenticatorData.Flags.HasUserVerified(), nil
}

// validPerson reports whether a text from outside can be a person's id at all.
func validPerson(text string) bool {
	canonical, err := id.Parse(text)
	return err == nil && string(canonical) == text
}

// count stores the counter and flags of a passkey that was used. Of two answers with
// the same counter one is too late.
func (s *Store) count(ctx context.Context, owner *keyOwner, used *webauthn.Credential) error {
	data, err := json.Marshal(used)
	if err != nil {
		return errs.New(errs.Internal, "signin: store a passkey: %w", err)
	}
	for i, c := range owner.credentials {
		if string(c.ID) != string(used.ID) {
			continue
		}
		n, err := s.db.Common().Exec(ctx, `update signin_passkey set data = :data, counter = :counter, used = :now where id = :id and counter = :old`, db.Args{
			"data": s.sealed(passkeyPurpose, owner.person, data), "counter": int64(used.Authenticator.SignCount), "now": s.now(),
			"id": owner.rows[i].ID, "old": owner.rows[i].Counter})
		if err == nil && n == 0 {
			err = refuse(errs.Unauthenticated, "signin.passkey.bad")
		}
		return err
	}
	return refuse(errs.Unauthenticated, "signin.passkey.bad")
}

// Passkeys lists the passkeys of a person, the oldest first.
func (s *Store) Passkeys(ctx context.Context, person string) ([]Passkey, error) {
	rows, err := db.All[passkeyRow](ctx, s.db.Common(), selectPasskey+`where person = :person order by at, id`, db.Args{"person": person})
	if err != nil {
		return nil, err
	}
	list := make([]Passkey, len(rows))
	for i, r := range rows {
		list[i] = r.passkey()
	}
	return list, nil
}

// RemovePasskey forgets a passkey of a person. One that is not there, or another
// person's, is NotFound.
func (s *Store) RemovePasskey(ctx context.Context, person, id string) error {
	n, err := s.db.Common().Exec(ctx, `delete from signin_passkey where id = :id and person = :person`, db.Args{"id": id, "person": person})
	if err == nil && n == 0 {
		err = refuse(errs.NotFound, "signin.passkey.none")
	}
	return err
}
