// Package id makes the ids of what is stored: 26 characters of Crockford's
// base32 that hold 48 bits of milliseconds since 1970 and 80 random bits, the
// layout of a ULID. As text they sort by the time of their making on every
// database, need no escaping in a URL, a file name or a cell, and hold no letter
// that is read as a digit (no I, L, O, U).
//
// They carry no prefix for the type: a column or a reference already says what
// kind of thing it points to, and one spelling of a fact is enough. They are not
// monotonic within a millisecond: what must be ordered carries a sequence. An id
// is not a secret, since it tells when it was made: rights decide who sees what.
package id

import (
	"time"

	"yagura/internal/errs"
)

// ID is an id in its one canonical spelling: 26 upper-case characters, the
// first from 0 to 7.
type ID string

// Size is the number of characters of an ID.
const Size = 26

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// maxMilli is the last millisecond that fits, in the year 10889.
const maxMilli = 1<<48 - 1

// Make is the ID of a moment and 80 random bits. Moments before 1970 and after
// 10889 count as the first and the last millisecond that fit.
func Make(t time.Time, random [10]byte) ID {
	ms := min(max(t.UnixMilli(), 0), maxMilli)
	var raw [16]byte
	for i := range 6 {
		raw[i] = byte(ms >> (40 - 8*i))
	}
	copy(raw[6:], random[:])
	var text [Size]byte
	for i := range text {
		text[i] = alphabet[five(raw, i)]
	}
	return ID(text[:])
}

// five is the i-th group of five of the 130 bits "00" + raw.
func five(raw [16]byte, i int) byte {
	var v byte
	for bit := 5*i - 2; bit < 5*i+3; bit++ {
		v <<= 1
		if bit >= 0 {
			v |= raw[bit/8] >> (7 - bit%8) & 1
		}
	}
	return v
}

// Parse reads an ID as a person may have copied it: lower case counts as upper
// case, I and L as 1, O as 0, as Crockford's base32 says. The result is
// canonical. Errors are of kind errs.Invalid.
func Parse(s string) (ID, error) {
	if len(s) != Size {
		return "", errs.New(errs.Invalid, "an id has %d characters, not %d", Size, len(s))
	}
	var text [Size]byte
	for i := range text {
		v, ok := value(s[i])
		if !ok {
			return "", errs.New(errs.Invalid, "an id has no character %q (at %d)", s[i], i+1)
		}
		text[i] = alphabet[v]
	}
	if text[0] > '7' {
		return "", errs.New(errs.Invalid, "an id begins with 0 to 7, not %q", s[0])
	}
	return ID(text[:]), nil
}

func value(c byte) (int, bool) {
	if 'a' <= c && c <= 'z' {
		c -= 'a' - 'A'
	}
	switch c {
	case 'I', 'L':
		c = '1'
	case 'O':
		c = '0'
	}
	for v := range len(alphabet) {
		if alphabet[v] == c {
			return v, true
		}
	}
	return 0, false
}

// Time is the millisecond of the id's making, in UTC; the zero time when the
// id is not one that Make or Parse returned.
func (id ID) Time() time.Time {
	if _, err := Parse(string(id)); err != nil {
		return time.Time{}
	}
	var ms int64
	for i := range 10 {
		v, _ := value(id[i])
		ms = ms<<5 | int64(v)
	}
	return time.UnixMilli(ms).UTC()
}
