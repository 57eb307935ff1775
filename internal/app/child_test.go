package app

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"

	"yagura/internal/ledger"
)

// TestServesAsAProcess is the program itself, as cmd/yagura runs it. It runs only as a
// process of other tests.
func TestServesAsAProcess(t *testing.T) {
	dir := os.Getenv("YAGURA_TEST_SERVE")
	if dir == "" {
		return // of no meaning by itself
	}
	args := []string{"--lang", "ja", "serve", "--data", dir, "--addr", os.Getenv("YAGURA_TEST_ADDR")}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := Run(ctx, args, Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr})
	stop()
	os.Exit(code)
}

// process is a running server.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	mu   sync.Mutex
	out  bytes.Buffer
	gone chan struct{}
}

// Write takes what the process says.
func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.Write(b)
}

func (p *process) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.String()
}

// nobody is the user whom a process of the superuser becomes.
const nobody = 65534

// serveChild starts the program on a data folder. Where the test is the superuser, and
// the folder is given to nobody (own), the process is nobody's.
func serveChild(t *testing.T, dir, addr string, env ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(os.Args[0], "-test.run=^TestServesAsAProcess$"), gone: make(chan struct{})}
	p.cmd.Env = append(append(os.Environ(), "YAGURA_TEST_SERVE="+dir, "YAGURA_TEST_ADDR="+addr), env...)
	p.cmd.Stdout, p.cmd.Stderr = p, p
	if info, err := os.Stat(dir); err == nil && info.Sys().(*syscall.Stat_t).Uid == nobody {
		p.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		p.cmd.Path = filepath.Join(dir, "..", "program")
		p.cmd.Dir = "/"
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = p.cmd.Wait(); close(p.gone) }() // how it ended is asked for by ended
	t.Cleanup(func() { _ = p.cmd.Process.Kill(); <-p.gone })
	return p
}

var readyLine = regexp.MustCompile(`http://127\.0\.0\.1:[0-9]+`)

// ready waits until the process answers and returns its address.
func (p *process) ready() string {
	p.t.Helper()
	for range 600 {
		if url := readyLine.FindString(p.said()); url != "" {
			return url
		}
		select {
		case <-p.gone:
			p.t.Fatalf("the server ended: %s", p.said())
		case <-time.After(50 * time.Millisecond):
		}
	}
	p.t.Fatalf("the server isn't ready in 30 s: %s", p.said())
	return ""
}

// ended waits for the end and returns the exit code.
func (p *process) ended() int {
	p.t.Helper()
	select {
	case <-p.gone:
	case <-time.After(40 * time.Second):
		p.t.Fatalf("the server doesn't end: %s", p.said())
	}
	return p.cmd.ProcessState.ExitCode()
}

func (p *process) stop() int {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	return p.ended()
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.gone
}

// secretsIn makes the secrets of a data folder.
func secretsIn(t *testing.T, dir string) Secrets {
	t.Helper()
	x := Secrets{Key: []byte("0123456789abcdef0123456789abcdef")}
	var err error
	if x.Ledger, _, err = ledger.GenerateKey("test.example/yagura"); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(x)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "secrets.json"), data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// own gives a data folder to nobody, and the program a copy that nobody can reach.
// Without the rights of the superuser it does nothing: the modes count for this user.
func own(t *testing.T, dir string) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	program := filepath.Join(dir, "..", "program")
	data, err := os.ReadFile(os.Args[0])
	if err == nil {
		err = os.WriteFile(program, data, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	for up := filepath.Dir(dir); up != "/" && up != os.TempDir(); up = filepath.Dir(up) {
		if err := os.Chmod(up, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(files, dir) {
		if err := os.Chown(name, nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
}
