package app

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/jobs"
)

// metrics are the figures of one node for Prometheus. They name no organisation, no
// person and no address beyond the patterns of the routes.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	clock    clock.Clock
}

func newMetrics(c clock.Clock) *metrics {
	m := &metrics{registry: prometheus.NewRegistry(), clock: c, requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "yagura_http_request_seconds", Help: "Time to answer, by pattern of the route and status.",
		Buckets: []float64{.005, .01, .025, .05, .1, .2, .5, 1, 2, 5, 10},
	}, []string{"route", "status"})}
	m.registry.MustRegister(m.requests, collectors.NewGoCollector(), collectors.NewBuildInfoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// observe measures a mux: its request carries the pattern when it has answered.
func (m *metrics) observe(mux http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, rec := m.clock.Now(), &statusWriter{w, http.StatusOK}
		mux.ServeHTTP(rec, r)
		route := r.Pattern
		if route == "" {
			route = "none"
		}
		m.requests.WithLabelValues(route, strconv.Itoa(rec.status)).Observe(m.clock.Now().Sub(start).Seconds())
	})
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// state reads the figures of the database when they are asked for.
type state struct{ site *Site }

var (
	upDesc      = prometheus.NewDesc("yagura_database_up", "1 when the database answered.", nil, nil)
	dueDesc     = prometheus.NewDesc("yagura_due_rows", "Due rows that wait, and those given up.", []string{"state"}, nil)
	lateDesc    = prometheus.NewDesc("yagura_due_oldest_seconds", "For how long the oldest due row has been due.", nil, nil)
	entriesDesc = prometheus.NewDesc("yagura_ledger_entries", "Entries of the ledger.", nil, nil)
	filingsDesc = prometheus.NewDesc("yagura_filings", "Filings by state.", []string{"state"}, nil)
	workDesc    = prometheus.NewDesc("yagura_due_runs_total", "Runs of due rows on this node by outcome.", []string{"outcome"}, nil)
)

// Describe implements prometheus.Collector.
func (c state) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{upDesc, dueDesc, lateDesc, entriesDesc, filingsDesc, workDesc} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (c state) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	run := &c.site.Runner.Done
	for outcome, n := range map[string]int64{"done": run.Load(), "failed": c.site.Runner.Failed.Load(), "died": c.site.Runner.Died.Load(), "lost": c.site.Runner.Lost.Load()} {
		out <- prometheus.MustNewConstMetric(workDesc, prometheus.CounterValue, float64(n), outcome)
	}
	type count struct {
		State string `db:"state"`
		N     int64  `db:"n"`
	}
	var filings []count
	var size int64
	var wait jobs.Backlog
	now := c.site.Clock.Now()
	err := c.site.DB.System("metrics").Read(ctx, func(tx *db.Tx) (err error) {
		if wait, err = jobs.Waiting(ctx, tx, now); err != nil {
			return err
		}
		if size, err = db.One[int64](ctx, tx, `select size from ledger_head where one = 1`, nil); err != nil {
			return err
		}
		filings, err = db.All[count](ctx, tx, `select f.state, count(*) as n from filing_own f group by f.state`, nil)
		return err
	})
	if err != nil {
		gauge(upDesc, 0)
		return
	}
	gauge(upDesc, 1)
	gauge(dueDesc, float64(wait.Due), "waiting")
	gauge(dueDesc, float64(wait.Dead), "dead")
	gauge(lateDesc, late(wait, now).Seconds())
	gauge(entriesDesc, float64(size))
	for _, f := range filings {
		gauge(filingsDesc, float64(f.N), f.State)
	}
}

// late is for how long the oldest due row has been due.
func late(b jobs.Backlog, now time.Time) time.Duration {
	if b.Oldest == 0 {
		return 0
	}
	return max(0, now.Sub(clock.FromMicros(b.Oldest)))
}

// serveMetrics serves the figures on an address of their own until ctx ends.
func (s *Site) serveMetrics(ctx context.Context, l net.Listener) {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{}))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: readHeaderTimeout, WriteTimeout: time.Minute}
	go func() {
		<-ctx.Done()
		_ = server.Close() // a scrape is repeated
	}()
	_ = server.Serve(l) // ends by Close
}
