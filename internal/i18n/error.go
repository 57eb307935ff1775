package i18n

// Error is an error whose text exists in both languages.
type Error struct{ Text Text }

// NewError makes the error of a message (Both).
func NewError(key string, args ...any) *Error { return &Error{Both(key, args...)} }

func (e *Error) Error() string { return e.Text.EN }
