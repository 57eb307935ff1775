package web

import (
	"net/http"
	"time"

	"yagura/internal/action"
	"yagura/internal/authz"
	"yagura/internal/campaign"
	"yagura/internal/filing"
	"yagura/internal/webkit"
)

func (s *server) homeRoutes() []route {
	return []route{
		{"GET /{$}", seat, "work.read", (*call).home},
		{"GET " + sectorBase + "/top", seat, "sector.read", (*call).homeSector},
		{"GET /healthz", public, "", (*call).healthy},
		{"GET /readyz", public, "", (*call).ready},
	}
}

// homeView is what waits for a person, and how things stand: for whoever answers its
// own organisation's work, for whoever asks the sector's.
type homeView struct {
	Todo      []webkit.Task // what waits for the person
	Incidents []webkit.Task
	Filings   []webkit.Task // that wait for somebody else
	Returns   []webkit.Task
	Actions   []webkit.Task

	Behind    []behindView // a campaign each
	Campaigns []webkit.Task
	Intake    *homeIntake
	Sector    bool // the page of third parties may be read
}

func (c *call) home() error {
	var v homeView
	if c.actor.Has(authz.Respondent, authz.Checker, authz.Approver, authz.Auditor, authz.Administrator) {
		if err := c.ownHome(&v); err != nil {
			return err
		}
	}
	if c.actor.Has(authz.Manager, authz.Analyst, authz.Supervisor) {
		if err := c.askerHome(&v); err != nil {
			return err
		}
	}
	p := c.page("web.home.title")
	p.Wide = true
	return c.render(p, home(v))
}

func (c *call) filingTask(f filing.Filing) webkit.Task {
	t := webkit.Task{
		Title: f.Title().In(c.lang), URL: "/filings/" + f.ID, Note: f.AskerName().In(c.lang), Tone: stateTone(f.State),
		State: webkit.T(c.ctx, "filing.state."+string(f.State)), Done: int(f.Answered), Of: int(f.Total),
	}
	if outstanding(f.State) {
		t.Due, t.DaysLeft = c.moment(f.DueAt), c.daysLeft(f.DueAt)
	}
	return t
}

func (c *call) campaignTask(k campaign.Campaign) webkit.Task {
	t := webkit.Task{Title: k.Title().In(c.lang), URL: "/campaigns/" + k.ID, State: webkit.T(c.ctx, "campaign.state."+string(k.State)), Tone: webkit.Info}
	if k.State == campaign.Open || k.State == campaign.Draft {
		t.Due, t.DaysLeft = c.moment(k.DueAt), c.daysLeft(k.DueAt)
	}
	return t
}

// outstanding tells whether a filing in a state still has to be submitted.
func outstanding(s filing.State) bool { return s != filing.Submitted && s != filing.Accepted }

func stateTone(s filing.State) webkit.Tone {
	switch s {
	case filing.Submitted, filing.Accepted:
		return webkit.Success
	case filing.Returned, filing.Correcting:
		return webkit.Warning
	case filing.Answered, filing.Checked, filing.Approved:
		return webkit.Progress
	}
	return webkit.Info
}

func actionTone(s action.State) webkit.Tone {
	switch s {
	case action.Verified:
		return webkit.Success
	case action.Done, action.Started:
		return webkit.Progress
	}
	return webkit.Info
}

func (c *call) healthy() error {
	c.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := c.w.Write([]byte("ok\n"))
	return err
}

// ready answers whether the database does.
func (c *call) ready() error {
	err := c.DB.Ping(c.ctx)
	if err == nil && c.Ready != nil {
		err = c.Ready(c.ctx)
	}
	if err != nil {
		http.Error(c.w, "unavailable", http.StatusServiceUnavailable)
		return nil
	}
	return c.healthy()
}

// today is the date in Japan, ISO.
func (c *call) today() string { return c.inDays(0) }

func (c *call) inDays(n int) string {
	return c.Clock.Now().In(time.FixedZone("JST", 9*3600)).AddDate(0, 0, n).Format(time.DateOnly)
}
