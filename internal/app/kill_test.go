package app

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
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
)

// trial is what the processes of the test share.
type trial struct {
	DSN     string
	Ledger  string
	Filings [][2]string // organisation, filing: approved, to be submitted
}

func (x trial) config() SiteConfig {
	return SiteConfig{DSN: x.DSN, Secrets: Secrets{Key: make([]byte, 32), Ledger: x.Ledger}, Base: "http://yagura.example", Plain: true}
}

func submitter(org string) authz.Actor {
	return authz.Actor{Person: "respondent", Name: "回答担当", Org: org, Roles: []authz.Role{authz.Respondent}}
}

// TestSubmitsUntilKilled is a node: 50 clients submit filings at once and tell each
// acknowledgement on stdout. It runs only as a process of the test below.
func TestSubmitsUntilKilled(t *testing.T) {
	name := os.Getenv("YAGURA_TEST_TRIAL")
	if name == "" {
		return // of no meaning by itself
	}
	var x trial
	data, err := os.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(data, &x)
	}
	if err != nil {
		t.Fatal(err)
	}
	s, err := OpenSite(context.Background(), catalog.FS, x.config())
	if err != nil {
		t.Fatal(err)
	}
	todo := make(chan [2]string)
	for range 50 {
		go func() {
			for f := range todo {
				if _, err := s.Filings.Do(context.Background(), submitter(f[0]), f[1], filing.Submit, ""); err == nil {
					fmt.Println("acknowledged " + f[1])
				}
			}
		}()
	}
	for _, i := range rand.Perm(len(x.Filings)) {
		todo <- x.Filings[i]
	}
	time.Sleep(time.Hour) // until killed
}

// prepare makes a site with approved filings of each n-th institution.
func prepare(t *testing.T, e storetest.Engine, every int) (*Site, trial) {
	t.Helper()
	private, _, err := ledger.GenerateKey("test.example/yagura")
	if err != nil {
		t.Fatal(err)
	}
	return prepareWith(t, e, every, Secrets{Key: make([]byte, 32), Ledger: private})
}

func prepareWith(t *testing.T, e storetest.Engine, every int, secrets Secrets) (*Site, trial) {
	t.Helper()
	ctx := context.Background()
	x := trial{DSN: e.DSN, Ledger: secrets.Ledger}
	cfg := x.config()
	cfg.Secrets = secrets
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
	sector := thin(demo.Generate(1, i18n.JA, f, s.Forms.Previous(f), demo.Figures{}), every)
	if err := d.organisations(ctx, sector); err != nil {
		t.Fatal(err)
	}
	_, filings, err := d.open(ctx, f, d.title(2026), s.Clock.Now().Add(21*24*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range d.parties {
		id := filings[p.id]
		if _, err := s.Filings.Import(ctx, d.actor(p.id, authz.Respondent), id, "excel", sector.Current[i]); err != nil {
			t.Fatal(err)
		}
		if err := d.way(ctx, p.id, id, wholeWay[:3]...); err != nil {
			t.Fatal(d.unfit(err, p))
		}
		x.Filings = append(x.Filings, [2]string{p.id, id})
	}
	return s, x
}

// node starts a process whose acknowledgements come on the channel.
func node(t *testing.T, file string, acks chan<- string, readers *sync.WaitGroup) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestSubmitsUntilKilled$")
	cmd.Env = append(os.Environ(), "YAGURA_TEST_TRIAL="+file)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	readers.Add(1)
	go func() {
		defer readers.Done()
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if id, ok := strings.CutPrefix(lines.Text(), "acknowledged "); ok {
				acks <- id
			}
		}
	}()
	return cmd
}

// What was acknowledged is there once, with a receipt that verifies, however often the
// nodes are killed: one on SQLite, three in turn on PostgreSQL. YAGURA_TEST_KILLS=100
// takes more than the few kills of every day.
func TestKilledWhileSubmitting(t *testing.T) {
	kills, every := 8, 10
	if n, err := strconv.Atoi(os.Getenv("YAGURA_TEST_KILLS")); err == nil {
		kills, every = n, 1
	}
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		s, x := prepare(t, e, every)
		file := filepath.Join(t.TempDir(), "trial.json")
		data, err := json.Marshal(x)
		if err == nil {
			err = os.WriteFile(file, data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		nodes := make([]*exec.Cmd, 1)
		if e.Kind == db.Postgres {
			nodes = make([]*exec.Cmd, 3)
		}
		acks, readers := make(chan string, 2*len(x.Filings)), &sync.WaitGroup{}
		for i := range nodes {
			nodes[i] = node(t, file, acks, readers)
		}
		acked, done := map[string]int{}, 0
		for ; done < kills && len(acked) < len(x.Filings); done++ {
			for wait, late := rand.IntN(1+2*len(x.Filings)/kills), time.After(10*time.Second); wait >= 0; wait-- {
				select {
				case id := <-acks:
					acked[id]++
				case <-late:
					wait = 0
				}
			}
			time.Sleep(time.Duration(rand.IntN(5000)) * time.Microsecond)
			n := done % len(nodes)
			_ = nodes[n].Process.Kill()
			_ = nodes[n].Wait() // it was killed
			nodes[n] = node(t, file, acks, readers)
		}
		for _, n := range nodes {
			_ = n.Process.Kill()
		}
		readers.Wait()
		close(acks)
		for id := range acks {
			acked[id]++
		}
		once(t, s, x, acked)
		t.Logf("%d kills, %d of %d filings acknowledged", done, len(acked), len(x.Filings))
	})
}

// once holds the database to the acknowledgements.
func once(t *testing.T, s *Site, x trial, acked map[string]int) {
	t.Helper()
	ctx := context.Background()
	for _, f := range x.Filings {
		numbers, err := db.All[int64](ctx, s.DB.Tenant(f[0]), `select e.number from ledger_entry e
			where e.tenant = :tenant and e.kind = 'filing.submitted' and e.object_id = :id`, db.Args{"id": f[1]})
		if err != nil {
			t.Fatal(err)
		}
		stored, err := s.Filings.Get(ctx, submitter(f[0]), f[1])
		if err != nil {
			t.Fatal(err)
		}
		submitted := stored.State == filing.Submitted
		if n := acked[f[1]]; n > 1 || n == 1 && !submitted || submitted != (len(numbers) == 1) || len(numbers) > 1 {
			t.Errorf("filing %s: acknowledged %d times, %s, %d entries", f[1], n, stored.State, len(numbers))
			continue
		}
		if submitted {
			if _, err := s.Ledger.Receipt(ctx, f[0], numbers[0]); err != nil { // verifies what it makes
				t.Errorf("receipt of %s: %v", f[1], err)
			}
		}
	}
	rep, err := ledger.VerifyAll(ctx, s.DB, []string{s.Ledger.PublicKey()})
	if err != nil || len(rep.Faults) > 0 {
		t.Errorf("the ledger: %v %v", rep.Faults, err)
	}
}
