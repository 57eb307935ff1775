package app

import (
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"yagura/internal/db"
	"yagura/internal/storetest"
)

// onDisk is a site with filings that are approved, in a data folder that a process can
// serve.
func onDisk(t *testing.T, every int) (dir string, s *Site, list []*sender, x trial) {
	t.Helper()
	dir = t.TempDir()
	secrets := secretsIn(t, dir)
	s, x = prepareWith(t, storetest.Engine{Kind: db.SQLite, DSN: filepath.Join(dir, "yagura.db")}, every, secrets)
	return dir, s, senders(t, s, x), x
}

// The server is killed while programs submit over HTTP. Whatever the programs were told
// is there, once, with a receipt that verifies; what they were not told they send again
// under the same key. YAGURA_TEST_HTTP_KILLS=100 takes more than those of every day.
func TestServerKilledUnderLoad(t *testing.T) {
	kills, every := 2, 45
	if n, err := strconv.Atoi(os.Getenv("YAGURA_TEST_HTTP_KILLS")); err == nil {
		kills, every = n, 4
	}
	dir, s, list, x := onDisk(t, every)
	var mu sync.Mutex
	p := serveChild(t, dir, "127.0.0.1:0")
	url := p.ready()
	wait := all(list, func() string { mu.Lock(); defer mu.Unlock(); return url })
	done := make(chan struct{})
	go func() { wait(); close(done) }()
	n := 0
	for ; n < kills; n++ {
		select {
		case <-done:
			kills = n
		case <-time.After(time.Duration(100+rand.IntN(300)) * time.Millisecond):
		}
		p.kill()
		p = serveChild(t, dir, "127.0.0.1:0")
		next := p.ready()
		mu.Lock()
		url = next
		mu.Unlock()
	}
	<-done
	acknowledged(t, s, x, list)
	sent := 0
	for _, c := range list {
		sent += c.sent
	}
	t.Logf("%d kills, %d filings, %d sendings", n, len(list), sent)
}

// SIGTERM: the request that is being read is answered, new ones are refused, and the
// process ends with exit code 0.
func TestServerEndsInOrder(t *testing.T) {
	dir, s, list, x := onDisk(t, 250)
	p := serveChild(t, dir, "127.0.0.1:0")
	url := p.ready()
	pr, pw := io.Pipe()
	body := `{"move":"submit"}`
	answer := make(chan string, 1)
	go func() {
		req, err := http.NewRequest(http.MethodPost, url+"/api/filings/"+list[0].filing+"/moves", pr)
		if err != nil {
			answer <- err.Error()
			return
		}
		req.ContentLength = int64(len(body))
		req.Header.Set("Authorization", "Bearer "+list[0].token)
		req.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			answer <- err.Error()
			return
		}
		_ = res.Body.Close() // the status is enough
		answer <- res.Status
	}()
	if _, err := io.WriteString(pw, body[:5]); err != nil {
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond) // the handler has begun
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	refused := false
	for range 100 {
		conn, err := net.DialTimeout("tcp", strings.TrimPrefix(url, "http://"), time.Second)
		if refused = err != nil; refused {
			break
		}
		_ = conn.Close() // it was not refused yet
		time.Sleep(20 * time.Millisecond)
	}
	select {
	case <-p.gone:
		t.Fatal("the server ended with a request in flight")
	default:
	}
	if _, err := io.WriteString(pw, body[5:]); err != nil {
		t.Fatal(err)
	}
	if got := <-answer; got != "200 OK" || !refused {
		t.Errorf("the request in flight: %s; new ones refused: %t", got, refused)
	}
	if code := p.ended(); code != 0 {
		t.Errorf("exit code %d: %s", code, p.said())
	}
	once(t, s, trial{Filings: x.Filings[:1]}, map[string]int{list[0].filing: 1})
}
