package notice_test

import (
	"bytes"
	"testing"
	"time"

	"yagura/internal/errs"
	"yagura/internal/notice"
)

// The value was made with: printf '1790000000.{"id":"x"}' | openssl dgst -sha256 -hmac whsec_test
const bySomeoneElse = "t=1790000000,v1=67533a13d71e2eb77b03c01b4fe125052bbf1417cff15203550ad39a75c4995b"

func TestVerifyWebhook(t *testing.T) {
	body := []byte(`{"id":"x"}`)
	at := time.Unix(1790000000, 0)
	right := bySomeoneElse
	sig := right[len("t=1790000000,"):]
	for _, c := range []struct {
		name   string
		header string
		body   string
		now    time.Time
		ok     bool
	}{
		{"right", right, string(body), at, true},
		{"right, at the end of the window", right, string(body), at.Add(5 * time.Minute), true},
		{"right, the receiver's clock is behind", right, string(body), at.Add(-5 * time.Minute), true},
		{"too late", right, string(body), at.Add(5*time.Minute + 1), false},
		{"too early", right, string(body), at.Add(-5*time.Minute - 1), false},
		{"one of several", "t=1790000000,v1=00," + sig, string(body), at, true},
		{"spaces and what isn't known", "t=1790000000, v0=abc, " + sig, string(body), at, true},
		{"another body", right, `{"id":"y"}`, at, false},
		{"another time", "t=1790000001," + sig, string(body), at, false},
		{"the time twice", "t=1790000000,t=1790000000," + sig, string(body), at, false},
		{"the time spelled otherwise", "t=+1790000000," + sig, string(body), at, false},
		{"no time", sig, string(body), at, false},
		{"no signature", "t=1790000000", string(body), at, false},
		{"empty signature", "t=1790000000,v1=", string(body), at, false},
		{"empty", "", string(body), at, false},
		{"endless", right + string(bytes.Repeat([]byte(",v1=00"), 100)), string(body), at, false},
	} {
		err := notice.VerifyWebhook(c.header, []byte(c.body), "whsec_test", c.now, notice.ReplayWindow)
		if (err == nil) != c.ok || err != nil && errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if got := notice.Signature([]string{"whsec_test"}, at, body); got != right {
		t.Errorf("%s, want %s", got, right)
	}
	if notice.VerifyWebhook(right, body, "whsec_other", at, notice.ReplayWindow) == nil {
		t.Error("another secret verifies")
	}
}

// FuzzVerifyWebhook: whatever stands in the header, only the signature of the body passes.
func FuzzVerifyWebhook(f *testing.F) {
	at := time.Unix(1790000000, 0)
	f.Add(notice.Signature([]string{"a", "b"}, at, []byte("body")), []byte("body"))
	f.Add("t=,v1=", []byte(""))
	f.Add("t=9223372036854775807,v1=00", []byte("x"))
	f.Fuzz(func(t *testing.T, header string, body []byte) {
		if notice.VerifyWebhook(header, body, "a secret nobody has guessed", at, notice.ReplayWindow) == nil {
			t.Errorf("%q passes for %q", header, body)
		}
		mine := notice.Signature([]string{"a", "b"}, at, body)
		for _, secret := range []string{"a", "b"} {
			if err := notice.VerifyWebhook(mine, body, secret, at, 0); err != nil {
				t.Errorf("own signature: %v", err)
			}
		}
	})
}
