package signin

import (
	"errors"
	"time"

	"yagura/internal/errs"
	"yagura/internal/i18n"
)

// Refusal is an error that the person at the screen is told, in both languages. It is
// in the chain of an error that has its errs.Kind; TextOf finds it.
type Refusal struct {
	Key  string // of the message
	Text i18n.Text
	Wait time.Duration // when trying again makes sense; 0 when waiting doesn't help
}

// Error is the English text.
func (r *Refusal) Error() string { return r.Text.EN }

// RefusalOf is the refusal in the chain of err, nil when there is none.
func RefusalOf(err error) *Refusal {
	var r *Refusal
	if errors.As(err, &r) {
		return r
	}
	return nil
}

func refuse(kind errs.Kind, key string, args ...any) error {
	return errs.New(kind, "%w", &Refusal{Key: key, Text: i18n.Both(key, args...)})
}

// refuseFor refuses until some time has passed, told in whole minutes, rounded up.
func refuseFor(wait time.Duration) error {
	minutes := int64((wait + time.Minute - 1) / time.Minute)
	return errs.New(errs.Unauthenticated, "%w", &Refusal{Key: "signin.wait", Text: i18n.Both("signin.wait", "minutes", minutes), Wait: wait})
}
