package notice

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"time"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/jobs"
)

// Endpoint is an organisation's address for webhooks.
type Endpoint struct {
	ID    string
	URL   string
	Kinds []string // of notices; empty for all
	At    time.Time
}

type endpointRow struct {
	Tenant string `db:"tenant"`
	ID     string `db:"id"`
	URL    string `db:"url"`
	Kinds  string `db:"kinds"`
	At     int64  `db:"at"`
}

func (r endpointRow) endpoint() Endpoint {
	return Endpoint{ID: r.ID, URL: r.URL, Kinds: strings.Fields(r.Kinds), At: clock.FromMicros(r.At)}
}

// AddEndpoint registers an address of the transaction's organisation and returns it
// with the secret that its receiver verifies webhooks with. Errors: Invalid for an
// address that isn't https:// (or http://, where the operator allows it), or that
// holds a password; Internal for an unknown kind.
func (n *Notifier) AddEndpoint(ctx context.Context, tx *db.Tx, org, address string, kinds ...string) (Endpoint, string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || len(address) > 2000 ||
		u.Scheme != "https" && (u.Scheme != "http" || !n.Config.Webhook.Plain) {
		return Endpoint{}, "", errs.New(errs.Invalid, "notice: the address of a webhook is an https:// address without password and fragment")
	}
	for _, k := range kinds {
		if err := kindFault(k); err != nil {
			return Endpoint{}, "", err
		}
	}
	e := Endpoint{ID: string(n.IDs.New()), URL: u.String(), Kinds: kinds, At: n.Clock.Now()}
	_, err = tx.Exec(ctx, `insert into notice_endpoint (tenant, id, url, kinds, active, at) values (:tenant, :id, :url, :kinds, 1, :at)`,
		db.Args{"tenant": org, "id": e.ID, "url": e.URL, "kinds": strings.Join(kinds, " "), "at": clock.Micros(e.At)})
	return e, n.Secret(org, e.ID), err
}

// RemoveEndpoint stops deliveries to an address; what was delivered stays on record.
// The error is NotFound when there is none.
func RemoveEndpoint(ctx context.Context, tx *db.Tx, endpoint string) error {
	n, err := tx.Exec(ctx, `update notice_endpoint set active = 0 where tenant = :tenant and id = :id and active = 1`, db.Args{"id": endpoint})
	if err == nil && n == 0 {
		err = errs.New(errs.NotFound, "notice: no such webhook")
	}
	return err
}

// Endpoints lists the addresses of the handle's organisation, the oldest first.
func Endpoints(ctx context.Context, q db.Querier) ([]Endpoint, error) {
	rows, err := db.All[endpointRow](ctx, q, selectEndpoints, db.Args{})
	var list []Endpoint
	for _, r := range rows {
		list = append(list, r.endpoint())
	}
	return list, err
}

const selectEndpoints = `select tenant, id, url, kinds, at from notice_endpoint where tenant = :tenant and active = 1 order by id`

func activeEndpoints(ctx context.Context, tx *db.Tx, org string) ([]endpointRow, error) {
	return db.All[endpointRow](ctx, tx, selectEndpoints, db.Args{"tenant": org})
}

// Secret is what the receiver of an endpoint verifies webhooks with. It is made from
// the operator's key and the id of the endpoint and so is stored nowhere.
func (n *Notifier) Secret(org, endpoint string) string { return secretUnder(n.Keys[0], org, endpoint) }

func secretUnder(key []byte, org, endpoint string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("yagura webhook 1\x00" + org + "\x00" + endpoint))
	return "whsec_" + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// secrets are those under the present key and the former ones, so that receivers go on
// while the operator changes keys.
func (n *Notifier) secrets(org, endpoint string) []string {
	var list []string
	for _, k := range n.Keys[:min(len(n.Keys), 4)] {
		list = append(list, secretUnder(k, org, endpoint))
	}
	return list
}

// Delivery is one webhook of one endpoint.
type Delivery struct {
	ID       string `db:"id"`
	Endpoint string `db:"endpoint"`
	Kind     string `db:"kind"`
	Link     string `db:"link"`
	At       int64  `db:"at"`      // of the fact, microseconds since 1970 UTC
	Tries    int    `db:"tries"`   // so far
	Status   int    `db:"status"`  // of the last answer (HTTP); 0 when there was none
	Fault    string `db:"fault"`   // of the last try
	DoneAt   *int64 `db:"done_at"` // nil while it isn't delivered
}

const deliveryColumns = `id, endpoint, kind, link, at, tries, status, fault, done_at`

// Deliveries lists the webhooks of an endpoint of the handle's organisation, the newest
// first, at most limit.
func Deliveries(ctx context.Context, q db.Querier, endpoint string, limit int) ([]Delivery, error) {
	return db.All[Delivery](ctx, q, `select `+deliveryColumns+` from notice_delivery
		where tenant = :tenant and endpoint = :endpoint order by id desc limit :limit`, db.Args{"endpoint": endpoint, "limit": limit})
}

// addDelivery records a webhook and makes it due, if the endpoint wants the kind.
func (n *Notifier) addDelivery(ctx context.Context, tx *db.Tx, e endpointRow, m message) error {
	if kinds := strings.Fields(e.Kinds); len(kinds) > 0 && !slices.Contains(kinds, m.Kind) {
		return nil
	}
	key := string(n.IDs.New())
	_, err := tx.Exec(ctx, `insert into notice_delivery (tenant, id, endpoint, kind, link, at) values (:tenant, :id, :endpoint, :kind, :link, :at)`,
		db.Args{"tenant": m.Org, "id": key, "endpoint": e.ID, "kind": m.Kind, "link": m.Link, "at": m.At})
	if err != nil {
		return err
	}
	return jobs.Add(ctx, tx, jobs.Job{Org: m.Org, Kind: jobWebhook, Key: key, Due: clock.FromMicros(m.At)})
}
