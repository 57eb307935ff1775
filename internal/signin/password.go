package signin

import (
	"context"
	_ "embed"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"yagura/internal/db"
	"yagura/internal/errs"
)

// Lengths of passwords in characters. SP 800-63B-4 section 3.1.1.2 asks for at least
// 15 where a password is the only factor and 8 where it is one of two; twelve is the
// setting of Yagura. At least 64 must be possible; the end keeps hashing bounded.
const (
	minPassword = 12
	maxPassword = 256
)

//go:embed common.txt
var commonText string

var common = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for line := range strings.Lines(commonText) {
		all[strings.TrimSpace(line)] = true
	}
	return all
})

// CheckPassword tells whether a password may be set, by SP 800-63B-4 section 3.1.1.2:
// long enough, and neither among the ones that everybody tries first nor made of the
// words given (the login name, the name of the service). There are no rules of
// composition. The error is Invalid and a Refusal.
func CheckPassword(password string, words ...string) error {
	password = norm.NFC.String(password)
	n := utf8.RuneCountInString(password)
	switch {
	case !utf8.ValidString(password):
		return refuse(errs.Invalid, "signin.password.characters")
	case n < minPassword:
		return refuse(errs.Invalid, "signin.password.short", "least", minPassword)
	case n > maxPassword:
		return refuse(errs.Invalid, "signin.password.long", "most", maxPassword)
	case strings.ContainsFunc(password, unicode.IsControl):
		return refuse(errs.Invalid, "signin.password.characters")
	}
	low := strings.ToLower(norm.NFKC.String(password))
	if common()[low] || repeats([]rune(low)) {
		return refuse(errs.Invalid, "signin.password.common")
	}
	for _, w := range words {
		name, _, _ := strings.Cut(strings.ToLower(w), "@")
		for _, word := range []string{strings.ToLower(w), name} {
			// What is left beside the word must be long enough to be hard to guess.
			if len(word) >= 4 && strings.Contains(low, word) && utf8.RuneCountInString(strings.ReplaceAll(low, word, "")) < minPassword/2 {
				return refuse(errs.Invalid, "signin.password.name")
			}
		}
	}
	return nil
}

// repeats reports whether a text is one to four characters over and over.
func repeats(r []rune) bool {
	for period := 1; period <= 4; period++ {
		i := period
		for i < len(r) && r[i] == r[i-period] {
			i++
		}
		if i == len(r) {
			return true
		}
	}
	return false
}

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
	login, err := CanonicalLogin(login)
	if err != nil {
		return err
	}
	if person == "" {
		return errs.New(errs.Invalid, "signin: a login name needs a person")
	}
	_, err = s.db.Common().Exec(ctx, `insert into signin_login (person, login, at) values (:person, :login, :at)
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

// inTurn waits for a free place, since each hash takes the memory of its Cost.
func (s *Store) inTurn(ctx context.Context, work func()) error {
	select {
	case s.turns <- struct{}{}:
		defer func() { <-s.turns }()
		work()
		return nil
	case <-ctx.Done():
		return errs.New(errs.Unavailable, "signin: waiting for a turn: %w", ctx.Err())
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
// one is hashed again.
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
