package org

import (
	"context"
	"encoding/json"
	"strings"

	"yagura/internal/authz"
	"yagura/internal/calendar"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/ledger"
)

// PartyFilter says which parties are listed, in which order, and which part of them. A
// zero field doesn't filter.
type PartyFilter struct {
	Text   string // part of the code or of a name, without regard to case
	Sector string
	Bond   string // kind of the tie
	Ended  bool   // those whose tie has ended instead of the others
	Sort   string // a key of PartySorts
	Desc   bool
	Limit  int // 0: all
	Offset int
}

// PartySorts lists the keys of PartyFilter.Sort, the default first.
var PartySorts = []string{"code", "name", "sector", "size", "bond"}

var partyOrders = map[string]string{"code": "t.code", "name": "o.name_ja", "sector": "o.sector", "size": "o.size", "bond": "t.kind"}

// Bonds lists the kinds of ties.
var Bonds = []string{"supervised", "member", "vendor"}

// Bound is a party with the dates of its tie.
type Bound struct {
	Party
	Since string `db:"since"`
	Until string `db:"until"`
}

var likeText = strings.NewReplacer(`!`, `!!`, `%`, `!%`, `_`, `!_`)

// PartyPage lists the parties of the actor's organisation and counts all that the
// filter lets pass.
func (s *Store) PartyPage(ctx context.Context, a authz.Actor, f PartyFilter) (rows []Bound, total int, err error) {
	if _, err := s.may.Decide(a, "party.read", thing(a.Org)); err != nil {
		return nil, 0, err
	}
	args := db.Args{"today": s.today()}
	where := ` from tie t join organisation o on o.id = t.organisation where t.tenant = :tenant and t.since <= :today`
	if f.Ended {
		where += ` and (t.until <> '' and t.until <= :today or o.ended_on <> '')`
	} else {
		where += ` and (t.until = '' or t.until > :today) and o.ended_on = ''`
	}
	if f.Sector != "" {
		where, args["sector"] = where+` and o.sector = :sector`, f.Sector
	}
	if f.Bond != "" {
		where, args["bond"] = where+` and t.kind = :bond`, f.Bond
	}
	if t := strings.ToLower(strings.TrimSpace(f.Text)); t != "" {
		where += ` and (lower(t.code) like :text escape '!' or lower(o.name_ja) like :text escape '!' or lower(o.name_en) like :text escape '!')`
		args["text"] = "%" + likeText.Replace(t) + "%"
	}
	n, err := db.One[int64](ctx, s.db.Tenant(a.Org), `select count(*)`+where, args)
	if err != nil {
		return nil, 0, err
	}
	order, ok := partyOrders[f.Sort]
	if !ok {
		order = partyOrders["code"]
	}
	if f.Desc {
		order += " desc"
	}
	limit := ""
	if f.Limit > 0 {
		limit = ` limit :limit offset :offset`
		args["limit"], args["offset"] = f.Limit, f.Offset
	}
	rows, err = db.All[Bound](ctx, s.db.Tenant(a.Org), `select `+partyColumns+`, t.since, t.until`+where+` order by `+order+`, t.code`+limit, args)
	return rows, int(n), err
}

// Bound is one party of the actor's organisation, also when its tie has ended, or NotFound.
func (s *Store) Bound(ctx context.Context, a authz.Actor, id string) (Bound, error) {
	if _, err := s.may.Decide(a, "party.read", thing(a.Org)); err != nil {
		return Bound{}, err
	}
	return s.bound(ctx, s.db.Tenant(a.Org), id)
}

func (s *Store) bound(ctx context.Context, q db.Querier, id string) (Bound, error) {
	return db.One[Bound](ctx, q, `select `+partyColumns+`, t.since, t.until from tie t join organisation o on o.id = t.organisation
		where t.tenant = :tenant and o.id = :id`, db.Args{"id": id})
}

// Classes lists the sectors and the sizes that the parties of an asker have, in order.
func (s *Store) Classes(ctx context.Context, asker string) (sectors, sizes []string, err error) {
	q, args := s.db.Tenant(asker), db.Args{"today": s.today()}
	const from = ` from tie t join organisation o on o.id = t.organisation where t.tenant = :tenant and t.since <= :today and (t.until = '' or t.until > :today) and o.ended_on = ''`
	if sectors, err = db.All[string](ctx, q, `select distinct o.sector`+from+` and o.sector <> '' order by 1`, args); err != nil {
		return nil, nil, err
	}
	sizes, err = db.All[string](ctx, q, `select distinct o.size`+from+` and o.size <> '' order by 1`, args)
	return sectors, sizes, err
}

// Entry is one party as an asker enters it: the organisation and how it is tied.
type Entry struct {
	Organisation
	Code string
	Bond string   // of Bonds
	On   string   // ISO date from which the tie holds; "" for today
	Flag []string // designations that hold from then on; nil leaves those there are
}

