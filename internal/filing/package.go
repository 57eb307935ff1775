package filing

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"slices"
	"strings"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/ledger"
	"yagura/internal/offline"
	"yagura/internal/record"
)

// Parcel is an offline package that was issued of a filing.
type Parcel struct {
	Tenant     string `db:"tenant"`
	ID         string `db:"id"`
	Filing     string `db:"filing"`
	Manifest   string `db:"manifest"` // SHA-256 of the manifest, hex
	Scope      string `db:"scope"`    // JSON of offline.Scope
	IssuedAt   int64  `db:"issued_at"`
	Person     string `db:"person"`
	Name       string `db:"name"`     // of the person who downloaded it
	Returned   string `db:"returned"` // ids of the items that came back, by spaces
	ReturnedAt int64  `db:"returned_at"`
	ReturnedBy string `db:"returned_by"` // name
}

const parcelColumns = `tenant, id, filing, manifest, scope, issued_at, person, name, returned, returned_at, returned_by`

// Sections are the sections of the package, nil for the whole form.
func (p Parcel) Sections() []string {
	var s offline.Scope
	if json.Unmarshal([]byte(p.Scope), &s) != nil {
		return nil
	}
	return s.Sections
}

// Parcels lists the packages that were issued of a filing, newest first.
func (s *Store) Parcels(ctx context.Context, a authz.Actor, id string) ([]Parcel, error) {
	if _, err := s.Get(ctx, a, id); err != nil {
		return nil, err
	}
	return db.All[Parcel](ctx, s.db.Tenant(a.Org), `select `+parcelColumns+` from filing_package where tenant = :tenant and filing = :filing order by issued_at desc, id desc`, db.Args{"filing": id})
}

// Issue makes an offline package of a filing whose answers may be changed, signed by the
// log's key, and enters it in the ledger. Errors are those of Save, and Invalid for a
// scope that the form doesn't have.
func (s *Store) Issue(ctx context.Context, a authz.Actor, id string, scope offline.Scope, log *ledger.Log) (Sheet, []byte, error) {
	var sh Sheet
	var data []byte
	err := s.db.Tenant(a.Org).Tx(ctx, func(tx *db.Tx) error {
		var err error
		if sh, err = s.sheet(ctx, tx, a.Org, id); err != nil {
			return err
		}
		basis, err := s.may.Decide(a, "filing.answer", sh.thing(nil))
		if err != nil {
			return err
		}
		if err := sh.open(); err != nil {
			return err
		}
		p, err := offline.Make(s.issueOf(a, sh, scope), log.Sign)
		if err != nil {
			return err
		}
		if data, err = p.Bytes(); err != nil {
			return err
		}
		text, err := json.Marshal(p.Manifest.Scope)
		if err != nil {
			return errs.New(errs.Internal, "filing: %w", err)
		}
		row := Parcel{Tenant: a.Org, ID: p.Manifest.ID, Filing: id, Manifest: p.ManifestHash(), Scope: string(text), IssuedAt: clock.Micros(p.Manifest.IssuedAt), Person: a.Person, Name: a.Name}
		if _, err := tx.Exec(ctx, `insert into filing_package (`+parcelColumns+`) values (:tenant, :id, :filing, :manifest, :scope, :issued_at, :person, :name,
			:returned, :returned_at, :returned_by)`, row); err != nil {
			return err
		}
		return s.enter(ctx, tx, a, sh.Filing, "filing.package-issued", basis, []byte(row.ID+" "+row.Manifest))
	})
	return sh, data, err
}

func (s *Store) issueOf(a authz.Actor, sh Sheet, scope offline.Scope) offline.Issue {
	in := offline.Issue{
		Manifest: offline.Manifest{ID: string(s.ids.New()), Org: a.Org, OrgName: a.OrgName, Filing: sh.ID, Campaign: sh.Campaign, Title: sh.Title(), Asker: sh.AskerName(),
			Code: sh.Code, Marking: sh.Marking, DueAt: clock.FromMicros(sh.DueAt), IssuedAt: s.now.Now(), IssuedTo: a.Name, Versions: sh.Draft.Versions},
		Form: sh.FormDef, Org: &sh.Org, Answers: sh.Draft.Answers, Previous: sh.Previous, Scope: scope,
	}
	rand.Read(in.Seed[:]) // never fails
	return in
}

// enter appends a fact about a filing to the ledger; it is the last of a transaction.
func (s *Store) enter(ctx context.Context, tx *db.Tx, a authz.Actor, f Filing, kind, basis string, payload []byte) error {
	_, err := ledger.Append(ctx, tx, ledger.Entry{At: clock.Micros(s.now.Now()), Org: f.Tenant, Actor: a.Person, OnBehalfOf: a.OnBehalfOf, Kind: kind,
		ObjectKind: "filing", ObjectID: f.ID, Revision: f.Revision, Basis: basis, Payload: ledger.HashPayload(payload)})
	return err
}

// PackageName is the name of the file in which the filing is given out.
func (sh Sheet) PackageName() string {
	return sh.Code + "-" + sh.FormDef.ID + "-" + sh.FormDef.Edition + "-offline.zip"
}

// Return is an offline package that comes back, with what it would change.
type Return struct {
	Sheet   Sheet
	Package *offline.Package
	Plan    offline.Plan
}

