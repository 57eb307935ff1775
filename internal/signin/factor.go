package signin

import (
	"context"
	"crypto/rand"
	"strings"

	"golang.org/x/text/unicode/norm"

	"yagura/internal/db"
	"yagura/internal/errs"
)

// Factors is what a person can sign in with.
type Factors struct {
	Password bool `db:"password"`
	TOTP     bool `db:"totp"`     // one-time codes, confirmed
	Passkeys int  `db:"passkeys"` // number
	Recovery int  `db:"recovery"` // recovery codes that are left
}

// Second reports whether there is a second factor beside the password.
func (f Factors) Second() bool { return f.TOTP || f.Passkeys > 0 }

// Factors tells what a person can sign in with; a person who is not known has nothing.
func (s *Store) Factors(ctx context.Context, person string) (Factors, error) {
	return s.factors(ctx, s.db.Common(), person)
}

func (s *Store) factors(ctx context.Context, q db.Querier, person string) (Factors, error) {
	return db.One[Factors](ctx, q, `select
		(select count(*) from signin_password where person = :person) > 0 as password,
		(select count(*) from signin_totp where person = :person and secret <> '') > 0 as totp,
		(select count(*) from signin_passkey where person = :person) as passkeys,
		(select count(*) from signin_recovery where person = :person) as recovery`, db.Args{"person": person})
}

// nextStep is Second when the person has a second factor.
func (s *Store) nextStep(ctx context.Context, q db.Querier, person string) (Step, error) {
	have, err := s.factors(ctx, q, person)
	if err != nil || !have.Second() {
		return Done, err
	}
	return Second, nil
}

// DropFactors takes all second factors and recovery codes from a person, as an
// administrator does for someone who has lost them, and ends the person's sessions.
func (s *Store) DropFactors(ctx context.Context, person string) error {
	return s.drop(ctx, person, "signin_totp", "signin_recovery", "signin_passkey", "signin_session")
}

// Forget removes all that is kept here of a person: every way to sign in, and what the
// person is signed in with. Invitations that the person made or accepted stay.
func (s *Store) Forget(ctx context.Context, person string) error {
	if err := s.Unlock(ctx, person); err != nil {
		return err
	}
	return s.drop(ctx, person, "signin_login", "signin_password", "signin_totp", "signin_recovery", "signin_passkey", "signin_account",
		"signin_session", "signin_token", "signin_ceremony", "signin_link")
}

func (s *Store) drop(ctx context.Context, person string, tables ...string) error {
	if person == "" { // ceremonies and invitations of nobody yet
		return errs.New(errs.Invalid, "signin: no person")
	}
	return s.db.Common().Tx(ctx, func(tx *db.Tx) error {
		for _, table := range tables {
			if _, err := tx.Exec(ctx, `delete from `+table+` where person = :person`, db.Args{"person": person}); err != nil {
				return err
			}
		}
		return nil
	})
}

// Unlock forgets the failures on a person's login name and second factor.
func (s *Store) Unlock(ctx context.Context, person string) error {
	subjects := []string{s.factorSubject(person).key}
	switch login, err := s.Login(ctx, person); errs.KindOf(err) {
	case "":
		subjects = append(subjects, s.loginSubject(login).key)
	case errs.NotFound:
	default:
		return err
	}
	_, err := s.db.Common().Exec(ctx, `delete from signin_strike where subject in (:subjects)`, db.Args{"subjects": subjects})
	return err
}

// factorSubject counts failures with codes. It has the limit of login names: a hundred
// guesses at six digits, of which three are right at any time, succeed once in 3,300.
func (s *Store) factorSubject(person string) subject { return s.subject("factor", person, s.cfg.Login) }

// Recovery codes: sixteen characters of Crockford's base32 hold 80 random bits.
const (
	recoveryCodes    = 10
	recoveryLength   = 16
	recoveryAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
)

// NewRecoveryCodes gives a person ten recovery codes in the place of those that are
// left. They are shown this once: in four groups of four, for paper.
func (s *Store) NewRecoveryCodes(ctx context.Context, person string) (codes []string, err error) {
	err = s.db.Common().Tx(ctx, func(tx *db.Tx) error {
		codes, err = s.newRecoveryCodes(ctx, tx, person)
		return err
	})
	return codes, err
}

func (s *Store) newRecoveryCodes(ctx context.Context, tx *db.Tx, person string) ([]string, error) {
	if _, err := tx.Exec(ctx, `delete from signin_recovery where person = :person`, db.Args{"person": person}); err != nil {
		return nil, err
	}
	codes := make([]string, recoveryCodes)
	for i := range codes {
		raw := recoveryCode()
		codes[i] = raw[:4] + "-" + raw[4:8] + "-" + raw[8:12] + "-" + raw[12:]
		if _, err := tx.Exec(ctx, `insert into signin_recovery (person, hash) values (:person, :hash)`,
			db.Args{"person": person, "hash": s.keyed("recovery", person, raw)}); err != nil {
			return nil, err
		}
	}
	return codes, nil
}

func recoveryCode() string {
	var b [recoveryLength]byte
	rand.Read(b[:]) // never fails
	for i := range b {
		b[i] = recoveryAlphabet[b[i]%32] // 256 is a multiple of 32: no character is likelier
	}
	return string(b[:])
}

// parseRecovery reads a code as a person types it from paper: small letters, spaces and
// hyphens anywhere, I and L for 1, O for 0, full-width characters.
func parseRecovery(typed string) (string, bool) {
	if len(typed) > 200 {
		return "", false
	}
	typed = strings.ToUpper(norm.NFKC.String(typed))
	typed = strings.NewReplacer(" ", "", "-", "", "‐", "", "ー", "", "−", "", "I", "1", "L", "1", "O", "0").Replace(typed)
	for _, r := range typed {
		if !strings.ContainsRune(recoveryAlphabet, r) {
			return "", false
		}
	}
	return typed, len(typed) == recoveryLength
}

// Recover takes one recovery code of a person in the place of the second factor and
// tells how many are left. Each serves once. Errors, Unauthenticated and Refusals: the
// code is wrong or used, or there were too many failures.
func (s *Store) Recover(ctx context.Context, person, code, from string) (left int, err error) {
	of, at := s.factorSubject(person), s.addressSubject(from)
	if err := s.attempt(ctx, of, at); err != nil {
		return 0, err
	}
	wrong := refuse(errs.Unauthenticated, "signin.recovery.wrong")
	raw, ok := parseRecovery(code)
	if !ok {
		return 0, wrong
	}
	err = s.db.Common().Tx(ctx, func(tx *db.Tx) error {
		// The search is by a keyed hash, so its time tells nothing about the code.
		n, err := tx.Exec(ctx, `delete from signin_recovery where person = :person and hash = :hash`,
			db.Args{"person": person, "hash": s.keyed("recovery", person, raw)})
		if err != nil {
			return err
		}
		if n != 1 {
			return wrong
		}
		have, err := s.factors(ctx, tx, person)
		if err != nil {
			return err
		}
		left = have.Recovery
		return s.pardon(ctx, tx, of, at)
	})
	return left, err
}