// Enter enters new parties of the actor's organisation and brings those that it has
// under the same code up to date: all of them or, on an error, none. What is entered is
// an organisation of its own: nobody can tie themselves to one that others know.
//
// Errors: Invalid for an entry without name or code or of an unknown kind; Conflict when
// a party that another organisation asks as well would be changed.
func (s *Store) Enter(ctx context.Context, a authz.Actor, entries ...Entry) (ids []string, err error) {
	basis, err := s.may.Decide(a, "party.manage", thing(a.Org))
	if err != nil {
		return nil, err
	}
	err = s.db.System("an asker enters its parties").Tx(ctx, func(tx *db.Tx) error {
		ids = make([]string, len(entries))
		have, err := s.byCode(ctx, tx, a.Org)
		if err != nil {
			return err
		}
		for i, e := range entries {
			if ids[i], err = s.enter(ctx, tx, a.Org, e, have); err != nil {
				return err
			}
		}
		return s.logParties(ctx, tx, a, basis, "party.entered", a.Org, entries)
	})
	return ids, err
}

func (s *Store) byCode(ctx context.Context, tx *db.Tx, asker string) (map[string]Bound, error) {
	rows, err := db.All[Bound](ctx, tx, `select `+partyColumns+`, t.since, t.until from tie t join organisation o on o.id = t.organisation where t.tenant = :asker`, db.Args{"asker": asker})
	have := make(map[string]Bound, len(rows))
	for _, r := range rows {
		have[r.Code] = r
	}
	return have, err
}

func (s *Store) enter(ctx context.Context, tx *db.Tx, asker string, e Entry, have map[string]Bound) (string, error) {
	e.Code, e.NameJA, e.NameEN = strings.TrimSpace(e.Code), strings.TrimSpace(e.NameJA), strings.TrimSpace(e.NameEN)
	switch {
	case e.Code == "" || len(e.Code) > 64:
		return "", errs.New(errs.Invalid, "%w", i18n.NewError("org.code-missing"))
	case bondKind(e.Bond) == "":
		return "", errs.New(errs.Invalid, "%w", i18n.NewError("org.bad-bond", "bond", e.Bond))
	}
	if e.On == "" {
		e.On = s.today()
	}
	was, known := have[e.Code]
	if known {
		e.ID = was.ID
		if err := s.change(ctx, tx, asker, was.Organisation, e.Organisation); err != nil {
			return "", err
		}
	} else {
		if e.Kind == "" {
			e.Kind = bondKind(e.Bond)
		}
		id, err := s.Add(ctx, tx, e.Organisation)
		if err != nil {
			return "", err
		}
		e.ID = id
		have[e.Code] = Bound{Party: Party{Organisation: e.Organisation, Code: e.Code, Bond: e.Bond}}
	}
	if err := s.ConnectIn(ctx, tx, asker, Tie{Organisation: e.ID, Kind: e.Bond, Code: e.Code, Since: e.On}); err != nil {
		return "", err
	}
	return e.ID, s.setFlags(ctx, tx, asker, e)
}

// bondKind is the kind of organisation that a tie is usually with; "" for an unknown tie.
func bondKind(bond string) Kind {
	switch bond {
	case "supervised", "member":
		return Institution
	case "vendor":
		return Vendor
	}
	return ""
}

// change stores what an entry says otherwise of a party that is known already.
func (s *Store) change(ctx context.Context, tx *db.Tx, asker string, was, e Organisation) error {
	if e.NameJA+e.NameEN == "" {
		return errs.New(errs.Invalid, "%w", i18n.NewError("org.name-missing"))
	}
	if e.Jurisdiction == "" {
		e.Jurisdiction = was.Jurisdiction
	}
	if e.NameEN == "" {
		e.NameEN = was.NameEN
	}
	e.Kind, e.Version, e.CreatedAt, e.EndedOn = was.Kind, was.Version, was.CreatedAt, was.EndedOn
	if e == was {
		return nil
	}
	if err := s.alone(ctx, tx, asker, e.ID); err != nil {
		return err
	}
	return tx.Update(ctx, `update organisation set name_ja = :name_ja, name_en = :name_en, sector = :sector, size = :size, grp = :grp, centre = :centre,
		jurisdiction = :jurisdiction, version = version + 1 where id = :id and version = :version`, e)
}

// alone refuses to change what another asker relies on too.
func (s *Store) alone(ctx context.Context, tx *db.Tx, asker, id string) error {
	others, err := db.One[int64](ctx, tx, `select count(*) from tie where organisation = :id and tenant <> :asker`, db.Args{"id": id, "asker": asker})
	if err == nil && others > 0 {
		err = errs.New(errs.Conflict, "%w", i18n.NewError("org.shared"))
	}
	return err
}

