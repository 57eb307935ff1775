package signin

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"

	"yagura/internal/errs"
)

// sealed encrypts what must be read again: AES-256-GCM under a random nonce. The
// purpose and the owner are authenticated with it, so that a row of the database can't
// be given to another person or used for something else.
func (s *Store) sealed(purpose, owner string, plain []byte) string {
	nonce := make([]byte, s.seal.NonceSize())
	rand.Read(nonce) // never fails
	return base64.RawURLEncoding.EncodeToString(s.seal.Seal(nonce, nonce, plain, sealContext(purpose, owner)))
}

// unsealed undoes sealed. The error is Internal: the row was changed, or the key is
// not the one it was written under.
func (s *Store) unsealed(purpose, owner, text string) ([]byte, error) {
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(data) < s.seal.NonceSize() {
		return nil, errs.New(errs.Internal, "signin: what is stored of %s can't be read", purpose)
	}
	nonce, box := data[:s.seal.NonceSize()], data[s.seal.NonceSize():]
	plain, err := s.seal.Open(nil, nonce, box, sealContext(purpose, owner))
	if err != nil {
		return nil, errs.New(errs.Internal, "signin: what is stored of %s was changed, or the key of the configuration is another one", purpose)
	}
	return plain, nil
}

func sealContext(purpose, owner string) []byte { return []byte("signin " + purpose + "\x00" + owner) }

// keyed is HMAC-SHA-256 under the configured key, in hexadecimal: for values that are
// only recognised and are short enough to be guessed by someone with the database alone.
func (s *Store) keyed(purpose, owner, value string) string {
	mac := hmac.New(sha256.New, s.cfg.Key)
	mac.Write(sealContext(purpose, owner))
	mac.Write([]byte("\x00" + value))
	return hex.EncodeToString(mac.Sum(nil))
}
