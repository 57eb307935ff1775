package cli

import (
	"io"
	"os"

	"github.com/alecthomas/kong"

	"yagura/internal/authz"
	"yagura/internal/finding"
	"yagura/internal/notice"
	"yagura/internal/signin"
)

// ServeOptions are what an operator decides about a server.
type ServeOptions struct {
	Addr    string // to listen on
	Metrics string // loopback address for figures; "" for none
	Data    string // folder of the database, unless DSN names one, and of the secrets
	DSN     string // postgres:// URL or path of a SQLite file
	Base    string // address that people use: https://yagura.example
	Forms   string // folder with further forms/
	SMTP    notice.SMTP
	// Strong are the roles that want a second factor.
	Strong []authz.Role
	// Providers are the OpenID providers; their Redirect follows from Base.
	Providers []signin.Provider
	Demo      bool
	Seed      uint64                        // of the demonstration
	Ready     func(url string)              // called when the server answers
	Say       func(key string, args ...any) // tells how far the preparation is
}

type serveCmd struct {
	Config   string   `env:"YAGURA_CONFIG" help:"${cli_help_flag_config}"`
	Addr     string   `default:"127.0.0.1:8080" env:"YAGURA_ADDR" help:"${cli_help_flag_addr}"`
	Metrics  string   `env:"YAGURA_METRICS" help:"${cli_help_flag_metrics}"`
	Data     string   `default:"yagura-data" env:"YAGURA_DATA" help:"${cli_help_flag_data}"`
	DSN      string   `name:"db" env:"YAGURA_DB" help:"${cli_help_flag_db}"`
	Base     string   `env:"YAGURA_BASE" help:"${cli_help_flag_base}"`
	Forms    string   `env:"YAGURA_FORMS" help:"${cli_help_flag_forms}"`
	SMTPHost string   `name:"smtp-host" env:"YAGURA_SMTP_HOST" help:"${cli_help_flag_smtp_host}"`
	SMTPPort int      `name:"smtp-port" env:"YAGURA_SMTP_PORT" help:"${cli_help_flag_smtp_port}"`
	SMTPUser string   `name:"smtp-user" env:"YAGURA_SMTP_USER" help:"${cli_help_flag_smtp_user}"`
	SMTPFrom string   `name:"smtp-from" env:"YAGURA_SMTP_FROM" help:"${cli_help_flag_smtp_from}"`
	SMTPTLS  string   `name:"smtp-tls" enum:"starttls,implicit,none" default:"starttls" env:"YAGURA_SMTP_TLS" help:"${cli_help_flag_smtp_tls}"`
	Second   []string `name:"second-factor" env:"YAGURA_SECOND_FACTOR" help:"${cli_help_flag_second_factor}"`
}

// Run serves until it is interrupted. What the command line and the environment leave
// open is taken from the configuration file.
func (c *serveCmd) Run(r *run, k *kong.Context) error {
	var providers []signin.Provider
	var found []finding.Finding
	if c.Config != "" {
		var err error
		if providers, found, err = readConfig(c.Config, k); err != nil {
			return err
		}
	}
	roles, more := secondFactor(c.Second)
	if found = append(found, more...); len(found) > 0 {
		r.report(found)
		return fail("cli.config.faults", "n", len(found))
	}
	return r.serve(ServeOptions{Addr: c.Addr, Metrics: c.Metrics, Data: c.Data, DSN: c.DSN, Base: c.Base, Forms: c.Forms, Strong: roles, Providers: providers, SMTP: notice.SMTP{
		Host: c.SMTPHost, Port: c.SMTPPort, Username: c.SMTPUser, Password: r.secret("YAGURA_SMTP_PASSWORD"), From: c.SMTPFrom, TLS: c.SMTPTLS,
	}})
}

func (r *run) serve(o ServeOptions) error {
	o.Ready = func(url string) { r.say("cli.serve.ready", "url", url) }
	o.Say = r.say
	log := r.env.Err
	if o.Demo || r.quiet {
		log = io.Discard
	}
	err := r.env.Serve(r.ctx, o, log)
	if r.ctx.Err() != nil && err == nil {
		r.say("cli.serve.stopped")
	}
	return err
}

// secret is a value that only the environment gives.
func (r *run) secret(name string) string { return os.Getenv(name) }
