// Package web is the screens: what a person sees and sends with a browser. A handler
// reads the request, calls one operation of the state ring, and shows what came of it;
// it holds no rule of the field, and the operations ask the policies themselves.
package web

//go:generate templ generate -path .
//go:generate go run yagura/internal/webkit/stamp

import (
	"context"
	"net/http"

	"yagura/internal/action"
	"yagura/internal/authz"
	"yagura/internal/calendar"
	"yagura/internal/campaign"
	"yagura/internal/catalog"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/filing"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/incident"
	"yagura/internal/jobs"
	"yagura/internal/ledger"
	"yagura/internal/notice"
	"yagura/internal/org"
	"yagura/internal/practice"
	"yagura/internal/record"
	"yagura/internal/register"
	"yagura/internal/screening"
	"yagura/internal/signin"
	"yagura/internal/thirdparty"
	"yagura/internal/thirdparty/roi"
	"yagura/internal/warning"
	"yagura/internal/webkit"
)

// Deps are what the screens work with.
type Deps struct {
	Kit       *webkit.Kit
	DB        *db.DB
	Clock     clock.Clock
	Policies  *authz.Policies
	Orgs      *org.Store
	Signin    *signin.Store
	Records   *record.Store
	Registers *register.Store
	Filings   *filing.Store
	Campaigns *campaign.Store
	Actions   *action.Store
	Practices *practice.Store
	// ThirdParties are the registers of third parties that were handed over.
	ThirdParties   *thirdparty.Store
	RegisterSchema *roi.Schema // of the DORA register of information
	Notices        *notice.Notifier
	Runner         *jobs.Runner // woken after a fact that others are told of; may be nil
	Ledger         *ledger.Log
	Forms          *form.Library
	Catalog        *catalog.Catalog
	Calendars      calendar.Set
	Feedback       Feedback
	Ready          func(context.Context) error     // whether the node should be sent requests; nil: always
	Observe        func(http.Handler) http.Handler // measures the routes; may be nil
	Base           string                          // of links that leave the product: https://yagura.example
	Env            string                          // ribbon of an installation that is not the real thing; "" for none
	Incidents      *incident.Store
	Screening      *screening.Store // notifications of critical facilities
	Warnings       *warning.Store
	// Demo offers signing in as a role without a password. It is for a loopback address only.
	Demo *Demo
	// Strong are the roles that want a second factor: who has one and showed a password
	// alone is asked to set up a factor first.
	Strong []authz.Role
	// Passkeys is set when sign-in has a relying party (signin.Config.RP).
	Passkeys bool
	// Letter sends a link for a new password to an address, without making its caller
	// wait; nil where there is no mail, and links come from administrators alone.
	Letter func(email, link string, lang i18n.Lang)
}

// access says who may come to a route at all; what they may do there is asked by action.
type access int

const (
	public access = iota // anyone: signing in, health
	person               // someone signed in, whose session waits for nothing
	seat                 // someone acting for an organisation
)

// route is one address of the product. Every route names the action that its policy
// test asks about (the matrix in testdata), "" for what concerns the person alone.
type route struct {
	pattern string // of http.ServeMux: "GET /filings/{id}"
	access  access
	action  string
	handle  func(*call) error
}

// server is the screens of one installation.
type server struct{ Deps }

// New is the handler of all screens.
func New(d Deps) http.Handler {
	s := &server{d}
	mux := http.NewServeMux()
	mux.Handle("/static/", webkit.Assets())
	for _, r := range s.routes() {
		mux.Handle(r.pattern, s.handler(r))
	}
	var h http.Handler = mux
	if d.Observe != nil {
		h = d.Observe(h)
	}
	return d.Kit.Wrap(h)
}

// routes are all routes, in the order of the areas of the product.
func (s *server) routes() []route {
	var all []route
	for _, area := range [][]route{
		s.signinRoutes(),
		s.homeRoutes(),
		s.filingRoutes(),
		s.returnRoutes(),
		s.actionRoutes(),
		s.practiceRoutes(),
		s.registerRoutes(),
		s.thirdpartyRoutes(),
		s.screeningRoutes(),
		s.incidentRoutes(),
		s.incidentReportRoutes(),
		s.incidentPlanRoutes(),
		s.incidentLetterRoutes(),
		s.incidentCallRoutes(),
		s.incidentReviewRoutes(),
		s.intakeRoutes(),
		s.warningRoutes(),
		s.searchRoutes(),
		s.campaignRoutes(),
		s.receivedRoutes(),
		s.releaseRoutes(),
		s.partyRoutes(),
		s.sectorRoutes(),
		s.settingsRoutes(),
		s.passkeyRoutes(),
		s.inboxRoutes(),
		s.peopleRoutes(),
		s.inviteRoutes(),
		s.ledgerRoutes(),
		s.feedRoutes(),
		s.webhookRoutes(),
	} {
		all = append(all, area...)
	}
	return all
}

// Route is a route as tests and documents list it.
type Route struct{ Pattern, Action string }

// Routes lists the routes that need a seat, with the action each is about.
func Routes(d Deps) []Route {
	var out []Route
	for _, r := range (&server{d}).routes() {
		if r.access == seat {
			out = append(out, Route{r.pattern, r.action})
		}
	}
	return out
}
