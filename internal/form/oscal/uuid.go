package oscal

import (
	"crypto/sha1" //nolint:gosec // RFC 9562 names SHA-1 for version 5; it is a name here, no protection
	"fmt"
)

// root is the namespace of the UUIDs that the exports make.
var root = [16]byte{0x8f, 0x1d, 0x5b, 0x0e, 0x3c, 0x52, 0x4b, 0x8a, 0x9d, 0x60, 0x79, 0x61, 0x67, 0x75, 0x72, 0x61}

// uuid is the version 5 UUID of a name (RFC 9562, section 5.5): equal names
// give equal UUIDs.
func uuid(name string) string {
	h := sha1.New() //nolint:gosec // see the import
	h.Write(root[:])
	h.Write([]byte(name))
	var u [16]byte
	copy(u[:], h.Sum(nil))
	u[6] = u[6]&0x0f | 0x50
	u[8] = u[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[0:4], u[4:6], u[6:8], u[8:10], u[10:16])
}
