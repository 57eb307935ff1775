package app

import "yagura/internal/api"

// api is what the operations for programs work with.
func (s *Site) api() api.Deps {
	return api.Deps{
		Kit: s.Kit, DB: s.DB, Clock: s.Clock, Policies: s.Policies, Orgs: s.Orgs, Signin: s.Signin, Filings: s.Filings, Campaigns: s.Campaigns,
		Actions: s.Actions, Registers: s.Registers, Incidents: s.Incidents, Screening: s.Screening, Notices: s.Notices, Ledger: s.Ledger, Forms: s.Forms, Feedback: s.Feedback, Wake: s.Runner.Wake, Practices: s.Practices,
	}
}
