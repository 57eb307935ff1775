package notice

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/jobs"
)

// message is a notice with the moment of its fact.
type message struct {
	Notice
	At int64 `json:"at"`
}

// Send tells a notice in the transaction of its fact. When the transaction is that of
// the recipients' organisation (or System's), their inbox has it at the commit. From
// another organisation's, which can't write there, it goes through a due row and is
// there after the next tick. Wake the runner after the commit to save a second.
//
// Errors: Internal for an unknown kind or a link out of the product; those of the database.
func (n *Notifier) Send(ctx context.Context, tx *db.Tx, x Notice) error {
	if err := kindFault(x.Kind); err != nil {
		return err
	}
	if err := linkFault(x.Link); err != nil {
		return err
	}
	if x.Org == "" {
		return errs.New(errs.Internal, "notice: a notice without an organisation")
	}
	m := message{x, clock.Micros(n.Clock.Now())}
	err := n.fan(ctx, tx, m)
	if errs.KindOf(err) != errs.Forbidden {
		return err
	}
	// The handle has refused the first statement before it ran, so nothing is half done.
	payload, err := json.Marshal(m)
	if err != nil {
		return errs.New(errs.Internal, "notice: %w", err)
	}
	return jobs.Add(ctx, tx, jobs.Job{Kind: jobDeliver, Key: string(n.IDs.New()), Due: clock.FromMicros(m.At), Payload: payload})
}

// deliver is the second half of Send across organisations.
func (n *Notifier) deliver(ctx context.Context, tx *db.Tx, j jobs.Job) error {
	var m message
	if err := json.Unmarshal(j.Payload, &m); err != nil {
		return jobs.Permanent(err)
	}
	return n.fan(ctx, tx, m)
}

// fan writes the inbox rows of a message and the due rows of its mail and webhooks.
func (n *Notifier) fan(ctx context.Context, tx *db.Tx, m message) error {
	endpoints, err := activeEndpoints(ctx, tx, m.Org)
	if err != nil {
		return err
	}
	for _, e := range endpoints {
		if err := n.addDelivery(ctx, tx, e, m); err != nil {
			return err
		}
	}
	persons := slices.Compact(slices.Sorted(slices.Values(m.Persons)))
	if len(persons) == 0 {
		return nil
	}
	ways, err := preferences(ctx, tx, m.Org, persons)
	if err != nil {
		return err
	}
	args, err := json.Marshal(m.Args)
	if err != nil {
		return errs.New(errs.Internal, "notice: %w", err)
	}
	for _, p := range persons {
		if err := n.tell(ctx, tx, m, string(args), p, ways[p]); err != nil {
			return err
		}
	}
	return nil
}

// tell writes one person's inbox row and what makes the mail of it.
func (n *Notifier) tell(ctx context.Context, tx *db.Tx, m message, args, person string, way Way) error {
	if n.SMTP.Host == "" {
		way = NoMail
	}
	key := string(n.IDs.New())
	digest := 0
	if way == Daily {
		digest = 1
	}
	_, err := tx.Exec(ctx, `insert into notice_inbox (tenant, id, person, kind, args, link, at, digest)
		values (:tenant, :id, :person, :kind, :args, :link, :at, :digest)`, db.Args{
		"tenant": m.Org, "id": key, "person": person, "kind": m.Kind, "args": args, "link": m.Link, "at": m.At, "digest": digest,
	})
	if err != nil || way == NoMail {
		return err
	}
	at := clock.FromMicros(m.At)
	if way == Daily {
		due := nextDigest(at, n.DigestHour)
		return jobs.Add(ctx, tx, jobs.Job{
			Org: m.Org, Kind: jobDigest, Key: person + "@" + due.Format("2006-01-02"), Due: due, Payload: personPayload(person),
		})
	}
	return jobs.Add(ctx, tx, jobs.Job{Org: m.Org, Kind: jobMail, Key: key, Due: at})
}

// nextDigest is the next full hour of that number in Japan, after t.
func nextDigest(t time.Time, hour int) time.Time {
	local := t.In(jst)
	due := time.Date(local.Year(), local.Month(), local.Day(), hour, 0, 0, 0, jst)
	if !due.After(t) {
		due = due.AddDate(0, 0, 1)
	}
	return due
}

// text fills a message with the arguments of a notice.
func text(key string, args map[string]i18n.Text) i18n.Text {
	var pairs []any
	for name, value := range args {
		pairs = append(pairs, name, value)
	}
	return i18n.Both(key, pairs...)
}

// absolute is a link as it stands outside the product.
func (n *Notifier) absolute(link string) string { return n.Base + "/" + strings.TrimPrefix(link, "/") }
