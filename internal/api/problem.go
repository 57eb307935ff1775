package api

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"reflect"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"yagura/internal/authz"
	"yagura/internal/errs"
	"yagura/internal/filing"
	"yagura/internal/finding"
	"yagura/internal/i18n"
	"yagura/internal/register"
	"yagura/internal/signin"
	"yagura/internal/webkit"
)

const problemType = "application/problem+json"

// Problem is the body of every refusal (RFC 9457). Title and Detail are in the language
// of the request; Type leads to the page that describes it.
type Problem struct {
	Type     string `json:"type"`
	Title    string `json:"title"`
	Status   int    `json:"status"`
	Detail   string `json:"detail"`
	Instance string `json:"instance" doc:"id of the request, by which the operator finds it in the log"`
	Errors   []Flaw `json:"errors,omitempty" doc:"what is wrong with the input, one by one"`
	Current  any    `json:"current,omitempty" doc:"what stands there now, when someone else changed it meanwhile"`
}

// Flaw is one thing that is wrong with what was sent.
type Flaw struct {
	At      string `json:"at,omitempty" doc:"where: body.title, query.limit, or the pointer of an answer"`
	Message string `json:"message"`
}

var problemGo = reflect.TypeFor[Problem]()

func (p *Problem) Error() string { return p.Detail }

// GetStatus is what huma answers with.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is that of a problem, whatever the client accepts.
func (p *Problem) ContentType(string) string { return problemType }

// kind is what sort of refusal it is: an errs.Kind, or one that only HTTP knows.
type kind string

const (
	notFound      kind = kind(errs.NotFound)
	forbidden     kind = kind(errs.Forbidden)
	conflict      kind = kind(errs.Conflict)
	internal      kind = kind(errs.Internal)
	invalid       kind = kind(errs.Invalid)
	malformed     kind = "malformed"
	slow          kind = "slow"
	changed       kind = "changed"
	tooLarge      kind = "too_large"
	unsupported   kind = "unsupported"
	unacceptable  kind = "unacceptable"
	unconditional kind = "unconditional"
	tooMany       kind = "too_many"
)

// statuses are those of the kinds that only HTTP knows (RFC 9110, RFC 6585); those of
// errors are webkit.Status.
var statuses = map[kind]int{
	malformed: http.StatusBadRequest, slow: http.StatusRequestTimeout, changed: http.StatusPreconditionFailed, tooLarge: http.StatusRequestEntityTooLarge,
	unsupported: http.StatusUnsupportedMediaType, unacceptable: http.StatusNotAcceptable, unconditional: http.StatusPreconditionRequired,
	tooMany: http.StatusTooManyRequests,
}

// kinds lists all, as the page of the API shows them.
var kinds = []kind{malformed, kind(errs.Unauthenticated), forbidden, notFound, unacceptable, slow, conflict, changed, tooLarge, unsupported, invalid, unconditional,
	tooMany, internal, kind(errs.Unavailable)}

func (k kind) status() int {
	if code, ok := statuses[k]; ok {
		return code
	}
	return webkit.Status(errs.New(errs.Kind(k), "%s", k))
}

// fault is a refusal by the API itself.
type fault struct {
	kind    kind
	text    i18n.Text // instead of the kind's own
	current any
	flaws   []Flaw
	wait    time.Duration
}

func (f *fault) Error() string { return string(f.kind) }

// say makes a fault with a text of its own.
func say(k kind, key string, args ...any) *fault {
	return &fault{kind: k, text: i18n.Both(key, args...)}
}

// problem tells a caller what went wrong. The texts of internal errors stay in the log.
func problem(r *http.Request, err error) *Problem {
	lang := webkit.Lang(r.Context())
	k, text, p := kind(errs.KindOf(err)), i18n.Text{}, &Problem{}
	var own *fault
	var said *i18n.Error
	var refused *authz.Refusal
	var unfit *filing.Unfit
	var misfit *register.Unfit
	switch {
	case errors.As(err, &own):
		k, text, p.Current, p.Errors = own.kind, own.text, own.current, own.flaws
	case errors.As(err, &unfit):
		p.Errors = unfitFlaws(unfit, lang)
	case errors.As(err, &misfit):
		p.Errors = flaws(misfit.Findings, lang)
	case k == kind(errs.NotFound):
	case errors.As(err, &said):
		text = said.Text
	case errors.As(err, &refused):
		text = i18n.Both(refused.Key())
	case signin.RefusalOf(err) != nil:
		text = signin.RefusalOf(err).Text
	case k == kind(errs.Unavailable) || k == internal:
		text = fateText(r)
	}
	p.Status, p.Type, p.Title, p.Instance = k.status(), "/docs/api#"+string(k), i18n.T(lang, "api.title."+string(k)), webkit.RequestID(r.Context())
	if p.Detail = text.In(lang); p.Detail == "" {
		p.Detail = i18n.T(lang, "api.detail."+string(k))
	}
	return p
}

