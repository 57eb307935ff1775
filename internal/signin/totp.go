package signin

import (
	"context"
	"crypto/subtle"
	"strings"
	"time"

	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
	"golang.org/x/text/unicode/norm"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
)

// One-time codes of RFC 6238: six digits, SHA-1, a step of 30 seconds (what every
// authenticator app takes), and one step either way for clocks that differ (section 5.2).
const (
	codeStep    = 30 // seconds
	codeSkew    = 1  // steps
	codeDigits  = 6
	enrolWithin = 15 * time.Minute // between Enrol and Confirm
	totpPurpose = "one-time codes"
)

// Enrolment is what an authenticator app needs. It is shown this once.
type Enrolment struct {
	Secret string // base32, to be typed where no picture can be read
	URL    string // otpauth://…, the content of the QR code
}

// Enrol begins to give a person one-time codes, for Confirm within 15 minutes. Codes
// that the person has already go on working until then. The error is NotFound for a
// person without a login name, which is the name in the app.
func (s *Store) Enrol(ctx context.Context, person string) (Enrolment, error) {
	login, err := s.Login(ctx, person)
	if err != nil {
		return Enrolment{}, err
	}
	// 160 bits, as RFC 4226 section 4 (R6) recommends.
	key, err := totp.Generate(totp.GenerateOpts{Issuer: s.cfg.Issuer, AccountName: login, SecretSize: 20, Period: codeStep})
	if err != nil {
		return Enrolment{}, errs.New(errs.Internal, "signin: make a secret of one-time codes: %w", err)
	}
	until := clock.Micros(s.clock.Now().Add(enrolWithin))
	_, err = s.db.Common().Exec(ctx, `insert into signin_totp (person, secret, pending, pending_until, step) values (:person, '', :pending, :until, -1)
		on conflict (person) do update set pending = excluded.pending, pending_until = excluded.pending_until`,
		db.Args{"person": person, "pending": s.sealed(totpPurpose, person, []byte(key.Secret())), "until": until})
	return Enrolment{Secret: key.Secret(), URL: key.URL()}, err
}

type totpRow struct {
	Secret  string `db:"secret"`
	Pending string `db:"pending"`
	Until   int64  `db:"pending_until"`
	Step    int64  `db:"step"` // of the code used last
}

const selectTOTP = `select secret, pending, pending_until, step from signin_totp where person = :person`

// Confirm ends an enrolment with a code from the app and gives the person ten new
// recovery codes. Errors are Refusals: Invalid when there is no enrolment or its 15
// minutes are over, Unauthenticated for a wrong code or after too many failures.
func (s *Store) Confirm(ctx context.Context, person, code string) (recovery []string, err error) {
	of := s.factorSubject(person)
	if err := s.attempt(ctx, of); err != nil {
		return nil, err
	}
	now := s.clock.Now()
	err = s.db.Common().Tx(ctx, func(tx *db.Tx) error {
		row, err := db.One[totpRow](ctx, tx, selectTOTP, db.Args{"person": person})
		if errs.KindOf(err) == errs.NotFound || err == nil && (row.Pending == "" || clock.Micros(now) >= row.Until) {
			return refuse(errs.Invalid, "signin.enrol.none")
		}
		if err != nil {
			return err
		}
		step, err := s.matchCode(person, row.Pending, code, -1, now)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `update signin_totp set secret = pending, pending = '', step = :step where person = :person and pending = :pending`,
			db.Args{"person": person, "step": step, "pending": row.Pending})
		if err == nil && n == 0 {
			err = refuse(errs.Invalid, "signin.enrol.none") // confirmed by another request meanwhile
		}
		if err != nil {
			return err
		}
		if recovery, err = s.newRecoveryCodes(ctx, tx, person); err != nil {
			return err
		}
		return s.pardon(ctx, tx, of, of)
	})
	if err != nil {
		return nil, err
	}
	return recovery, nil
}

// Verify takes a one-time code as second factor. A code serves once, and after it none
// of an earlier step. Errors, Unauthenticated and Refusals: the code is wrong, late or
// used (which, is not said), or there were too many failures of the person or from the
// address.
func (s *Store) Verify(ctx context.Context, person, code, from string) error {
	of, at := s.factorSubject(person), s.addressSubject(from)
	if err := s.attempt(ctx, of, at); err != nil {
		return err
	}
	wrong := refuse(errs.Unauthenticated, "signin.code.wrong")
	now := s.clock.Now()
	return s.db.Common().Tx(ctx, func(tx *db.Tx) error {
		row, err := db.One[totpRow](ctx, tx, selectTOTP, db.Args{"person": person})
		if errs.KindOf(err) == errs.NotFound || err == nil && row.Secret == "" {
			return wrong
		}
		if err != nil {
			return err
		}
		step, err := s.matchCode(person, row.Secret, code, row.Step, now)
		if err != nil {
			return err
		}
		// Of two requests with one code the second finds the step used.
		n, err := tx.Exec(ctx, `update signin_totp set step = :step where person = :person and step < :step and secret = :secret`,
			db.Args{"person": person, "step": step, "secret": row.Secret})
		if err != nil {
			return err
		}
		if n != 1 {
			return wrong
		}
		return s.pardon(ctx, tx, of, at)
	})
}

// matchCode is the step after the one used last whose code this is.
func (s *Store) matchCode(person, sealed, code string, used int64, now time.Time) (int64, error) {
	secret, err := s.unsealed(totpPurpose, person, sealed)
	if err != nil {
		return 0, err
	}
	code = strings.ReplaceAll(norm.NFKC.String(code), " ", "")
	found := int64(-1)
	present := now.Unix() / codeStep
	for step := present - codeSkew; step <= present+codeSkew; step++ {
		want, err := hotp.GenerateCode(string(secret), uint64(max(step, 0)))
		if err != nil {
			return 0, errs.New(errs.Internal, "signin: make a one-time code") // its error may quote the secret
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && step > used && step >= 0 {
			found = step
		}
	}
	if found < 0 || len(code) != codeDigits {
		return 0, refuse(errs.Unauthenticated, "signin.code.wrong")
	}
	return found, nil
}
