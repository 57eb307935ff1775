// Package cli is the command line: NOUN VERB [ARGS]. Results go to stdout,
// progress and messages to stderr. It maps outcomes to exit codes and holds no
// rule of the field: commands read files, call the pure core, write files.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"yagura/internal/errs"
	"yagura/internal/finding"
	"yagura/internal/i18n"
)

// The exit codes (design: command-line conventions).
const (
	exitDone     = 0 // done, nothing found
	exitFindings = 1 // done, findings of severity error
	exitUsage    = 2 // unusable input or wrong usage
	exitFault    = 3 // our fault
)

// Streams are the standard streams.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// Env is what the command line needs from its surroundings.
type Env struct {
	Streams
	Catalog fs.FS // forms/, frameworks/, crosswalks/, references/
	// Serve runs the server until the context ends; its log goes to the writer.
	Serve func(context.Context, ServeOptions, io.Writer) error
	// Installation reaches a stored installation.
	Installation Installation
}

// root is the tree of commands.
type root struct {
	Lang  string `enum:"ja,en" default:"ja" env:"YAGURA_LANG" help:"${cli_help_lang}"`
	JSON  bool   `name:"json" help:"${cli_help_json}"`
	Quiet bool   `short:"q" help:"${cli_help_quiet}"`

	Form    formCmd    `cmd:"" help:"${cli_help_form}"`
	Catalog catalogCmd `cmd:"" help:"${cli_help_catalog}"`
	Assess  assessCmd  `cmd:"" help:"${cli_help_assess}"`
	Demo    demoCmd    `cmd:"" help:"${cli_help_demo}"`
	Serve   serveCmd   `cmd:"" help:"${cli_help_serve}"`
	ROI     roiCmd     `cmd:"" name:"roi" help:"${cli_help_roi}"`
	Filing  filingCmd  `cmd:"" help:"${cli_help_filing}"`

	Incident   incidentCmd   `cmd:"" help:"${cli_help_incident}"`
	Thirdparty thirdpartyCmd `cmd:"" help:"${cli_help_thirdparty}"`
	Screening  screeningCmd  `cmd:"" help:"${cli_help_screening}"`

	Register registerCmd `cmd:"" help:"${cli_help_register}"`

	Ledger  ledgerCmd  `cmd:"" help:"${cli_help_ledger}"`
	Backup  backupCmd  `cmd:"" help:"${cli_help_backup}"`
	Restore restoreCmd `cmd:"" help:"${cli_help_restore}"`
	Migrate migrateCmd `cmd:"" help:"${cli_help_migrate}"`
}

// run is one run of the program, bound into every command's Run method.
type run struct {
	ctx   context.Context
	env   Env
	lang  i18n.Lang
	json  bool
	quiet bool
	found bool              // a finding of severity error was reported
	told  []finding.Finding // reported so far, kept for --json
}

// Run parses args, runs the command and returns the exit code.
func Run(ctx context.Context, args []string, env Env) int {
	lang := langOf(args)
	var cmds root
	code := -1
	parser, err := kong.New(&cmds,
		kong.Name("yagura"), kong.Description(i18n.T(lang, "cli.help.yagura")),
		kong.Writers(env.Out, env.Err), kong.Exit(func(c int) { code = c }),
		helpVars(lang), kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintln(env.Err, err)
		return exitFault
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	kctx, err := parser.Parse(args)
	if code >= 0 { // --help
		return code
	}
	if err != nil {
		fmt.Fprintln(env.Err, i18n.T(lang, "cli.usage", "why", err))
		return exitUsage
	}
	r := &run{ctx: ctx, env: env, lang: i18n.Lang(cmds.Lang), json: cmds.JSON, quiet: cmds.Quiet}
	return r.exit(kctx.Run(r))
}

// exit reports an error and chooses the exit code.
func (r *run) exit(err error) int {
	switch {
	case err == nil && r.found:
		return exitFindings
	case err == nil:
		return exitDone
	}
	kind, why := errs.KindOf(err), message(r.lang, err)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrExist) {
		kind = errs.Invalid
	}
	if r.json {
		_ = r.print(map[string]any{"error": why, "findings": r.shapes(r.told)}) // the exit code tells the rest
	}
	switch {
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(r.env.Err, i18n.T(r.lang, "cli.cancelled"))
		return exitUsage
	case kind == errs.Internal:
		fmt.Fprintln(r.env.Err, i18n.T(r.lang, "cli.fault", "why", err))
		return exitFault
	}
	fmt.Fprintln(r.env.Err, i18n.T(r.lang, "cli.error", "why", why))
	return exitUsage
}

// message is an error's text; a text that is a message key is looked up.
func message(lang i18n.Lang, err error) string {
	var t *textError
	if errors.As(err, &t) {
		return t.text.In(lang)
	}
	var said *i18n.Error
	if errors.As(err, &said) {
		return said.Text.In(lang)
	}
	var file *fs.PathError
	if errors.As(err, &file) {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return i18n.T(lang, "cli.no-file", "name", file.Path)
		case errors.Is(err, fs.ErrPermission):
			return i18n.T(lang, "cli.no-permission", "name", file.Path)
		}
	}
	if i18n.Has(err.Error()) {
		return i18n.T(lang, err.Error())
	}
	return err.Error()
}

// textError is an error whose text exists in both languages.
type textError struct{ text i18n.Text }

func (e *textError) Error() string { return e.text.EN }

// fail makes an error of kind invalid from a message.
func fail(key string, args ...any) error {
	return errs.New(errs.Invalid, "%w", &textError{i18n.Both(key, args...)})
}

// langOf finds the language before the parser runs, so that help speaks it too.
func langOf(args []string) i18n.Lang {
	lang := os.Getenv("YAGURA_LANG")
	for i, a := range args {
		if v, ok := strings.CutPrefix(a, "--lang="); ok {
			lang = v
		} else if a == "--lang" && i+1 < len(args) {
			lang = args[i+1]
		}
	}
	if lang == string(i18n.EN) {
		return i18n.EN
	}
	return i18n.JA
}

// helpVars offers every cli.help.* message to the struct tags, dots as underscores.
func helpVars(lang i18n.Lang) kong.Vars {
	vars := kong.Vars{}
	for _, key := range i18n.Keys("cli.help.") {
		vars[strings.ReplaceAll(key, ".", "_")] = i18n.T(lang, key)
	}
	return vars
}
