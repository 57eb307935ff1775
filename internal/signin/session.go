package signin

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
)

// Step says what a person who has begun to sign in must do next.
type Step string

// The steps. A session that has a step other than Done lets its holder take that
// step and nothing else.
const (
	Done   Step = ""
	Second Step = "second-factor"       // show a second factor: one-time code, recovery code or passkey
	Enrol  Step = "enrol-second-factor" // a role asks for a second factor and the person has none
)

// Limits of sessions.
const (
	touchEvery  = time.Minute      // between writes of the time of last use
	stepTime    = 10 * time.Minute // for the second factor after the first
	agentLength = 200              // characters that are kept of what a browser calls itself
)

// About is where a session was opened, for the person's list of sessions.
type About struct {
	Agent   string // User-Agent, cut at 200 characters
	Address string // network address
}

// Session is what a request of a signed-in person carries.
type Session struct {
	ID      string
	Person  string
	Org     string    // the organisation the person acts for; "" until Act
	Lang    i18n.Lang // "" until Speak
	Method  string    // how it was opened: password, passkey, oidc:NAME, invitation …
	MFA     bool      // two factors were shown, or one that stands for two
	Step    Step
	About   About
	Opened  time.Time
	Seen    time.Time // of the last use, up to a minute old
	Expires time.Time // the end whatever is done; without use it ends earlier
}

type sessionRow struct {
	ID      string `db:"id"`
	Person  string `db:"person"`
	Org     string `db:"org"`
	Lang    string `db:"lang"`
	Method  string `db:"method"`
	MFA     bool   `db:"mfa"`
	Step    string `db:"step"`
	Agent   string `db:"agent"`
	Address string `db:"address"`
	Opened  int64  `db:"opened"`
	Seen    int64  `db:"seen"`
	Expires int64  `db:"expires"`
}

const selectSession = `select id, person, org, lang, method, mfa, step, agent, address, opened, seen, expires from signin_session `

func (r sessionRow) session() Session {
	return Session{
		ID: r.ID, Person: r.Person, Org: r.Org, Lang: i18n.Lang(r.Lang), Method: r.Method, MFA: r.MFA, Step: Step(r.Step),
		About:  About{r.Agent, r.Address},
		Opened: clock.FromMicros(r.Opened), Seen: clock.FromMicros(r.Seen), Expires: clock.FromMicros(r.Expires),
	}
}

// Open opens a session and returns its token, which is shown this once. When the
// person has a second factor and mfa is false, the session waits for it (Step Second,
// ten minutes) until Raise.
func (s *Store) Open(ctx context.Context, person, method string, mfa bool, about About) (token string, err error) {
	if person == "" {
		return "", errs.New(errs.Invalid, "signin: a session needs a person")
	}
	token = newToken(sessionPrefix)
	hash, _ := fingerprint(sessionPrefix, token)
	now := s.now()
	err = s.db.Common().Tx(ctx, func(tx *db.Tx) error {
		step, end := Done, s.cfg.Absolute
		if !mfa {
			if step, err = s.nextStep(ctx, tx, person); err != nil {
				return err
			}
		}
		if step != Done {
			end = min(end, stepTime)
		}
		_, err := tx.Exec(ctx, `insert into signin_session (id, token, person, org, lang, method, mfa, step, agent, address, opened, seen, expires)
			values (:id, :token, :person, '', '', :method, :mfa, :step, :agent, :address, :now, :now, :expires)`, db.Args{
			"id": s.ids.New(), "token": hash, "person": person, "method": method, "mfa": flag(mfa), "step": step,
			"agent": plain(about.Agent), "address": plain(about.Address), "now": now, "expires": now + end.Microseconds(),
		})
		return err
	})
	return token, err
}

// plain makes a header's text fit to be stored and shown.
func plain(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, text)
	if r := []rune(text); len(r) > agentLength {
		text = string(r[:agentLength])
	}
	return text
}

// flag is how a bool is stored.
func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Session is the open session of a token. The caller must respect its Step. The error
// is Unauthenticated, one text for every reason, when there is no such session or it
// has ended.
func (s *Store) Session(ctx context.Context, token string) (Session, error) {
	row, err := s.session(ctx, s.db.Common(), token)
	if err != nil {
		return Session{}, err
	}
	if now := s.now(); now-row.Seen >= touchEvery.Microseconds() {
		// Of several requests at once one writes. A database that can be read only at
		// the moment still lets people read.
		_, err := s.db.Common().Exec(ctx, `update signin_session set seen = :now where id = :id and seen = :seen`,
			db.Args{"id": row.ID, "now": now, "seen": row.Seen})
		if err != nil && errs.KindOf(err) != errs.Unavailable {
			return Session{}, err
		}
		if err == nil {
			row.Seen = now
		}
	}
	return row.session(), nil
}

