package peer

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"strconv"
)

// Random rounding to base b (RR3 for b = 3, as Statistics New Zealand rounds
// its census tables): a count that is a multiple of b stays; any other goes up
// to the next multiple with probability (count mod b)/b, else down, which keeps
// its expectation. The coin is fixed: the same cell of the same release falls
// the same way however often it is computed.

// maxThrows bounds how often a rounding that fails the audit is thrown again.
const maxThrows = 64

// dice throws the coins of one table of one release.
type dice struct {
	secret []byte
	prefix string
	base   int
}

// round rounds the counts; the coins depend on the secret, the atom, the row of
// the table and the number of the throw.
func (d dice) round(atom, row string, throw int, counts, out []int) {
	const perBlock = sha256.Size / 2
	var block [sha256.Size]byte
	for k, x := range counts {
		rest := x % d.base
		if k%perBlock == 0 {
			mac := hmac.New(sha256.New, d.secret)
			mac.Write([]byte(d.prefix + "|" + atom + "|" + row + "|" + strconv.Itoa(throw) + "|" + strconv.Itoa(k/perBlock)))
			mac.Sum(block[:0])
		}
		coin := int(binary.BigEndian.Uint16(block[2*(k%perBlock):]))
		out[k] = x - rest
		if coin*d.base < rest<<16 {
			out[k] += d.base
		}
	}
}
