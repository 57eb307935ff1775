package webkit

import (
	"bytes"
	"net/http"

	"github.com/a-h/templ"

	"yagura/internal/errs"
)

// statuses map the kinds of errors to HTTP (RFC 9110).
var statuses = map[errs.Kind]int{
	errs.Invalid:         http.StatusUnprocessableEntity,
	errs.NotFound:        http.StatusNotFound,
	errs.Conflict:        http.StatusConflict,
	errs.Forbidden:       http.StatusForbidden,
	errs.Unauthenticated: http.StatusUnauthorized,
	errs.Unavailable:     http.StatusServiceUnavailable,
	errs.Internal:        http.StatusInternalServerError,
}

// Status is the HTTP status of an error, 200 for nil.
func Status(err error) int {
	if err == nil {
		return http.StatusOK
	}
	if code, ok := statuses[errs.KindOf(err)]; ok {
		return code
	}
	return http.StatusInternalServerError
}

// ShowError answers with the page of an error's kind. The error's own text is
// for the log alone: it may tell what the reader may not know.
func ShowError(w http.ResponseWriter, r *http.Request, err error) {
	noteError(r, err)
	kind := errs.KindOf(err)
	if _, ok := statuses[kind]; !ok {
		kind = errs.Internal
	}
	if tooLarge(err) {
		showError(w, r, "too_large", http.StatusRequestEntityTooLarge)
		return
	}
	showError(w, r, string(kind), statuses[kind])
}

// retryAfter is how many seconds a program should wait after Unavailable (RFC 9110, 10.2.3).
const retryAfter = "10"

func showError(w http.ResponseWriter, r *http.Request, key string, status int) {
	page := Page{Title: T(r.Context(), "webkit.error."+key), URL: r.URL.RequestURI()}
	Render(w, r, status, page, errorBody(viewOf(r, key)))
}

// Render answers with a page: it is made wholly before the first byte is sent,
// so that a failure still gives an error page.
func Render(w http.ResponseWriter, r *http.Request, status int, p Page, body templ.Component) {
	var b bytes.Buffer
	ctx := templ.WithChildren(r.Context(), body)
	if err := Layout(p).Render(ctx, &b); err != nil {
		noteError(r, err)
		http.Error(w, T(r.Context(), "webkit.error.internal"), http.StatusInternalServerError)
		return
	}
	send(w, r, status, b.Bytes())
}

// Fragment answers with a part of a page, for htmx.
func Fragment(w http.ResponseWriter, r *http.Request, status int, body templ.Component) {
	var b bytes.Buffer
	if err := body.Render(r.Context(), &b); err != nil {
		ShowError(w, r, err)
		return
	}
	send(w, r, status, b.Bytes())
}

func send(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", retryAfter)
	}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		if _, err := w.Write(body); err != nil {
			noteError(r, errs.New(errs.Unavailable, "the reader is gone: %w", err))
		}
	}
}