func (s *Store) session(ctx context.Context, q db.Querier, token string) (sessionRow, error) {
	ended := refuse(errs.Unauthenticated, "signin.session.ended")
	hash, ok := fingerprint(sessionPrefix, token)
	if !ok {
		return sessionRow{}, ended
	}
	row, err := db.One[sessionRow](ctx, q, selectSession+`where token = :token`, db.Args{"token": hash})
	if errs.KindOf(err) == errs.NotFound || err == nil && !s.alive(row) {
		err = ended
	}
	return row, err
}

func (s *Store) alive(r sessionRow) bool {
	now := s.now()
	return now < r.Expires && now-r.Seen < s.cfg.Idle.Microseconds()
}

// Act sets the organisation that the session acts for. Whether the person belongs to
// it is the caller's to check. Errors: Unauthenticated as Session; Forbidden while a
// step is open.
func (s *Store) Act(ctx context.Context, token, org string) error {
	return s.change(ctx, token, func(tx *db.Tx, row sessionRow) error {
		if row.Step != string(Done) {
			return refuse(errs.Forbidden, "signin.step.second")
		}
		_, err := tx.Exec(ctx, `update signin_session set org = :org where id = :id`, db.Args{"id": row.ID, "org": org})
		return err
	})
}

// Speak sets the language of the session. Errors as Session.
func (s *Store) Speak(ctx context.Context, token string, lang i18n.Lang) error {
	return s.change(ctx, token, func(tx *db.Tx, row sessionRow) error {
		_, err := tx.Exec(ctx, `update signin_session set lang = :lang where id = :id`, db.Args{"id": row.ID, "lang": lang})
		return err
	})
}

// Await makes the session wait for a step, as when a role asks for a second factor
// that the person doesn't have (Enrol). Only Raise ends a step: Done is Invalid. Other
// errors as Session.
func (s *Store) Await(ctx context.Context, token string, step Step) error {
	if step != Second && step != Enrol {
		return errs.New(errs.Invalid, "signin: a session can't await %q", step)
	}
	return s.change(ctx, token, func(tx *db.Tx, row sessionRow) error {
		_, err := tx.Exec(ctx, `update signin_session set step = :step where id = :id`, db.Args{"id": row.ID, "step": step})
		return err
	})
}

// Raise is called when the second factor was shown: the session counts as one of two
// factors and no step is open. It gets a new token, so that one that was known before
// is worth nothing, and its whole time from now. Errors as Session.
func (s *Store) Raise(ctx context.Context, token string) (fresh string, err error) {
	fresh = newToken(sessionPrefix)
	hash, _ := fingerprint(sessionPrefix, fresh)
	err = s.change(ctx, token, func(tx *db.Tx, row sessionRow) error {
		now := s.now()
		n, err := tx.Exec(ctx, `update signin_session set token = :fresh, mfa = 1, step = '', seen = :now, expires = :expires where id = :id and token = :old`,
			db.Args{"id": row.ID, "fresh": hash, "old": mustFingerprint(token), "now": now, "expires": now + s.cfg.Absolute.Microseconds()})
		if err == nil && n == 0 {
			err = refuse(errs.Unauthenticated, "signin.session.ended")
		}
		return err
	})
	if err != nil {
		return "", err
	}
	return fresh, nil
}

// mustFingerprint is the fingerprint of a token that has already been recognised.
func mustFingerprint(token string) string {
	hash, _ := fingerprint(sessionPrefix, token)
	return hash
}

func (s *Store) change(ctx context.Context, token string, fn func(*db.Tx, sessionRow) error) error {
	return s.db.Common().Tx(ctx, func(tx *db.Tx) error {
		row, err := s.session(ctx, tx, token)
		if err != nil {
			return err
		}
		return fn(tx, row)
	})
}

// Sessions lists the open sessions of a person, the one used last first.
func (s *Store) Sessions(ctx context.Context, person string) ([]Session, error) {
	rows, err := db.All[sessionRow](ctx, s.db.Common(), selectSession+`where person = :person order by seen desc, id desc`, db.Args{"person": person})
	if err != nil {
		return nil, err
	}
	list := []Session{}
	for _, r := range rows {
		if s.alive(r) {
			list = append(list, r.session())
		}
	}
	return list, nil
}

// Close ends one session of a person. One that is not there, or another person's, is
// NotFound.
func (s *Store) Close(ctx context.Context, person, id string) error {
	n, err := s.db.Common().Exec(ctx, `delete from signin_session where id = :id and person = :person`, db.Args{"id": id, "person": person})
	if err == nil && n == 0 {
		err = refuse(errs.NotFound, "signin.session.none")
	}
	return err
}

// CloseAll ends the sessions of a person but for the one with id keep ("" for none),
// and tells how many those were.
func (s *Store) CloseAll(ctx context.Context, person, keep string) (int64, error) {
	return s.db.Common().Exec(ctx, `delete from signin_session where person = :person and id <> :keep`, db.Args{"person": person, "keep": keep})
}
