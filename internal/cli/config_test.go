package cli

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yagura/internal/authz"
	"yagura/internal/i18n"
	"yagura/internal/signin"
)

// serving runs `yagura serve` with a server that only keeps its options.
func serving(t *testing.T, text string, args ...string) (got *ServeOptions, code int, said string) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "yagura.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	env := Env{Streams: Streams{Out: &out, Err: &out}, Serve: func(_ context.Context, o ServeOptions, _ io.Writer) error {
		got = &o
		return nil
	}}
	code = Run(context.Background(), append([]string{"serve", "--lang", "en", "--config", name}, args...), env)
	return got, code, strings.ReplaceAll(out.String(), name, "yagura.yaml")
}

const good = `# all settings
addr: 127.0.0.1:9000
base: https://yagura.example
smtp-port: 2525
smtp-tls: implicit
second-factor: [approver, supervisor]
providers:
  - name: corp
    label: {ja: 社内の認証基盤, en: Company account}
    issuer: https://login.example/tenant/v2.0
    client-id: yagura
    client-secret-env: CORP_SECRET
    address-claim: upn
    trust-address: true
    strong-values: [mfa]
  - name: sector
    label: {ja: 業界の認証基盤, en: Sector account}
    issuer: http://127.0.0.1:9999
    client-id: y
    client-secret-file: FILE
    scopes: [email, profile]
    strong: true
`

