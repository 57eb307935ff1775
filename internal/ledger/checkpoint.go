package ledger

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"yagura/internal/errs"
)

// Checkpoint is the log's signed word on its state: Size entries whose tree has Root.
type Checkpoint struct {
	Origin string    // name of the log, which is the name of its key
	Size   int64     // number of entries, 0 to 2^52
	Root   tlog.Hash //
	Text   string    // the signed note as it is passed on
}

const (
	maxSize       = 1 << 52 // numbers stay exact in JSON readers of other languages
	maxCheckpoint = 16 << 10
)

// body is the text under the signature: https://c2sp.org/tlog-checkpoint.
func (c Checkpoint) body() string {
	return fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, c.Root)
}

// ParseCheckpoint reads a checkpoint and verifies that one of the public keys, whose
// name is the origin, signed it. Further signatures (of witnesses) and extension
// lines are let pass. The error is Invalid.
func ParseCheckpoint(text string, keys ...string) (Checkpoint, error) {
	c, err := parseCheckpoint(text, keys)
	if err != nil {
		return Checkpoint{}, errs.New(errs.Invalid, "ledger: checkpoint: %w", err)
	}
	return c, nil
}

func parseCheckpoint(text string, keys []string) (Checkpoint, error) {
	if len(text) > maxCheckpoint {
		return Checkpoint{}, errors.New("too long")
	}
	var known []note.Verifier
	seen := map[string]bool{}
	for _, k := range keys {
		v, err := note.NewVerifier(strings.TrimSpace(k))
		if err != nil {
			return Checkpoint{}, errors.New("the public key can't be read: name+hash+base64 is expected")
		}
		if id := fmt.Sprint(v.Name(), v.KeyHash()); !seen[id] {
			seen[id] = true
			known = append(known, v)
		}
	}
	n, err := note.Open([]byte(text), note.VerifierList(known...))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("no valid signature of a known key: %w", err)
	}
	lines := strings.Split(n.Text, "\n") // the last one is empty: the text ends with a line feed
	if len(lines) < 4 {
		return Checkpoint{}, errors.New("origin, size and root are expected, a line each")
	}
	c := Checkpoint{Origin: lines[0], Text: text}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || size > maxSize || strconv.FormatInt(size, 10) != lines[1] {
		return Checkpoint{}, errors.New("the second line is no size")
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize || strings.ContainsAny(lines[2], "\r\n") {
		return Checkpoint{}, errors.New("the third line is no SHA-256 in base64")
	}
	c.Size, c.Root = size, tlog.Hash(root)
	for _, s := range n.Sigs {
		if s.Name == c.Origin {
			return c, nil
		}
	}
	return Checkpoint{}, errors.New("the origin is not the name of the key that signed")
}
