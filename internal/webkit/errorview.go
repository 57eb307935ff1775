package webkit

import (
	"maps"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"

	"yagura/internal/errs"
)

// Fates of what a request wanted to change, as its error page tells them.
const (
	fateKept    = "kept"    // it was only read
	fateUnsaved = "unsaved" // nothing of it was stored
	fateSaved   = "saved"   // it was stored, the answer failed afterwards
	fateUnknown = "unknown" // the connection was lost while storing
)

// maxResend is how many bytes of fields an error page keeps for sending them again.
const maxResend = 512 << 10

// errorView is the page of an error.
type errorView struct {
	Key     string // webkit.error.KEY
	Fate    string // webkit.error.fate.FATE; "" where nothing is known of it
	Fields  []Hidden
	Again   string // address to try again, "" for none
	Request string
}

// viewOf tells what an error means for who sent the request. Of a fault of the server
// it says what became of the input; where nothing was stored and the fault may pass, the
// page keeps the input and can send it again.
func viewOf(r *http.Request, key string) errorView {
	v := errorView{Key: key, Request: RequestID(r.Context())}
	if key != string(errs.Unavailable) && key != string(errs.Internal) {
		return v
	}
	v.Fate = fateOf(r)
	switch {
	case v.Fate == "" || key == string(errs.Internal):
	case v.Fate == fateKept:
		v.Again = r.URL.RequestURI()
	case v.Fate == fateUnsaved:
		if v.Fields = resendable(r); len(v.Fields) > 0 {
			v.Again = r.URL.RequestURI()
		}
	}
	return v
}

// Unsettled reports whether what a request wanted to change was stored, or may have
// been, although its answer is an error.
func Unsettled(r *http.Request) (stored, unknown bool) {
	f := fateOf(r)
	return f == fateSaved, f == fateUnknown
}

func fateOf(r *http.Request) string {
	req := requestOf(r.Context())
	switch {
	case req == nil || req.witness == nil:
		return ""
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		return fateKept
	case req.witness.Unknown():
		return fateUnknown
	case req.witness.Stored():
		return fateSaved
	}
	return fateUnsaved
}

// SecretFields are the names of fields whose values no page may hold.
var SecretFields = []string{"password", "present", "secret", "code", "response"}

// resendable are the fields of a posted form, none when it has files or secrets or is
// too large: the browser still has them.
func resendable(r *http.Request) []Hidden {
	var err error
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		err = r.ParseMultipartForm(1 << 20)
	} else {
		err = r.ParseForm()
	}
	if err != nil {
		return nil
	}
	if r.MultipartForm != nil {
		for _, files := range r.MultipartForm.File {
			if slices.ContainsFunc(files, func(h *multipart.FileHeader) bool { return h.Size > 0 }) {
				return nil
			}
		}
	}
	var out []Hidden
	size := 0
	for _, name := range slices.Sorted(maps.Keys(r.PostForm)) {
		for _, value := range r.PostForm[name] {
			if slices.Contains(SecretFields, name) {
				return nil
			}
			if size += len(name) + len(value); size > maxResend {
				return nil
			}
			out = append(out, Hidden{Name: name, Value: value})
		}
	}
	return out
}
