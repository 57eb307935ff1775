package app

import (
	"context"
	"errors"
	"time"

	"yagura/internal/authz"
	"yagura/internal/i18n"
	"yagura/internal/incident"
	"yagura/internal/incident/facts"
)

// incidents lets the institution that visitors see from within live through a ransomware
// night that is still on, an earlier incident that is closed, and an exercise.
func (d *Demonstration) incidents(ctx context.Context, now time.Time) error {
	d.say("cli.demo.incidents")
	if err := d.site.Incidents.Receive(ctx, d.actor(d.asker, authz.Supervisor), []string{"jp-fsa-incident", "jp-appi-leak"}); err != nil {
		return err
	}
	anna := d.actor(d.parties[0].id, authz.Respondent)
	say := func(fact, text string) incident.Statement { return incident.Statement{Fact: fact, Text: text} }
	ready := []incident.Statement{say("entity.name", d.parties[0].org.Name), say("entity.contact_name", "システムリスク管理部"), say("entity.contact_phone", "03-0000-0000"),
		say("entity.contact_email", "csirt@bank.example"), say("entity.jp_supervised", "yes"), say("entity.special_core", "yes"), say("entity.eu", "yes"), say("entity.listed", "yes")}
	contacts := []incident.Contact{
		{Duty: "統括責任者", Who: "システムリスク管理部長", Phone: "03-0000-0001", Other: "衛星電話 870-0001", Person: d.persons[string(authz.Checker)], Minutes: 15},
		{Duty: "技術責任者", Who: "CSIRT当番", Phone: "03-0000-0002", Other: "災害時連絡網"},
		{Duty: "経営への報告", Who: "CISO", Phone: "03-0000-0003", Level: "b", Person: d.persons[string(authz.Approver)], Minutes: 30},
		{Duty: "広報", Who: "広報室", Phone: "03-0000-0004", Level: "b"},
		{Duty: "経営", Who: "頭取", Phone: "03-0000-0005", Level: "a", Minutes: 60},
	}
	if err := d.site.Incidents.Prepare(ctx, anna, ready, contacts); err != nil {
		return err
	}
	return errors.Join(d.pastIncident(ctx, anna, now), d.exercise(ctx, anna, now), d.night(ctx, anna, now))
}

// send takes a report through the hands of the institution's people.
func (d *Demonstration) send(ctx context.Context, id, stage string) error {
	tenant := d.parties[0].id
	s := d.site.Incidents
	report, err := s.Begin(ctx, d.actor(tenant, authz.Respondent), id, stage)
	if err != nil {
		return err
	}
	for _, step := range []struct {
		role authz.Role
		step incident.Step
	}{{authz.Checker, incident.Check}, {authz.Approver, incident.Approve}, {authz.Respondent, incident.Submit}} {
		if err := s.Do(ctx, d.actor(tenant, step.role), id, report, step.step, incident.Dispatch{}); err != nil {
			return err
		}
		d.clock.Advance(2 * time.Minute)
	}
	return nil
}

