package signin

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// provider is an OpenID provider (zitadel's) with one client, which signs in whomever
// the test puts into user, without asking.
type provider struct {
	op.Storage // nil: what these tests don't use is not there
	server     *httptest.Server
	client     *opClient
	key        *rsa.PrivateKey // that is listed
	signing    *rsa.PrivateKey // that signs

	mu       sync.Mutex
	user     user
	deny     bool
	requests map[string]*opRequest
	codes    map[string]string
	serial   int
}

type user struct {
	subject, email string
	verified       bool
	amr            []string
	acr            string
	inToken        bool   // email in the ID token too
	nonce          string // in the place of the one that was asked for
}

func newProvider(t testing.TB) *provider {
	t.Helper()
	was := slog.Default() // the provider writes each refusal there
	slog.SetDefault(slog.New(slog.DiscardHandler))
	t.Cleanup(func() { slog.SetDefault(was) })
	p := &provider{requests: map[string]*opRequest{}, codes: map[string]string{}, key: get[*rsa.PrivateKey](t)(rsa.GenerateKey(rand.Reader, 2048))}
	p.client, p.signing = &opClient{lifetime: 2 * time.Minute}, p.key
	mux := http.NewServeMux()
	p.server = httptest.NewServer(mux)
	t.Cleanup(p.server.Close)
	made, err := op.NewProvider(&op.Config{CryptoKey: [32]byte{1}, CodeMethodS256: true}, p, op.StaticIssuer(p.server.URL), op.WithAllowInsecure())
	must(t, err)
	mux.Handle("/", made)
	mux.HandleFunc("/login", func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		req := p.requests[r.FormValue("id")]
		if p.deny {
			http.Redirect(w, r, redirect+"?error=access_denied&state="+req.GetState(), http.StatusFound)
			return
		}
		req.user, req.done = p.user, true
		http.Redirect(w, r, op.AuthCallbackURL(made)(op.ContextWithIssuer(r.Context(), p.server.URL), req.id), http.StatusFound)
	})
	return p
}

const redirect = "https://yagura.example/signin/oidc"

type opClient struct{ lifetime time.Duration }

func (c *opClient) GetID() string                       { return "yagura" }
func (c *opClient) RedirectURIs() []string              { return []string{redirect} }
func (c *opClient) PostLogoutRedirectURIs() []string    { return nil }
func (c *opClient) ApplicationType() op.ApplicationType { return op.ApplicationTypeWeb }
func (c *opClient) AuthMethod() oidc.AuthMethod         { return oidc.AuthMethodBasic }
func (c *opClient) ResponseTypes() []oidc.ResponseType {
	return []oidc.ResponseType{oidc.ResponseTypeCode}
}
func (c *opClient) GrantTypes() []oidc.GrantType         { return []oidc.GrantType{oidc.GrantTypeCode} }
func (c *opClient) LoginURL(id string) string            { return "/login?id=" + id }
func (c *opClient) AccessTokenType() op.AccessTokenType  { return op.AccessTokenTypeBearer }
func (c *opClient) IDTokenLifetime() time.Duration       { return c.lifetime }
func (c *opClient) DevMode() bool                        { return false }
func (c *opClient) IsScopeAllowed(string) bool           { return false }
func (c *opClient) IDTokenUserinfoClaimsAssertion() bool { return true }
func (c *opClient) ClockSkew() time.Duration             { return 0 }
func (c *opClient) RestrictAdditionalIdTokenScopes() func([]string) []string { //nolint:staticcheck // the interface's spelling
	return func(s []string) []string { return s }
}
func (c *opClient) RestrictAdditionalAccessTokenScopes() func([]string) []string {
	return func(s []string) []string { return s }
}

type opRequest struct {
	*oidc.AuthRequest
	id   string
	user user
	done bool
}

