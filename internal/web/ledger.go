package web

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"yagura/internal/authz"
	"yagura/internal/calendar"
	"yagura/internal/clock"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/ledger"
	"yagura/internal/org"
	"yagura/internal/webkit"
)

func (s *server) ledgerRoutes() []route {
	return []route{
		{"GET /ledger", seat, "ledger.read", (*call).ledgerPage},
		{"GET /ledger/entries/{number}", seat, "ledger.read", (*call).ledgerReceipt},
		{"GET /ledger/filings/{id}", seat, "ledger.read", (*call).filingTrail},
		{"GET /checkpoint", public, "", (*call).checkpoint},
	}
}

type ledgerView struct {
	Table   webkit.TableView
	Filter  ledger.Filter
	From    string
	Until   string
	Members []webkit.SelectOption
	Kinds   []webkit.SelectOption
	Key     string
}

func (c *call) readsLedger() error {
	_, err := c.Policies.Decide(c.actor, "ledger.read", authz.Thing{Kind: "organisation", ID: c.actor.Org, Tenant: c.actor.Org})
	return err
}

// dayStart is the first moment of an ISO date in Japan, moved by days; 0 for no date.
func dayStart(date string, days int) int64 {
	t, err := time.ParseInLocation(time.DateOnly, date, calendar.Tokyo)
	if err != nil {
		return 0
	}
	return clock.Micros(t.AddDate(0, 0, days))
}

func (c *call) ledgerPage() error {
	if err := c.readsLedger(); err != nil {
		return err
	}
	q := c.r.URL.Query()
	paging := webkit.ParsePaging(q)
	v := ledgerView{From: q.Get("from"), Until: q.Get("until"), Key: c.Ledger.PublicKey()}
	v.Filter = ledger.Filter{Kind: q.Get("kind"), Actor: q.Get("actor"), From: dayStart(v.From, 0), Until: dayStart(v.Until, 1), Limit: paging.Size, Offset: paging.Offset()}
	rows, n, err := ledger.List(c.ctx, c.DB.Tenant(c.actor.Org), v.Filter)
	if err != nil {
		return err
	}
	members, err := c.Orgs.Members(c.ctx, c.actor.Org)
	if err != nil {
		return err
	}
	for _, m := range members {
		v.Members = append(v.Members, webkit.SelectOption{Value: m.Person, Text: m.Name})
	}
	for _, key := range i18n.Keys("ledger.kind.") {
		v.Kinds = append(v.Kinds, webkit.SelectOption{Value: strings.TrimPrefix(key, "ledger.kind."), Text: webkit.T(c.ctx, key)})
	}
	v.Table = c.ledgerTable(rows, members)
	v.Table.Pager = &webkit.Pager{URL: c.r.URL.RequestURI(), Paging: paging, Total: n}
	p := c.page("web.ledger.title")
	p.Wide = true
	return c.render(p, ledgerList(v))
}

// actorName is who acted: a member, or another, whose name isn't this organisation's to know.
func (c *call) actorName(person string, members []org.Member) string {
	if i := slices.IndexFunc(members, func(m org.Member) bool { return m.Person == person }); i >= 0 {
		return members[i].Name
	}
	if person == "" || person == "system" {
		return webkit.T(c.ctx, "web.ledger.system")
	}
	return webkit.T(c.ctx, "web.ledger.other")
}

// kindName is what was done; a kind without a message is shown as it is kept.
func (c *call) kindName(kind string) string {
	if key := "ledger.kind." + kind; i18n.Has(key) {
		return webkit.T(c.ctx, key)
	}
	return kind
}

