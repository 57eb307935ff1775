package offline

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"yagura/internal/errs"
)

// The first lines of what is signed. They have a space, as no name of a log has: what is
// signed here can never be taken for a checkpoint of the ledger, nor the other way round.
const (
	sealHead   = "yagura offline package/1"
	returnHead = "yagura offline return/1"
	maxSeal    = 16 << 10 // bytes; a note with one signature has some 300
)

func digest(data []byte) Digest {
	sum := sha256.Sum256(data)
	return Digest{int64(len(data)), hex.EncodeToString(sum[:])}
}

// sealText is what the server signs of a package (https://c2sp.org/signed-note).
func sealText(id string, manifest []byte) string {
	return sealHead + "\n" + id + "\n" + digest(manifest).SHA256 + "\n"
}

// returnText is what the package's own key signs: every other member by name, size and hash.
func returnText(members map[string][]byte) []byte {
	var b strings.Builder
	b.WriteString(returnHead + "\n")
	for _, name := range memberNames[:len(memberNames)-1] {
		d := digest(members[name])
		fmt.Fprintf(&b, "%s %d %s\n", name, d.Size, d.SHA256)
	}
	return []byte(b.String())
}

// checkSeal verifies the server's signature on a manifest with the server's public keys.
// Without a key only the text is compared, and verified is false.
func checkSeal(id string, manifest, seal []byte, keys []string) (issuer string, verified bool, err error) {
	if len(seal) > maxSeal {
		return "", false, refuse("offline.not-issued")
	}
	var known []note.Verifier
	seen := map[string]bool{}
	for _, k := range keys {
		v, err := note.NewVerifier(strings.TrimSpace(k))
		if err != nil {
			return "", false, refuse("offline.key-unreadable")
		}
		if name := fmt.Sprint(v.Name(), v.KeyHash()); !seen[name] {
			seen[name] = true
			known = append(known, v)
		}
	}
	n, err := note.Open(seal, note.VerifierList(known...))
	var unknown *note.UnverifiedNoteError
	if errors.As(err, &unknown) && len(known) == 0 && len(unknown.Note.UnverifiedSigs) > 0 {
		n, issuer = unknown.Note, unknown.Note.UnverifiedSigs[0].Name
	} else if err != nil {
		return "", false, refuse("offline.not-issued")
	} else {
		issuer = n.Sigs[0].Name
	}
	if n.Text != sealText(id, manifest) {
		return "", false, refuse("offline.not-issued")
	}
	return issuer, len(known) > 0, nil
}

// checkReturn verifies the return signature with the key whose seed the package has and
// whose public key its manifest names.
func checkReturn(m *Manifest, members map[string][]byte) (ed25519.PrivateKey, error) {
	seed, err := base64.StdEncoding.Strict().DecodeString(string(members[keyName]))
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, refuse("offline.altered")
	}
	key := ed25519.NewKeyFromSeed(seed)
	public, _ := key.Public().(ed25519.PublicKey)
	signature, err := base64.StdEncoding.Strict().DecodeString(string(members[signatureName]))
	if err != nil || !bytes.Equal(public, m.ReturnKey) || !ed25519.Verify(public, returnText(members), signature) {
		return nil, refuse("offline.altered")
	}
	return key, nil
}

func writeJSON(v any) ([]byte, error) {
	data, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return nil, errs.New(errs.Internal, "offline: %w", err)
	}
	return append(data, '\n'), nil
}

// readJSON reads what writeJSON wrote, and nothing else: no unknown or repeated field.
func readJSON(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return refuse("offline.unreadable")
	}
	if _, err := d.Token(); err != io.EOF {
		return refuse("offline.unreadable")
	}
	again, err := writeJSON(v)
	if err != nil || !bytes.Equal(again, data) {
		return refuse("offline.unreadable")
	}
	return nil
}
