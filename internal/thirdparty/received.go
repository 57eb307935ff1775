package thirdparty

import (
	"context"
	"embed"
	"encoding/json"
	"io/fs"
	"maps"
	"slices"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/thirdparty/network"
)

//go:embed schema
var schema embed.FS

// Module is the package's share in the schema.
func Module() db.Module {
	sub, err := fs.Sub(schema, "schema")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return db.Module{Name: "thirdparty", FS: sub, Tenant: []string{"thirdparty_received", "thirdparty_assets"}}
}

// Received is an institution's register as it was handed over to an asker: of the
// institution what the asker knows it by, and the register as it is analysed.
type Received struct {
	Organisation string `db:"organisation"`
	Code         string `db:"code"` // the asker's
	NameJA       string `db:"name_ja"`
	NameEN       string `db:"name_en"`
	Sector       string `db:"sector"`
	Size         string `db:"size_class"`
	At           int64  `db:"received_at"` // microseconds UTC
	Register     network.Register
}

// Name is the institution's name in both languages.
func (r Received) Name() i18n.Text { return i18n.Text{JA: r.NameJA, EN: r.NameEN} }

type receivedRow struct {
	Received
	Tenant  string  `db:"tenant"`
	Content string  `db:"content"`
	Assets  float64 `db:"assets"`
}

// Store keeps the registers that were handed over, and the sectors made of them.
type Store struct {
	db      *db.DB
	now     clock.Clock
	may     *authz.Policies
	sectors sectors
}

// New makes a store.
func New(d *db.DB, c clock.Clock, p *authz.Policies) *Store {
	return &Store{db: d, now: c, may: p, sectors: sectors{kept: map[string]*sector{}}}
}

// Receive hands registers over to an asker, in the transaction of the fact that does so
// (docs/decisions/0005): it runs under a handle that sees both sides, and the caller enters
// the fact in the ledger. A register stands for the one that the same institution handed
// over before.
func (s *Store) Receive(ctx context.Context, tx *db.Tx, asker string, list ...Received) error {
	for _, r := range list {
		r.Register.Institution.ID = r.Organisation
		content, err := json.Marshal(r.Register)
		if err != nil {
			return err
		}
		r.At = clock.Micros(s.now.Now())
		if _, err := tx.Exec(ctx, `insert into thirdparty_received (tenant, organisation, code, name_ja, name_en, sector, size_class, received_at, version, content)
			values (:tenant, :organisation, :code, :name_ja, :name_en, :sector, :size_class, :received_at, 1, :content)
			on conflict (tenant, organisation) do update set code = excluded.code, name_ja = excluded.name_ja, name_en = excluded.name_en, sector = excluded.sector, size_class = excluded.size_class,
			received_at = excluded.received_at, version = thirdparty_received.version + 1, content = excluded.content`,
			receivedRow{Received: r, Tenant: asker, Content: string(content)}); err != nil {
			return err
		}
	}
	return nil
}

// Know keeps the total assets of institutions that an asker knows from its own reports, by
// organisation, in one currency: registers of third parties don't hold them. It runs under
// a handle that sees the asker's rows.
func (s *Store) Know(ctx context.Context, tx *db.Tx, asker string, assets map[string]float64) error {
	at := clock.Micros(s.now.Now())
	for _, id := range slices.Sorted(maps.Keys(assets)) {
		if _, err := tx.Exec(ctx, `insert into thirdparty_assets (tenant, organisation, amount, known_at) values (:asker, :organisation, :amount, :at)
			on conflict (tenant, organisation) do update set amount = excluded.amount, known_at = excluded.known_at`,
			db.Args{"asker": asker, "organisation": id, "amount": assets[id], "at": at}); err != nil {
			return err
		}
	}
	return nil
}

// stamp changes whenever what was handed over to an asker does.
type stamp struct {
	N    int64 `db:"n"`
	Sum  int64 `db:"versions"`
	Last int64 `db:"last_at"`
	Know int64 `db:"known_at"` // when total assets were last entered
}

func (s *Store) stamp(ctx context.Context, asker string) (stamp, error) {
	return db.One[stamp](ctx, s.db.Tenant(asker), `select count(*) as n, coalesce(sum(version), 0) as versions, coalesce(max(received_at), 0) as last_at,
		(select coalesce(max(known_at), 0) from thirdparty_assets where tenant = :tenant) as known_at
		from thirdparty_received where tenant = :tenant`, db.Args{})
}

// load reads all registers that were handed over to an asker, by its codes.
func (s *Store) load(ctx context.Context, asker string) ([]Received, error) {
	rows, err := db.All[receivedRow](ctx, s.db.Tenant(asker), `select r.tenant, r.organisation, r.code, r.name_ja, r.name_en, r.sector, r.size_class, r.received_at, r.content, coalesce(k.amount, 0) as assets
		from thirdparty_received r left join thirdparty_assets k on k.tenant = :tenant and k.organisation = r.organisation
		where r.tenant = :tenant order by r.code, r.organisation`, db.Args{})
	out := make([]Received, len(rows))
	for i, r := range rows {
		if err := json.Unmarshal([]byte(r.Content), &r.Register); err != nil {
			return nil, errs.New(errs.Internal, "thirdparty: register of %s: %w", r.Organisation, err)
		}
		if out[i] = r.Received; r.Assets > 0 {
			out[i].Register.Institution.Assets = r.Assets
		}
	}
	return out, err
}
