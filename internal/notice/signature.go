package notice

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"yagura/internal/errs"
)

// SignatureHeader is the header of a webhook that proves who sent it and when:
//
//	Yagura-Signature: t=1790000000,v1=5257a869…
//
// t is the time of this attempt in seconds since 1970 UTC; v1 is the HMAC-SHA256, in
// lower-case hex, of t, a full stop and the body, under the secret of the endpoint.
// While the operator changes keys there are several v1, of which one is right.
const SignatureHeader = "Yagura-Signature"

// ReplayWindow is for how long a signature should be taken, on either side of its time.
const ReplayWindow = 5 * time.Minute

func sign(secret string, seconds int64, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(strconv.FormatInt(seconds, 10)))
	mac.Write([]byte("."))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// signature is the value of SignatureHeader.
func signature(secrets []string, at time.Time, body []byte) string {
	seconds := at.Unix()
	parts := []string{"t=" + strconv.FormatInt(seconds, 10)}
	for _, s := range secrets {
		parts = append(parts, "v1="+sign(s, seconds, body))
	}
	return strings.Join(parts, ",")
}

// maxParts bounds what is read of a header: t and the signatures of a few keys.
const maxParts = 16

// VerifyWebhook is for receivers: it checks the value of the header against the body
// as it was received, and that now is no further than window from the signature's
// time. Within the window a receiver tells repetitions by the id in the body. The
// error is Unauthenticated.
func VerifyWebhook(header string, body []byte, secret string, now time.Time, window time.Duration) error {
	var seconds int64
	var signatures []string
	timed := false
	parts := strings.Split(header, ",")
	if len(parts) > maxParts {
		return errs.New(errs.Unauthenticated, "webhook: the signature has too many parts")
	}
	for _, part := range parts {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "t":
			n, err := strconv.ParseInt(value, 10, 64)
			if err != nil || timed || strconv.FormatInt(n, 10) != value {
				return errs.New(errs.Unauthenticated, "webhook: the signature has no clear time")
			}
			seconds, timed = n, true
		case "v1":
			signatures = append(signatures, value)
		}
	}
	if !timed || len(signatures) == 0 {
		return errs.New(errs.Unauthenticated, "webhook: the signature lacks t or v1")
	}
	want := []byte(sign(secret, seconds, body))
	right := false
	for _, s := range signatures {
		right = hmac.Equal([]byte(s), want) || right
	}
	if !right {
		return errs.New(errs.Unauthenticated, "webhook: the signature is wrong")
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > window || age < -window {
		return errs.New(errs.Unauthenticated, "webhook: the signature is from another time, %s away", age.Round(time.Second))
	}
	return nil
}
