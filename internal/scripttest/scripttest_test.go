// Package scripttest tells the behaviour of the command line as stories: the
// files under testdata/story are scripts with the files they need, run against
// the whole program. UPDATE=1 rewrites what a story compares with.
package scripttest

import (
	"bytes"
	"context"
	"encoding/csv"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"yagura/internal/app"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"yagura": func() {
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
			code := app.Run(ctx, os.Args[1:], app.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr})
			stop()
			os.Exit(code)
		},
	})
}

func TestStories(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                "testdata/story",
		Setup:              func(env *testscript.Env) error { return small(filepath.Join(env.WorkDir, "small")) },
		Cmds:               commands,
		UpdateScripts:      os.Getenv("UPDATE") == "1",
		RequireUniqueNames: true,
	})
}

// small gives every story the small sector: two editions of a form, the list of
// the institutions, and their answers, which testdata/small keeps as tables
// that a person can read.
func small(dir string) error {
	if err := os.CopyFS(dir, os.DirFS("testdata/small")); err != nil {
		return err
	}
	for _, year := range []string{"2025", "2026"} {
		table := filepath.Join(dir, "answers-"+year+".txt")
		data, err := os.ReadFile(table)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, "answers-"+year+".csv"), long(data), 0o666); err != nil {
			return err
		}
		if err := os.Remove(table); err != nil {
			return err
		}
	}
	return nil
}

// long turns a table (a row for each party, a column for each item, "." for no
// answer) into the CSV of one row for each answer.
func long(table []byte) []byte {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	var head []string
	_ = w.Write([]string{"party", "item", "value"})
	for line := range strings.Lines(string(table)) {
		fields := strings.Fields(line)
		if head == nil {
			head = fields
			continue
		}
		for i, value := range fields[1:] {
			if value != "." {
				_ = w.Write([]string{fields[0], head[i+1], value})
			}
		}
	}
	w.Flush()
	return out.Bytes()
}