// fateText is said of a fault of the server when a change was stored, or may have been.
func fateText(r *http.Request) i18n.Text {
	switch stored, unknown := webkit.Unsettled(r); {
	case stored:
		return i18n.Both("api.fate.saved")
	case unknown:
		return i18n.Both("api.fate.unknown")
	}
	return i18n.Text{}
}

func unfitFlaws(u *filing.Unfit, lang i18n.Lang) []Flaw {
	out := flaws(u.Findings, lang)
	for _, item := range u.Unconfirmed {
		out = append(out, Flaw{"/" + item, i18n.T(lang, "api.unconfirmed")})
	}
	return out
}

func flaws(list []finding.Finding, lang i18n.Lang) []Flaw {
	out := make([]Flaw, len(list))
	for i, f := range list {
		out[i] = Flaw{f.Pointer, f.Message.In(lang)}
	}
	return out
}

// refuse answers with a problem outside of an operation.
func refuse(w http.ResponseWriter, r *http.Request, err error) {
	p := problem(r, err)
	headers(w.Header(), err, p.Status)
	w.Header().Set("Content-Type", problemType)
	writeJSON(w, p.Status, p)
}

func headers(h http.Header, err error, status int) {
	var own *fault
	if errors.As(err, &own) && own.wait > 0 {
		h.Set("Retry-After", strconv.Itoa(int((own.wait+time.Second-1)/time.Second)))
	}
	if status == http.StatusServiceUnavailable {
		h.Set("Retry-After", "10")
	}
	if status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="yagura"`)
	}
}

// log keeps what must be mended for the operator.
func (s *server) log(r *http.Request, err error) {
	if p := kind(errs.KindOf(err)).status(); p >= http.StatusInternalServerError {
		s.Kit.Log.LogAttrs(r.Context(), slog.LevelError, "api", slog.String("request", webkit.RequestID(r.Context())), slog.String("error", errs.Outline(err)))
	}
}

// byStatus are the kinds of the refusals that huma makes itself.
var byStatus = map[int]kind{
	http.StatusBadRequest: malformed, http.StatusRequestTimeout: slow, http.StatusRequestEntityTooLarge: tooLarge,
	http.StatusUnsupportedMediaType: unsupported, http.StatusNotAcceptable: unacceptable, http.StatusUnprocessableEntity: invalid,
}

// localised turns the refusals that huma makes into problems like all others. What
// was sent is not sent back.
func localised(ctx huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	r, _ := humagoUnwrap(ctx)
	k, ok := byStatus[m.Status]
	if !ok {
		k = internal
	}
	f := &fault{kind: k}
	if k == invalid || k == malformed {
		for _, e := range m.Errors {
			f.flaws = append(f.flaws, Flaw{e.Location, e.Message})
		}
	}
	return problem(r, f), nil
}

// maxNesting is how deep JSON may be nested; nothing that Yagura knows is deeper than 12.
const maxNesting = 100

var errNesting = errors.New("nested too deeply")

// strict is JSON within limits.
var strict = huma.Format{
	Marshal: huma.DefaultJSONFormat.Marshal,
	Unmarshal: func(data []byte, v any) error {
		if nesting(data) > maxNesting {
			return errNesting
		}
		return json.Unmarshal(data, v)
	},
}

// nesting is the depth of the deepest bracket outside of strings. It reads valid and
// invalid JSON alike.
func nesting(data []byte) (most int) {
	depth, text := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case text:
		case c == '{' || c == '[':
			depth++
			most = max(most, depth)
		case c == '}' || c == ']':
			depth--
		}
	}
	return most
}
