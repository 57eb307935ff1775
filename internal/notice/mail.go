package notice

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/jobs"
)

// letter is a mail before it is written for the wire. The reference makes its
// Message-ID: a repetition has the same one, by which mail servers and programs can
// tell it.
type letter struct {
	to, subject, body, reference string
	at                           time.Time
}

// mailOne sends the mail of one inbox row. Without a row, once it is read, and to a
// person without an address, there is nothing to send.
func (n *Notifier) mailOne(ctx context.Context, j jobs.Job) error {
	var rows []itemRow
	var email string
	var lang i18n.Lang
	err := n.DB.Tenant(j.Org).Read(ctx, func(tx *db.Tx) error {
		var err error
		rows, err = db.All[itemRow](ctx, tx, `select `+itemColumns+` from notice_inbox where tenant = :tenant and id = :id`, db.Args{"id": j.Key})
		if err != nil || len(rows) == 0 || rows[0].ReadAt != nil {
			rows = nil
			return err
		}
		email, lang, err = n.address(ctx, tx, rows[0].Person)
		return err
	})
	if err != nil || len(rows) == 0 || email == "" {
		return err
	}
	item, err := rows[0].item()
	if err != nil {
		return jobs.Permanent(err)
	}
	return n.SMTP.send(ctx, n.one(email, lang, item))
}

// one is the mail of one item: subject and link, and nothing of what it is about.
func (n *Notifier) one(to string, lang i18n.Lang, i Item) letter {
	subject := i.Subject().In(lang)
	return letter{
		to: to, subject: n.tagged(subject), reference: i.ID, at: n.Clock.Now(),
		body: i18n.T(lang, "notice.mail.one", "tag", n.tag(), "subject", subject, "link", n.absolute(i.Link)),
	}
}

// maxLines bounds a digest; the inbox has the rest.
const maxLines = 50

// mailDigest sends what waits for a person's digest and isn't read yet, as one mail.
func (n *Notifier) mailDigest(ctx context.Context, j jobs.Job) error {
	var p struct {
		Person string `json:"person"`
	}
	if err := json.Unmarshal(j.Payload, &p); err != nil {
		return jobs.Permanent(err)
	}
	var rows []itemRow
	var email string
	var lang i18n.Lang
	h := n.DB.Tenant(j.Org)
	err := h.Read(ctx, func(tx *db.Tx) error {
		var err error
		rows, err = db.All[itemRow](ctx, tx, `select `+itemColumns+` from notice_inbox
			where tenant = :tenant and person = :person and digest = 1 and at < :due order by id`,
			db.Args{"person": p.Person, "due": clock.Micros(j.Due)})
		if err != nil || len(rows) == 0 {
			return err
		}
		email, lang, err = n.address(ctx, tx, p.Person)
		return err
	})
	if err != nil || len(rows) == 0 {
		return err
	}
	unread, err := unreadItems(rows)
	if err != nil {
		return jobs.Permanent(err)
	}
	if email != "" && len(unread) > 0 {
		if err := n.SMTP.send(ctx, n.digest(email, lang, j.Key, unread)); err != nil {
			return err
		}
	}
	_, err = h.Exec(ctx, `update notice_inbox set digest = 0 where tenant = :tenant and person = :person and digest = 1 and at < :due`,
		db.Args{"person": p.Person, "due": clock.Micros(j.Due)})
	return err
}

func unreadItems(rows []itemRow) ([]Item, error) {
	var items []Item
	for _, r := range rows {
		if r.ReadAt != nil {
			continue
		}
		i, err := r.item()
		if err != nil {
			return nil, err
		}
		items = append(items, i)
	}
	return items, nil
}

// digest is the mail of several items.
func (n *Notifier) digest(to string, lang i18n.Lang, reference string, items []Item) letter {
	var lines strings.Builder
	for _, i := range items[:min(len(items), maxLines)] {
		lines.WriteString(i18n.T(lang, "notice.mail.digest.line",
			"at", i.At.In(jst).Format("2006-01-02 15:04 MST"), "subject", i.Subject(), "link", n.absolute(i.Link)) + "\n")
	}
	if more := len(items) - maxLines; more > 0 {
		lines.WriteString(i18n.T(lang, "notice.mail.digest.more", "n", more) + "\n")
	}
	return letter{
		to: to, reference: "digest-" + reference, at: n.Clock.Now(),
		subject: n.tagged(i18n.T(lang, "notice.mail.digest.subject", "n", len(items))),
		body:    i18n.T(lang, "notice.mail.digest.body", "tag", n.tag(), "lines", strings.TrimRight(lines.String(), "\n"), "link", n.Base),
	}
}

func (n *Notifier) tag() string {
	if n.Tag == "" {
		return "Yagura"
	}
	return n.Tag
}

func (n *Notifier) tagged(subject string) string { return "[" + n.tag() + "] " + subject }

// address asks where a person is reached. A language that the product doesn't know is Japanese.
func (n *Notifier) address(ctx context.Context, tx *db.Tx, person string) (string, i18n.Lang, error) {
	email, lang, err := n.Address(ctx, tx, person)
	if errs.KindOf(err) == errs.NotFound {
		return "", i18n.JA, nil // the person is gone
	}
	if i18n.Lang(lang) == i18n.EN {
		return email, i18n.EN, err
	}
	return email, i18n.JA, err
}

func personPayload(person string) []byte {
	data, err := json.Marshal(map[string]string{"person": person})
	if err != nil {
		panic(err) // a string always has a JSON form
	}
	return data
}
