package scripttest

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"yagura/internal/app"
)

// countdown is a context that is cancelled when it has been asked n times.
type countdown struct {
	context.Context
	left   atomic.Int64
	cancel context.CancelFunc
}

func newCountdown(n int64) *countdown {
	ctx, cancel := context.WithCancel(context.Background())
	c := &countdown{Context: ctx, cancel: cancel}
	c.left.Store(n)
	return c
}

func (c *countdown) Err() error {
	if c.left.Add(-1) < 0 {
		c.cancel()
	}
	return c.Context.Err()
}

// TestInterruptLeavesNothingHalfWritten stops an analysis at ever later points:
// the folder stays as it was, with nothing beside it, until the run that is not
// stopped replaces it.
func TestInterruptLeavesNothingHalfWritten(t *testing.T) {
	t.Parallel()
	in, parent := filepath.Join(t.TempDir(), "small"), t.TempDir()
	if err := small(in); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(parent, "out")
	run := func(ctx context.Context) (int, string) {
		var stderr bytes.Buffer
		code := app.Run(ctx, []string{"--quiet", "--lang", "en", "assess", "analyze", "--out", out, "--only", "B01,S01",
			"--form", filepath.Join(in, "small@2026.yaml"), "--parties", filepath.Join(in, "parties.csv"),
			"--answers", filepath.Join(in, "answers-2026.csv")}, app.Streams{Out: &stderr, Err: &stderr})
		return code, stderr.String()
	}
	if code, text := run(context.Background()); code != 0 {
		t.Fatalf("exit code %d: %s", code, text)
	}
	before := stamp(t, out)
	stopped := 0
	for n := int64(0); n < 1<<20; n += n/2 + 1 {
		code, text := run(newCountdown(n))
		if code == 0 {
			break
		}
		stopped++
		if code != 2 || text != "Stopped. No half-written file was left.\n" {
			t.Fatalf("after %d checks: exit code %d, %q", n, code, text)
		}
		if entries, _ := os.ReadDir(parent); len(entries) != 1 {
			t.Fatalf("after %d checks: %v lie beside the output", n, entries)
		}
		if stamp(t, out) != before {
			t.Fatalf("after %d checks the earlier output has changed", n)
		}
	}
	if stopped < 5 || stamp(t, out) == before {
		t.Errorf("the analysis was stopped %d times and replaced: %v", stopped, stamp(t, out) != before)
	}
}

// stamp tells one output folder from the next, even if they hold the same.
func stamp(t *testing.T, dir string) string {
	t.Helper()
	info, err := os.Stat(filepath.Join(dir, "release.json"))
	if err != nil {
		t.Fatal(err)
	}
	return info.ModTime().String()
}
