package db

import (
	"context"
	"sync"
)

// Counter counts the statements that ran under one context, so that a page or a job can
// be held to a budget. Statements that only open and close transactions don't count.
type Counter struct {
	mu    sync.Mutex
	texts []string
}

type counterKey struct{}

// WithCounter returns a context under which statements are counted.
func WithCounter(ctx context.Context) (context.Context, *Counter) {
	c := &Counter{}
	return context.WithValue(ctx, counterKey{}, c), c
}

// N is the number of statements so far.
func (c *Counter) N() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.texts)
}

// Statements are the texts so far, with names in the place of values.
func (c *Counter) Statements() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.texts...)
}

func count(ctx context.Context, sql string) {
	if c, ok := ctx.Value(counterKey{}).(*Counter); ok {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.texts = append(c.texts, sql)
	}
}
