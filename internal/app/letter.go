package app

import (
	"context"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/notice"
	"yagura/internal/signin"
)

// relyingParty is the site that passkeys are bound to: the host that people open.
// Addresses that are numbers can't have any (W3C Web Authentication, 5.1.2).
func relyingParty(base string) signin.RelyingParty {
	u, err := url.Parse(base)
	if err != nil || u.Hostname() == "" {
		return signin.RelyingParty{}
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil {
		return signin.RelyingParty{}
	}
	return signin.RelyingParty{ID: u.Hostname(), Origins: []string{u.Scheme + "://" + u.Host}}
}

// letterTimeout is how long a letter may take to become a due row.
const letterTimeout = 10 * time.Second

// letter sends the link by which someone sets a new password. The visitor's answer
// doesn't wait for it, since the time would tell whether there is such an address.
func (s *Site) letter(email, link string, lang i18n.Lang) {
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), letterTimeout)
		defer cancel()
		err := s.DB.System("a letter to someone who is not signed in").Tx(ctx, func(tx *db.Tx) error {
			return s.Notices.SendLetter(ctx, tx, notice.Letter{To: email, Lang: lang, Kind: "access.reset", Link: strings.TrimPrefix(link, s.Base)})
		})
		if err != nil {
			s.Kit.Log.Error("letter", "error", errs.Outline(err))
		}
		s.Runner.Wake()
	}()
}
