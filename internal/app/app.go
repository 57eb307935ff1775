// Package app is the composition root: it joins the embedded catalog, the
// command line and the streams of the process. Tests run the whole program
// through it.
package app

import (
	"context"

	"yagura/catalog"
	"yagura/internal/cli"
)

// Streams are the standard streams of the process.
type Streams = cli.Streams

// Run runs one command line and returns its exit code (cli.Run).
func Run(ctx context.Context, args []string, streams Streams) int {
	return cli.Run(ctx, args, cli.Env{Streams: streams, Catalog: catalog.FS, Serve: serve(catalog.FS), Installation: installation})
}