func (r *opRequest) GetID() string          { return r.id }
func (r *opRequest) GetACR() string         { return r.user.acr }
func (r *opRequest) GetAMR() []string       { return r.user.amr }
func (r *opRequest) GetAudience() []string  { return []string{r.ClientID} }
func (r *opRequest) GetAuthTime() time.Time { return time.Now() }
func (r *opRequest) GetClientID() string    { return r.ClientID }
func (r *opRequest) GetCodeChallenge() *oidc.CodeChallenge {
	if r.CodeChallenge == "" {
		return nil
	}
	return &oidc.CodeChallenge{Challenge: r.CodeChallenge, Method: r.CodeChallengeMethod}
}

func (r *opRequest) GetNonce() string {
	if r.user.nonce != "" {
		return r.user.nonce
	}
	return r.Nonce
}
func (r *opRequest) GetRedirectURI() string             { return r.RedirectURI }
func (r *opRequest) GetResponseType() oidc.ResponseType { return r.ResponseType }
func (r *opRequest) GetResponseMode() oidc.ResponseMode { return r.ResponseMode }
func (r *opRequest) GetScopes() []string                { return r.Scopes }
func (r *opRequest) GetState() string                   { return r.State }
func (r *opRequest) GetSubject() string                 { return r.user.subject }
func (r *opRequest) Done() bool                         { return r.done }

func (p *provider) CreateAuthRequest(_ context.Context, r *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.serial++
	req := &opRequest{AuthRequest: r, id: "request-" + strings.Repeat("i", p.serial)}
	p.requests[req.id] = req
	return req, nil
}

func (p *provider) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if req := p.requests[id]; req != nil {
		return req, nil
	}
	return nil, errors.New("no such request")
}

func (p *provider) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	p.mu.Lock()
	id := p.codes[code]
	p.mu.Unlock()
	return p.AuthRequestByID(ctx, id)
}

func (p *provider) SaveAuthCode(_ context.Context, id, code string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.codes[code] = id
	return nil
}

func (p *provider) DeleteAuthRequest(_ context.Context, id string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.requests, id)
	maps.DeleteFunc(p.codes, func(_, of string) bool { return of == id })
	return nil
}

func (p *provider) CreateAccessToken(context.Context, op.TokenRequest) (string, time.Time, error) {
	return "access", time.Now().Add(time.Minute), nil
}

func (p *provider) Health(context.Context) error { return nil }

func (p *provider) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	if id != p.client.GetID() {
		return nil, errors.New("no such client")
	}
	return p.client, nil
}

func (p *provider) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	if id != "yagura" || secret != "client secret" {
		return errors.New("wrong secret")
	}
	return nil
}

func (p *provider) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	return nil, nil
}

// SetUserinfoFromScopes fills the ID token, SetUserinfoFromToken the userinfo endpoint.
func (p *provider) SetUserinfoFromScopes(_ context.Context, info *oidc.UserInfo, subject, _ string, scopes []string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	info.Subject = subject
	if p.user.inToken && slices.Contains(scopes, "email") {
		info.Email, info.EmailVerified = p.user.email, oidc.Bool(p.user.verified)
	}
	return nil
}

func (p *provider) SetUserinfoFromToken(_ context.Context, info *oidc.UserInfo, _, subject, _ string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	info.Subject, info.Email, info.EmailVerified = subject, p.user.email, oidc.Bool(p.user.verified)
	return nil
}

type opKey struct{ key *rsa.PrivateKey }

func (k opKey) ID() string                                  { return "key-1" }
func (k opKey) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (k opKey) Algorithm() jose.SignatureAlgorithm          { return jose.RS256 }
func (k opKey) Use() string                                 { return "sig" }
func (k opKey) Key() any                                    { return k.key }

type opPublicKey struct{ opKey }

func (k opPublicKey) Key() any { return &k.key.PublicKey }

func (p *provider) SigningKey(context.Context) (op.SigningKey, error) { return opKey{p.signing}, nil }
func (p *provider) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.RS256}, nil
}
func (p *provider) KeySet(context.Context) ([]op.Key, error) {
	return []op.Key{opPublicKey{opKey{p.key}}}, nil
}