// setFlags makes the designations that hold from an entry's day on those of the entry.
func (s *Store) setFlags(ctx context.Context, tx *db.Tx, asker string, e Entry) error {
	if e.Flag == nil {
		return nil
	}
	flags, err := db.All[Flag](ctx, tx, `select organisation, flag, since, until from organisation_flag where organisation = :id order by flag, since`, db.Args{"id": e.ID})
	if err != nil {
		return err
	}
	want := map[string]bool{}
	for _, f := range e.Flag {
		want[f] = true
	}
	var set []Flag
	for _, f := range flags {
		if f.Until != "" && f.Until <= e.On || f.Since > e.On {
			continue
		}
		if !want[f.Flag] {
			f.Until = e.On
			set = append(set, f)
		}
		delete(want, f.Flag)
	}
	for _, f := range e.Flag {
		if want[f] {
			set = append(set, Flag{Organisation: e.ID, Flag: f, Since: e.On})
		}
	}
	for _, f := range set {
		if err := s.alone(ctx, tx, asker, e.ID); err != nil {
			return err
		}
		if err := s.SetFlag(ctx, tx, f); err != nil {
			return err
		}
	}
	return nil
}

// EndTie ends the tie with a party from an ISO date on; "" takes the end back.
func (s *Store) EndTie(ctx context.Context, a authz.Actor, id, until string) error {
	return s.onParty(ctx, a, id, "party.ended", until, func(tx *db.Tx) error {
		if err := validDay(until, true); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `update tie set until = :until where tenant = :asker and organisation = :id`, db.Args{"asker": a.Org, "id": id, "until": until})
		return err
	})
}

// Designate enters a designation of a party, or its end (Flag.Until).
func (s *Store) Designate(ctx context.Context, a authz.Actor, f Flag) error {
	return s.onParty(ctx, a, f.Organisation, "party.designated", f.Flag+" "+f.Since+" "+f.Until, func(tx *db.Tx) error {
		if f.Flag = strings.TrimSpace(f.Flag); f.Flag == "" || len(f.Flag) > 64 || strings.ContainsAny(f.Flag, ";\"\\\r\n\t") {
			return errs.New(errs.Invalid, "%w", i18n.NewError("org.bad-flag"))
		}
		if err := validDay(f.Since, false); err != nil {
			return err
		}
		if err := validDay(f.Until, true); err != nil {
			return err
		}
		if err := s.alone(ctx, tx, a.Org, f.Organisation); err != nil {
			return err
		}
		return s.SetFlag(ctx, tx, f)
	})
}

func validDay(iso string, open bool) error {
	if open && iso == "" {
		return nil
	}
	if _, err := calendar.ParseDay(iso); err != nil {
		return errs.New(errs.Invalid, "%w", i18n.NewError("org.bad-day", "day", iso))
	}
	return nil
}

// onParty does something to a party of the actor's organisation and enters it in the ledger.
func (s *Store) onParty(ctx context.Context, a authz.Actor, id, kind, payload string, do func(*db.Tx) error) error {
	basis, err := s.may.Decide(a, "party.manage", thing(a.Org))
	if err != nil {
		return err
	}
	return s.db.System("an asker manages a party").Tx(ctx, func(tx *db.Tx) error {
		if _, err := db.One[string](ctx, tx, `select code from tie where tenant = :asker and organisation = :id`, db.Args{"asker": a.Org, "id": id}); err != nil {
			return err
		}
		if err := do(tx); err != nil {
			return err
		}
		return s.logParties(ctx, tx, a, basis, kind, id, payload)
	})
}

func (s *Store) logParties(ctx context.Context, tx *db.Tx, a authz.Actor, basis, kind, id string, payload any) error {
	text, err := json.Marshal(payload)
	if err != nil {
		return err
	}
	_, err = ledger.Append(ctx, tx, ledger.Entry{At: clock.Micros(s.now.Now()), Org: a.Org, Actor: a.Person, OnBehalfOf: a.OnBehalfOf, Kind: kind,
		ObjectKind: "organisation", ObjectID: id, Basis: basis, Payload: ledger.HashPayload(text)})
	return err
}

// FlagsToday are the designations that hold today, by the organisation's id, of all
// parties of the actor's organisation.
func (s *Store) FlagsToday(ctx context.Context, a authz.Actor) (map[string][]string, error) {
	if _, err := s.may.Decide(a, "party.read", thing(a.Org)); err != nil {
		return nil, err
	}
	all, err := s.flagsOf(ctx, a.Org)
	out := make(map[string][]string, len(all))
	for id, flags := range all {
		if held := (Organisation{}).Form("", flags, s.today(), i18n.JA).Flags; len(held) > 0 {
			out[id] = held
		}
	}
	return out, err
}
