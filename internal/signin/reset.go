package signin

import (
	"context"
	"time"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
)

// resetWithin is the validity of a link that sets a new password, a setting of Yagura.
// SP 800-63A-4 section 3.8 lets a link that shows control of an e-mail address live for
// at most 24 hours.
const resetWithin = time.Hour

// resetLimit bounds the letters that one login name gets, asked for by whomever.
var resetLimit = Limit{Free: 2, First: 5 * time.Minute, Longest: 12 * time.Hour, Forget: 24 * time.Hour}

// Letter is what must be sent by e-mail: a link with Token to Email. It is zero when
// nothing is to be sent.
type Letter struct {
	Email   string // the stored login name, not what was typed
	Token   string
	Expires time.Time
}

// Reset begins to set a new password for a login name that someone typed; from is the
// network address. For a login name that nobody has, the Letter is zero and there is no
// error: the visitor must be told the same. The caller sends the letter after it has
// answered, for the time of sending would tell. Errors: Unauthenticated, a Refusal,
// after too many of these for the login name (known or not) or from the address.
func (s *Store) Reset(ctx context.Context, login, from string) (Letter, error) {
	canonical, formErr := CanonicalLogin(login)
	if formErr != nil {
		return Letter{}, formErr // tells about the text alone
	}
	if err := s.attempt(ctx, s.subject("reset", canonical, resetLimit), s.subject("reset-address", networkOf(from), s.cfg.Address)); err != nil {
		return Letter{}, err
	}
	person, err := s.PersonOf(ctx, canonical)
	if errs.KindOf(err) == errs.NotFound {
		return Letter{}, nil
	}
	if err != nil {
		return Letter{}, err
	}
	return s.ResetLink(ctx, person)
}

// ResetLink makes the link for a person, as an administrator does; it has no limit.
// The error is NotFound for a person without a login name.
func (s *Store) ResetLink(ctx context.Context, person string) (Letter, error) {
	login, err := s.Login(ctx, person)
	if err != nil {
		return Letter{}, err
	}
	now := s.clock.Now()
	l := Letter{Email: login, Token: newToken(resetPrefix), Expires: now.Add(resetWithin)}
	hash, _ := fingerprint(resetPrefix, l.Token)
	_, err = s.db.Common().Exec(ctx, insertLink, db.Args{"id": s.ids.New(), "token": hash, "kind": resetKind, "org": "", "person": person, "email": login,
		"roles": "[]", "data": "", "made_by": "", "at": clock.Micros(now), "expires": clock.Micros(l.Expires)})
	return l, err
}

// ResetOf is the login name whose password a link sets. The error is NotFound, a
// Refusal, when the link was used or is over.
func (s *Store) ResetOf(ctx context.Context, token string) (login string, err error) {
	row, err := s.link(ctx, s.db.Common(), resetKind, resetPrefix, token, "signin.reset.none")
	return row.Email, err
}

// ResetPassword uses a link, once: it sets the password, ends all sessions of the
// person and all other such links, and lifts a lock-out. The second factor stays as it
// is. Errors: NotFound as ResetOf; Invalid when CheckPassword refuses the password,
// which leaves the link usable.
func (s *Store) ResetPassword(ctx context.Context, token, password string) (person string, err error) {
	row, err := s.link(ctx, s.db.Common(), resetKind, resetPrefix, token, "signin.reset.none")
	if err != nil {
		return "", err
	}
	if err := CheckPassword(password, row.Email, s.cfg.Issuer); err != nil {
		return "", err
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return "", err
	}
	err = s.db.Common().Tx(ctx, func(tx *db.Tx) error {
		first, err := s.use(ctx, tx, row.ID)
		if err != nil {
			return err
		}
		// A letter that went to a former login name doesn't count.
		login, err := db.One[string](ctx, tx, `select login from signin_login where person = :person`, db.Args{"person": row.Person})
		if errs.KindOf(err) == errs.NotFound || err == nil && (!first || login != row.Email) {
			return refuse(errs.NotFound, "signin.reset.none")
		}
		if err != nil {
			return err
		}
		for _, text := range []string{
			`delete from signin_link where person = :person and kind = :kind and used = 0`,
			`delete from signin_session where person = :person`,
		} {
			if _, err := tx.Exec(ctx, text, db.Args{"person": row.Person, "kind": resetKind}); err != nil {
				return err
			}
		}
		return s.storePassword(ctx, tx, row.Person, login, hash)
	})
	if err != nil {
		return "", err
	}
	return row.Person, nil
}
