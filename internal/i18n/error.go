package i18n

// Error is an error whose text exists in both languages.
type Error struct {
	Text Text
	key  string
}

// NewError makes the error of a message (Both).
func NewError(key string, args ...any) *Error { return &Error{Both(key, args...), key} }

func (e *Error) Error() string { return e.Text.EN }

// Plain implements errs.Plain: the key, since the text holds values.
func (e *Error) Plain() string { return e.key }
