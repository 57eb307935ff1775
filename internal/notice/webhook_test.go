package notice_test

import (
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/jobs"
	"yagura/internal/notice"
	"yagura/internal/storetest"
)

// receiver is an organisation's own system.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	got    []call
}

type call struct {
	header http.Header
	body   []byte
}

func newReceiver(t *testing.T, start func(http.Handler) *httptest.Server) *receiver {
	r := &receiver{status: http.StatusNoContent}
	r.Server = start(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			t.Error(err)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.got = append(r.got, call{req.Header, body})
		if r.status/100 == 3 {
			w.Header().Set("Location", "/elsewhere")
		}
		w.WriteHeader(r.status)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) answer(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

func (r *receiver) calls() []call {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]call(nil), r.got...)
}

func (d *desk) endpoint(url string, kinds ...string) (notice.Endpoint, string) {
	d.t.Helper()
	var e notice.Endpoint
	var secret string
	err := d.DB.Tenant(bank).Tx(ctx, func(tx *db.Tx) error {
		var err error
		e, secret, err = d.AddEndpoint(ctx, tx, bank, url, kinds...)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return e, secret
}

func (d *desk) deliveries(e notice.Endpoint) []notice.Delivery {
	d.t.Helper()
	list, err := notice.Deliveries(ctx, d.DB.Tenant(bank), e.ID, 100)
	if err != nil {
		d.t.Fatal(err)
	}
	return list
}

func TestWebhook(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		r := newReceiver(t, httptest.NewServer)
		d := open(t, e)
		all, secret := d.endpoint(r.URL + "/hook")
		d.endpoint(r.URL+"/other", "filing.returned") // doesn't want this kind
		d.send(bank, accepted())
		d.clock.Advance(time.Minute)
		d.tick(0, 1)
		got := r.calls()
		if len(got) != 1 {
			t.Fatalf("%d calls, want 1", len(got))
		}
		var body map[string]string
		if err := json.Unmarshal(got[0].body, &body); err != nil {
			t.Fatal(err)
		}
		if len(body) != 4 || body["kind"] != "filing.accepted" || body["time"] != "2026-11-02T01:00:00Z" ||
			body["link"] != "https://yagura.example/filing/01" || body["id"] != d.deliveries(all)[0].ID {
			t.Errorf("%s", got[0].body)
		}
		header := got[0].header.Get(notice.SignatureHeader)
		if err := notice.VerifyWebhook(header, got[0].body, secret, d.clock.Now(), notice.ReplayWindow); err != nil {
			t.Error(err)
		}
		if x := d.deliveries(all)[0]; x.DoneAt == nil || x.Status != 204 || x.Tries != 1 || x.Fault != "" {
			t.Errorf("%+v", x)
		}
		d.send(bank, notice.Notice{Org: bank, Kind: "filing.returned", Link: "/filing/01"})
		d.tick(0, 2)
	})
}

func TestWebhookIsRepeatedUntilItIsTaken(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		r := newReceiver(t, httptest.NewServer)
		d := open(t, e)
		hook, secret := d.endpoint(r.URL)
		d.send(bank, accepted())
		for i, status := range []int{500, 404, 302, 429} {
			r.answer(status)
			d.tick(time.Hour, 0)
			if x := d.deliveries(hook)[0]; x.Status != status || x.Tries != i+1 || x.DoneAt != nil || x.Fault == "" {
				t.Errorf("%+v", x)
			}
		}
		r.answer(200)
		d.tick(time.Hour, 1)
		got := r.calls()
		if len(got) != 5 { // the redirect wasn't followed
			t.Fatalf("%d calls, want 5", len(got))
		}
		for i, c := range got {
			if string(c.body) != string(got[0].body) {
				t.Error("a repetition differs")
			}
			// Each attempt has its own time, so a late one is inside the window.
			at := t0.Add(time.Duration(i+1) * time.Hour)
			if err := notice.VerifyWebhook(c.header.Get(notice.SignatureHeader), c.body, secret, at, notice.ReplayWindow); err != nil {
				t.Error(err)
			}
		}
		d.tick(100*time.Hour, 0)

		d.send(bank, accepted())
		r.answer(http.StatusGone)
		d.tick(0, 0)
		d.tick(100*time.Hour, 0)
		if n := len(r.calls()); n != 6 {
			t.Errorf("%d calls: a receiver that is gone is asked again", n)
		}
	})
}

