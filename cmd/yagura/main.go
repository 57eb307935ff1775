// Command yagura is the working machinery of cyber-resilience for a financial
// sector; see the README.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"yagura/internal/app"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := app.Run(ctx, os.Args[1:], app.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr})
	stop()
	os.Exit(code)
}
