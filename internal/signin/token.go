package signin

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// Kinds of tokens are told apart by what they begin with, so that one kind never
// passes as another and a leaked one can be recognised in a file.
const (
	sessionPrefix    = "ys_"
	invitationPrefix = "yi_"
	resetPrefix      = "yr_"
	apiPrefix        = "yg_"
	ceremonyPrefix   = "yc_"
)

const secretBytes = 32

// newToken is prefix and 256 random bits in 43 characters of base64url.
func newToken(prefix string) string {
	var b [secretBytes]byte
	rand.Read(b[:]) // never fails
	return prefix + base64.RawURLEncoding.EncodeToString(b[:])
}

// fingerprint is what is stored of a token and what it is looked up by: SHA-256 in
// hexadecimal. The token has 256 random bits, so a fast hash can't be undone by
// guessing, and a search by the hash tells nothing about the token by its timing.
// It reports false for a text that newToken(prefix) can't have made.
func fingerprint(prefix, token string) (string, bool) {
	rest, ok := strings.CutPrefix(token, prefix)
	if !ok || len(rest) != base64.RawURLEncoding.EncodedLen(secretBytes) || strings.ContainsAny(rest, "\r\n") {
		return "", false
	}
	if _, err := base64.RawURLEncoding.Strict().DecodeString(rest); err != nil {
		return "", false
	}
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:]), true
}
