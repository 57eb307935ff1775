package signin

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"

	"yagura/internal/errs"
)

// Cost is what one password hash takes (argon2id).
type Cost struct {
	Memory  uint32 // KiB, 8 × Threads to 4194304
	Time    uint32 // passes over the memory, 1 to 100
	Threads uint8  // lanes, 1 to 64
}

// DefaultCost is the second recommended option of RFC 9106 section 4: 64 MiB, three
// passes, four lanes.
var DefaultCost = Cost{Memory: 64 << 10, Time: 3, Threads: 4}

const (
	saltBytes = 16 // RFC 9106 section 4
	hashBytes = 32
)

func (c Cost) check() error {
	if c.Threads < 1 || c.Threads > 64 || c.Time < 1 || c.Time > 100 || c.Memory < 8*uint32(c.Threads) || c.Memory > 4<<20 {
		return errs.New(errs.Invalid, "signin: a password hash can't cost m=%d,t=%d,p=%d", c.Memory, c.Time, c.Threads)
	}
	return nil
}

// hashPassword is the PHC string of a password under a new salt.
func hashPassword(password string, c Cost) string {
	salt := make([]byte, saltBytes)
	rand.Read(salt) // never fails
	key := argon2.IDKey([]byte(password), salt, c.Time, c.Memory, c.Threads, hashBytes)
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.Memory, c.Time, c.Threads, enc.EncodeToString(salt), enc.EncodeToString(key))
}

// phc is a PHC string of argon2id, taken apart.
type phc struct {
	cost      Cost
	salt, key []byte
}

// parsePHC reads what hashPassword writes. The error doesn't quote the text.
func parsePHC(text string) (phc, error) {
	bad := errs.New(errs.Internal, "signin: a stored password hash can't be read")
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return phc{}, bad
	}
	var p phc
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.cost.Memory, &p.cost.Time, &p.cost.Threads); err != nil || p.cost.check() != nil {
		return phc{}, bad
	}
	var err, err2 error
	p.salt, err = base64.RawStdEncoding.Strict().DecodeString(parts[4])
	p.key, err2 = base64.RawStdEncoding.Strict().DecodeString(parts[5])
	if err != nil || err2 != nil || len(p.salt) < 8 || len(p.key) < 16 {
		return phc{}, bad
	}
	return p, nil
}

// matches compares in constant time.
func (p phc) matches(password string) bool {
	key := argon2.IDKey([]byte(password), p.salt, p.cost.Time, p.cost.Memory, p.cost.Threads, uint32(len(p.key)))
	return subtle.ConstantTimeCompare(key, p.key) == 1
}