// Unpack reads a package that comes back to a filing and weighs it against the present
// answers; nothing is changed. It has to be one that this server issued of this very
// filing, of the form as it still is, and no item of it may have come back before.
// Errors are those of Save, and Invalid with the reason as a message.
func (s *Store) Unpack(ctx context.Context, a authz.Actor, id string, data []byte, log *ledger.Log) (Return, error) {
	var r Return
	err := s.db.Tenant(a.Org).Read(ctx, func(tx *db.Tx) error {
		var err error
		r, _, _, err = s.unpack(ctx, tx, a, id, data, log)
		return err
	})
	return r, err
}

func (s *Store) unpack(ctx context.Context, tx *db.Tx, a authz.Actor, id string, data []byte, log *ledger.Log) (r Return, row Parcel, basis string, err error) {
	if r.Sheet, err = s.sheet(ctx, tx, a.Org, id); err != nil {
		return r, row, "", err
	}
	sh := r.Sheet
	if basis, err = s.may.Decide(a, "filing.answer", sh.thing(nil)); err != nil {
		return r, row, "", err
	}
	if err = sh.open(); err != nil {
		return r, row, "", err
	}
	if r.Package, err = offline.Open(data, log.Keys()...); err != nil {
		return r, row, "", err
	}
	m := r.Package.Manifest
	if m.Org != a.Org || m.Filing != id {
		return r, row, "", errs.New(errs.Invalid, "%w", i18n.NewError("filing.package-foreign"))
	}
	if m.FormHash != sh.FormDef.Hash() {
		return r, row, "", errs.New(errs.Invalid, "%w", i18n.NewError("filing.package-form"))
	}
	row, err = db.One[Parcel](ctx, tx, `select `+parcelColumns+` from filing_package where tenant = :tenant and id = :package`, db.Args{"tenant": a.Org, "package": m.ID})
	if errs.KindOf(err) == errs.NotFound || err == nil && (row.Filing != id || row.Manifest != r.Package.ManifestHash()) {
		err = errs.New(errs.Invalid, "%w", i18n.NewError("filing.package-unknown"))
	}
	if err != nil {
		return r, row, "", err
	}
	spent := strings.Fields(row.Returned)
	for _, it := range r.Package.Items() {
		if slices.Contains(spent, it.ID) {
			return r, row, "", errs.New(errs.Invalid, "%w", i18n.NewError("filing.package-spent", "name", row.ReturnedBy))
		}
	}
	r.Plan = r.Package.Weigh(sh.Draft.Answers, sh.Draft.Versions)
	return r, row, basis, nil
}

// TakeIn takes over what a package changed: all that conflicts with nothing, and of the
// conflicts those that take names. digest is that of the plan that the person saw: when
// the plan is another one by now, nothing is changed and the error is Conflict. The items
// of the package are spent with it: they never come back from the same package again.
// It returns the sheet as it is now and how many answers were stored.
func (s *Store) TakeIn(ctx context.Context, a authz.Actor, id string, data []byte, log *ledger.Log, digest string, take map[string]bool) (Sheet, int, error) {
	var sh Sheet
	stored := 0
	err := s.db.System("answers, and their progress for the asker").Tx(ctx, func(tx *db.Tx) error {
		r, row, basis, err := s.unpack(ctx, tx, a, id, data, log)
		if err != nil {
			return err
		}
		if r.Plan.Digest() != digest || len(r.Plan.Faults) > 0 {
			return errs.New(errs.Conflict, "%w", i18n.NewError("filing.package-moved"))
		}
		changes := r.Plan.Changes
		for _, c := range r.Plan.Conflicts {
			if take[c.Item.ID] {
				changes = append(changes, c)
			}
		}
		for _, c := range changes {
			if _, err := s.records.Put(ctx, tx, r.Sheet.FormDef, a.Org, r.Sheet.Record, a.Person, "offline", record.Change{Item: c.Item.ID, Answer: c.New, Version: c.Version}); err != nil {
				return err
			}
		}
		stored = len(changes)
		if err := s.spend(ctx, tx, a, row, r.Package); err != nil {
			return err
		}
		if sh, err = s.sheet(ctx, tx, a.Org, id); err != nil {
			return err
		}
		if err := s.count(ctx, tx, &sh); err != nil {
			return err
		}
		return s.enter(ctx, tx, a, sh.Filing, "filing.package-returned", basis, data)
	})
	return sh, stored, err
}

// spend enters that items of a package came back; of two at once one is refused.
func (s *Store) spend(ctx context.Context, tx *db.Tx, a authz.Actor, row Parcel, p *offline.Package) error {
	spent := strings.Fields(row.Returned)
	for _, it := range p.Items() {
		spent = append(spent, it.ID)
	}
	n, err := tx.Exec(ctx, `update filing_package set returned = :now, returned_at = :at, returned_by = :name where tenant = :tenant and id = :package and returned = :was`,
		db.Args{"tenant": a.Org, "package": row.ID, "now": strings.Join(spent, " "), "was": row.Returned, "at": clock.Micros(s.now.Now()), "name": a.Name})
	if err == nil && n == 0 {
		err = errs.New(errs.Conflict, "%w", i18n.NewError("filing.package-moved"))
	}
	return err
}

// Back lists how many items of a package came back, and how many it has in all.
func (p Parcel) Back(def *form.Form) (back, all int) {
	var scope offline.Scope
	if json.Unmarshal([]byte(p.Scope), &scope) != nil {
		return 0, 0
	}
	return len(strings.Fields(p.Returned)), scope.Count(def)
}
