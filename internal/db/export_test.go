package db

import "context"

// Waiting is how many writers wait for their turn on SQLite.
func (d *DB) Waiting() int {
	d.turns.mu.Lock()
	defer d.turns.mu.Unlock()
	return len(d.turns.queue)
}

// Raw runs a statement on the write connection past every guard.
func (d *DB) Raw(ctx context.Context, text string) error {
	_, err := d.write.ExecContext(ctx, text)
	return err
}
