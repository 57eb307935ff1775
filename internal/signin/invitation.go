package signin

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
)

// invitationLongest is the longest validity of an invitation (a setting of Yagura).
const invitationLongest = 90 * 24 * time.Hour

// Invitation asks someone to act for an organisation. Its link is sent to Email; who
// has the link can accept.
type Invitation struct {
	ID      string
	Org     string
	Email   string    // a login name in canonical form
	Roles   []string  // that the person gets there
	By      string    // person who invites
	Data    string    // for the caller, e.g. the unit; at most 10,000 bytes; not secret
	At      time.Time // set by Invite
	Expires time.Time // in the future, by at most 90 days
	Used    time.Time // when it was accepted; zero: it wasn't
}

type linkRow struct {
	ID      string `db:"id"`
	Org     string `db:"org"`
	Person  string `db:"person"`
	Email   string `db:"email"`
	Roles   string `db:"roles"`
	Data    string `db:"data"`
	By      string `db:"made_by"`
	At      int64  `db:"at"`
	Expires int64  `db:"expires"`
	Used    int64  `db:"used"` // 0: not used
}

// Kinds of links.
const (
	inviteKind = "invitation"
	resetKind  = "reset"
)

const selectLink = `select id, org, person, email, roles, data, made_by, at, expires, used from signin_link `

const insertLink = `insert into signin_link (id, token, kind, org, person, email, roles, data, made_by, at, expires, used)
	values (:id, :token, :kind, :org, :person, :email, :roles, :data, :made_by, :at, :expires, 0)`

func (r linkRow) invitation() (Invitation, error) {
	inv := Invitation{ID: r.ID, Org: r.Org, Email: r.Email, By: r.By, Data: r.Data, At: clock.FromMicros(r.At), Expires: clock.FromMicros(r.Expires)}
	if r.Used != 0 {
		inv.Used = clock.FromMicros(r.Used)
	}
	if err := json.Unmarshal([]byte(r.Roles), &inv.Roles); err != nil {
		return Invitation{}, errs.New(errs.Internal, "signin: the roles of a stored invitation can't be read: %w", err)
	}
	return inv, nil
}

// Invite stores an invitation and returns the token for its link, which is shown this
// once. Errors: Invalid for an e-mail address, a time or data out of range, or without
// Org or By.
func (s *Store) Invite(ctx context.Context, inv Invitation) (token string, err error) {
	if inv.Email, err = CanonicalLogin(inv.Email); err != nil {
		return "", err
	}
	now := s.clock.Now()
	switch {
	case inv.Org == "" || inv.By == "" || len(inv.Data) > 10_000:
		return "", errs.New(errs.Invalid, "signin: an invitation needs an organisation and who invites, and data of at most 10,000 bytes")
	case !inv.Expires.After(now) || inv.Expires.After(now.Add(invitationLongest)):
		return "", refuse(errs.Invalid, "signin.invitation.expires", "days", int(invitationLongest/(24*time.Hour)))
	}
	roles, err := json.Marshal(append([]string{}, inv.Roles...))
	if err != nil {
		return "", errs.New(errs.Invalid, "signin: roles: %w", err)
	}
	token = newToken(invitationPrefix)
	hash, _ := fingerprint(invitationPrefix, token)
	_, err = s.db.Common().Exec(ctx, insertLink, db.Args{"id": s.ids.New(), "token": hash, "kind": inviteKind, "org": inv.Org, "person": "", "email": inv.Email,
		"roles": string(roles), "data": inv.Data, "made_by": inv.By, "at": clock.Micros(now), "expires": clock.Micros(inv.Expires)})
	return token, err
}

// Invitation is what a link offers. The error is NotFound, a Refusal with one text for
// every reason, when there is no such invitation or it was accepted, withdrawn or is over.
func (s *Store) Invitation(ctx context.Context, token string) (Invitation, error) {
	row, err := s.link(ctx, s.db.Common(), inviteKind, invitationPrefix, token, "signin.invitation.none")
	if err != nil {
		return Invitation{}, err
	}
	return row.invitation()
}

