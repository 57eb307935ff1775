package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"time"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/webkit"
)

//go:embed schema
var schema embed.FS

// Module is the package's share in the schema.
func Module() db.Module {
	sub, err := fs.Sub(schema, "schema")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return db.Module{Name: "api", FS: sub, Tenant: []string{"api_idempotency"}}
}

const (
	idempotencyHeader = "Idempotency-Key"
	replayedHeader    = "Idempotency-Replayed"
	maxIdempotencyKey = 200              // characters, printable ASCII
	idempotencyTime   = 24 * time.Hour   // an answer is kept
	idempotencyLease  = 10 * time.Second // before a repetition takes over what was left without a change
)

// Statuses of a row before it has an answer.
const (
	carrying = 0 // nothing is stored yet
	stored   = 1 // the change is stored
)

type past struct {
	Request string `db:"request"`
	Status  int    `db:"status"`
	Attempt int64  `db:"attempt"`
	Begun   int64  `db:"begun"`
	Headers string `db:"headers"`
	Body    string `db:"body"`
}

// kept are the headers that belong to an answer that is given again.
var kept = []string{"Content-Type", "ETag", "Location"}

// idempotent answers a POST that was sent again under the same Idempotency-Key as the
// first time, without carrying it out again. The row is stored before the operation
// begins, so that of two requests at once one is carried out, and marked in the very
// transaction of its change. When the server dies, the mark tells what became of the
// request: without it a repetition carries it out, with it a repetition is told that it
// was done. The number of the attempt keeps one that was taken over from storing anything.
func (s *server) idempotent(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := r.Header.Get(idempotencyHeader)
		if r.Method != http.MethodPost || key == "" {
			next.ServeHTTP(w, r)
			return
		}
		if !printable(key) || len(key) > maxIdempotencyKey {
			refuse(w, r, say(invalid, "api.idempotency.key", "most", maxIdempotencyKey))
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			refuse(w, r, &fault{kind: tooLarge})
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		c := callOf(r.Context())
		args := db.Args{"sender": c.sender(), "key": key, "request": digest(r, body)}
		before, err := s.begin(r.Context(), c.actor.Org, args)
		switch {
		case err != nil:
			s.log(r, err)
			refuse(w, r, err)
		case before != nil:
			s.replay(w, r, *before, args["request"].(string))
		default:
			s.first(w, r, next, c.actor.Org, args)
		}
	})
}

func printable(s string) bool {
	for i := range len(s) {
		if s[i] < 0x21 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

// digest is the hash of what is asked: method, address and body. The language of the
// answer is not part of it.
func digest(r *http.Request, body []byte) string {
	h := sha256.New()
	_, _ = io.WriteString(h, r.Method+" "+r.URL.RequestURI()+"\n"+r.Header.Get("If-Match")+"\n")
	_, _ = h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}

// begin stores that a request is being carried out, or gives the one with the same key.
func (s *server) begin(ctx context.Context, tenant string, args db.Args) (*past, error) {
	now := s.Clock.Now()
	args["now"], args["expires"] = clock.Micros(now), clock.Micros(now.Add(idempotencyTime))
	var before *past
	err := s.DB.Tenant(tenant).Tx(ctx, func(tx *db.Tx) error {
		before, args["attempt"] = nil, int64(1)
		if _, err := tx.Exec(ctx, `delete from api_idempotency where tenant = :tenant and expires <= :now`, args); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `insert into api_idempotency (tenant, sender, key, request, status, headers, body, expires, begun)
			values (:tenant, :sender, :key, :request, 0, '', '', :expires, :now) on conflict (tenant, sender, key) do nothing`, args)
		if err != nil || n == 1 {
			return err
		}
		p, err := db.One[past](ctx, tx, `select request, status, headers, body, attempt, begun from api_idempotency
			where tenant = :tenant and sender = :sender and key = :key`, args)
		before = &p
		if err != nil || p.Status != carrying || p.Request != args["request"] || s.leaseLeft(p) > 0 {
			return err
		}
		args["attempt"] = p.Attempt
		n, err = tx.Exec(ctx, `update api_idempotency set attempt = attempt + 1, begun = :now
			where tenant = :tenant and sender = :sender and key = :key and attempt = :attempt and status = 0`, args)
		if n == 1 {
			before, args["attempt"] = nil, p.Attempt+1
		}
		return err
	})
	return before, err
}

// leaseLeft is how long a request that is being carried out is left alone. A clock that
// was set back makes it no longer.
func (s *server) leaseLeft(p past) time.Duration {
	age := s.Clock.Now().Sub(clock.FromMicros(p.Begun))
	if age < 0 || age >= idempotencyLease {
		return 0
	}
	return idempotencyLease - age
}

// mark notes in the transaction of a change that the change is stored.
func mark(tenant string, args db.Args) func(context.Context, *db.Tx) error {
	args = maps.Clone(args)
	args["tenant"] = tenant
	return func(ctx context.Context, tx *db.Tx) error {
		if !tx.Reaches(tenant) {
			return nil
		}
		n, err := tx.Exec(ctx, `update api_idempotency set status = 1
			where tenant = :tenant and sender = :sender and key = :key and attempt = :attempt and status in (0, 1)`, args)
		if err == nil && n == 0 {
			err = errs.New(errs.Conflict, "api: taken over by a repetition: %w", say(conflict, "api.idempotency.open"))
		}
		return err
	}
}

// first carries a request out and keeps its answer. A failure of the server without a
// change is not kept: the request may be sent again.
func (s *server) first(w http.ResponseWriter, r *http.Request, next http.Handler, tenant string, args db.Args) {
	h := &held{ResponseWriter: w}
	next.ServeHTTP(h, r.WithContext(db.WithLast(r.Context(), mark(tenant, args))))
	ctx := context.WithoutCancel(r.Context()) // the answer is kept although the caller is gone
	q := s.DB.Tenant(tenant)
	var err error
	if h.status >= http.StatusInternalServerError {
		_, err = q.Exec(ctx, `delete from api_idempotency where tenant = :tenant and sender = :sender and key = :key and attempt = :attempt and status = 0`, args)
	} else {
		headers := map[string]string{}
		for _, name := range kept {
			if v := w.Header().Get(name); v != "" {
				headers[name] = v
			}
		}
		var text []byte
		if text, err = json.Marshal(headers); err == nil {
			args["status"], args["headers"], args["body"] = h.status, string(text), h.body.String()
			_, err = q.Exec(ctx, `update api_idempotency set status = :status, headers = :headers, body = :body
				where tenant = :tenant and sender = :sender and key = :key and attempt = :attempt`, args)
		}
	}
	if err != nil {
		s.log(r, errs.New(errs.Internal, "api: the answer to %s was not kept: %w", webkit.RequestID(r.Context()), err))
	}
	h.send()
}

func (s *server) replay(w http.ResponseWriter, r *http.Request, p past, request string) {
	switch {
	case p.Request != request:
		refuse(w, r, say(invalid, "api.idempotency.other"))
	case p.Status == carrying:
		f := say(conflict, "api.idempotency.open")
		f.wait = s.leaseLeft(p)
		refuse(w, r, f)
	case p.Status == stored:
		refuse(w, r, say(conflict, "api.idempotency.done"))
	default:
		var headers map[string]string
		if json.Unmarshal([]byte(p.Headers), &headers) == nil {
			for name, v := range headers {
				w.Header().Set(name, v)
			}
		}
		w.Header().Set(replayedHeader, "true")
		w.WriteHeader(p.Status)
		_, _ = io.WriteString(w, p.Body) // the reader may be gone
	}
}
