package web

import (
	"context"
	"io"

	"yagura/internal/assessment/release"
	"yagura/internal/authz"
)

// Feedback makes and reads releases; the domain that a campaign's form belongs to
// implements it (assessment).
type Feedback interface {
	// Make analyses a closed campaign of the actor's organisation and keeps the release
	// with its documents (campaign.Store.Keep). progress is called with 0 to 1.
	Make(ctx context.Context, a authz.Actor, campaign string, progress func(float64)) error
	// Write writes a kept document (the data of campaign.Document) as html, pdf or xlsx.
	Write(w io.Writer, data []byte, format string) error
	// Steps are what an organisation could do next, by its kept feedback.
	Steps(data []byte) ([]Step, error)
}

// Step is one piece of advice to an organisation.
type Step = release.Step
