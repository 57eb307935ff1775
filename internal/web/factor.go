package web

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/boombuler/barcode/qr"

	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/signin"
	"yagura/internal/webkit"
)

// enrolView is the setting-up of an authenticator app.
type enrolView struct {
	signin.Enrolment
	Path  string // of the QR code's dark modules, in an SVG of Size by Size
	Size  int
	To    string // target of the form with the first code
	Next  string
	Error string
}

// groups sets a secret in fours, as people copy it.
func (v enrolView) groups() string {
	var b strings.Builder
	for i, r := range v.Secret {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// quiet is the margin of a QR code in modules (ISO/IEC 18004, 6.3.8).
const quiet = 4

// qrPath draws a text as the path of a QR code of error correction level M, one unit a
// module, and tells the width with the margin.
func qrPath(text string) (string, int, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return "", 0, err
	}
	var b strings.Builder
	box := code.Bounds()
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			if r, _, _, _ := code.At(x, y).RGBA(); r == 0 {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x-box.Min.X+quiet, y-box.Min.Y+quiet)
			}
		}
	}
	return b.String(), box.Dx() + 2*quiet, nil
}

// enrolPage shows a secret for an authenticator app, which is kept in the page alone
// until the first code proves that the app has it.
func (c *call) enrolPage(status int, v enrolView) error {
	var err error
	if v.Path, v.Size, err = qrPath(v.URL); err != nil {
		return err
	}
	c.w.Header().Set("Cache-Control", "no-store")
	p := c.page("web.settings.app-title")
	p.Error = v.Error != ""
	return c.renderStatus(status, p, enrolment(v))
}

func (c *call) enrol(to, next string) error {
	e, err := c.Signin.Enrol(c.ctx, c.session.Person)
	if err != nil {
		return err
	}
	return c.enrolPage(http.StatusOK, enrolView{Enrolment: e, To: to, Next: next})
}

// enrolled takes the first code; ok is false when the page was shown again.
func (c *call) enrolled(to string) (codes []string, ok bool, err error) {
	codes, err = c.Signin.Confirm(c.ctx, c.session.Person, strings.TrimSpace(c.r.PostFormValue("code")))
	if err == nil {
		return codes, true, nil
	}
	text, e := c.text(err), signin.Enrolment{Secret: c.r.PostFormValue("secret"), URL: c.r.PostFormValue("url")}
	if text == "" || errs.KindOf(err) == errs.Invalid || !strings.HasPrefix(e.URL, "otpauth://totp/") || len(e.URL) > 500 {
		return nil, false, err
	}
	return nil, false, c.enrolPage(http.StatusUnprocessableEntity, enrolView{Enrolment: e, To: to, Next: local(c.r.PostFormValue("next")), Error: text})
}

func (c *call) settingsEnrol() error { return c.enrol("/settings/authenticator/confirm", "/settings") }

func (c *call) settingsConfirm() error {
	codes, ok, err := c.enrolled("/settings/authenticator/confirm")
	if err != nil || !ok {
		return c.refuseIf("/settings", err)
	}
	if err := c.raise(); err != nil {
		return err
	}
	return c.once("web.settings.recovery-title", "web.settings.recovery-once", codes, "/settings#factors")
}

// refuseIf is refuse for an error, and nothing for none.
func (c *call) refuseIf(to string, err error) error {
	if err == nil {
		return nil
	}
	return c.refuse(to, err)
}

// raise makes the session one of two factors, under a new token.
func (c *call) raise() error {
	fresh, err := c.Signin.Raise(c.ctx, c.token)
	if err != nil {
		return err
	}
	c.token = fresh
	c.setSession(fresh)
	return nil
}

func (c *call) settingsRecovery() error {
	codes, err := c.Signin.NewRecoveryCodes(c.ctx, c.session.Person)
	if err != nil {
		return c.refuse("/settings", err)
	}
	return c.once("web.settings.recovery-title", "web.settings.recovery-once", codes, "/settings#factors")
}

// factorEnrol begins what a session waits for whose role wants a second factor.
func (c *call) factorEnrol() error {
	if c.session.Step != signin.Enrol {
		c.redirect("/")
		return nil
	}
	return c.enrol("/signin/enrol/confirm", local(c.r.PostFormValue("next")))
}

func (c *call) factorConfirm() error {
	if c.session.Step != signin.Enrol {
		c.redirect("/")
		return nil
	}
	codes, ok, err := c.enrolled("/signin/enrol/confirm")
	if err != nil || !ok {
		return c.refuseIf("/signin/factor", err)
	}
	if err := c.raise(); err != nil {
		return err
	}
	c.w.Header().Set("Cache-Control", "no-store")
	return c.render(c.page("web.settings.recovery-title"), shownOnce(i18n.T(c.lang, "web.settings.recovery-once"), codes, local(c.r.PostFormValue("next"))))
}

// endTone marks what is in force or has ended.
func endTone(over bool) webkit.Tone {
	if over {
		return webkit.Neutral
	}
	return webkit.Success
}
