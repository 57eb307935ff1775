package signin

import (
	"context"
	"encoding/json"
	"time"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
)

// ceremonyWithin is the time for what begins here and ends with an answer from a
// browser: a passkey ceremony, a visit to an OpenID provider.
const ceremonyWithin = 10 * time.Minute

const ceremonyPurpose = "ceremony"

type ceremonyRow struct {
	Person  string `db:"person"`
	Data    string `db:"data"`
	Expires int64  `db:"expires"`
}

// begin keeps what the end of a ceremony needs, sealed, and returns the token that the
// browser brings back. person is "" when it is yet unknown.
func (s *Store) begin(ctx context.Context, kind, person string, data any) (token string, err error) {
	plain, err := json.Marshal(data)
	if err != nil {
		return "", errs.New(errs.Internal, "signin: %s: %w", kind, err)
	}
	token = newToken(ceremonyPrefix)
	hash, _ := fingerprint(ceremonyPrefix, token)
	_, err = s.db.Common().Exec(ctx, `insert into signin_ceremony (token, kind, person, data, expires) values (:token, :kind, :person, :data, :expires)`, db.Args{
		"token": hash, "kind": kind, "person": person, "data": s.sealed(ceremonyPurpose, hash, plain),
		"expires": clock.Micros(s.clock.Now().Add(ceremonyWithin))})
	return token, err
}

// end reads what begin kept, once: whatever becomes of the ceremony, its token serves
// no more. The error is Invalid, a Refusal, when there is none of this kind and person.
func (s *Store) end(ctx context.Context, kind, person, token string, data any) error {
	hash, ok := fingerprint(ceremonyPrefix, token)
	if !ok {
		return refuse(errs.Invalid, "signin.ceremony.over")
	}
	row, err := db.One[ceremonyRow](ctx, s.db.Common(), `delete from signin_ceremony where token = :token and kind = :kind returning person, data, expires`,
		db.Args{"token": hash, "kind": kind})
	if errs.KindOf(err) == errs.NotFound || err == nil && (row.Person != person || s.now() >= row.Expires) {
		return refuse(errs.Invalid, "signin.ceremony.over")
	}
	if err != nil {
		return err
	}
	plain, err := s.unsealed(ceremonyPurpose, hash, row.Data)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(plain, data); err != nil {
		return errs.New(errs.Internal, "signin: what is stored of a ceremony can't be read: %w", err)
	}
	return nil
}
