// Package systemtest looks at what the program hands out through the programs
// of those who receive it: a browser, PDF readers, a spreadsheet. It runs with
// YAGURA_SYSTEM_TESTS=1; a part whose program is not installed says so.
package systemtest

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"yagura/internal/app"
	"yagura/internal/i18n"
)

// The feedback that is looked at, and what stands on every page.
const (
	party   = "S001"
	marking = "RESTRICTED 取扱注意"
)

var sandbox string // a folder for all tests, removed at the end

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "yagura-system-")
	if err != nil {
		panic(err)
	}
	sandbox = dir
	code := m.Run()
	if shared.site != nil {
		shared.site.close()
	}
	os.RemoveAll(dir)
	os.Exit(code)
}

// needs skips the test, with the reason, unless system tests are asked for and
// the programs are there.
func needs(t *testing.T, programs ...string) {
	t.Helper()
	if os.Getenv("YAGURA_SYSTEM_TESTS") != "1" {
		t.Skip("left out: YAGURA_SYSTEM_TESTS=1 is not set (make test sets it)")
	}
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("left out: %s is not installed (make deps installs it)", p)
		}
	}
}

// yagura runs the program and wants it to find nothing wrong.
func yagura(t *testing.T, args ...string) {
	t.Helper()
	var out bytes.Buffer
	if code := app.Run(context.Background(), args, app.Streams{Out: &out, Err: &out}); code != 0 {
		t.Fatalf("yagura %s: exit code %d\n%s", strings.Join(args, " "), code, out.String())
	}
}

// run runs another program and returns its standard output and error.
func run(t *testing.T, limit time.Duration, program string, args ...string) (stdout, stderr string) {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), limit)
	defer stop()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil && !errors.Is(err, exec.ErrWaitDelay) {
		t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, errs.String())
	}
	return out.String(), errs.String()
}

// demo is the synthetic sector in a language with its sector report and the
// feedback of one party, made once.
type demo struct {
	lang i18n.Lang
	dir  string
	once sync.Once
}

var demos = map[i18n.Lang]*demo{i18n.JA: {lang: i18n.JA}, i18n.EN: {lang: i18n.EN}}

func demoIn(t *testing.T, lang i18n.Lang) *demo {
	t.Helper()
	d := demos[lang]
	d.once.Do(func() {
		d.dir = filepath.Join(sandbox, string(lang))
		sector := d.file("sector")
		yagura(t, "-q", "--lang", string(lang), "demo", "sector", "--out", sector)
		yagura(t, "-q", "--lang", string(lang), "assess", "analyze", "--form", "regional-self-assessment", "--parties", filepath.Join(sector, "parties.csv"),
			"--answers", filepath.Join(sector, "answers-2026.csv"), "--previous", filepath.Join(sector, "answers-2025.csv"),
			"--only", party, "--marking", marking, "--out", d.file("reports"))
	})
	if t.Failed() || d.dir == "" {
		t.FailNow()
	}
	return d
}

func (d *demo) file(name ...string) string { return filepath.Join(append([]string{d.dir}, name...)...) }

func (d *demo) feedback(ext string) string { return d.file("reports", "feedback", party+ext) }

// name is the party's name in the language of the demo.
func (d *demo) name(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(d.file("sector", "parties.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if fields := strings.Split(line, ","); fields[0] == party {
			return fields[1]
		}
	}
	t.Fatalf("no party %s", party)
	return ""
}
