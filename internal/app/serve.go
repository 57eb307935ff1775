package app

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"yagura/internal/cli"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
)

// Limits of the server's patience with its clients.
const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = 2 * time.Minute // of a whole request: a workbook over a slow line
	writeTimeout      = 5 * time.Minute // of a whole answer: a release being made
	idleTimeout       = 2 * time.Minute
	shutdownTimeout   = 30 * time.Second
)

// serve runs a site until ctx ends. It implements cli.Env.Serve.
func serve(files fs.FS) func(context.Context, cli.ServeOptions, io.Writer) error {
	return func(ctx context.Context, o cli.ServeOptions, log io.Writer) error {
		if err := os.MkdirAll(o.Data, 0o700); err != nil {
			return err
		}
		l, err := net.Listen("tcp", o.Addr)
		if err != nil {
			return errs.New(errs.Invalid, "%w", i18n.NewError("cli.serve.address", "addr", o.Addr, "why", err))
		}
		defer func() { _ = l.Close() }() // closed by the server as well
		base := o.Base
		if base == "" {
			base = "http://" + l.Addr().String()
		}
		cfg, err := siteConfig(o, base, log)
		if err != nil {
			return err
		}
		site, err := OpenSite(ctx, files, cfg)
		if err != nil {
			return usable(err)
		}
		defer func() { _ = site.Close() }()
		if o.Demo {
			if !loopback(l.Addr()) {
				return errs.New(errs.Invalid, "%w", i18n.NewError("cli.serve.demo-loopback"))
			}
			shown, err := site.demonstrate(ctx, files, cfg, o)
			if err != nil {
				return err
			}
			site = shown
		}
		if err := site.scheduleCheckpoint(ctx); err != nil {
			return usable(err)
		}
		if o.Metrics != "" {
			figures, err := net.Listen("tcp", o.Metrics)
			if err != nil {
				return errs.New(errs.Invalid, "%w", i18n.NewError("cli.serve.address", "addr", o.Metrics, "why", err))
			}
			defer func() { _ = figures.Close() }() // closed by its server as well
			if !loopback(figures.Addr()) {
				return errs.New(errs.Invalid, "%w", i18n.NewError("cli.metrics.loopback"))
			}
			go site.serveMetrics(ctx, figures)
		}
		o.Ready(base)
		return site.listen(ctx, l)
	}
}

// usable tells the operator what to look at when the database can't be worked with.
func usable(err error) error {
	if errs.KindOf(err) != errs.Unavailable {
		return err
	}
	return errs.New(errs.Unavailable, "%w", i18n.NewError("cli.serve.database", "why", err))
}

func siteConfig(o cli.ServeOptions, base string, log io.Writer) (SiteConfig, error) {
	cfg := SiteConfig{DSN: o.DSN, Base: base, Plain: strings.HasPrefix(base, "http://"), SMTP: o.SMTP, Strong: o.Strong, Providers: o.Providers, Log: slog.New(slog.NewJSONHandler(log, nil))}
	if cfg.DSN == "" {
		cfg.DSN = filepath.Join(o.Data, "yagura.db")
	}
	if o.Forms != "" {
		cfg.Forms = append(cfg.Forms, os.DirFS(o.Forms))
	}
	if o.Demo {
		cfg.Env, cfg.Notice = i18n.T(i18n.JA, "web.demo.env"), i18n.Both("web.demo.notice")
	}
	var err error
	cfg.Secrets, err = LoadSecrets(o.Data, "yagura/"+filepath.Base(o.Data))
	return cfg, err
}

func loopback(a net.Addr) bool {
	tcp, ok := a.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// demonstrate fills an empty site with the synthetic sector, or finds it there, and
// opens its doors.
func (s *Site) demonstrate(ctx context.Context, files fs.FS, cfg SiteConfig, o cli.ServeOptions) (*Site, error) {
	n, err := db.One[int64](ctx, s.DB.Common(), `select count(*) from organisation`, nil)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		if cfg.Demo, err = SeedDemo(ctx, s, files, cfg, DemoOptions{Now: s.Clock.Now(), Seed: o.Seed, Say: o.Say}); err != nil {
			return nil, err
		}
	} else if cfg.Demo, err = demoDoors(ctx, s); err != nil {
		return nil, err
	}
	return join(s.DB, files, cfg)
}

// listen serves until ctx ends, lets requests finish, and stops the due rows.
func (s *Site) listen(ctx context.Context, l net.Listener) error {
	server := &http.Server{Handler: s.Handler, ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout}
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	worked := make(chan struct{})
	go func() { defer close(worked); s.Runner.Run(work) }()
	down := make(chan error, 1)
	go func() {
		<-ctx.Done()
		patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
		defer cancel()
		down <- server.Shutdown(patience)
	}()
	err := server.Serve(l)
	if errors.Is(err, http.ErrServerClosed) {
		err = <-down
	}
	stop()
	<-worked
	return err
}