func (s *Store) link(ctx context.Context, q db.Querier, kind, prefix, token, none string) (linkRow, error) {
	hash, ok := fingerprint(prefix, token)
	if !ok {
		return linkRow{}, refuse(errs.NotFound, none)
	}
	row, err := db.One[linkRow](ctx, q, selectLink+`where token = :token and kind = :kind and used = 0 and expires > :now`,
		db.Args{"token": hash, "kind": kind, "now": s.now()})
	if errs.KindOf(err) == errs.NotFound {
		err = refuse(errs.NotFound, none)
	}
	return row, err
}

// use marks a link as used; false when another transaction was first.
func (s *Store) use(ctx context.Context, tx *db.Tx, id string) (bool, error) {
	n, err := tx.Exec(ctx, `update signin_link set used = :now where id = :id and used = 0`, db.Args{"id": id, "now": s.now()})
	return n == 1, err
}

// Accept uses an invitation, once. then brings about what it is for (the person, the
// roles) and returns the person; it runs in the same transaction, under the handle of
// the inviting organisation, so that an invitation whose person can't be made stays
// open. then must work on its Tx alone and may run again, as db.Handle.Tx says.
//
// A person without a login name gets the invitation's address as login name, and
// password when it isn't "". Someone who is known already signs in first, and password
// is "". Errors, beside those of then: NotFound as Invitation; Invalid when
// CheckPassword refuses the password; Conflict, a Refusal, when the address is another
// person's login name, or a password is given for a person who has a login name.
func (s *Store) Accept(ctx context.Context, token, password string, then func(*db.Tx, Invitation) (person string, err error)) (Invitation, string, error) {
	inv, err := s.Invitation(ctx, token)
	if err != nil {
		return Invitation{}, "", err
	}
	hash := ""
	if password != "" {
		if err := CheckPassword(password, inv.Email, s.cfg.Issuer); err != nil {
			return Invitation{}, "", err
		}
		if hash, err = s.hash(ctx, password); err != nil {
			return Invitation{}, "", err
		}
	}
	person := ""
	err = s.db.Tenant(inv.Org).Tx(ctx, func(tx *db.Tx) error {
		first, err := s.use(ctx, tx, inv.ID)
		if err == nil && !first {
			err = refuse(errs.NotFound, "signin.invitation.none")
		}
		if err != nil {
			return err
		}
		if person, err = then(tx, inv); err != nil {
			return err
		}
		return s.admit(ctx, tx, person, inv.Email, hash)
	})
	if err != nil {
		return Invitation{}, "", err
	}
	return inv, person, nil
}

// admit gives a person who has no login name this one and, unless hash is "", this password.
func (s *Store) admit(ctx context.Context, tx *db.Tx, person, login, hash string) error {
	known, err := db.All[string](ctx, tx, `select login from signin_login where person = :person`, db.Args{"person": person})
	switch {
	case err != nil:
		return err
	case len(known) > 0 && hash != "":
		return refuse(errs.Conflict, "signin.invitation.known")
	case len(known) > 0:
		return nil
	}
	if err := s.SetLoginIn(ctx, tx, person, login); err != nil || hash == "" {
		return err
	}
	return s.storePassword(ctx, tx, person, login, hash)
}

// Invitations lists the invitations of an organisation, the newest first, with those
// that were accepted or are over.
func (s *Store) Invitations(ctx context.Context, org string) ([]Invitation, error) {
	rows, err := db.All[linkRow](ctx, s.db.Common(), selectLink+`where org = :org and kind = :kind order by at desc, id desc`, db.Args{"org": org, "kind": inviteKind})
	if err != nil {
		return nil, err
	}
	list := make([]Invitation, 0, len(rows))
	for _, r := range rows {
		inv, err := r.invitation()
		if err != nil {
			return nil, err
		}
		list = append(list, inv)
	}
	return slices.Clip(list), nil
}

// Withdraw takes an invitation back that was not accepted. One that is not there, was
// accepted, or is another organisation's, is NotFound.
func (s *Store) Withdraw(ctx context.Context, org, id string) error {
	n, err := s.db.Common().Exec(ctx, `delete from signin_link where id = :id and org = :org and kind = :kind and used = 0`,
		db.Args{"id": id, "org": org, "kind": inviteKind})
	if err == nil && n == 0 {
		err = refuse(errs.NotFound, "signin.invitation.none")
	}
	return err
}
