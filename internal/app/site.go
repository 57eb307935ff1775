package app

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"yagura/internal/action"
	"yagura/internal/api"
	"yagura/internal/assessment/release"
	"yagura/internal/authz"
	"yagura/internal/calendar"
	"yagura/internal/campaign"
	"yagura/internal/catalog"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/filing"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/id"
	"yagura/internal/incident"
	"yagura/internal/jobs"
	"yagura/internal/ledger"
	"yagura/internal/notice"
	"yagura/internal/org"
	"yagura/internal/practice"
	"yagura/internal/record"
	"yagura/internal/register"
	"yagura/internal/screening"
	"yagura/internal/signin"
	"yagura/internal/thirdparty"
	"yagura/internal/thirdparty/roi"
	"yagura/internal/warning"
	"yagura/internal/web"
	"yagura/internal/webkit"
)

// Secrets are the keys of an installation. Who has them can read what is encrypted at
// rest and sign in the ledger's name: they are kept apart from the database and its copies.
type Secrets struct {
	Key    []byte `json:"key"`    // 32 bytes: encrypts files and credentials, signs cookies
	Ledger string `json:"ledger"` // private key of the log (ledger.GenerateKey)
}

// LoadSecrets reads the secrets of a data folder, and makes them on the first start:
// origin names the ledger from then on.
func LoadSecrets(dir, origin string) (Secrets, error) {
	var s Secrets
	name := filepath.Join(dir, "secrets.json")
	data, err := os.ReadFile(name)
	if err == nil {
		if err := json.Unmarshal(data, &s); err != nil || len(s.Key) != 32 {
			return s, errs.New(errs.Invalid, "%s holds no secrets of Yagura", name)
		}
		return s, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return s, err
	}
	s.Key = make([]byte, 32)
	rand.Read(s.Key) // never fails
	if s.Ledger, _, err = ledger.GenerateKey(origin); err != nil {
		return s, err
	}
	if data, err = json.Marshal(s); err != nil {
		return s, err
	}
	return s, os.WriteFile(name, data, 0o600)
}

// SiteConfig is what an installation is made from.
type SiteConfig struct {
	DSN     string // postgres:// URL or path of the SQLite file
	Secrets Secrets
	Base    string    // of links: https://yagura.example
	Plain   bool      // served without TLS, on this machine alone
	Env     string    // ribbon: デモ
	Notice  i18n.Text // on every sheet that goes out, e.g. that the data are synthetic
	Forms   []fs.FS   // further forms/ beside the catalog's
	SMTP    notice.SMTP
	// Strong are the roles that want a second factor.
	Strong []authz.Role
	// Providers are the OpenID providers, without Redirect.
	Providers []signin.Provider
	Clock     clock.Clock // nil: the machine's
	Log       *slog.Logger
	Demo      *web.Demo
	Count     func(context.Context) (context.Context, func() int) // of statements, for tests
}

// Site is an installation: its stores, screens and due rows.
type Site struct {
	web.Deps
	IDs     *id.Source
	Handler http.Handler
	metrics *metrics
}

// modules are the shares of the packages in the schema, in the order of their migration.
func modules() []db.Module {
	return []db.Module{ledger.Module(), org.Module(), signin.Module(), jobs.Module(), notice.Module(), record.Module(), filing.Module(), campaign.Module(), action.Module(), thirdparty.Module(), incident.Module(), screening.Module(), practice.Module(), warning.Module(), api.Module()}
}

// OpenSite opens the database, brings its schema up to date, and joins everything.
func OpenSite(ctx context.Context, files fs.FS, cfg SiteConfig) (*Site, error) {
	d, err := db.Open(ctx, cfg.DSN, modules()...)
	if err != nil {
		return nil, err
	}
	if err := d.Migrate(ctx); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	s, err := join(d, files, cfg)
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return s, nil
}

// Close closes the database.
func (s *Site) Close() error { return s.DB.Close() }

