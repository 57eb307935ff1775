package notice

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"net/mail"

	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/jobs"
)

// Letter is a mail to an address instead of a person with an inbox: an invitation, or
// the link by which someone gets back in. Its link is for the addressee alone.
type Letter struct {
	Org  string    `json:"org"` // whose letter it is; under a tenant's handle its own
	To   string    `json:"to"`
	Lang i18n.Lang `json:"lang"`
	Kind string    `json:"kind"` // of the messages notice.KIND.subject and notice.KIND.body, here both without arguments
	Link string    `json:"link"` // path in the product, with its token
}

// SendLetter makes a letter due in the transaction of its fact. Until it is sent it
// lies in the database sealed with the operator's key, because its link lets in who
// has it. Errors: Invalid for an address that is none; Unavailable when the operator
// has named no mail server; Internal as for Send.
func (n *Notifier) SendLetter(ctx context.Context, tx *db.Tx, l Letter) error {
	if err := kindFault(l.Kind); err != nil {
		return err
	}
	if err := linkFault(l.Link); err != nil {
		return err
	}
	if a, err := mail.ParseAddress(l.To); err != nil || a.Address != l.To {
		return errs.New(errs.Invalid, "notice: the recipient of a letter is no address")
	}
	if n.SMTP.Host == "" {
		return errs.New(errs.Unavailable, "notice: no mail server is named in the settings")
	}
	plain, err := json.Marshal(l)
	if err != nil {
		return errs.New(errs.Internal, "notice: %w", err)
	}
	key := string(n.IDs.New())
	sealed, err := json.Marshal(sealedLetter{sealer(n.Keys[0]).Seal(nil, nil, plain, []byte(key))})
	if err != nil {
		return errs.New(errs.Internal, "notice: %w", err)
	}
	return jobs.Add(ctx, tx, jobs.Job{Org: l.Org, Kind: jobLetter, Key: key, Due: n.Clock.Now(), Payload: sealed})
}

type sealedLetter struct {
	Sealed []byte `json:"sealed"`
}

// sealer is AES-256-GCM with a random nonce in front of what it seals, under a key of
// its own made from one of the operator's.
func sealer(key []byte) cipher.AEAD {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("yagura letter 1"))
	block, err := aes.NewCipher(mac.Sum(nil))
	if err != nil {
		panic(err) // the key has 32 bytes
	}
	gcm, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // AES has blocks of 16 bytes
	}
	return gcm
}

// open tries the operator's present key and the former ones.
func (n *Notifier) open(j jobs.Job) (Letter, error) {
	var s sealedLetter
	if err := json.Unmarshal(j.Payload, &s); err != nil {
		return Letter{}, err
	}
	for _, key := range n.Keys {
		plain, err := sealer(key).Open(nil, nil, s.Sealed, []byte(j.Key))
		if err != nil {
			continue
		}
		var l Letter
		err = json.Unmarshal(plain, &l)
		return l, err
	}
	return Letter{}, errors.New("the letter is sealed with a key that isn't in the settings any more")
}

// mailLetter sends a letter.
func (n *Notifier) mailLetter(ctx context.Context, j jobs.Job) error {
	l, err := n.open(j)
	if err != nil {
		return jobs.Permanent(err)
	}
	subject := i18n.T(l.Lang, subjectKey(l.Kind))
	return n.SMTP.send(ctx, letter{
		to: l.To, subject: n.tagged(subject), reference: j.Key, at: n.Clock.Now(),
		body: i18n.T(l.Lang, "notice.mail.letter", "tag", n.tag(), "subject", subject, "text", i18n.T(l.Lang, bodyKey(l.Kind)), "link", n.absolute(l.Link)),
	})
}
