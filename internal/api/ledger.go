package api

import (
	"net/http"

	"yagura/internal/db"
	"yagura/internal/ledger"
)

func (s *server) ledgerOperations() {
	add(s, op(http.MethodGet, "/api/ledger/entries", "ledger-entries"), "ledger.read", (*call).entries)
	add(s, op(http.MethodGet, "/api/ledger/receipts/{number}", "ledger-receipt"), "ledger.read", (*call).receipt)
	add(s, op(http.MethodGet, "/api/ledger/checkpoint", "ledger-checkpoint"), "work.read", (*call).checkpoint)
}

// LedgerEntry is an entry of the organisation's log under its number.
type LedgerEntry struct {
	Number int64 `json:"number" db:"number"`
	ledger.Entry
}

type entriesIn struct {
	After int64 `query:"after" minimum:"-1" default:"-1" doc:"number of the last entry of the part before"`
	Limit int   `query:"limit" minimum:"1" maximum:"500" default:"50"`
}

func (c *call) entries(in *entriesIn) (*list[LedgerEntry], error) {
	if _, err := c.Policies.Decide(c.actor, "ledger.read", c.own("organisation")); err != nil {
		return nil, err
	}
	rows, err := db.All[LedgerEntry](c.ctx, c.DB.Tenant(c.actor.Org), `select number, tenant, at, actor, on_behalf_of, kind, object_kind, object_id, object_revision, basis, payload, nonce
		from ledger_entry where tenant = :tenant and number > :after order by number limit :limit`, db.Args{"after": in.After, "limit": in.Limit + 1})
	if err != nil {
		return nil, err
	}
	return cut(rows, Window{Limit: in.Limit}, func(e LedgerEntry) string { return decimal(e.Number) }, func(e LedgerEntry) LedgerEntry { return e })
}

type receiptPath struct {
	Number int64 `path:"number" minimum:"0"`
}

func (c *call) receipt(p *receiptPath) (*one[ledger.Receipt], error) {
	if _, err := c.Policies.Decide(c.actor, "ledger.read", c.own("organisation")); err != nil {
		return nil, err
	}
	r, err := c.Ledger.Receipt(c.ctx, c.actor.Org, p.Number)
	return &one[ledger.Receipt]{Body: r}, err
}

// Checkpoint is the signed state of the log.
type Checkpoint struct {
	Origin string `json:"origin"`
	Size   int64  `json:"size"`
	Text   string `json:"text" doc:"signed note (C2SP tlog-checkpoint)"`
	Key    string `json:"key" doc:"public key"`
}

func (c *call) checkpoint(*struct{}) (*one[Checkpoint], error) {
	if err := c.anyone(); err != nil {
		return nil, err
	}
	k, err := c.Ledger.Checkpoint(c.ctx)
	return &one[Checkpoint]{Body: Checkpoint{k.Origin, k.Size, k.Text, c.Ledger.PublicKey()}}, err
}
