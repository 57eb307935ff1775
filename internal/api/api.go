// Package api is the product for programs: REST over the same operations of the state
// ring that the screens call, described by OpenAPI 3.1. It holds no rule of the field:
// an operation reads the request, asks a store, and writes what came of it as JSON.
package api

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"yagura/internal/action"
	"yagura/internal/authz"
	"yagura/internal/campaign"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/filing"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/incident"
	"yagura/internal/ledger"
	"yagura/internal/notice"
	"yagura/internal/org"
	"yagura/internal/practice"
	"yagura/internal/register"
	"yagura/internal/screening"
	"yagura/internal/signin"
	"yagura/internal/webkit"
)

// Deps are what the operations work with.
type Deps struct {
	Kit       *webkit.Kit
	DB        *db.DB
	Clock     clock.Clock
	Policies  *authz.Policies
	Orgs      *org.Store
	Signin    *signin.Store
	Filings   *filing.Store
	Campaigns *campaign.Store
	Actions   *action.Store
	Practices *practice.Store
	Registers *register.Store
	Incidents *incident.Store
	Screening *screening.Store
	Notices   *notice.Notifier
	Ledger    *ledger.Log
	Forms     *form.Library
	Feedback  Feedback
	Wake      func() // the runner of due rows, after a fact that others are told of; may be nil
	Rate      Rate   // of each token; the zero Rate is DefaultRate
}

// server is the API of one installation, described in one language.
type server struct {
	Deps
	lang  i18n.Lang // of the description
	huma  huma.API
	mux   *http.ServeMux
	list  []Operation
	rates *rates
}

// Operation is an operation as tests and documents list it.
type Operation struct {
	ID, Method, Path string
	Action           string // that the policies are asked about; "" for what concerns the caller alone
}

// Operations lists all operations.
func Operations() []Operation { return build(Deps{}, i18n.JA).list }

// Mount puts the API, its description and the page of it beside the screens.
func Mount(d Deps, screens http.Handler) http.Handler {
	s := build(d, i18n.JA)
	described := map[i18n.Lang]*server{i18n.JA: s, i18n.EN: build(d, i18n.EN)}
	inner := http.NewServeMux()
	inner.Handle("/api/", s.guarded(s.mux))
	inner.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		writeJSON(w, http.StatusOK, described[webkit.Lang(r.Context())].huma.OpenAPI())
	})
	inner.HandleFunc("GET /docs/api", func(w http.ResponseWriter, r *http.Request) {
		described[webkit.Lang(r.Context())].page(w, r)
	})
	shown := s.unfit(d.Kit.Wrap(inner))
	outer := http.NewServeMux()
	outer.Handle("/", screens)
	for _, at := range []string{"/api/", "/openapi.json", "/docs/api"} {
		outer.Handle(at, shown)
	}
	return outer
}

// build makes the operations, described in lang.
func build(d Deps, lang i18n.Lang) *server {
	if d.Rate == (Rate{}) {
		d.Rate = DefaultRate
	}
	s := &server{Deps: d, lang: lang, mux: http.NewServeMux(), rates: newRates(d.Rate, d.Clock)}
	config := huma.DefaultConfig("Yagura", "1")
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.CreateHooks = nil // no $schema links in the answers
	config.RejectUnknownQueryParameters = true
	config.Info.Description = i18n.T(lang, "api.about")
	config.Formats = map[string]huma.Format{"application/json": strict, "json": strict}
	config.Transformers = []huma.Transformer{localised}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token":   {Type: "http", Scheme: "bearer", Description: i18n.T(lang, "api.security.token")},
		"session": {Type: "apiKey", In: "cookie", Name: sessionCookie(d.Kit), Description: i18n.T(lang, "api.security.session")},
	}
	config.Security = []map[string][]string{{"token": {}}, {"session": {}}}
	s.huma = humago.New(s.mux, config)
	s.mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) { refuse(w, r, &fault{kind: notFound}) })
	for _, area := range []func(){s.meOperations, s.formOperations, s.filingOperations, s.answerOperations, s.paperOperations, s.packageOperations, s.campaignOperations, s.submissionOperations, s.releaseOperations,
		s.actionOperations, s.registerOperations, s.incidentOperations, s.orgOperations, s.ledgerOperations, s.inboxOperations, s.incidentPlanOperations, s.screeningOperations, s.practiceOperations} {
		area()
	}
	return s
}

// add registers an operation. Its summary is the message api.op.ID, its tag what
// stands before the first hyphen of the id.
func add[I, O any](s *server, o huma.Operation, action string, handle func(*call, *I) (*O, error)) {
	o.Summary = i18n.T(s.lang, "api.op."+o.OperationID)
	tag, _, _ := strings.Cut(o.OperationID, "-")
	o.Tags = []string{tag}
	o.Responses = map[string]*huma.Response{"default": {Description: i18n.T(s.lang, "api.fault"), Content: map[string]*huma.MediaType{
		problemType: {Schema: huma.SchemaFromType(s.huma.OpenAPI().Components.Schemas, problemGo)}}}}
	if o.Method == http.MethodPost {
		o.Parameters = append(o.Parameters, &huma.Param{Name: idempotencyHeader, In: "header", Description: i18n.T(s.lang, "api.idempotency"),
			Schema: &huma.Schema{Type: "string", MaxLength: new(maxIdempotencyKey)}})
	}
	s.list = append(s.list, Operation{o.OperationID, o.Method, o.Path, action})
	huma.Register(s.huma, o, wrapped(s, handle))
}

// op is the beginning of an operation's description.
func op(method, path, id string) huma.Operation {
	return huma.Operation{Method: method, Path: path, OperationID: id}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	w.WriteHeader(status)
	_, _ = w.Write(data) // the reader may be gone
}
