// Package notice tells people what happened and what is due: in the product's inbox,
// by mail, by webhooks to an organisation's own systems, and as a calendar feed.
//
// A notice is sent in the transaction of its fact. Inbox rows are written there, mail
// and webhooks as due rows (package jobs), so that nothing is told of a fact that was
// rolled back and nothing is lost while a mail server is down.
//
// What leaves the product holds no content: a mail has the subject of its kind, which
// takes no arguments, and a link; a webhook has kind, time and link. The texts are
// messages: notice.KIND.subject and notice.KIND.body, the latter with the arguments,
// for the inbox alone.
package notice

import (
	"context"
	"embed"
	"io/fs"
	"net/mail"
	"net/url"
	"strings"
	"time"
	"unicode"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/id"
	"yagura/internal/jobs"
)

//go:embed schema
var schema embed.FS

// Module is the share of notices in the schema, for db.Open.
func Module() db.Module {
	sub, err := fs.Sub(schema, "schema")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return db.Module{
		Name: "notice", FS: sub,
		Tenant: []string{"notice_inbox", "notice_preference", "notice_endpoint", "notice_delivery", "notice_feed"},
	}
}

// Config is what a Notifier works with. Base, SMTP, Keys and Webhook come from the
// operator.
type Config struct {
	DB    *db.DB
	Clock clock.Clock
	IDs   *id.Source

	// Address tells where a person is reached and in which language ("ja" or "en"). An
	// empty email means by no mail. The transaction reads on the handle of the
	// organisation that the notice went to.
	Address func(ctx context.Context, tx *db.Tx, person string) (email, lang string, err error)

	Base       string // of every link: https://yagura.example, without a slash at the end
	Tag        string // stands in brackets before each subject: "Yagura"
	DigestHour int    // of Japan Standard Time, 0 to 23, when daily digests go out
	SMTP       SMTP   // without a Host no mail is sent
	Keys       [][]byte
	Webhook    Outward
}

// Notice is one thing to tell to some persons of one organisation, and to the webhooks
// of that organisation.
type Notice struct {
	Org     string               `json:"org"`
	Persons []string             `json:"persons"` // each is told once
	Kind    string               `json:"kind"`    // of the messages notice.KIND.subject and notice.KIND.body
	Args    map[string]i18n.Text `json:"args"`    // of the body; a text in Japanese alone serves both languages
	Link    string               `json:"link"`    // path in the product, "/filing/…"
}

// Plain is an argument that reads the same in both languages: a name, a number.
func Plain(s string) i18n.Text { return i18n.Text{JA: s, EN: s} }

// Notifier sends notices. It is safe for concurrent use.
type Notifier struct {
	Config
	webhook *outward
}

// New checks the configuration; the error is Invalid and quotes no secret.
func New(c Config) (*Notifier, error) {
	c.Base = strings.TrimRight(c.Base, "/")
	u, err := url.Parse(c.Base)
	switch {
	case c.DB == nil || c.Clock == nil || c.IDs == nil || c.Address == nil:
		return nil, errs.New(errs.Invalid, "notice: DB, Clock, IDs and Address are needed")
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return nil, errs.New(errs.Invalid, "notice: the base of links is an https:// or http:// address")
	case c.DigestHour < 0 || c.DigestHour > 23:
		return nil, errs.New(errs.Invalid, "notice: the hour of digests is from 0 to 23")
	case len(c.Keys) == 0 || len(c.Keys[0]) < 32:
		return nil, errs.New(errs.Invalid, "notice: the key of webhooks has at least 32 bytes")
	case strings.ContainsFunc(c.Tag, unicode.IsControl):
		return nil, errs.New(errs.Invalid, "notice: the tag of subjects has control characters")
	}
	if c.SMTP.Host != "" {
		if _, err := mail.ParseAddress(c.SMTP.From); err != nil {
			return nil, errs.New(errs.Invalid, "notice: the sender of mail is no address")
		}
	}
	return &Notifier{c, newOutward(c.Webhook)}, nil
}

// The kinds of due rows of this package.
const (
	jobDeliver = "notice-deliver"
	jobMail    = "notice-mail"
	jobDigest  = "notice-digest"
	jobWebhook = "notice-webhook"
	jobLetter  = "notice-letter"
)

// Handlers are for the runner of due rows.
func (n *Notifier) Handlers() map[string]jobs.Handler {
	return map[string]jobs.Handler{
		jobDeliver: {InTx: n.deliver, System: true},
		jobMail:    {Outside: n.mailOne},
		jobDigest:  {Outside: n.mailDigest},
		jobWebhook: {Outside: n.post},
		jobLetter:  {Outside: n.mailLetter},
	}
}

// jst is the zone of digests and calendars. Japan has had no summer time since 1952.
var jst = time.FixedZone("JST", 9*60*60)

// kindFault refuses a kind without messages: a fault of the program.
func kindFault(kind string) error {
	if kind == "" || !i18n.Has(subjectKey(kind)) || !i18n.Has(bodyKey(kind)) {
		return errs.New(errs.Internal, "notice: kind %q has no messages %s and %s", kind, subjectKey(kind), bodyKey(kind))
	}
	return nil
}

func subjectKey(kind string) string { return "notice." + kind + ".subject" }
func bodyKey(kind string) string    { return "notice." + kind + ".body" }

// linkFault refuses what isn't a path in the product: a link in a mail of ours must not
// lead elsewhere.
func linkFault(link string) error {
	u, err := url.Parse(link)
	if err != nil || !strings.HasPrefix(link, "/") || strings.HasPrefix(link, "//") || u.Host != "" || strings.ContainsRune(link, '\\') ||
		strings.ContainsFunc(link, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }) {
		return errs.New(errs.Internal, "notice: the link %q is no path in the product", link)
	}
	return nil
}
