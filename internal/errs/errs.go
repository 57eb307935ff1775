// Package errs is the one error vocabulary of Yagura. The place that knows a
// fact decides its Kind; one place at the edge maps the Kind to an exit code
// (or, in a server, to an HTTP status). An error without a Kind is Internal.
package errs

import (
	"errors"
	"fmt"
)

// Kind says what sort of failure an error is.
type Kind string

// The kinds. Internal is the kind of every error that names none.
const (
	Invalid         Kind = "invalid"
	NotFound        Kind = "not_found"
	Conflict        Kind = "conflict"
	Forbidden       Kind = "forbidden"
	Unauthenticated Kind = "unauthenticated"
	Unavailable     Kind = "unavailable"
	Internal        Kind = "internal"
)

type kindError struct {
	kind   Kind
	format string
	err    error
}

func (e *kindError) Error() string { return e.err.Error() }
func (e *kindError) Unwrap() error { return e.err }

// New makes an error of a kind; format and args are those of fmt.Errorf, so %w wraps.
func New(kind Kind, format string, args ...any) error {
	return &kindError{kind, format, fmt.Errorf(format, args...)}
}

// KindOf reports the kind of the outermost error in err's chain that has one,
// Internal when none has, and "" for nil.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	var k *kindError
	if errors.As(err, &k) {
		return k.kind
	}
	return Internal
}
