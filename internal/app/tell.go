package app

import (
	"context"
	"slices"

	"yagura/internal/authz"
	"yagura/internal/campaign"
	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/filing"
	"yagura/internal/i18n"
	"yagura/internal/incident"
	"yagura/internal/notice"
	"yagura/internal/practice"
	"yagura/internal/warning"
	"yagura/internal/webkit"
)

// teller turns what happened into notices for those whom it concerns.
type teller struct{ *Site }

// told says, of each move of a filing, which notice goes to which roles of which side.
var told = map[string]struct {
	notice string
	asker  bool
	roles  []authz.Role
}{
	"filing.answered":  {"filing.check", false, []authz.Role{authz.Checker}},
	"filing.checked":   {"filing.approve", false, []authz.Role{authz.Approver}},
	"filing.sent-back": {"filing.sentback", false, []authz.Role{authz.Respondent}},
	"filing.submitted": {"filing.submitted", true, []authz.Role{authz.Manager}},
	"filing.accepted":  {"filing.accepted", false, []authz.Role{authz.Respondent, authz.Approver}},
	"filing.returned":  {"filing.returned", false, []authz.Role{authz.Respondent, authz.Checker, authz.Approver}},
	"filing.asked":     {"filing.question", false, []authz.Role{authz.Respondent, authz.Checker}},
	"filing.replied":   {"filing.replied", true, []authz.Role{authz.Manager, authz.Analyst, authz.Supervisor}},
}

func (t *teller) filing(ctx context.Context, tx *db.Tx, e filing.Event) error {
	if err := t.registers(ctx, tx, e); err != nil {
		return err
	}
	rule, ok := told[e.Kind]
	if !ok {
		return nil
	}
	f, by := e.Filing, e.By
	to, link := f.Tenant, "/filings/"+f.ID
	if rule.asker {
		to, link = f.Asker, "/campaigns/"+f.Campaign
	}
	if e.Item != "" {
		if rule.asker {
			link += "/filings/" + f.ID
		}
		link += "/items/" + e.Item + "#questions"
	}
	persons, err := t.persons(ctx, tx, to, by.Person, rule.roles)
	if err != nil {
		return err
	}
	if asked := slices.DeleteFunc(slices.Clone(persons), func(p string) bool { return !slices.Contains(e.Persons, p) }); len(asked) > 0 {
		persons = asked // who asked, as long as one of them still has the right to
	}
	return t.Notices.Send(ctx, tx, notice.Notice{Org: to, Persons: persons, Kind: rule.notice, Link: link, Args: map[string]i18n.Text{
		"campaign": f.Title(), "asker": f.AskerName(), "actor": notice.Plain(by.Name), "organisation": notice.Plain(by.OrgName), "reason": notice.Plain(f.Note),
		"item": e.Ask, "deadline": notice.Plain(webkit.Clock(clock.FromMicros(f.DueAt))),
	}})
}

func (t *teller) campaign(ctx context.Context, tx *db.Tx, kind string, c campaign.Campaign, parties []campaign.Party) error {
	what, link := kind, func(p campaign.Party) string { return "/filings/" + p.Filing }
	switch kind {
	case "filing.extended":
		what = "campaign.extended"
	case "release.published":
		link = func(campaign.Party) string { return "/returns/" + c.ID }
	}
	asker, err := t.Orgs.OrganisationIn(ctx, tx, c.Tenant)
	if err != nil {
		return err
	}
	for _, p := range parties {
		what, roles := what, []authz.Role{authz.Respondent, authz.Approver}
		switch kind {
		case "campaign.reminder":
			what, roles = reminder(p)
		case "campaign.overdue":
			_, roles = reminder(p)
			roles = append(roles, authz.Approver)
		}
		persons, err := t.persons(ctx, tx, p.Org, "", roles)
		if err != nil {
			return err
		}
		due := c.DueAt
		if p.DueAt != 0 {
			due = p.DueAt
		}
		if err := t.Notices.Send(ctx, tx, notice.Notice{Org: p.Org, Persons: persons, Kind: what, Link: link(p), Args: map[string]i18n.Text{
			"campaign": c.Title(), "asker": asker.Name(), "deadline": notice.Plain(webkit.Clock(clock.FromMicros(due))), "reason": notice.Plain(p.Note),
		}}); err != nil {
			return err
		}
	}
	return nil
}

