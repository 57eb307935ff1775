package app

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/jobs"
	"yagura/internal/ledger"
	"yagura/internal/storetest"
)

func get(h http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://yagura.example"+path, nil))
	return w
}

func TestUpkeep(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		s := small(t, e, 100)
		ctx, fake := context.Background(), s.Clock.(*clock.Fake)
		if _, err := s.Runner.Tick(ctx, fake.Now()); err != nil {
			t.Fatal(err)
		}
		if w := get(s.Handler, "/readyz"); w.Code != http.StatusOK {
			t.Fatalf("readyz: %d %s", w.Code, w.Body)
		}
		text := get(promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{}), "/").Body.String()
		for _, want := range []string{`yagura_database_up 1`, `yagura_filings{state="`, `yagura_http_request_seconds_count{route="GET /readyz",status="200"} 1`, `yagura_due_rows{state="dead"} 0`} {
			if !strings.Contains(text, want) {
				t.Errorf("metrics lack %s", want)
			}
		}
		if strings.Contains(text, "監督当局") {
			t.Error("metrics name an organisation")
		}
		if err := s.scheduleCheckpoint(ctx); err != nil {
			t.Fatal(err)
		}
		count := func() int64 {
			n, err := db.One[int64](ctx, s.DB.Common(), `select count(*) from ledger_checkpoint`, nil)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		before := count()
		fake.Advance(time.Hour + 6*time.Minute)
		if w := get(s.Handler, "/readyz"); w.Code != http.StatusServiceUnavailable {
			t.Errorf("readyz with a late row: %d", w.Code)
		}
		if err := s.DB.Tenant("x").Tx(ctx, func(tx *db.Tx) error {
			_, err := ledger.Append(ctx, tx, ledger.Entry{At: 1, Org: "x", Actor: "a", Kind: "filing.submitted", ObjectKind: "filing", ObjectID: "f", Payload: ledger.HashPayload(nil)})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Runner.Tick(ctx, fake.Now()); err != nil {
			t.Fatal(err)
		}
		if n := count(); n != before+1 {
			t.Errorf("%d checkpoints after the hour, %d before", n, before)
		}
		fake.Advance(time.Minute)
		if w := get(s.Handler, "/readyz"); w.Code != http.StatusOK {
			t.Errorf("readyz after the work: %d", w.Code)
		}
		if wait, err := jobs.Waiting(ctx, s.DB.System("test"), fake.Now().Add(time.Hour)); err != nil || wait.Due == 0 {
			t.Errorf("no next checkpoint is planned: %+v %v", wait, err)
		}
	})
}
