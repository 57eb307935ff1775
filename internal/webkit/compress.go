package webkit

import (
	"compress/gzip"
	"net/http"
	"strings"
	"sync"
)

// compressible are the types that are worth compressing.
var compressible = []string{"text/", "application/json", "image/svg+xml"}

var writers = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

// compressed sends texts compressed to those who take it. Pages hold no secret
// beside what a reader typed (the defence against forged requests needs no
// token), so that their length betrays none.
func compressed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Accept-Encoding")
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") || r.Method == http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		z := &zipped{ResponseWriter: w}
		next.ServeHTTP(z, r)
		z.close()
	})
}

type zipped struct {
	http.ResponseWriter
	gz    *gzip.Writer
	wrote bool
}

// WriteHeader decides by the type whether the body is compressed.
func (z *zipped) WriteHeader(status int) {
	if !z.wrote && status >= 200 {
		z.wrote = true
		h := z.Header()
		if status != http.StatusNoContent && status != http.StatusNotModified && h.Get("Content-Encoding") == "" && textual(h.Get("Content-Type")) {
			h.Set("Content-Encoding", "gzip")
			h.Del("Content-Length")
			z.gz = writers.Get().(*gzip.Writer)
			z.gz.Reset(z.ResponseWriter)
		}
	}
	z.ResponseWriter.WriteHeader(status)
}

func (z *zipped) Write(b []byte) (int, error) {
	if !z.wrote {
		if z.Header().Get("Content-Type") == "" {
			z.Header().Set("Content-Type", http.DetectContentType(b))
		}
		z.WriteHeader(http.StatusOK)
	}
	if z.gz != nil {
		return z.gz.Write(b)
	}
	return z.ResponseWriter.Write(b)
}

// FlushError sends what there is, for streams.
func (z *zipped) FlushError() error {
	if z.gz != nil {
		if err := z.gz.Flush(); err != nil {
			return err
		}
	}
	return http.NewResponseController(z.ResponseWriter).Flush()
}

// Unwrap lets http.ResponseController reach the connection.
func (z *zipped) Unwrap() http.ResponseWriter { return z.ResponseWriter }

func (z *zipped) close() {
	if z.gz == nil {
		return
	}
	if z.gz.Close() == nil {
		writers.Put(z.gz)
	}
}

func textual(contentType string) bool {
	for _, prefix := range compressible {
		if strings.HasPrefix(contentType, prefix) {
			return true
		}
	}
	return false
}
