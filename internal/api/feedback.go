package api

import (
	"context"
	"io"

	"yagura/internal/authz"
)

// Feedback makes releases and writes their documents; the domain that a campaign's
// form belongs to implements it (assessment).
type Feedback interface {
	// Make analyses a closed campaign of the actor's organisation and keeps the release
	// with its documents.
	Make(ctx context.Context, a authz.Actor, campaign string, progress func(float64)) error
	// Write writes a kept document (the data of campaign.Document) as html, pdf or xlsx.
	Write(w io.Writer, data []byte, format string) error
}