// night is the story of the incident that is still on: files are encrypted at 02:10, the
// first report goes out at 02:25 with what is known, by 06:25 five reports are due.
func (d *Demonstration) night(ctx context.Context, anna authz.Actor, now time.Time) error {
	s, tenant := d.site.Incidents, d.parties[0].id
	begin := now.Add(-4*time.Hour - 15*time.Minute).Truncate(time.Minute)
	told := func(t time.Time) string { return facts.At(t).Text }
	d.clock.Set(begin.Add(10 * time.Minute))
	id, err := s.Open(ctx, anna, incident.Opening{Title: "勘定系サーバのランサムウェア感染", Statements: []incident.Statement{
		{Fact: "event.kind", Text: "ransomware"}, {Fact: "event.description", Text: "勘定系サーバのファイルが暗号化されているのを監視センターが検知した。"},
		{Fact: "time.detected", Text: told(begin)}, {Fact: "time.aware", Text: told(begin.Add(2 * time.Minute))},
		{Fact: "impact.customers_or_business", Text: "yes"}, {Fact: "impact.substituted_at_once", Text: "no"},
		{Fact: "response.first_measures", Text: "該当セグメントをネットワークから切り離した。"}, {Fact: "response.discovery", Text: "監視センターの検知", Source: "監視センター"},
		{Fact: "impact.services", Text: "ATM、インターネットバンキング"}, {Fact: "impact.clients", State: facts.Unknown}, {Fact: "privacy.leak", State: facts.Investigating},
	}})
	if err != nil {
		return err
	}
	if err := d.send(ctx, id, "jp-fsa-incident/first"); err != nil {
		return err
	}
	later := func(after time.Duration, fn func() error) func() error {
		return func() error { d.clock.Set(begin.Add(after)); return fn() }
	}
	state := func(source string, list ...incident.Statement) func() error {
		return func() error {
			for n := range list {
				list[n].Source = source
			}
			_, err := s.State(ctx, anna, id, list)
			return err
		}
	}
	for _, step := range []func() error{
		later(35*time.Minute, func() error {
			return d.steps(ctx, id)
		}),
		later(40*time.Minute, func() error {
			return s.Assign(ctx, anna, id, "全社のサーバのスナップショットを保全する", d.persons[string(authz.Checker)], told(now.Add(2*time.Hour)))
		}),
		later(50*time.Minute, func() error {
			return s.Secure(ctx, anna, id, "", incident.Evidence{Title: "勘定系サーバ1号機のディスクイメージ", SHA256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
				Size: 512 << 30, Holder: "CSIRT", Place: "データセンター証拠保管庫"})
		}),
		later(80*time.Minute, state("フォレンジック調査", incident.Statement{Fact: "attack.unauthorised_access", Text: "yes"}, incident.Statement{Fact: "attack.encrypted", Text: "yes"},
			incident.Statement{Fact: "attack.extension", Text: ".locked"}, incident.Statement{Fact: "attack.demand", Text: "yes"}, incident.Statement{Fact: "act.infringement", Text: "yes"})),
		later(140*time.Minute, state("業務部門の集計", incident.Statement{Fact: "impact.clients", State: facts.Estimated, Low: "120000", High: "400000"},
			incident.Statement{Fact: "impact.critical_services", Text: "yes"}, incident.Statement{Fact: "response.bcp", Text: "yes"}, incident.Statement{Fact: "impact.regulatory_breach", Text: "yes"},
			incident.Statement{Fact: "impact.media", State: facts.Investigating})),
		later(150*time.Minute, func() error {
			return s.Classify(ctx, d.actor(tenant, authz.Approver), id, "major", "影響顧客数が下限でも10万人を超え、重要な機能が停止しているため。")
		}),
		later(200*time.Minute, state("フォレンジック調査", incident.Statement{Fact: "privacy.leak", Text: "yes"}, incident.Statement{Fact: "privacy.aware", Text: told(begin.Add(200 * time.Minute))},
			incident.Statement{Fact: "privacy.financial_harm", Text: "yes"}, incident.Statement{Fact: "privacy.exempt", Text: "no"},
			incident.Statement{Fact: "privacy.wrongful_purpose", State: facts.Investigating}, incident.Statement{Fact: "privacy.persons", State: facts.Unknown})),
		later(210*time.Minute, func() error {
			return s.Move(ctx, d.actor(tenant, authz.Checker), id, incident.Containing, "感染範囲の切離しを開始したため。")
		}),
		later(220*time.Minute, func() error { return d.question(ctx, id) }),
		later(225*time.Minute, func() error { return d.reach(ctx, id) }),
		later(230*time.Minute, func() error { return d.tellOthers(ctx, id) }),
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// steps has the playbook's first steps taken on, and the decision made that it asks for.
func (d *Demonstration) steps(ctx context.Context, id string) error {
	s, tenant := d.site.Incidents, d.parties[0].id
	anna := d.actor(tenant, authz.Respondent)
	sh, err := s.Get(ctx, anna, id, time.Time{})
	if err != nil {
		return err
	}
	plan, err := s.Plan(ctx, anna, sh)
	if err != nil {
		return err
	}
	for _, t := range plan.Steps {
		switch t.Step.ID {
		case "triage-scope":
			err = s.Take(ctx, anna, id, []string{t.ID}, d.persons[string(authz.Checker)], "")
		case "call-tree":
			err = s.Finish(ctx, anna, id, t.ID, "done", "")
		case "isolate-or-run":
			err = s.Resolve(ctx, d.actor(tenant, authz.Approver), id, t.ID, incident.Verdict{Option: "isolate-all", Reason: "感染の広がりが分からず、取引の正確性を確認できないため、ATM・インターネットバンキングを停止する。", Lang: i18n.JA})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// reach has those acknowledge the incident who have to within a time.
func (d *Demonstration) reach(ctx context.Context, id string) error {
	s, tenant := d.site.Incidents, d.parties[0].id
	anna := d.actor(tenant, authz.Respondent)
	list, err := s.Calls(ctx, anna, incident.Incident{Tenant: tenant, ID: id})
	if err != nil {
		return err
	}
	for _, k := range list {
		switch k.Who {
		case "CSIRT当番":
			err = s.Acknowledge(ctx, anna, id, k.ID, "", "参集済み")
		case "システムリスク管理部長":
			err = s.Acknowledge(ctx, d.actor(tenant, authz.Checker), id, k.ID, "", "")
		default:
			if k.DueAt != 0 { // else they are told again and again
				err = s.Acknowledge(ctx, anna, id, k.ID, "", "電話で連絡済み")
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// tellOthers has a text for customers drafted of which one figure is not the report's.
func (d *Demonstration) tellOthers(ctx context.Context, id string) error {
	s, tenant := d.site.Incidents, d.parties[0].id
	anna := d.actor(tenant, authz.Respondent)
	text, err := s.Compose(ctx, anna, id, "customers-outage@2026-11", i18n.JA)
	if err != nil {
		return err
	}
	l, err := s.Letter(ctx, anna, incident.Incident{Tenant: tenant, ID: id}, text)
	if err != nil {
		return err
	}
	return s.Rewrite(ctx, anna, id, text, l.Version, l.Title, l.Body+"\nATM・インターネットバンキングをご利用のお客さま約５０万人に影響しています。\n")
}

// question has the authority ask about the number of customers.
func (d *Demonstration) question(ctx context.Context, id string) error {
	shin := d.actor(d.asker, authz.Supervisor)
	c, err := d.site.Incidents.Case(ctx, shin, id)
	if err != nil {
		return err
	}
	return d.site.Incidents.Ask(ctx, shin, id, c.Reports[0].ID, "impact.clients", "影響を受けた顧客数の見込みと、その算出方法を教えてください。", "")
}

// pastIncident is one of last month: it ran its course and is closed.
func (d *Demonstration) pastIncident(ctx context.Context, anna authz.Actor, now time.Time) error {
	s := d.site.Incidents
	begin := now.Add(-33 * 24 * time.Hour).Truncate(time.Minute)
	d.clock.Set(begin.Add(30 * time.Minute))
	id, err := s.Open(ctx, anna, incident.Opening{Title: "インターネットバンキングへのDDoS攻撃", Statements: []incident.Statement{
		{Fact: "event.kind", Text: "ddos"}, {Fact: "event.description", Text: "インターネットバンキングへの大量通信により、ログインしにくい状態となった。"},
		{Fact: "time.detected", Text: facts.At(begin).Text}, {Fact: "time.aware", Text: facts.At(begin.Add(5 * time.Minute)).Text}, {Fact: "impact.customers_or_business", Text: "yes"},
		{Fact: "impact.substituted_at_once", Text: "no"}, {Fact: "impact.services", Text: "インターネットバンキング"}, {Fact: "entity.eu", Text: "no"}, {Fact: "entity.special_core", Text: "no"},
		{Fact: "privacy.leak", Text: "no"}, {Fact: "impact.material", Text: "no"},
	}})
	if err != nil {
		return err
	}
	if err := errors.Join(d.reach(ctx, id), d.send(ctx, id, "jp-fsa-incident/first")); err != nil {
		return err
	}
	d.clock.Set(begin.Add(4 * time.Hour))
	if _, err := s.State(ctx, anna, id, []incident.Statement{{Fact: "time.recovered", Text: facts.At(begin.Add(3 * time.Hour)).Text}, {Fact: "cause.known", Text: "yes"},
		{Fact: "time.cause_known", Text: facts.At(begin.Add(3*time.Hour + 30*time.Minute)).Text}, {Fact: "cause.text", Text: "リフレクション型のDDoS攻撃"}, {Fact: "impact.clients", Text: "2400"},
		{Fact: "response.temporary_text", Text: "通信事業者の緩和サービスに切り替えた。"}}); err != nil {
		return err
	}
	if err := errors.Join(d.send(ctx, id, "jp-fsa-incident/recovery"), d.send(ctx, id, "jp-fsa-incident/cause")); err != nil {
		return err
	}
	shin := d.actor(d.asker, authz.Supervisor)
	c, err := s.Case(ctx, shin, id)
	if err != nil {
		return err
	}
	for _, r := range c.Reports {
		if err := s.Accept(ctx, shin, id, r.ID); err != nil {
			return err
		}
	}
	d.clock.Set(begin.Add(6 * 24 * time.Hour))
	return s.Move(ctx, d.actor(d.parties[0].id, authz.Checker), id, incident.Closed, "復旧と再発防止策を確認したため。")
}

// exercise is a table-top exercise of last week: it reaches nobody.
func (d *Demonstration) exercise(ctx context.Context, anna authz.Actor, now time.Time) error {
	begin := now.Add(-7 * 24 * time.Hour).Truncate(time.Minute)
	d.clock.Set(begin.Add(20 * time.Minute))
	id, err := d.site.Incidents.Open(ctx, anna, incident.Opening{Title: "委託先からの情報漏えいの机上演習", Exercise: true, Statements: []incident.Statement{
		{Fact: "event.kind", Text: "other_cyber"}, {Fact: "event.description", Text: "委託先のファイル転送サーバから顧客情報が流出したとの想定。"},
		{Fact: "time.detected", Text: facts.At(begin).Text}, {Fact: "time.aware", Text: facts.At(begin.Add(10 * time.Minute)).Text}, {Fact: "impact.customers_or_business", Text: "yes"},
		{Fact: "impact.substituted_at_once", Text: "no"}, {Fact: "privacy.leak", State: facts.Investigating},
	}})
	if err != nil {
		return err
	}
	return errors.Join(d.reach(ctx, id), d.send(ctx, id, "jp-fsa-incident/first"))
}
