package signin

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
)

const origin = "https://yagura.example"

// authenticator is one in software, with one key (ES256), made from the specification
// of Web Authentication (sections 6.1, 6.5) and not from the library under test. What a
// test changes in it makes it lie.
type authenticator struct {
	key     *ecdsa.PrivateKey
	id      []byte
	user    []byte // user handle
	counter uint32
	flags   byte
	origin  string
	rp      string
}

// Flags of authenticator data.
const (
	flagPresent  = 0x01
	flagVerified = 0x04
	flagAttested = 0x40
)

func newAuthenticator(t testing.TB) *authenticator {
	t.Helper()
	key := get[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	id := make([]byte, 32)
	rand.Read(id)
	return &authenticator{key: key, id: id, flags: flagPresent | flagVerified, origin: origin, rp: "yagura.example"}
}

func (a *authenticator) data(flags byte) []byte {
	rp := sha256.Sum256([]byte(a.rp))
	out := append(rp[:], flags)
	return binary.BigEndian.AppendUint32(out, a.counter)
}

func (a *authenticator) client(t testing.TB, kind string, challenge []byte) []byte {
	t.Helper()
	return get[[]byte](t)(json.Marshal(map[string]any{"type": kind, "challenge": base64.RawURLEncoding.EncodeToString(challenge), "origin": a.origin, "crossOrigin": false}))
}

// create is navigator.credentials.create.
func (a *authenticator) create(t testing.TB, options *protocol.CredentialCreation) []byte {
	t.Helper()
	a.user = []byte(options.Response.User.ID.(protocol.URLEncodedBase64))
	point := get[[]byte](t)(a.key.PublicKey.Bytes())
	cose := get[[]byte](t)(webauthncbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]}))
	data := a.data(a.flags | flagAttested)
	data = append(data, make([]byte, 16)...) // AAGUID
	data = binary.BigEndian.AppendUint16(data, uint16(len(a.id)))
	data = append(append(data, a.id...), cose...)
	object := get[[]byte](t)(webauthncbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": data}))
	return a.answer(t, map[string][]byte{"clientDataJSON": a.client(t, "webauthn.create", options.Response.Challenge), "attestationObject": object})
}

// get is navigator.credentials.get.
func (a *authenticator) get(t testing.TB, options *protocol.CredentialAssertion) []byte {
	t.Helper()
	a.counter++
	data := a.data(a.flags)
	client := a.client(t, "webauthn.get", options.Response.Challenge)
	hash := sha256.Sum256(client)
	sum := sha256.Sum256(append(append([]byte{}, data...), hash[:]...))
	signature := get[[]byte](t)(ecdsa.SignASN1(rand.Reader, a.key, sum[:]))
	return a.answer(t, map[string][]byte{"clientDataJSON": client, "authenticatorData": data, "signature": signature, "userHandle": a.user})
}

func (a *authenticator) answer(t testing.TB, response map[string][]byte) []byte {
	t.Helper()
	enc := base64.RawURLEncoding
	text := map[string]string{}
	for k, v := range response {
		text[k] = enc.EncodeToString(v)
	}
	return get[[]byte](t)(json.Marshal(map[string]any{"id": enc.EncodeToString(a.id), "rawId": enc.EncodeToString(a.id), "type": "public-key",
		"response": text, "clientExtensionResults": map[string]any{"credProps": map[string]any{"rk": true}}}))
}
