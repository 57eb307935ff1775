package signin

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"yagura/internal/errs"
	"yagura/internal/i18n"
)

// Claim says what of an ID token tells who comes.
type Claim string

// The claims. A subject is known once it has been linked to a person: by the person,
// who was signed in another way, or, with ByEmail, by the first visit with the person's
// verified e-mail address. From then on the subject counts and no address does, since
// addresses are given to other people.
const (
	ByEmail   Claim = "email"
	BySubject Claim = "sub"
)

// Provider is an OpenID provider whose accounts may sign in.
type Provider struct {
	Name         string    // in URLs: small letters, digits and hyphens
	Label        i18n.Text // on the button
	Issuer       string    // URL; its discovery document is read when it is first needed
	ClientID     string
	ClientSecret string
	Redirect     string       // URL of this service that the provider sends people back to
	Scopes       []string     // beside openid; email when empty
	Claim        Claim        // BySubject when empty
	TrustEmail   bool         // addresses count without email_verified, as from an organisation's own directory
	Address      string       // claim that holds the address; email when empty. email_verified doesn't speak of another one
	MFA          []string     // values of acr, or in amr (RFC 8176), that stand for two factors
	Strong       bool         // every sign-in there takes two factors, whatever the token says
	Client       *http.Client // one with a time limit of ten seconds when nil
}

// ProviderNamed reports whether a name may be a provider's.
func ProviderNamed(name string) bool { return providerName.MatchString(name) }

var providerName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,40}$`)

// site is a provider and what its discovery document says.
type site struct {
	Provider
	mu   sync.Mutex
	oidc *oidc.Provider // nil until it was reached
}

func sites(list []Provider) ([]*site, error) {
	var out []*site
	seen := map[string]bool{}
	for _, p := range list {
		issuer, err := url.Parse(p.Issuer)
		switch {
		case !ProviderNamed(p.Name) || seen[p.Name]:
			return nil, errs.New(errs.Invalid, "signin: the provider name %q is used twice, or is not small letters, digits and hyphens", p.Name)
		case err != nil || issuer.Host == "" || p.ClientID == "" || p.Redirect == "":
			return nil, errs.New(errs.Invalid, "signin: provider %s needs an issuer, a client id and a redirect URL", p.Name)
		case p.Claim != "" && p.Claim != ByEmail && p.Claim != BySubject:
			return nil, errs.New(errs.Invalid, "signin: provider %s: there is no claim %q", p.Name, p.Claim)
		}
		seen[p.Name] = true
		if p.Client == nil {
			p.Client = &http.Client{Timeout: 10 * time.Second}
		}
		if len(p.Scopes) == 0 {
			p.Scopes = []string{"email"}
		}
		out = append(out, &site{Provider: p})
	}
	return out, nil
}

// Providers lists the names and labels of the providers, for the page of sign-in.
func (s *Store) Providers() []Provider {
	list := make([]Provider, len(s.sites))
	for i, p := range s.sites {
		list[i] = Provider{Name: p.Name, Label: p.Label, Issuer: p.Issuer}
	}
	return list
}

func (s *Store) site(name string) *site {
	for _, p := range s.sites {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// discover reads the discovery document once it can be reached; a failure is not kept.
func (p *site) discover(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.oidc != nil {
		return p.oidc, nil
	}
	// The provider fetches its keys later under this context: it must outlive the request.
	found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.Client), p.Issuer)
	if err != nil {
		return nil, because(errs.Unavailable, "signin.oidc.unavailable", err)
	}
	p.oidc = found
	return found, nil
}

func (p *site) oauth(found *oidc.Provider) *oauth2.Config {
	return &oauth2.Config{ClientID: p.ClientID, ClientSecret: p.ClientSecret, Endpoint: found.Endpoint(), RedirectURL: p.Redirect,
		Scopes: append([]string{oidc.ScopeOpenID}, p.Scopes...)}
}

// because is a refusal with its cause for the log. What a provider answers is shortened
// and made printable; codes, tokens and secrets are never in these errors' texts.
func because(kind errs.Kind, key string, cause error) error {
	return errs.New(kind, "%w (%s)", refuse(kind, key), plain(cause.Error()))
}