// join makes all stores over a database.
func join(d *db.DB, files fs.FS, cfg SiteConfig) (*Site, error) {
	if cfg.Clock == nil {
		cfg.Clock = clock.System()
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	s := &Site{IDs: id.NewSource(cfg.Clock)}
	s.DB, s.Clock, s.Base, s.Env, s.Demo, s.Strong = d, cfg.Clock, cfg.Base, cfg.Env, cfg.Demo, cfg.Strong
	var err1, err2, err3, err4, err5, err6 error
	s.Forms, err1 = form.NewLibrary(append([]fs.FS{files}, cfg.Forms...)...)
	s.Policies, err2 = authz.New(nil)
	s.Signin, err3 = signin.New(d, cfg.Clock, s.IDs, signin.Config{Key: cfg.Secrets.Key, Issuer: "Yagura", RP: relyingParty(cfg.Base), Providers: redirected(cfg.Providers, cfg.Base)})
	s.Notices, err4 = notice.New(notice.Config{DB: d, Clock: cfg.Clock, IDs: s.IDs, Address: address, Base: cfg.Base, Tag: "Yagura", DigestHour: 8, SMTP: cfg.SMTP, Keys: [][]byte{cfg.Secrets.Key}})
	s.Ledger, err5 = ledger.NewLog(d, cfg.Secrets.Ledger)
	s.Records, err6 = record.New(cfg.Clock, s.IDs, s.Forms, cfg.Secrets.Key)
	if err := errors.Join(err1, err2, err3, err4, err5, err6); err != nil {
		return nil, err
	}
	book, err := incident.LoadRulebook(files)
	if err != nil {
		return nil, err
	}
	s.Calendars, _ = calendar.Load(files) // linted by the catalog's test
	s.Catalog, _ = catalog.Load(files)
	s.Orgs = org.New(d, cfg.Clock, s.IDs, s.Policies)
	t := &teller{s}
	s.Filings = filing.New(d, cfg.Clock, s.IDs, s.Policies, s.Orgs, s.Records, t.filing)
	s.Campaigns = campaign.New(d, cfg.Clock, s.IDs, s.Policies, s.Orgs, s.Filings, s.Forms, s.Calendars, t.campaign)
	s.Registers = register.New(d, cfg.Clock, s.Policies, s.Orgs, s.Records)
	s.ThirdParties = thirdparty.New(d, cfg.Clock, s.Policies)
	regime, err := screening.Load(files, s.Calendars)
	if err != nil {
		return nil, err
	}
	s.Screening = screening.New(d, cfg.Clock, s.Policies, s.Registers, s.Records, regime, cfg.Notice)
	s.RegisterSchema, _ = roi.LoadSchema(files) // checked by its package
	s.Actions = action.New(d, cfg.Clock, s.IDs, s.Policies)
	s.Practices = practice.New(d, cfg.Clock, s.IDs, s.Policies, s.Orgs, s.Filings, s.Forms, t.practice)
	s.Incidents = incident.New(d, cfg.Clock, s.IDs, s.Policies, s.Orgs, book, t.incident)
	s.Warnings = warning.New(d, cfg.Clock, s.IDs, s.Policies, s.Orgs, t.warning)
	s.Feedback = release.New(s.Campaigns, s.Orgs, s.Catalog, cfg.Clock, cfg.Notice)
	s.Kit = &webkit.Kit{Clock: cfg.Clock, IDs: s.IDs, Log: cfg.Log, Secret: cfg.Secrets.Key, Plain: cfg.Plain, Count: cfg.Count}
	handlers := s.Notices.Handlers()
	maps.Copy(handlers, s.Incidents.Handlers())
	maps.Copy(handlers, s.Warnings.Handlers())
	maps.Copy(handlers, s.Campaigns.Handlers())
	handlers[checkpointKind] = jobs.Handler{Outside: s.checkpoint}
	s.Runner = jobs.New(d, cfg.Clock, handlers, jobs.Options{Report: func(err error) { cfg.Log.Error("due row", "error", errs.Outline(err)) }})
	s.metrics = newMetrics(cfg.Clock)
	s.metrics.registry.MustRegister(state{s})
	s.Passkeys = relyingParty(cfg.Base).ID != ""
	if cfg.SMTP.Host != "" {
		s.Letter = s.letter
	}
	s.Ready, s.Observe = (&readiness{site: s}).check, s.metrics.observe
	s.Handler = api.Mount(s.api(), web.New(s.Deps))
	return s, nil
}

// redirected are providers that send people back to the service's address.
func redirected(list []signin.Provider, base string) []signin.Provider {
	out := slices.Clone(list)
	for i := range out {
		out[i].Redirect = strings.TrimSuffix(base, "/") + "/signin/callback"
	}
	return out
}

// address is where a person is reached.
func address(ctx context.Context, tx *db.Tx, person string) (email, lang string, err error) {
	type row struct {
		Email string `db:"email"`
		Lang  string `db:"lang"`
		State string `db:"state"`
	}
	r, err := db.One[row](ctx, tx, `select email, lang, state from person where id = :id`, db.Args{"id": person})
	if err != nil || r.State != "active" {
		return "", "", err
	}
	return r.Email, r.Lang, nil
}
