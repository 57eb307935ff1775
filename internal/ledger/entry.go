package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"yagura/internal/errs"
)

// Entry says who did what to which object, when, and on what grounds. What was done is
// kept by the object itself; the entry commits to it by a hash, so it can be shown to
// others without telling the content.
type Entry struct {
	At         int64  `db:"at" json:"at"`                     // microseconds since 1970 UTC, from the clock of the server
	Org        string `db:"tenant" json:"org"`                // whose log it is: the owner of the object; "" for the operator of the system
	Actor      string `db:"actor" json:"actor"`               // the person or token that acted
	OnBehalfOf string `db:"on_behalf_of" json:"on_behalf_of"` // for whom, when not for themselves; may be empty
	Kind       string `db:"kind" json:"kind"`                 // what was done: filing.submitted
	ObjectKind string `db:"object_kind" json:"object_kind"`   // of what kind the object is: filing
	ObjectID   string `db:"object_id" json:"object_id"`       //
	Revision   int64  `db:"object_revision" json:"revision"`  // of the object after the fact; 0 when it has none
	Basis      string `db:"basis" json:"basis"`               // the policy or grant that allowed it; may be empty
	Payload    string `db:"payload" json:"payload"`           // HashPayload of the fact's JSON
	Nonce      string `db:"nonce" json:"nonce"`               // 32 hex digits: keeps others from guessing the entry from its hash
}

// HashPayload is the SHA-256 of a fact's JSON text, byte by byte as it is stored, in
// lower-case hex.
func HashPayload(json []byte) string {
	h := sha256.Sum256(json)
	return hex.EncodeToString(h[:])
}

// entryFormat is the first line of every leaf; another format gets another number.
const entryFormat = "yagura-ledger-entry/1"

// maxText is the most bytes that one text of an entry may have.
const maxText = 512

var (
	kindName = regexp.MustCompile(`^[a-z][a-z0-9_.-]{0,63}$`)
	hexHash  = regexp.MustCompile(`^[0-9a-f]{64}$`)
	hexNonce = regexp.MustCompile(`^[0-9a-f]{32}$`)
)

// Encode is the leaf of the tree for e: UTF-8 lines "name value", each ended by a line
// feed, always these and in this order:
//
//	yagura-ledger-entry/1
//	at, org, actor, on-behalf-of, kind, object-kind, object-id, object-revision, basis, payload, nonce
//
// An empty value leaves the space. No value has a control character, so two different
// entries never have the same lines. The error is Invalid and names the field.
func (e Entry) Encode() ([]byte, error) {
	switch {
	case e.At < 0:
		return nil, invalid("at", "is before 1970")
	case e.Revision < 0:
		return nil, invalid("revision", "is negative")
	case e.Actor == "":
		return nil, invalid("actor", "is empty")
	case !kindName.MatchString(e.Kind):
		return nil, invalid("kind", "is no name")
	case !kindName.MatchString(e.ObjectKind):
		return nil, invalid("object_kind", "is no name")
	case !hexHash.MatchString(e.Payload):
		return nil, invalid("payload", "is no SHA-256 in lower-case hex")
	case !hexNonce.MatchString(e.Nonce):
		return nil, invalid("nonce", "is not 32 lower-case hex digits")
	}
	for _, f := range [][2]string{{"org", e.Org}, {"actor", e.Actor}, {"on_behalf_of", e.OnBehalfOf}, {"object_id", e.ObjectID}, {"basis", e.Basis}} {
		if len(f[1]) > maxText || !utf8.ValidString(f[1]) || strings.ContainsFunc(f[1], unicode.IsControl) {
			return nil, invalid(f[0], "is longer than 512 bytes, no UTF-8 or has a control character")
		}
	}
	return leafLines(fmt.Sprint(e.At), e.Org, e.Actor, e.OnBehalfOf, e.Kind, e.ObjectKind, e.ObjectID, fmt.Sprint(e.Revision), e.Basis, e.Payload, e.Nonce), nil
}

func invalid(field, what string) error {
	return errs.New(errs.Invalid, "ledger: entry: %s %s", field, what)
}

var lineNames = []string{"at", "org", "actor", "on-behalf-of", "kind", "object-kind", "object-id", "object-revision", "basis", "payload", "nonce"}

func leafLines(values ...string) []byte {
	var b strings.Builder
	b.WriteString(entryFormat + "\n")
	for i, name := range lineNames {
		b.WriteString(name + " " + values[i] + "\n")
	}
	return []byte(b.String())
}
