package webkit

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/id"
)

// MaxBody is how many bytes a request may have unless Kit.MaxBody says
// otherwise: a workbook with its attachments.
const MaxBody = 32 << 20

// policy is the content security policy of every answer: nothing inline,
// nothing from elsewhere (W3C Content Security Policy Level 3).
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Kit is what all answers of a server have in common. Clock, IDs, Log and
// Secret must be set.
type Kit struct {
	Clock   clock.Clock
	IDs     *id.Source
	Log     *slog.Logger
	Secret  []byte // 32 bytes at least; signs the flash cookie
	Plain   bool   // served without TLS on a machine of one's own: cookies are not Secure
	MaxBody int64
	// Count, in tests only, makes the header "Statements" say how many database
	// statements an answer took: it gives the context to count under and the
	// count (db.WithCounter).
	Count func(context.Context) (context.Context, func() int)
}

type requestKey struct{}

// request is what the kit knows of a request while it is answered.
type request struct {
	id      string
	path    string // as the log may hold it
	status  int
	bytes   int
	err     error
	witness *db.Witness
}

func requestOf(ctx context.Context) *request {
	r, _ := ctx.Value(requestKey{}).(*request)
	return r
}

// RequestID is the id under which the log speaks of the request, "" outside of
// Kit.Wrap.
func RequestID(ctx context.Context) string {
	if r := requestOf(ctx); r != nil {
		return r.id
	}
	return ""
}

// noteError keeps an error for the request's line in the log.
func noteError(r *http.Request, err error) {
	if req := requestOf(r.Context()); req != nil {
		req.err = errors.Join(req.err, err)
	}
}

// NotePath keeps the path for the request's line in the log: values that are secrets
// (pattern's {token}) have their names there instead.
func NotePath(r *http.Request, pattern string) {
	req := requestOf(r.Context())
	if req == nil {
		return
	}
	req.path = r.URL.Path
	if _, path, _ := strings.Cut(pattern, " "); strings.Contains(path, "{token}") {
		req.path = path
	}
}

// Watch has the page of an error tell what became of what was sent: it returns the
// context under which the request must change things.
func Watch(r *http.Request) *http.Request {
	ctx, w := db.WithWitness(r.Context())
	if req := requestOf(ctx); req != nil {
		req.witness = w
	}
	return r.WithContext(ctx)
}

// Wrap puts around a handler, from outside in: the request's id and its line
// in the log (method, path, status, size, time: no query, no body, no value), recovery
// from panics, security headers, the limit of the body, refusal of requests
// that other sites forged, compression and the language.
func (k *Kit) Wrap(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ShowError(w, r, errs.New(errs.Forbidden, "the request came from another site"))
	}))
	h := k.language(cross.Handler(k.limit(next)))
	h = k.recovered(k.headers(compressed(h)))
	return k.logged(h)
}

func (k *Kit) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := k.Clock.Now()
		req := &request{id: string(k.IDs.New()), path: firstSegment(r.URL.Path)}
		ctx := context.WithValue(r.Context(), requestKey{}, req)
		rec := &recorder{ResponseWriter: w, req: req}
		if k.Count != nil {
			var n func() int
			ctx, n = k.Count(ctx)
			rec.count = n
		}
		rec.Header().Set("X-Request-Id", req.id)
		next.ServeHTTP(rec, r.WithContext(ctx))
		k.line(ctx, r, req, k.Clock.Now().Sub(start))
	})
}

// firstSegment is what the log has of a path that no route knows: the rest may be
// anything, a link with a secret that was cut or misspelt among it.
func firstSegment(path string) string {
	if i := strings.IndexByte(strings.TrimPrefix(path, "/"), '/'); i >= 0 {
		return path[:i+1] + "/…"
	}
	return path
}

func (k *Kit) line(ctx context.Context, r *http.Request, req *request, took time.Duration) {
	attrs := []slog.Attr{
		slog.String("request", req.id), slog.String("method", r.Method), slog.String("path", req.path),
		slog.Int("status", req.status), slog.Int("bytes", req.bytes), slog.Duration("took", took),
	}
	level := slog.LevelInfo
	if req.err != nil {
		attrs = append(attrs, slog.String("kind", string(errs.KindOf(req.err))))
	}
	if req.status >= http.StatusInternalServerError {
		level = slog.LevelError
		if req.err != nil {
			attrs = append(attrs, slog.String("error", errs.Outline(req.err)))
		}
	}
	k.Log.LogAttrs(ctx, level, "request", attrs...)
}

// recovered turns a panic into an error page, or ends the connection when the
// answer has begun.
func (k *Kit) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			if cause == http.ErrAbortHandler {
				panic(cause)
			}
			err := errs.Panicked(cause)
			if req := requestOf(r.Context()); req != nil && req.status != 0 {
				noteError(r, err)
				panic(http.ErrAbortHandler)
			}
			w.Header().Del("Content-Encoding")
			ShowError(w, r, err)
		}()
		next.ServeHTTP(w, r)
	})
}

func (k *Kit) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
		h.Set("Cache-Control", "no-store") // pages hold what is not for the next user of the machine
		if !k.Plain {
			h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		next.ServeHTTP(w, r)
	})
}

func (k *Kit) limit(next http.Handler) http.Handler {
	most := k.MaxBody
	if most == 0 {
		most = MaxBody
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > most {
			w.Header().Set("Connection", "close") // what it still sends is not read
			ShowError(w, r, &http.MaxBytesError{Limit: most})
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, most)
		next.ServeHTTP(w, r)
	})
}

func tooLarge(err error) bool {
	var large *http.MaxBytesError
	return errors.As(err, &large)
}

// recorder keeps what the log says of an answer.
type recorder struct {
	http.ResponseWriter
	req   *request
	count func() int
}

// WriteHeader keeps the first status that is not informational.
func (r *recorder) WriteHeader(status int) {
	if r.req.status == 0 && status >= 200 {
		r.req.status = status
		if r.count != nil {
			r.Header().Set("Statements", itoa(r.count()))
		}
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.req.status == 0 {
		r.WriteHeader(http.StatusOK)
	}
	n, err := r.ResponseWriter.Write(b)
	r.req.bytes += n
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