// incident tells the persons that an event names, and those who have one of its roles.
func (t *teller) incident(ctx context.Context, tx *db.Tx, e incident.Event) error {
	persons, err := t.persons(ctx, tx, e.Org, e.By.Person, e.Roles)
	if err != nil {
		return err
	}
	for _, p := range e.Persons {
		if p != e.By.Person && !slices.Contains(persons, p) {
			persons = append(persons, p)
		}
	}
	return t.Notices.Send(ctx, tx, notice.Notice{Org: e.Org, Persons: persons, Kind: e.Kind, Link: e.Link, Args: e.Args})
}

// practice tells those whom the way of a good practice concerns: the asker's people of
// offers, its supervisors of what waits for approval, whoever may read it of the rest.
func (t *teller) practice(ctx context.Context, tx *db.Tx, e practice.Event) error {
	roles, link := []authz.Role{authz.Respondent}, "/practices/own/"+e.ID
	switch e.Kind {
	case "practice.offered", "practice.withdrawn":
		roles, link = []authz.Role{authz.Manager, authz.Analyst}, "/campaigns/"+e.Campaign+"/practices/"+e.ID
	case "practice.proposed":
		roles, link = []authz.Role{authz.Supervisor}, "/campaigns/"+e.Campaign+"/practices/"+e.ID
	case "practice.shown":
		link = "/practices/" + e.ID
	}
	persons, err := t.persons(ctx, tx, e.Org, e.By.Person, roles)
	if err != nil {
		return err
	}
	return t.Notices.Send(ctx, tx, notice.Notice{Org: e.Org, Persons: persons, Kind: e.Kind, Link: link, Args: map[string]i18n.Text{
		"campaign": e.Title, "asker": e.Asker, "organisation": notice.Plain(e.By.OrgName), "practice": notice.Plain(e.Name), "reason": notice.Plain(e.Note),
	}})
}

// warning tells those who have one of an event's roles.
func (t *teller) warning(ctx context.Context, tx *db.Tx, e warning.Event) error {
	persons, err := t.persons(ctx, tx, e.Org, e.By.Person, e.Roles)
	if err != nil {
		return err
	}
	return t.Notices.Send(ctx, tx, notice.Notice{Org: e.Org, Persons: persons, Kind: e.Kind, Link: e.Link, Args: e.Args})
}

// reminder is what a party that has not submitted is told, and whose turn it is there.
func reminder(p campaign.Party) (kind string, roles []authz.Role) {
	turn, _ := filing.Filing{State: p.State}.Turn()
	switch {
	case p.State == filing.Answered:
		return "campaign.reminder-check", turn.Roles
	case p.State == filing.Checked:
		return "campaign.reminder-approve", turn.Roles
	case p.State == filing.Approved:
		return "campaign.reminder-submit", turn.Roles
	case !p.Begun:
		return "campaign.reminder-start", []authz.Role{authz.Respondent, authz.Approver}
	}
	return "campaign.reminder", []authz.Role{authz.Respondent, authz.Approver}
}

// persons lists the active members of an organisation who have one of the roles,
// without the one who acted.
func (t *teller) persons(ctx context.Context, tx *db.Tx, org, without string, roles []authz.Role) ([]string, error) {
	members, err := t.Orgs.MembersIn(ctx, tx, org)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, m := range members {
		if m.State == "active" && m.Person != without && slices.ContainsFunc(roles, func(r authz.Role) bool { return slices.Contains(m.Roles(), r) }) {
			out = append(out, m.Person)
		}
	}
	return out, nil
}
