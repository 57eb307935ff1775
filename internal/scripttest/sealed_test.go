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

// sealed wants release.json of an output folder to name, with their true
// hashes, every other file of the folder and exactly the given inputs.
func sealed(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) > 1, "sealed DIR INPUT…")
	type entry struct{ Name, SHA256 string }
	var rec struct{ Inputs, Outputs []entry }
	if err := json.Unmarshal([]byte(ts.ReadFile(filepath.Join(args[0], "release.json"))), &rec); err != nil {
		ts.Fatalf("release.json: %v", err)
	}
	want := map[string]string{}
	for _, name := range names(ts, args[0]) {
		if name != "release.json" && !strings.HasPrefix(path.Base(name), ".") {
			want[name] = hash(ts, filepath.Join(args[0], name))
		}
	}
	same := func(kind string, list []entry, want map[string]string) {
		for _, e := range list {
			if want[e.Name] != e.SHA256 {
				ts.Fatalf("%s %s has hash %s, release.json says %s", kind, e.Name, want[e.Name], e.SHA256)
			}
			delete(want, e.Name)
		}
		for name := range want {
			ts.Fatalf("release.json does not name the %s %s", kind, name)
		}
	}
	same("output", rec.Outputs, want)
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
