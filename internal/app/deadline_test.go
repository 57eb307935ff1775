package app

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"yagura/catalog"
	"yagura/internal/assessment/demo"
	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/filing"
	"yagura/internal/i18n"
	"yagura/internal/ledger"
	"yagura/internal/storetest"
	"yagura/internal/web"
)

// rush is a sector on the day of the deadline: some institutions still answer, the
// others' filings are approved and wait to be submitted.
type rush struct {
	site             *Site
	srv              *httptest.Server
	approved, drafts [][2]string // organisation, filing
	respondent       string
}

// deadlineDay prepares the whole sector; each n-th institution still answers.
func deadlineDay(t testing.TB, e storetest.Engine, answering int) *rush {
	t.Helper()
	private, _, err := ledger.GenerateKey("test.example/yagura")
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	cfg := SiteConfig{DSN: e.DSN, Secrets: Secrets{Key: make([]byte, 32), Ledger: private}, Base: "http://yagura.example", Plain: true}
	s, err := OpenSite(ctx, catalog.FS, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // the engine drops the database
	d := &Demonstration{site: s, persons: map[string]string{}, say: func(string, ...any) {}}
	f, err := s.Forms.Form(demoForm, "")
	if err != nil {
		t.Fatal(err)
	}
	sector := demo.Generate(1, i18n.JA, f, s.Forms.Previous(f), demo.Figures{})
	if err := d.organisations(ctx, sector); err != nil {
		t.Fatal(err)
	}
	_, filings, err := d.open(ctx, f, d.title(2026), s.Clock.Now().Add(21*24*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	r := &rush{respondent: d.persons[string(authz.Respondent)]}
	cfg.Demo = &web.Demo{}
	for i, p := range d.parties {
		id := filings[p.id]
		if _, err := s.Filings.Import(ctx, d.actor(p.id, authz.Respondent), id, "excel", sector.Current[i]); err != nil {
			t.Fatal(err)
		}
		if i%answering != 0 {
			if err := d.way(ctx, p.id, id, wholeWay[:3]...); err != nil {
				t.Fatal(d.unfit(err, p))
			}
			r.approved = append(r.approved, [2]string{p.id, id})
			continue
		}
		r.drafts = append(r.drafts, [2]string{p.id, id})
	}
	// One respondent works for all of them, in a session of each organisation.
	err = s.DB.System("respondents of a test").Tx(ctx, func(tx *db.Tx) error {
		for _, p := range d.parties {
			if p.id != d.parties[0].id {
				if err := s.Orgs.Grant(ctx, tx, authz.Actor{Person: "system"}, "", p.id, r.respondent, "", []authz.Role{authz.Respondent}); err != nil {
					return err
				}
			}
			cfg.Demo.Persons = append(cfg.Demo.Persons, web.DemoPerson{Person: r.respondent, Org: p.id})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if r.site, err = join(s.DB, catalog.FS, cfg); err != nil {
		t.Fatal(err)
	}
	r.srv = httptest.NewServer(r.site.Handler)
	t.Cleanup(r.srv.Close)
	return r
}

// desk is a respondent's browser.
type desk struct {
	rush   *rush
	client *http.Client
}

func (r *rush) desk(org string) (*desk, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	k := &desk{r, &http.Client{Jar: jar, Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 2}}}
	_, _, err = k.send("/signin/demo", url.Values{"person": {r.respondent}, "org": {org}})
	return k, err
}

func (k *desk) send(path string, values url.Values) (string, time.Duration, error) {
	from := time.Now()
	res, err := k.client.PostForm(k.rush.srv.URL+path, values)
	if err != nil {
		return "", 0, err
	}
	defer func() { _ = res.Body.Close() }() // read to its end below
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode >= 400 {
		err = fmt.Errorf("%s: %s", path, res.Status)
	}
	return string(body), time.Since(from), err
}

// autosaves lets a respondent type: the page's fields go to the server each five
// seconds, with another comment each time, until done is closed.
func (k *desk) autosaves(t testing.TB, draft [2]string, start time.Duration, done <-chan struct{}, took *times) {
	section := "/filings/" + draft[1] + "/sections/" + k.rush.section()
	res, err := k.client.Get(k.rush.srv.URL + section)
	if err != nil {
		took.fail(err)
		return
	}
	page, err := io.ReadAll(res.Body)
	_ = res.Body.Close() // read
	if err != nil {
		took.fail(err)
		return
	}
	values := fields(t, string(page), section)
	var box string
	for name, v := range values {
		if strings.HasSuffix(name, "~comment") && len(v) == 1 && (box == "" || name < box) {
			box = name
		}
	}
	if box == "" {
		took.fail(fmt.Errorf("%s has no comment", section))
		return
	}
	tick := time.NewTimer(start)
	for n := 0; ; n++ {
		select {
		case <-done:
			return
		case <-tick.C:
		}
		tick.Reset(5 * time.Second)
		values.Set(box, "追記 "+strconv.Itoa(n))
		_, d, err := k.send(section+"/autosave", values)
		took.add(d, err)
	}
}

func (r *rush) section() string {
	f, err := r.site.Forms.Form(demoForm, "")
	if err != nil {
		panic(err) // it was opened above
	}
	return f.Sections[1].ID
}

// times are how long requests took.
type times struct {
	mu    sync.Mutex
	list  []time.Duration
	fault error
	bad   int
}

func (x *times) add(d time.Duration, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if err != nil {
		x.bad++
		x.fault = err
		return
	}
	x.list = append(x.list, d)
}

func (x *times) fail(err error) { x.add(0, err) }

// quantile is the smallest time that a share of the requests did not exceed.
func (x *times) quantile(q float64) time.Duration {
	slices.Sort(x.list)
	if len(x.list) == 0 {
		return 0
	}
	return x.list[min(len(x.list)-1, int(q*float64(len(x.list))))]
}

// BenchmarkDeadlineDay: 500 respondents at their desks save each five seconds while 20
// filings a second are submitted, for YAGURA_BENCH_SECONDS (10). Everything goes over
// HTTP, clients and server share the machine.
func BenchmarkDeadlineDay(b *testing.B) {
	storetest.EachBench(b, func(b *testing.B, e storetest.Engine) {
		seconds := 10
		if n, err := strconv.Atoi(os.Getenv("YAGURA_BENCH_SECONDS")); err == nil {
			seconds = n
		}
		r := deadlineDay(b, e, 2)
		for b.Loop() {
			if len(r.approved) < 20*seconds {
				b.Fatalf("%d filings are approved, too few for %d s", len(r.approved), seconds)
			}
			saves, submits := r.hours(b, 500, seconds)
			if saves.bad+submits.bad > 0 {
				b.Errorf("%d of %d savings and %d of %d submissions failed: %v %v", saves.bad, len(saves.list), submits.bad, len(submits.list), saves.fault, submits.fault)
			}
			for name, x := range map[string]*times{"save": saves, "submit": submits} {
				b.ReportMetric(float64(x.quantile(.5).Microseconds())/1000, "ms-"+name+"-p50")
				b.ReportMetric(float64(x.quantile(.99).Microseconds())/1000, "ms-"+name+"-p99")
				b.ReportMetric(float64(len(x.list))/float64(seconds), name+"s/s")
			}
		}
	})
}

// hours lets respondents save and filings be submitted at their rates.
func (r *rush) hours(b *testing.B, respondents, seconds int) (saves, submits *times) {
	saves, submits = &times{}, &times{}
	done := make(chan struct{})
	var people sync.WaitGroup
	for i := range respondents {
		draft := r.drafts[i%len(r.drafts)]
		k, err := r.desk(draft[0])
		if err != nil {
			b.Fatal(err)
		}
		people.Go(func() { k.autosaves(b, draft, 5*time.Second*time.Duration(i)/time.Duration(respondents), done, saves) })
	}
	desks := make([]*desk, 20*seconds)
	for i := range desks {
		var err error
		if desks[i], err = r.desk(r.approved[i][0]); err != nil {
			b.Fatal(err)
		}
	}
	every := time.NewTicker(time.Second / 20)
	defer every.Stop()
	for i, k := range desks {
		<-every.C
		people.Go(func() {
			_, d, err := k.send("/filings/"+r.approved[i][1]+"/moves/submit", nil)
			submits.add(d, err)
		})
	}
	close(done)
	people.Wait()
	r.approved = r.approved[len(desks):]
	return saves, submits
}

// BenchmarkSubmissions: approved filings submitted by eight clients as fast as the
// store acknowledges them, and the bare thing beside it: transactions that durably
// insert one row into a table of the same file, by as many clients. The two take turns,
// a quarter of the filings each time, so that what else the machine does meets both.
func BenchmarkSubmissions(b *testing.B) {
	storetest.EachBench(b, func(b *testing.B, e storetest.Engine) {
		r := deadlineDay(b, e, 500)
		bare, drop := bareRows(b, e)
		defer drop()
		for b.Loop() {
			var ours, rows pace
			for part := range slices.Chunk(r.approved, (len(r.approved)+3)/4) {
				ours.run(b, len(part), func(i int) error {
					_, err := r.site.Filings.Do(context.Background(), submitter(part[i][0]), part[i][1], filing.Submit, "")
					return err
				})
				rows.run(b, len(part), bare)
			}
			b.ReportMetric(ours.rate(), "submissions/s")
			b.ReportMetric(rows.rate(), "rows/s")
			b.ReportMetric(ours.rate()/rows.rate(), "ratio")
			b.ReportMetric(ours.processor(), "ms-processor/submission")
			b.ReportMetric(rows.processor(), "ms-processor/row")
		}
	})
}

// bareRows stores one row in a transaction of its own, as durable as the store's.
func bareRows(b *testing.B, e storetest.Engine) (one func(int) error, drop func()) {
	driver, dsn := "pgx", e.DSN
	if e.Kind == db.SQLite {
		driver, dsn = "sqlite", "file:"+e.DSN+"?_pragma=busy_timeout(60000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate"
	}
	pool, err := sql.Open(driver, dsn)
	if err != nil {
		b.Fatal(err)
	}
	drop = func() { _ = pool.Close() } // the engine drops the database
	if e.Kind == db.SQLite {
		pool.SetMaxOpenConns(1) // one writer at a time, as the store
	}
	if _, err := pool.Exec("create table if not exists bare (id integer primary key, said text)"); err != nil {
		b.Fatal(err)
	}
	var serial atomic.Int64
	return func(int) error {
		tx, err := pool.Begin()
		if err != nil {
			return err
		}
		if _, err := tx.Exec("insert into bare (id, said) values ($1, $2)", serial.Add(1), strings.Repeat("x", 200)); err != nil {
			return errors.Join(err, tx.Rollback())
		}
		return tx.Commit()
	}, drop
}

// pace is how many things were acknowledged, in what time, and what they cost.
type pace struct {
	acknowledged int64
	wall, spent  time.Duration
}

// run lets eight clients do n things.
func (p *pace) run(b *testing.B, n int, do func(int) error) {
	from, used := time.Now(), processorTime(b)
	var next, done atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				if err := do(i); err != nil {
					b.Error(err)
					continue
				}
				done.Add(1)
			}
		})
	}
	all.Wait()
	p.acknowledged += done.Load()
	p.wall += time.Since(from)
	p.spent += processorTime(b) - used
}

// rate is a number per second.
func (p *pace) rate() float64 { return float64(p.acknowledged) / p.wall.Seconds() }

// processor is milliseconds of all cores for each, those of a server beside not counted.
func (p *pace) processor() float64 {
	return float64(p.spent.Microseconds()) / 1000 / float64(max(1, p.acknowledged))
}

// processorTime is what this process has used so far.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