func TestConfigurationFile(t *testing.T) {
	t.Setenv("CORP_SECRET", "from the environment")
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("from a file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o, code, said := serving(t, strings.Replace(good, "FILE", file, 1))
	if code != 0 || o == nil {
		t.Fatal(code, said)
	}
	want := []signin.Provider{
		{Name: "corp", Label: i18n.Text{JA: "社内の認証基盤", EN: "Company account"}, Issuer: "https://login.example/tenant/v2.0", ClientID: "yagura", ClientSecret: "from the environment",
			Claim: signin.ByEmail, Address: "upn", TrustEmail: true, MFA: []string{"mfa"}},
		{Name: "sector", Label: i18n.Text{JA: "業界の認証基盤", EN: "Sector account"}, Issuer: "http://127.0.0.1:9999", ClientID: "y", ClientSecret: "from a file",
			Claim: signin.ByEmail, Scopes: []string{"email", "profile"}, Strong: true},
	}
	if diff := cmp.Diff(want, o.Providers); diff != "" {
		t.Error(diff)
	}
	if o.Addr != "127.0.0.1:9000" || o.SMTP.Port != 2525 || o.SMTP.TLS != "implicit" || !cmp.Equal(o.Strong, []authz.Role{authz.Approver, authz.Supervisor}) {
		t.Errorf("%+v", o.SMTP)
	}
	for _, secret := range []string{"from the environment", "from a file"} {
		if strings.Contains(said, secret) {
			t.Error("a secret is told:", said)
		}
	}
}

func TestConfigurationIsOutranked(t *testing.T) {
	t.Setenv("YAGURA_BASE", "https://env.example")
	t.Setenv("YAGURA_SECOND_FACTOR", "auditor,manager")
	o, _, said := serving(t, "addr: 127.0.0.1:9000\nbase: https://file.example\nsecond-factor: approver\nforms: from-file\n", "--addr", "127.0.0.1:1")
	if o == nil {
		t.Fatal(said)
	}
	if o.Addr != "127.0.0.1:1" || o.Base != "https://env.example" || o.Forms != "from-file" || !cmp.Equal(o.Strong, []authz.Role{authz.Auditor, authz.Manager}) {
		t.Errorf("%+v", o)
	}
	for _, empty := range []string{"", "# nothing\n"} {
		if o, _, said := serving(t, empty); o == nil || len(o.Strong) != 2 {
			t.Error(said)
		}
	}
}

func TestConfigurationFaults(t *testing.T) {
	t.Setenv("CORP_SECRET", "s3cret")
	with := func(old, fresh string) string {
		if !strings.Contains(good, old) {
			t.Fatal(old)
		}
		return strings.Replace(strings.Replace(good, "client-secret-file: FILE", "client-secret-env: CORP_SECRET", 1), old, fresh, 1)
	}
	for name, c := range map[string]struct{ text, want string }{
		"not yaml":       {"a: [", "can't be read as YAML"},
		"no mapping":     {"- a", "yagura.yaml:1: This must be pairs"},
		"unknown":        {with("addr:", "adr:"), "yagura.yaml:2:adr: There is no such setting. Settings are: addr,"},
		"itself":         {"config: x.yaml", "yagura.yaml:1:config: There is no such setting."},
		"twice":          {with("base:", "addr:"), "yagura.yaml:3:addr: This is set twice."},
		"enum":           {with("implicit", "ssl"), "yagura.yaml:5:smtp-tls: This value can't be chosen. Choose one of starttls,implicit,none."},
		"number":         {with("2525", "many"), "yagura.yaml:4:smtp-port: The value has the wrong form."},
		"map":            {with("2525", "{a: b}"), "yagura.yaml:4:smtp-port: This must be a text or a list of texts."},
		"role":           {with("approver", "director"), "second-factor: There is no role “director”. Roles are: respondent,"},
		"no list":        {"providers: {}", "yagura.yaml:1:providers: This must be a list."},
		"no provider":    {"providers: [x]", "yagura.yaml:1:providers/0/: This must be pairs"},
		"missing":        {with("client-id: yagura", ""), "yagura.yaml:8:providers/0/client-id: This setting is missing."},
		"empty":          {with("client-id: yagura", "client-id:"), "yagura.yaml:11:providers/0/client-id: This must be a text"},
		"name":           {with("name: corp", "name: Corp"), "yagura.yaml:8:providers/0/name: The name can't be used. Begin with"},
		"name twice":     {with("name: sector", "name: corp"), "yagura.yaml:16:providers/1/name: This is set twice."},
		"label":          {with(", en: Company account", ""), "yagura.yaml:9:providers/0/label/en: This setting is missing."},
		"plain issuer":   {with("https://login", "http://login"), "yagura.yaml:10:providers/0/issuer: This can't be an issuer's URL. Write the https://"},
		"queried issuer": {with("v2.0", "v2.0?x=1"), "providers/0/issuer: This can't"},
		"claim":          {with("trust-address: true", "trust-address: false"), "yagura.yaml:13:providers/0/address-claim: email_verified doesn't"},
		"truth":          {with("strong: true", "strong: perhaps"), "providers/1/strong: This must be true or false."},
		"secret inline":  {with("client-secret-env: CORP_SECRET", "client-secret: s3cret"), "yagura.yaml:12:providers/0/client-secret: A client secret can't stand in the configuration file. Remove it"},
		"secret none":    {with("    client-secret-env: CORP_SECRET\n", ""), "yagura.yaml:8:providers/0/client-secret-env: Where the client secret is isn't said."},
		"secret both":    {with("strong-values: [mfa]", "client-secret-file: x"), "providers/0/client-secret-file: Two places"},
		"secret unset":   {with("CORP_SECRET", "NOT_SET_HERE"), "yagura.yaml:12:providers/0/client-secret-env: The environment has no NOT_SET_HERE."},
		"secret file":    {with("client-secret-env: CORP_SECRET", "client-secret-file: nowhere"), "yagura.yaml:12:providers/0/client-secret-file: The file"},
	} {
		o, code, said := serving(t, c.text)
		if o != nil || code != exitUsage || !strings.Contains(said, c.want) {
			t.Errorf("%s: exit %d:\n%s", name, code, said)
		}
		if strings.Contains(said, "s3cret") {
			t.Errorf("%s: the secret is told:\n%s", name, said)
		}
	}
	if _, code, said := serving(t, with("implicit", "ssl"), "--second-factor", "boss"); code != exitUsage || !strings.Contains(said, "2 settings are wrong") {
		t.Error(said)
	}
}
