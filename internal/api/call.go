package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"yagura/internal/authz"
	"yagura/internal/clock"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/signin"
	"yagura/internal/webkit"
)

// call is one request with what is known of its sender.
type call struct {
	*server
	ctx   context.Context
	r     *http.Request
	lang  i18n.Lang
	actor authz.Actor
}

type callKey struct{}

func callOf(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	return c
}

var humagoUnwrap = humago.Unwrap

// wrapped gives an operation its call and turns its error into a problem.
func wrapped[I, O any](s *server, handle func(*call, *I) (*O, error)) func(context.Context, *I) (*O, error) {
	return func(ctx context.Context, in *I) (*O, error) {
		known := callOf(ctx)
		if known == nil {
			return nil, errs.New(errs.Internal, "api: a request that nobody looked at")
		}
		c := *known
		c.ctx = ctx
		out, err := handle(&c, in)
		if err == nil {
			return out, nil
		}
		s.log(c.r, err)
		p, h := problem(c.r, err), http.Header{}
		headers(h, err, p.Status)
		if len(h) > 0 {
			return nil, huma.ErrorWithHeaders(p, h)
		}
		return nil, p
	}
}

// sessionCookie is the name of the cookie that the screens set.
func sessionCookie(k *webkit.Kit) string {
	if k != nil && k.Plain {
		return "session"
	}
	return "__Host-session" // bound to this host, where TLS allows it
}

// guarded puts around the operations, from outside in: recovery, who calls, how often,
// what has not changed, and what was asked before.
func (s *server) guarded(next http.Handler) http.Handler {
	h := s.limited(unchanged(s.idempotent(next)))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer s.recovered(w, r)
		webkit.NotePath(r, "")
		if f, ok := r.Context().Value(unfitKey{}).(*fault); ok {
			refuse(w, r, f)
			return
		}
		c := &call{server: s, r: r, lang: webkit.Lang(r.Context())}
		var err error
		if c.actor, err = s.identify(r, c.lang); err != nil {
			s.log(r, err)
			refuse(w, r, err)
			return
		}
		c.r = webkit.Watch(r.WithContext(context.WithValue(r.Context(), callKey{}, c)))
		h.ServeHTTP(w, c.r)
	})
}

func (s *server) recovered(w http.ResponseWriter, r *http.Request) {
	cause := recover()
	if cause == nil {
		return
	}
	if cause == http.ErrAbortHandler {
		panic(cause)
	}
	err := errs.Panicked(cause)
	s.log(r, err)
	refuse(w, r, err)
}

type unfitKey struct{}

// unfit finds requests that a page of another site has made a browser send, and those
// that announce too large a body, and has the API refuse them in its own words.
func (s *server) unfit(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var f *fault
		switch {
		case cross.Check(r) != nil:
			f = say(forbidden, "api.forged")
		case r.ContentLength > webkit.MaxBody:
			f = &fault{kind: tooLarge}
			w.Header().Set("Connection", "close") // what it still sends is not read
		}
		if f != nil {
			r = r.Clone(context.WithValue(r.Context(), unfitKey{}, f))
			r.Header.Del("Sec-Fetch-Site")
			r.Header.Del("Origin")
			r.ContentLength, r.Body = 0, http.NoBody
		}
		next.ServeHTTP(w, r)
	})
}

// identify finds out who calls: the token of the Authorization header, or the session
// of a browser.
func (s *server) identify(r *http.Request, lang i18n.Lang) (authz.Actor, error) {
	if header := r.Header.Get("Authorization"); header != "" {
		scheme, secret, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return authz.Actor{}, errs.New(errs.Unauthenticated, "api: not a bearer token")
		}
		t, err := s.Signin.Token(r.Context(), strings.TrimSpace(secret))
		if err != nil {
			return authz.Actor{}, err
		}
		a, err := s.Orgs.Actor(r.Context(), t.Person, t.Org, lang)
		a.Token, a.Scopes = t.ID, scopes(t.Scopes)
		return a, err
	}
	cookie, err := r.Cookie(sessionCookie(s.Kit))
	if errors.Is(err, http.ErrNoCookie) {
		return authz.Actor{}, errs.New(errs.Unauthenticated, "api: neither token nor session")
	}
	session, err := s.Signin.Session(r.Context(), cookie.Value)
	switch {
	case err != nil:
		return authz.Actor{}, err
	case session.Step != signin.Done:
		return authz.Actor{}, errs.New(errs.Unauthenticated, "%w", i18n.NewError("api.session.step"))
	case session.Org == "":
		return authz.Actor{}, errs.New(errs.Forbidden, "%w", i18n.NewError("api.session.seat"))
	}
	return s.Orgs.Actor(r.Context(), session.Person, session.Org, lang)
}

// scopes gives the scopes of a token their meaning: "filing:read" is the action
// filing.read, "filing:all" every action on filings, "all" everything that the roles of
// its person allow.
func scopes(of []string) []string {
	out := make([]string, len(of))
	for i, s := range of {
		s = strings.Replace(s, ":", ".", 1)
		if s == "all" {
			s = "*"
		} else if group, ok := strings.CutSuffix(s, ".all"); ok {
			s = group + ".*"
		}
		out[i] = s
	}
	return out
}

// wake has the runner look for what has just become due.
func (c *call) wake() {
	if c.Wake != nil {
		c.Wake()
	}
}

// stamp is a stored time in the API's form (RFC 3339, UTC), nil when it has not come.
func stamp(micros int64) *time.Time {
	if micros == 0 {
		return nil
	}
	t := clock.FromMicros(micros).UTC()
	return &t
}
