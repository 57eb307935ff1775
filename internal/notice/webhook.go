package notice

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/jobs"
)

// Outward says where webhooks may go. Its zero value means https:// to the public
// internet.
type Outward struct {
	Allowed []netip.Prefix // also these: an operator's own network
	Plain   bool           // http:// too
	RootCAs *x509.CertPool // nil: the machine's
}

// outward is the client of webhooks. It follows no redirect, which would lead past
// what was registered, and uses no proxy, behind which an address can't be judged.
type outward struct {
	client *http.Client
}

const webhookTimeout = 10 * time.Second

func newOutward(o Outward) *outward {
	dialer := &net.Dialer{Timeout: webhookTimeout, Control: dialControl(o.Allowed)}
	return &outward{&http.Client{
		Timeout: webhookTimeout,
		Transport: &http.Transport{
			DialContext:         dialer.DialContext,
			TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.RootCAs},
			TLSHandshakeTimeout: webhookTimeout,
			ForceAttemptHTTP2:   true,
			MaxIdleConnsPerHost: 1,
			IdleConnTimeout:     time.Minute,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// webhookBody is what a receiver gets: that something happened, and where to look.
type webhookBody struct {
	ID   string `json:"id"` // the same in every repetition
	Kind string `json:"kind"`
	Time string `json:"time"` // of the fact, RFC 3339, UTC
	Link string `json:"link"`
}

// post makes one attempt at a delivery and records what came of it. Any answer of 2xx
// is a success; 410 (Gone) ends it; everything else is tried again.
func (n *Notifier) post(ctx context.Context, j jobs.Job) error {
	h := n.DB.Tenant(j.Org)
	type row struct {
		Delivery
		URL    string `db:"url"`
		Active int    `db:"active"`
	}
	rows, err := db.All[row](ctx, h, `select d.id, d.endpoint, d.kind, d.link, d.at, d.tries, d.status, d.fault, d.done_at, e.url, e.active
		from notice_delivery d inner join notice_endpoint e on e.tenant = d.tenant and e.id = d.endpoint
		where d.tenant = :tenant and d.id = :id`, db.Args{"id": j.Key})
	if err != nil || len(rows) == 0 || rows[0].DoneAt != nil || rows[0].Active == 0 {
		return err
	}
	d := rows[0]
	status, sendErr := n.webhook.send(ctx, d.URL, n.secrets(j.Org, d.Endpoint), n.Clock.Now(), webhookBody{
		ID: d.ID, Kind: d.Kind, Time: clock.FromMicros(d.At).Format(time.RFC3339Nano), Link: n.absolute(d.Link),
	})
	var done *int64
	fault := ""
	if sendErr == nil {
		now := clock.Micros(n.Clock.Now())
		done = &now
	} else {
		fault = sendErr.Error()
	}
	// Recorded even when the time of this run is used up, as the run itself is.
	_, err = h.Exec(context.WithoutCancel(ctx), `update notice_delivery set tries = tries + 1, status = :status, fault = :fault, done_at = :done
		where tenant = :tenant and id = :id`, db.Args{"id": d.ID, "status": status, "fault": strings.ToValidUTF8(fault, ""), "done": done})
	switch {
	case err != nil:
		return err
	case status == http.StatusGone:
		return jobs.Permanent(sendErr)
	}
	return sendErr
}

// send posts a body and tells the status of the answer, 0 when there was none. The
// error doesn't quote the address's query, in which receivers keep tokens.
func (o *outward) send(ctx context.Context, address string, secrets []string, at time.Time, body webhookBody) (int, error) {
	data, err := json.Marshal(body)
	if err != nil {
		return 0, errs.New(errs.Internal, "notice: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(data))
	if err != nil {
		return 0, errs.New(errs.Invalid, "notice: webhook: the address can't be used")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Yagura-Webhook/1")
	req.Header.Set(SignatureHeader, signature(secrets, at, data))
	resp, err := o.client.Do(req)
	if err != nil {
		return 0, errs.New(errs.Unavailable, "notice: webhook: %w", cause(err))
	}
	defer func() { _ = resp.Body.Close() }()
	// A short answer is read to its end so that the connection can be used again.
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 4096))
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return resp.StatusCode, errs.New(errs.Unavailable, "notice: webhook: the receiver answered %d", resp.StatusCode)
	}
	return resp.StatusCode, nil
}

// cause is a client's error without the address, which url.Error quotes.
func cause(err error) error {
	if u, ok := err.(interface{ Unwrap() error }); ok && u.Unwrap() != nil {
		return u.Unwrap()
	}
	return err
}
