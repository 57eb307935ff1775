package cli

import (
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"yagura/internal/i18n"
	"yagura/internal/signin"
)

// openidKeys are the keys of one provider.
var openidKeys = []string{"name", "label", "issuer", "client-id", "client-secret-env", "client-secret-file", "scopes", "address-claim", "trust-address", "strong", "strong-values"}

// providers reads the list of OpenID providers; dir is where relative names of secret
// files start.
func (c *config) providers(n *yaml.Node, dir string) []signin.Provider {
	if n.Kind != yaml.SequenceNode {
		c.fault(n, "providers", "cli.config.list")
		return nil
	}
	var out []signin.Provider
	seen := map[string]bool{}
	for i, x := range n.Content {
		where := fmt.Sprintf("providers/%d/", i)
		r := &providerReader{config: c, where: where, dir: dir, at: map[string]*yaml.Node{}}
		for _, p := range c.pairs(x, where, openidKeys) {
			r.at[p.key.Value] = p.value
		}
		if x.Kind != yaml.MappingNode {
			continue
		}
		p := r.read(x)
		if p.Name != "" && seen[p.Name] {
			c.fault(r.at["name"], where+"name", "cli.config.twice")
		}
		seen[p.Name] = true
		out = append(out, p)
	}
	return out
}

// providerReader reads one provider.
type providerReader struct {
	*config
	where, dir string
	at         map[string]*yaml.Node
}

func (r *providerReader) read(whole *yaml.Node) signin.Provider {
	p := signin.Provider{Name: r.text(whole, "name"), Issuer: r.text(whole, "issuer"), ClientID: r.text(whole, "client-id"),
		Claim: signin.ByEmail, TrustEmail: r.truth("trust-address"), Strong: r.truth("strong")}
	if p.Name != "" && !signin.ProviderNamed(p.Name) {
		r.wrong("name", "cli.config.provider-name")
	}
	if p.Issuer != "" && !issuer(p.Issuer) {
		r.wrong("issuer", "cli.config.issuer")
	}
	r.label(whole, &p)
	if n := r.at["scopes"]; n != nil {
		p.Scopes = r.words(n, r.where+"scopes")
	}
	if n := r.at["strong-values"]; n != nil {
		p.MFA = r.words(n, r.where+"strong-values")
	}
	if r.at["address-claim"] != nil {
		p.Address = r.text(whole, "address-claim")
		// email_verified speaks of the claim email alone (OpenID Connect Core 1.0, 5.1).
		if p.Address != "email" && !p.TrustEmail {
			r.wrong("address-claim", "cli.config.address-claim")
		}
	}
	p.ClientSecret = r.secret(whole)
	return p
}

func (r *providerReader) wrong(key, message string, args ...any) {
	r.fault(r.at[key], r.where+key, message, args...)
}

// text is a text that must be there.
func (r *providerReader) text(whole *yaml.Node, key string) string {
	n := r.at[key]
	switch {
	case n == nil:
		r.fault(whole, r.where+key, "cli.config.missing")
		return ""
	case n.Kind != yaml.ScalarNode || strings.TrimSpace(n.Value) == "":
		r.wrong(key, "cli.config.text")
		return ""
	}
	return n.Value
}

func (r *providerReader) truth(key string) bool {
	n := r.at[key]
	if n == nil {
		return false
	}
	var b bool
	if err := n.Decode(&b); err != nil {
		r.wrong(key, "cli.config.truth")
	}
	return b
}

// label is what the button says, in both languages.
func (r *providerReader) label(whole *yaml.Node, p *signin.Provider) {
	n := r.at["label"]
	if n == nil {
		r.fault(whole, r.where+"label", "cli.config.missing")
		return
	}
	l := &providerReader{config: r.config, where: r.where + "label/", at: map[string]*yaml.Node{}}
	for _, x := range r.pairs(n, l.where, []string{"ja", "en"}) {
		l.at[x.key.Value] = x.value
	}
	if n.Kind == yaml.MappingNode {
		p.Label = i18n.Text{JA: l.text(n, "ja"), EN: l.text(n, "en")}
	}
}

// secret comes from a variable of the environment or from a file, never from the
// configuration itself, which is shown around.
func (r *providerReader) secret(whole *yaml.Node) string {
	env, file := r.at["client-secret-env"], r.at["client-secret-file"]
	switch {
	case env == nil && file == nil:
		r.fault(whole, r.where+"client-secret-env", "cli.config.secret-none")
		return ""
	case env != nil && file != nil:
		r.wrong("client-secret-file", "cli.config.secret-both")
		return ""
	case env != nil:
		name := r.text(whole, "client-secret-env")
		value := os.Getenv(name)
		if name != "" && value == "" {
			r.wrong("client-secret-env", "cli.config.secret-env", "name", name)
		}
		return value
	}
	name := r.text(whole, "client-secret-file")
	if name == "" {
		return ""
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(r.dir, name)
	}
	data, err := os.ReadFile(name)
	value := strings.TrimRight(string(data), "\r\n")
	if err != nil || value == "" {
		r.wrong("client-secret-file", "cli.config.secret-file", "name", name)
	}
	return value
}

// issuer reports whether a text can be an issuer: an https address without query and
// fragment (OpenID Connect Core 1.0, section 2, iss); http on this machine alone.
func issuer(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (err == nil && ip.IsLoopback() || u.Hostname() == "localhost")
}
