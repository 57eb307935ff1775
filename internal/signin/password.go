package signin

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"yagura/internal/db"
	"yagura/internal/errs"
)

// SetPassword sets the password of a person who has a login name; sessions stay open
// (see CloseAll). Errors: Invalid when CheckPassword refuses it, NotFound without a
// login name.
func (s *Store) SetPassword(ctx context.Context, person, password string) error {
	login, err := s.Login(ctx, person)
	if err != nil {
		return err
	}
	if err := CheckPassword(password, login, s.cfg.Issuer); err != nil {
		return err
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.db.Common().Tx(ctx, func(tx *db.Tx) error { return s.storePassword(ctx, tx, person, login, hash) })
}

// ChangePassword is for a signed-in person: it asks for the present password, sets the
// new one and ends the person's other sessions (keep is the id of this one). Errors: as
// Password for the present one, as SetPassword for the new one.
func (s *Store) ChangePassword(ctx context.Context, person, present, password, from, keep string) error {
	login, err := s.Login(ctx, person)
	if err != nil {
		return err
	}
	if _, _, err := s.Password(ctx, login, present, from); err != nil {
		return err
	}
	if err := s.SetPassword(ctx, person, password); err != nil {
		return err
	}
	_, err = s.CloseAll(ctx, person, keep)
	return err
}

// storePassword sets the hash; the failures so far count no more.
func (s *Store) storePassword(ctx context.Context, tx *db.Tx, person, login, hash string) error {
	if _, err := tx.Exec(ctx, `insert into signin_password (person, hash, at) values (:person, :hash, :at)
		on conflict (person) do update set hash = excluded.hash, at = excluded.at`, db.Args{"person": person, "hash": hash, "at": s.now()}); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `delete from signin_strike where subject in (:subjects)`,
		db.Args{"subjects": []string{s.loginSubject(login).key, s.factorSubject(person).key}})
	return err
}

func (s *Store) hash(ctx context.Context, password string) (hash string, err error) {
	err = s.inTurn(ctx, func() { hash = hashPassword(norm.NFC.String(password), s.cfg.Cost) })
	return hash, err
}

// turnWait is the longest wait for a free place to hash.
const turnWait = 10 * time.Second

// inTurn waits for a free place, since each hash takes the memory of its Cost. The
// error is Unavailable, a Refusal, when there was none in ten seconds.
func (s *Store) inTurn(ctx context.Context, work func()) error {
	late := time.NewTimer(turnWait)
	defer late.Stop()
	select {
	case s.turns <- struct{}{}:
		defer func() { <-s.turns }()
		work()
		return nil
	case <-ctx.Done():
		return errs.New(errs.Unavailable, "signin: waiting for a turn: %w", ctx.Err())
	case <-late.C:
		return refuse(errs.Unavailable, "signin.busy")
	}
}

func (s *Store) loginSubject(login string) subject { return s.subject("login", login, s.cfg.Login) }

func (s *Store) addressSubject(from string) subject {
	return s.subject("address", networkOf(from), s.cfg.Address)
}

// Password lets a person in by login name and password; from is the network address
// the request came from. The next step says what is still needed before the session
// counts. Errors, all Unauthenticated and Refusals: the login name or the password is
// wrong (which, is not said; it takes the same time), or there were too many failures.
func (s *Store) Password(ctx context.Context, login, password, from string) (person string, next Step, err error) {
	wrong := refuse(errs.Unauthenticated, "signin.wrong")
	if canonical, err := CanonicalLogin(login); err == nil {
		login = canonical
	}
	of, at := s.loginSubject(login), s.addressSubject(from)
	if err := s.attempt(ctx, of, at); err != nil {
		return "", "", err
	}
	found, err := s.passwordOf(ctx, login)
	if err != nil {
		return "", "", err
	}
	right, renew, err := s.compare(ctx, found.Hash, password)
	if err != nil {
		return "", "", err
	}
	if !right {
		return "", "", wrong
	}
	err = s.db.Common().Tx(ctx, func(tx *db.Tx) error {
		if renew != "" {
			if _, err := tx.Exec(ctx, `update signin_password set hash = :renew where person = :person and hash = :hash`,
				db.Args{"renew": renew, "person": found.Person, "hash": found.Hash}); err != nil {
				return err
			}
		}
		if next, err = s.nextStep(ctx, tx, found.Person); err != nil {
			return err
		}
		return s.pardon(ctx, tx, of, at)
	})
	return found.Person, next, err
}

type passwordRow struct {
	Person string `db:"person"`
	Hash   string `db:"hash"`
}

// passwordOf is empty for a login name that nobody has, or without a password.
func (s *Store) passwordOf(ctx context.Context, login string) (passwordRow, error) {
	if strings.ContainsRune(login, 0) || !utf8.ValidString(login) {
		return passwordRow{}, nil
	}
	row, err := db.One[passwordRow](ctx, s.db.Common(), `select l.person, p.hash from signin_login l join signin_password p on p.person = l.person
		where l.login = :login`, db.Args{"login": login})
	if errs.KindOf(err) == errs.NotFound {
		return passwordRow{}, nil
	}
	return row, err
}

// compare always hashes once, at the cost of the stored hash or, without one, at the
// configured cost. A right password whose hash has another cost than the configured
// one is hashed again; until then, after a change of the configuration, the time does
// tell a login name that has not been used since.
func (s *Store) compare(ctx context.Context, hash, password string) (right bool, renew string, err error) {
	known := hash != ""
	if !known {
		hash = s.dummy
	}
	stored, err := parsePHC(hash)
	if err != nil {
		return false, "", err
	}
	if utf8.RuneCountInString(password) > maxPassword {
		known, password = false, ""
	}
	if err := s.inTurn(ctx, func() { right = stored.matches(norm.NFC.String(password)) }); err != nil {
		return false, "", err
	}
	if right = right && known; right && stored.cost != s.cfg.Cost {
		renew, err = s.hash(ctx, password)
	}
	return right, renew, err
}
