package offline

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"yagura/internal/errs"
)

func refused(t *testing.T, what string, data []byte, keys ...string) {
	t.Helper()
	p, err := Open(data, keys...)
	if err == nil || p != nil && err == nil || errs.KindOf(err) != errs.Invalid {
		t.Errorf("%s: %v", what, err)
	}
}

// Every single byte of a package counts, with and without the server's key.
func TestEveryChangedByteIsRefused(t *testing.T) {
	s := newServer(t)
	p := issue(t, s, Scope{})
	set(t, p, "a.choice", "two", "甲", time.Minute)
	data := file(t, p)
	for i := range data {
		bit := byte(1) << (i % 8)
		data[i] ^= bit
		if _, err := Open(data); err == nil {
			t.Fatalf("byte %d of %d changed by %#x: opened", i, len(data), bit)
		}
		data[i] ^= bit
	}
	for i := range data {
		if _, err := Open(data[:i]); err == nil {
			t.Fatalf("cut to %d of %d bytes: opened", i, len(data))
		}
	}
	refused(t, "something behind", append(bytes.Clone(data), 0))
	refused(t, "something before", append([]byte("PK"), data...))
	refused(t, "nothing", nil)
	if _, err := Open(data, s.public); err != nil {
		t.Error(err)
	}
}

