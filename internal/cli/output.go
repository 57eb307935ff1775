package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"yagura/internal/finding"
	"yagura/internal/i18n"
)

// report prints findings as lines on stderr. Under --json it keeps them for the
// one document on stdout. It remembers whether any is an error.
func (r *run) report(found []finding.Finding) {
	r.found = r.found || finding.HasErrors(found)
	if r.json {
		r.told = append(r.told, found...)
		return
	}
	for _, f := range found {
		fmt.Fprintf(r.env.Err, "%s %s\n", i18n.T(r.lang, "cli.severity."+string(f.Severity)), f.Line(r.lang))
	}
}

// shapes turns findings into their JSON in the run's language.
func (r *run) shapes(found []finding.Finding) []json.Marshaler {
	out := make([]json.Marshaler, len(found))
	for i, f := range found {
		out[i] = f.JSON(r.lang)
	}
	return out
}

// print writes one JSON document to stdout.
func (r *run) print(v any) error {
	enc := json.NewEncoder(r.env.Out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// say writes a message to stderr unless --quiet.
func (r *run) say(key string, args ...any) {
	if !r.quiet && !r.json {
		fmt.Fprintln(r.env.Err, i18n.T(r.lang, key, args...))
	}
}

// progress shows a bar of n steps on a terminal; elsewhere and with --quiet it
// shows nothing. The bar's Add may be called from several goroutines.
func (r *run) progress(n int, key string) *progressbar.ProgressBar {
	f, ok := r.env.Err.(*os.File)
	if r.quiet || r.json || !ok || !term.IsTerminal(int(f.Fd())) {
		return progressbar.DefaultSilent(int64(n))
	}
	return progressbar.NewOptions(n, progressbar.OptionSetWriter(f), progressbar.OptionSetDescription(i18n.T(r.lang, key)),
		progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionSetPredictTime(true))
}

// writeFile writes beside and renames, so that no half-written file is left.
// The name "-" is stdout.
func (r *run) writeFile(name string, write func(io.Writer) error) error {
	if name == "-" {
		return write(r.env.Out)
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".yagura-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if err := errors.Join(write(f), f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	if err := r.ctx.Err(); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// maxPrinted is how many findings an analysis prints; findings.csv has all.
const maxPrinted = 20

// reportSome prints the worst findings up to maxPrinted and tells how many more there are.
func (r *run) reportSome(found []finding.Finding) {
	r.found = r.found || finding.HasErrors(found)
	printed := 0
	for _, severity := range []finding.Severity{finding.Error, finding.Warning, finding.Info} {
		for _, f := range found {
			if f.Severity == severity && printed < maxPrinted && !r.quiet && severity != finding.Info {
				r.report([]finding.Finding{f})
				printed++
			}
		}
	}
	if rest := len(found) - printed; rest > 0 {
		r.say("cli.many-findings", "n", rest)
	}
}

// notice is what every page of the synthetic sector says.
func (r *run) notice() string { return i18n.T(r.lang, "cli.demo.notice") }
