package scripttest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"path"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// sealed wants the asker's record of an output folder to name every other file
// with its true hash, and release.json exactly the given inputs and those files
// that are of no single institution.
func sealed(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) > 1, "sealed DIR INPUT…")
	type entry struct{ Name, SHA256 string }
	var rec struct{ Inputs, Outputs []entry }
	if err := json.Unmarshal([]byte(ts.ReadFile(filepath.Join(args[0], "release.json"))), &rec); err != nil {
		ts.Fatalf("release.json: %v", err)
	}
	var whole struct{ Outputs []entry }
	if err := json.Unmarshal([]byte(ts.ReadFile(filepath.Join(args[0], "asker/record.json"))), &whole); err != nil {
		ts.Fatalf("asker/record.json: %v", err)
	}
	all, public := map[string]string{}, map[string]string{}
	for _, name := range names(ts, args[0]) {
		if name == "release.json" || name == "asker/record.json" || strings.HasPrefix(path.Base(name), ".") {
			continue
		}
		all[name] = hash(ts, filepath.Join(args[0], name))
		if !strings.Contains(name, "/") {
			public[name] = all[name]
		}
	}
	same := func(kind string, list []entry, want map[string]string) {
		for _, e := range list {
			if want[e.Name] != e.SHA256 {
				ts.Fatalf("%s %s has hash %q, the record says %s", kind, e.Name, want[e.Name], e.SHA256)
			}
			delete(want, e.Name)
		}
		for name := range want {
			ts.Fatalf("no record of the %s %s", kind, name)
		}
	}
	same("output", whole.Outputs, all)
	same("public output", rec.Outputs, public)
	given := map[string]string{}
	for _, name := range args[1:] {
		given[path.Base(name)] = hash(ts, name)
	}
	same("input", rec.Inputs, given)
}

func hash(ts *testscript.TestScript, file string) string {
	sum := sha256.Sum256([]byte(ts.ReadFile(file)))
	return hex.EncodeToString(sum[:])
}
