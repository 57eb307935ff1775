package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
)

// etag is the entity tag of a stored version (RFC 9110, 8.8.3).
func etag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// tagged reports whether a list of entity tags has one; weak is whether W/ counts.
func tagged(list, tag string, weak bool) bool {
	for one := range strings.SplitSeq(list, ",") {
		one = strings.TrimSpace(one)
		if weak {
			one = strings.TrimPrefix(one, "W/")
		}
		if one == "*" || one == tag {
			return true
		}
	}
	return false
}

// match holds a write to the version that its sender read (If-Match). It is 428
// without a header where one is needed, 412 with what stands there now for another version.
func match(header string, version int64, needed bool, current any) error {
	switch {
	case header == "" && needed:
		return &fault{kind: unconditional}
	case header != "" && !tagged(header, etag(version), false):
		return &fault{kind: changed, current: current}
	}
	return nil
}

// held keeps an answer back until it is known what becomes of it.
type held struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (h *held) WriteHeader(status int) {
	if h.status == 0 {
		h.status = status
	}
}

func (h *held) Write(b []byte) (int, error) {
	h.WriteHeader(http.StatusOK)
	return h.body.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (h *held) Unwrap() http.ResponseWriter { return h.ResponseWriter }

// send lets the answer go.
func (h *held) send() {
	h.WriteHeader(http.StatusOK)
	h.ResponseWriter.WriteHeader(h.status)
	_, _ = h.ResponseWriter.Write(h.body.Bytes()) // the reader may be gone
}

// unchanged gives what is read an entity tag, by its content where the operation knows
// no version, and answers 304 to who has it already (If-None-Match).
func unchanged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			next.ServeHTTP(w, r)
			return
		}
		h := &held{ResponseWriter: w}
		next.ServeHTTP(h, r)
		if h.status == http.StatusOK {
			tag := w.Header().Get("ETag")
			if tag == "" {
				sum := sha256.Sum256(h.body.Bytes())
				tag = `"` + hex.EncodeToString(sum[:16]) + `"`
				w.Header().Set("ETag", tag)
			}
			w.Header().Set("Cache-Control", "private, no-cache") // may be kept, must be asked for
			if tagged(r.Header.Get("If-None-Match"), tag, true) {
				w.Header().Del("Content-Type")
				w.WriteHeader(http.StatusNotModified)
				return
			}
		}
		h.send()
	})
}