func TestRemovedEndpointGetsNothingMore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		r := newReceiver(t, httptest.NewServer)
		d := open(t, e)
		hook, _ := d.endpoint(r.URL)
		d.send(bank, accepted()) // waits
		remove := func(org string) error {
			return d.DB.Tenant(org).Tx(ctx, func(tx *db.Tx) error { return notice.RemoveEndpoint(ctx, tx, hook.ID) })
		}
		if err := remove(fsa); errs.KindOf(err) != errs.NotFound {
			t.Errorf("another organisation removed it: %v", err)
		}
		if err := remove(bank); err != nil {
			t.Fatal(err)
		}
		d.send(bank, accepted())
		d.tick(0, 1)
		if len(r.calls()) != 0 || len(d.deliveries(hook)) != 1 {
			t.Error("something was sent after the removal")
		}
		if list, err := notice.Endpoints(ctx, d.DB.Tenant(bank)); err != nil || len(list) != 0 {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

func TestWebhooksDontReachInside(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		r := newReceiver(t, httptest.NewServer)
		_, port, _ := strings.Cut(strings.TrimPrefix(r.URL, "http://"), ":")
		d := open(t, e, func(c *notice.Config) { c.Webhook.Allowed = nil })
		var hooks []notice.Endpoint
		for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433", "169.254.169.254"} {
			h, _ := d.endpoint("http://" + host + ":" + port + "/?token=topsecret")
			hooks = append(hooks, h)
		}
		d.send(bank, accepted())
		d.tick(0, 0)
		if n := len(r.calls()); n != 0 {
			t.Errorf("%d calls reached this machine", n)
		}
		for _, h := range hooks {
			if x := d.deliveries(h)[0]; x.Tries != 1 || x.Status != 0 || strings.Contains(x.Fault, "topsecret") {
				t.Errorf("%s: %+v", h.URL, x)
			}
		}
	})
}

func TestWebhookChecksTheCertificate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		r := newReceiver(t, httptest.NewTLSServer)
		d := open(t, e)
		d.endpoint(r.URL)
		d.send(bank, accepted())
		d.tick(0, 0)
		if len(r.calls()) != 0 {
			t.Error("a certificate that nobody vouches for was taken")
		}
	})
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		r := newReceiver(t, httptest.NewTLSServer)
		pool := x509.NewCertPool()
		pool.AddCert(r.Certificate())
		d := open(t, e, func(c *notice.Config) { c.Webhook.RootCAs = pool })
		d.endpoint(r.URL)
		d.send(bank, accepted())
		d.tick(0, 1)
	})
}

func TestAddEndpointRefuses(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		d := open(t, e, func(c *notice.Config) { c.Webhook.Plain = false })
		for address, want := range map[string]errs.Kind{
			"https://soc.bank.example/hook": "", "http://soc.bank.example/hook": errs.Invalid, "https://user:pw@soc.bank.example/": errs.Invalid,
			"ftp://soc.bank.example/": errs.Invalid, "https:///hook": errs.Invalid, "https://soc.bank.example/#x": errs.Invalid,
			"https://soc.bank.example/" + strings.Repeat("x", 2000): errs.Invalid, "": errs.Invalid, "https://[": errs.Invalid,
		} {
			err := d.DB.Tenant(bank).Tx(ctx, func(tx *db.Tx) error {
				_, _, err := d.AddEndpoint(ctx, tx, bank, address)
				return err
			})
			if errs.KindOf(err) != want {
				t.Errorf("%s: %v", address, err)
			}
		}
	})
}

// While the operator changes the key, a receiver that has the former secret goes on.
func TestFormerKey(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		r := newReceiver(t, httptest.NewServer)
		d := open(t, e)
		_, former := d.endpoint(r.URL)
		c := d.Config
		c.Keys = [][]byte{[]byte("a new key of the tests, 32 bytes"), c.Keys[0]}
		n, err := notice.New(c)
		if err != nil {
			t.Fatal(err)
		}
		d.send(bank, accepted())
		run := jobs.New(d.DB, d.clock, n.Handlers(), jobs.Options{})
		if got, err := run.Tick(ctx, d.clock.Now()); err != nil || got != 1 {
			t.Fatal(got, err)
		}
		list, err := notice.Endpoints(ctx, d.DB.Tenant(bank))
		if err != nil {
			t.Fatal(err)
		}
		got := r.calls()[0]
		for name, secret := range map[string]string{"former": former, "present": n.Secret(bank, list[0].ID)} {
			if err := notice.VerifyWebhook(got.header.Get(notice.SignatureHeader), got.body, secret, t0, notice.ReplayWindow); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n.Secret(bank, list[0].ID) == former || n.Secret(fsa, list[0].ID) == n.Secret(bank, list[0].ID) {
			t.Error("secrets are the same")
		}
	})
}

func TestAllowedRange(t *testing.T) {
	for address, want := range map[string][2]bool{ // by default, with 10.20.0.0/16 allowed
		"8.8.8.8": {true, true}, "2606:4700::1111": {true, true}, "10.20.1.1": {false, true}, "::ffff:10.20.1.1": {false, true},
		"10.21.1.1": {false, false}, "192.168.1.1": {false, false}, "172.31.255.255": {false, false}, "172.32.0.1": {true, true},
		"127.0.0.1": {false, false}, "::1": {false, false}, "::": {false, false}, "0.0.0.0": {false, false}, "169.254.169.254": {false, false},
		"fe80::1%eth0": {false, false}, "fd00::1": {false, false}, "100.64.0.1": {false, false}, "224.0.0.1": {false, false},
		"255.255.255.255": {false, false}, "64:ff9b::a00:1": {false, false}, "2002:a00:1::1": {false, false}, "::ffff:127.0.0.1": {false, false},
		"::7f00:1": {false, false}, "198.18.0.1": {false, false}, "203.0.113.5": {false, false}, "ff02::1": {false, false},
	} {
		a := netip.MustParseAddr(address)
		allowed := []netip.Prefix{netip.MustParsePrefix("10.20.0.0/16")}
		if got := [2]bool{notice.Reachable(a, nil), notice.Reachable(a, allowed)}; got != want {
			t.Errorf("%s: %v, want %v", address, got, want)
		}
	}
}