// zipOf packs the members of a package again, as an archiver would.
func zipOf(t *testing.T, data []byte, method uint16, change func(name string) []string, more map[string]string) []byte {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	write := func(name string, from io.Reader) {
		out, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err == nil {
			_, err = io.Copy(out, from)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range r.File {
		for _, name := range change(f.Name) {
			in, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			write(name, in)
		}
	}
	for name, text := range more {
		write(name, strings.NewReader(text))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A package is a ZIP that every archiver reads; but only its own bytes are one: packed
// anew, compressed (and so perhaps larger than it looks), with a member more, twice or
// under another path, it is refused.
func TestOtherArchivesAreRefused(t *testing.T) {
	data := file(t, issue(t, newServer(t), Scope{}))
	same := func(name string) []string { return []string{name} }
	refused(t, "stored anew", zipOf(t, data, zip.Store, same, nil))
	refused(t, "compressed", zipOf(t, data, zip.Deflate, same, nil))
	refused(t, "a bomb", zipOf(t, data, zip.Deflate, same, map[string]string{"bomb": strings.Repeat("0", 64<<20)}))
	refused(t, "a path", zipOf(t, data, zip.Store, same, map[string]string{"../../etc/passwd": "x"}))
	refused(t, "moved", zipOf(t, data, zip.Store, func(name string) []string { return []string{"a/" + name} }, nil))
	refused(t, "twice", zipOf(t, data, zip.Store, func(name string) []string { return []string{name, name} }, nil))
	refused(t, "too large", append(bytes.Clone(data), make([]byte, MaxPackage)...))
	members, err := split(data)
	if err != nil {
		t.Fatal(err)
	}
	members[baseName] = make([]byte, MaxPackage)
	large, err := join(members)
	if err != nil {
		t.Fatal(err)
	}
	refused(t, "a large member", large)
}

// forge changes members of a package and signs it with the seed that lies in it, as
// whoever has the package can.
func forge(t *testing.T, p *Package, change func(members map[string][]byte)) []byte {
	t.Helper()
	members, err := split(file(t, p))
	if err != nil {
		t.Fatal(err)
	}
	members = maps.Clone(members)
	change(members)
	members[signatureName] = []byte(base64.StdEncoding.EncodeToString(ed25519.Sign(p.key, returnText(members))))
	data, err := join(members)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func swap(name, old, new string) func(map[string][]byte) {
	return func(members map[string][]byte) {
		changed := bytes.ReplaceAll(members[name], []byte(old), []byte(new))
		if bytes.Equal(changed, members[name]) {
			panic(name + " has no " + old)
		}
		members[name] = changed
	}
}

// What the server signed can't be changed even by someone who has the seed; what they
// can write is only what a person could have answered.
func TestForgeries(t *testing.T) {
	s, other := newServer(t), newServer(t)
	p, q := issue(t, s, Scope{Sections: []string{"a"}}), issue(t, other, Scope{})
	set(t, p, "a.text", "本文", "甲", 0)
	checkpoint, err := s.sign("yagura.example/log\n1\n" + base64.StdEncoding.EncodeToString(make([]byte, 32)) + "\n")
	if err != nil {
		t.Fatal(err)
	}
	foreign := func(names ...string) func(map[string][]byte) {
		return func(members map[string][]byte) {
			for _, name := range names {
				members[name] = q.fixed[name]
			}
		}
	}
	for what, change := range map[string]func(map[string][]byte){
		"a wider scope":               swap(manifestName, `"sections": [`+"\n   \"a\"\n  ]", `"sections": [`+"\n   \"b\"\n  ]"),
		"another filing":              swap(manifestName, "0FILE", "0FOUL"),
		"another version":             swap(manifestName, `"a.text": 3`, `"a.text": 4`),
		"another hash of the form":    swap(manifestName, `"form_hash": "`, `"form_hash": "0`),
		"another form":                swap(formName, "甲", "丁"),
		"another base":                swap(baseName, "前の回答", "後の回答"),
		"another year before":         swap(previousName, `"one"`, `"two"`),
		"a manifest of others":        foreign(manifestName),
		"a manifest and seal":         foreign(manifestName, sealName),
		"a seal of others":            foreign(sealName),
		"another seed":                foreign(keyName),
		"everything that is fixed":    foreign(fixedNames...),
		"a checkpoint for a seal":     func(m map[string][]byte) { m[sealName] = []byte(checkpoint) },
		"a seal without a signature":  func(m map[string][]byte) { m[sealName] = m[sealName][:bytes.Index(m[sealName], []byte("\n\n"))+1] },
		"a long seal":                 func(m map[string][]byte) { m[sealName] = append(m[sealName], bytes.Repeat([]byte("x"), maxSeal)...) },
		"a seed that is none":         func(m map[string][]byte) { m[keyName] = []byte("AAAA") },
		"an answer outside":           swap(answersName, `{"a.choice"`, `{"b.yes":{"value":true},`+"\n"+`"a.choice"`),
		"an unknown item":             swap(answersName, `"a.text"`, `"a.none"`),
		"an answer twice":             swap(answersName, `{"a.choice"`, `{"a.text":{"value":"x"},`+"\n"+`"a.choice"`),
		"an answer of another type":   swap(answersName, `"本文"`, `["本文"]`),
		"answers in another order":    swap(answersName, `,`+"\n", `,`),
		"deep nesting":                swap(answersName, `"本文"`, strings.Repeat("[", 5000)+strings.Repeat("]", 5000)),
		"a wider part":                swap(workName, `"a"`+"\n", `"b"`+"\n"),
		"a part of nothing":           swap(workName, `"a"`+"\n", `"z"`+"\n"),
		"a log of another package":    swap(workName, "PACK", "PICK"),
		"a log in another format":     swap(workName, workFormat, "yagura-offline-work/2"),
		"a name that turns the text":  swap(workName, `"甲"`, `"甲\u202e"`),
		"a name without an end":       swap(workName, `"甲"`, `"`+strings.Repeat("甲", maxPerson+1)+`"`),
		"work on an item outside":     swap(workName, `"a.text"`, `"b.yes"`),
		"work that ends before it is": swap(workName, `"until": "2026-11-24`, `"until": "2026-11-23`),
		"a field more":                swap(workName, `"format"`, `"more": 1, "format"`),
	} {
		refused(t, what, forge(t, p, change), s.public)
	}
	refused(t, "of another server", file(t, q), s.public)
	refused(t, "with a key that is none", file(t, p), "key")
	if _, err := Open(forge(t, p, swap(answersName, "本文", "別文")), s.public); err != nil {
		t.Errorf("a holder of the package may answer: %v", err) // the limit of what the signature proves
	}
}

// The manifest has what was asked of it, and no secret.
func TestManifest(t *testing.T) {
	p := issue(t, newServer(t), Scope{Items: []string{"a.money", "a.choice", "a.text", "b.yes"}})
	var m map[string]any
	if err := json.Unmarshal(p.fixed[manifestName], &m); err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"format", "id", "org", "filing", "campaign", "form", "edition", "form_hash", "scope", "versions", "issued_at", "issued_to", "return_key", "members"} {
		if m[field] == nil {
			t.Errorf("no %s", field)
		}
	}
	if s := p.Manifest.Scope; len(s.Sections) != 1 || s.Sections[0] != "a" || len(s.Items) != 1 {
		t.Errorf("scope %+v", s)
	}
	n, err := note.Open(p.fixed[sealName], note.VerifierList())
	if n != nil || err == nil || !strings.HasPrefix(string(p.fixed[sealName]), sealHead+"\n"+p.Manifest.ID+"\n") {
		t.Errorf("the seal is no note of its own kind: %s", p.fixed[sealName])
	}
}

func FuzzOpen(f *testing.F) {
	s := newServer(f)
	p := issue(f, s, Scope{})
	data, err := p.Bytes()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add(data[:len(data)/2])
	f.Add([]byte(localHeader))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Open(data)
		if err != nil {
			if errs.KindOf(err) != errs.Invalid {
				t.Fatal(err)
			}
			return
		}
		if again, err := p.Bytes(); err != nil || !bytes.Equal(again, data) {
			t.Fatalf("%v: opened, and written differently", err)
		}
	})
}

// FuzzMembers changes members under a valid signature: what the seed's holder can do.
func FuzzMembers(f *testing.F) {
	s := newServer(f)
	p := issue(f, s, Scope{})
	members, err := split(must(p.Bytes()))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(members[answersName], members[workName])
	f.Add([]byte(`{}`), members[workName])
	f.Add([]byte(`{"a.text":{"value":"x"}}`), members[workName])
	f.Add([]byte(`{"b.table":{"value":[{"name":{"value":"x"}}]}}`), members[workName])
	f.Fuzz(func(t *testing.T, answers, work []byte) {
		m := maps.Clone(members)
		m[answersName], m[workName] = answers, work
		m[signatureName] = []byte(base64.StdEncoding.EncodeToString(ed25519.Sign(p.key, returnText(m))))
		data, err := join(m)
		if err != nil {
			t.Fatal(err)
		}
		q, err := Open(data, s.public)
		if err != nil {
			if errs.KindOf(err) != errs.Invalid {
				t.Fatal(err)
			}
			return
		}
		if again, err := q.Bytes(); err != nil || !bytes.Equal(again, data) {
			t.Fatalf("%v: opened, and written differently", err)
		}
		q.Weigh(q.Base, q.Manifest.Versions)
		if _, conflicts, err := Merge(nil, q, q); err != nil || len(conflicts) > 0 {
			t.Fatal(err, conflicts)
		}
	})
}

func must(data []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return data
}
