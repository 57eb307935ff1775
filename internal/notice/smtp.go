package notice

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"yagura/internal/errs"
	"yagura/internal/jobs"
)

// The ways of encryption to the mail server. StartTLS, which is mandatory, is that of
// an SMTP without one.
const (
	StartTLS    = "starttls"
	ImplicitTLS = "implicit"
	PlainSMTP   = "none" // for a relay on the same machine
)

// SMTP is the mail server that takes the product's mail.
type SMTP struct {
	Host     string
	Port     int // 0: 587, or 465 with ImplicitTLS
	Username string
	Password string
	From     string // "Yagura <noreply@yagura.example>"
	TLS      string
	RootCAs  *x509.CertPool // nil: the machine's
}

// smtpTimeout is for connecting and for each command.
const smtpTimeout = 15 * time.Second

// noSuchAddress are the enhanced status codes after which a repetition is of no use:
// bad mailbox, bad syntax of it, moved without forwarding (RFC 3463, section 3.2),
// a domain that takes no mail (RFC 7505).
var noSuchAddress = map[string]bool{"5.1.1": true, "5.1.3": true, "5.1.6": true, "5.1.10": true}

// send hands a letter to the server. The error is jobs.Permanent when there is no such
// address. Other refusals, also those for good, may be a fault of the server's or of our
// settings, which someone can mend.
func (s SMTP) send(ctx context.Context, l letter) error {
	m, err := s.message(l)
	if err != nil {
		return jobs.Permanent(err)
	}
	c, err := s.client()
	if err != nil {
		return errs.New(errs.Invalid, "notice: mail: %w", err)
	}
	err = c.DialAndSendWithContext(ctx, m)
	if m.IsDelivered() {
		return nil // whatever went wrong while saying goodbye
	}
	var refused *mail.SendError
	if errors.As(err, &refused) && refused.Reason == mail.ErrSMTPRcptTo && noSuchAddress[refused.EnhancedStatusCode()] {
		return jobs.Permanent(err)
	}
	return err
}

func (s SMTP) message(l letter) (*mail.Msg, error) {
	m := mail.NewMsg(mail.WithCharset(mail.CharsetUTF8), mail.WithEncoding(mail.EncodingB64), mail.WithNoDefaultUserAgent())
	if err := m.From(s.From); err != nil {
		return nil, err
	}
	if err := m.To(l.to); err != nil {
		return nil, err
	}
	_, host, _ := strings.Cut(m.GetFrom()[0].Address, "@")
	// A hash, because the reference may hold the id of a person.
	sum := sha256.Sum256([]byte(l.reference + "\x00" + l.to))
	m.SetMessageIDWithValue(hex.EncodeToString(sum[:16]) + "@" + host)
	m.SetDateWithValue(l.at.In(jst))
	m.Subject(l.subject)
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no out-of-office answers
	m.SetBodyString(mail.TypeTextPlain, strings.ReplaceAll(strings.TrimRight(l.body, "\n")+"\n", "\n", "\r\n"))
	return m, nil
}

func (s SMTP) client() (*mail.Client, error) {
	port := s.Port
	opts := []mail.Option{
		mail.WithTimeout(smtpTimeout),
		mail.WithTLSConfig(&tls.Config{ServerName: s.Host, MinVersion: tls.VersionTLS12, RootCAs: s.RootCAs}),
	}
	switch s.TLS {
	case StartTLS, "":
		opts = append(opts, mail.WithTLSPolicy(mail.TLSMandatory))
	case ImplicitTLS:
		opts = append(opts, mail.WithSSL())
		if port == 0 {
			port = 465
		}
	case PlainSMTP:
		opts = append(opts, mail.WithTLSPolicy(mail.NoTLS))
	default:
		return nil, errs.New(errs.Invalid, "%q is no way of encryption: %s, %s or %s", s.TLS, StartTLS, ImplicitTLS, PlainSMTP)
	}
	if port == 0 {
		port = 587
	}
	opts = append(opts, mail.WithPort(port))
	if s.Username != "" {
		opts = append(opts, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(s.Username), mail.WithPassword(s.Password))
	}
	return mail.NewClient(s.Host, opts...)
}