func (c *call) ledgerTable(rows []ledger.Row, members []org.Member) webkit.TableView {
	t := webkit.TableView{Caption: webkit.T(c.ctx, "web.ledger.title"), HideCaption: true, Empty: webkit.T(c.ctx, "web.ledger.empty"), Columns: []webkit.Column{
		{Title: webkit.T(c.ctx, "web.ledger.number"), Numeric: true}, {Title: webkit.T(c.ctx, "web.ledger.at")}, {Title: webkit.T(c.ctx, "web.ledger.who")},
		{Title: webkit.T(c.ctx, "web.ledger.what")}, {Title: webkit.T(c.ctx, "web.ledger.object")}, {Title: webkit.T(c.ctx, "web.ledger.receipt")}}}
	for _, r := range rows {
		object := webkit.Cell{Text: r.ObjectID}
		switch r.ObjectKind {
		case "filing":
			object = webkit.Cell{Text: webkit.T(c.ctx, "web.ledger.trail"), URL: "/ledger/filings/" + r.ObjectID}
		case "person":
			object = webkit.Cell{Text: c.actorName(r.ObjectID, members)}
		}
		t.Rows = append(t.Rows, []webkit.Cell{{Text: strconv.FormatInt(r.Number, 10)}, {Text: c.moment(r.At)}, {Text: c.actorName(r.Actor, members)},
			{Text: c.kindName(r.Kind), Head: true}, object, {Text: "JSON", URL: "/ledger/entries/" + strconv.FormatInt(r.Number, 10)}})
	}
	return t
}

// ledgerReceipt is the receipt of one entry of the organisation.
func (c *call) ledgerReceipt() error {
	if err := c.readsLedger(); err != nil {
		return err
	}
	n, err := strconv.ParseInt(c.r.PathValue("number"), 10, 64)
	if err != nil {
		return errs.New(errs.NotFound, "web: no such entry")
	}
	r, err := c.Ledger.Receipt(c.ctx, c.actor.Org, n)
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return webkit.Download(c.w, "receipt-"+strconv.FormatInt(n, 10)+".json", "application/json", append(data, '\n'))
}

// checkpoint signs the present state for everybody who wants to hold it.
func (c *call) checkpoint() error {
	cp, err := c.Ledger.Checkpoint(c.ctx)
	if err != nil {
		return err
	}
	c.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err = c.w.Write([]byte(cp.Text))
	return err
}

// filingTrail is who read and who changed what of one filing of the organisation.
func (c *call) filingTrail() error {
	if err := c.readsLedger(); err != nil {
		return err
	}
	f, err := c.Filings.Get(c.ctx, c.actor, c.r.PathValue("id"))
	if err != nil {
		return err
	}
	steps, err := c.Filings.Steps(c.ctx, c.actor, f.ID)
	if err != nil {
		return err
	}
	reads, err := c.Filings.Reads(c.ctx, c.actor, f.ID)
	if err != nil {
		return err
	}
	members, err := c.Orgs.Members(c.ctx, c.actor.Org)
	if err != nil {
		return err
	}
	past, err := c.Records.History(c.ctx, c.DB.Tenant(c.actor.Org), c.actor.Org, f.Record, "", 500)
	if err != nil {
		return err
	}
	var v trailView
	for _, s := range slices.Backward(steps) {
		v.Steps = append(v.Steps, webkit.Event{At: c.moment(s.At), Who: s.Name, What: c.kindName(s.Kind)})
	}
	for _, r := range reads {
		v.Reads = append(v.Reads, webkit.Event{At: c.moment(r.At), Who: f.AskerName().In(c.lang) + " " + r.Name, What: webkit.T(c.ctx, "web.ledger.read-revision", "revision", r.Revision, "times", r.Times)})
	}
	def, err := c.Filings.Form(f)
	if err != nil {
		return err
	}
	asked := func(id string) string {
		if it := def.Item(id); it != nil {
			return it.Ask.In(c.lang)
		}
		return id
	}
	for _, p := range past {
		v.Changes = append(v.Changes, webkit.Event{At: c.moment(p.At), Who: c.actorName(p.Person, members), What: webkit.T(c.ctx, "web.ledger.changed-item", "item", asked(p.Item), "via", i18n.T(c.lang, "web.filing.via."+p.Via))})
	}
	page := c.page("web.ledger.trail-title", "title", f.Title().In(c.lang))
	page.Marking, page.Crumbs = f.Marking, []webkit.Crumb{{Text: i18n.T(c.lang, "web.ledger.title"), URL: "/ledger"}}
	return c.render(page, trail(v))
}

// trailView is the history of a filing from three sides.
type trailView struct{ Steps, Reads, Changes []webkit.Event }
