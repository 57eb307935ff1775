package offline

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"yagura/internal/form"
)

// golden is a package that was worked on, as this format has it: packages that are out
// when the server is brought to a new version have to come back. UPDATE=1 writes it anew.
const golden = "testdata/golden.zip"

// fixedServer signs with a key that is the same in every run. The encoding is that of
// golang.org/x/mod/sumdb/note.
func fixedServer(t *testing.T) server {
	t.Helper()
	const name, algorithm = "yagura.example/log", 1
	seed := sha256.Sum256([]byte("the key of a test"))
	public, _ := ed25519.NewKeyFromSeed(seed[:]).Public().(ed25519.PublicKey)
	coded := append([]byte{algorithm}, public...)
	sum := sha256.Sum256(append([]byte(name+"\n"), coded...))
	key := func(data []byte) string {
		return fmt.Sprintf("%s+%x+%s", name, sum[:4], base64.StdEncoding.EncodeToString(data))
	}
	signer, err := note.NewSigner("PRIVATE+KEY+" + key(append([]byte{algorithm}, seed[:]...)))
	if err != nil {
		t.Fatal(err)
	}
	return server{signer, key(coded)}
}

func TestTheFormatIsAsItWas(t *testing.T) {
	s := fixedServer(t)
	in := issueOf(t, Scope{Items: []string{"a.choice", "a.text", "b.table"}})
	in.Seed = sha256.Sum256([]byte("the seed of a test"))
	p, err := Make(in, s.sign)
	if err != nil {
		t.Fatal(err)
	}
	set(t, p, "a.choice", "two", "担当一", time.Minute)
	set(t, p, "b.table", []form.Row{{"name": {Value: "甲"}, "n": {Value: int64(2)}}}, "担当二", 2*time.Minute)
	data := file(t, p)
	if os.Getenv("UPDATE") == "1" {
		if err := os.WriteFile(golden, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(data, want) {
		t.Errorf("the bytes of a package have changed (%d, were %d): packages that were issued would be refused. If that is meant, Format needs a new number; UPDATE=1 writes %s", len(data), len(want), golden)
	}
	q, err := Open(want, s.public)
	if err != nil || !q.Verified || len(q.Changes()) != 2 || q.ManifestHash() != p.ManifestHash() {
		t.Errorf("the package of before is not read: %v", err)
	}
}
