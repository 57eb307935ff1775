package incident

import (
	"context"
	"strings"

	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/incident/facts"
)

// ReviewForm is the form of the catalog by which the handling of an incident is looked
// back at.
const ReviewForm = "incident-review"

// Review is what was looked back at. DoneAt is 0 until it is finished; microseconds UTC.
type Review struct {
	Form      string `db:"form"` // id@edition
	Doc       string `db:"doc"`  // answers as form.EncodeAnswers writes them
	ChangedAt int64  `db:"changed_at"`
	ChangedBy string `db:"changed_by"`
	DoneAt    int64  `db:"done_at"`
	DoneBy    string `db:"done_by"`
	Version   int64  `db:"version"` // 0: there is none
}

// Review reads the review of an incident; its Version is 0 when there is none.
func (s *Store) Review(ctx context.Context, a authz.Actor, i Incident) (Review, error) {
	if _, err := s.may.Decide(a, "incident.read", i.thing()); err != nil {
		return Review{}, err
	}
	return review(ctx, s.db.Tenant(a.Org), a.Org, i.ID)
}

func review(ctx context.Context, q db.Querier, tenant, incident string) (Review, error) {
	rows, err := db.All[Review](ctx, q, `select form, doc, changed_at, changed_by, done_at, done_by, version from incident_review where tenant = :tenant and incident = :id`,
		db.Args{"tenant": tenant, "id": incident})
	if err != nil || len(rows) == 0 {
		return Review{}, err
	}
	return rows[0], nil
}

// KeepReview stores the answers of a review that is being written. version is the one that
// was read; the error is Conflict when another person has stored one since.
func (s *Store) KeepReview(ctx context.Context, a authz.Actor, id string, f *form.Form, answers form.Answers, version int64) error {
	doc, err := f.EncodeAnswers(answers)
	if err != nil {
		return err
	}
	return s.change(ctx, a, id, "incident.write", func(tx *db.Tx, i *Incident, _ string) error {
		was, err := review(ctx, tx, a.Org, i.ID)
		switch {
		case err != nil:
			return err
		case was.Version != version:
			return errs.New(errs.Conflict, "%w", i18n.NewError("incident.review-changed"))
		}
		_, err = tx.Exec(ctx, `insert into incident_review (tenant, incident, form, doc, changed_at, changed_by, done_at, done_by, version)
			values (:tenant, :id, :form, :doc, :at, :by, 0, '', 1) on conflict (tenant, incident) do update set form = excluded.form, doc = excluded.doc,
			changed_at = excluded.changed_at, changed_by = excluded.changed_by, done_at = 0, done_by = '', version = incident_review.version + 1`,
			db.Args{"tenant": a.Org, "id": i.ID, "form": f.ID + "@" + f.Edition, "doc": string(doc), "at": s.micros(), "by": a.Person})
		return err
	})
}

// FinishReview declares a review as finished. Errors: Invalid while a required answer is
// missing, which it names.
func (s *Store) FinishReview(ctx context.Context, a authz.Actor, id string, f *form.Form) error {
	return s.change(ctx, a, id, "incident.manage", func(tx *db.Tx, i *Incident, basis string) error {
		r, err := review(ctx, tx, a.Org, i.ID)
		if err != nil {
			return err
		}
		answers := form.Answers{}
		if r.Version > 0 {
			answers, _ = f.DecodeAnswers([]byte(r.Doc))
		}
		var ja, en []string
		for _, x := range f.Validate(answers, nil, nil) {
			if x.Severity == finding.Error {
				if it := f.Item(strings.TrimPrefix(x.Pointer, "/")); it != nil {
					ja, en = append(ja, it.Ask.JA), append(en, it.Ask.EN)
				}
			}
		}
		if len(ja) > 0 {
			return errs.New(errs.Invalid, "%w", i18n.NewError("incident.review-missing", "items", i18n.Text{JA: strings.Join(ja, "、"), EN: strings.Join(en, ", ")}))
		}
		if _, err := tx.Exec(ctx, `update incident_review set done_at = :at, done_by = :by, version = version + 1 where tenant = :tenant and incident = :id`,
			db.Args{"tenant": a.Org, "id": i.ID, "at": s.micros(), "by": a.Person}); err != nil {
			return err
		}
		text := i18n.Both("incident.log.reviewed")
		if err := s.note(ctx, tx, a, i, Entry{Kind: "state", BodyJA: text.JA, BodyEN: text.EN}); err != nil {
			return err
		}
		_, err = s.enter(ctx, tx, a, "incident.reviewed", *i, "incident", i.ID, basis, []byte(r.Doc))
		return err
	})
}

// NeedsReview reports whether an incident may be closed only after its review: one of the
// gravest level by the organisation's own scheme, or that is or was classed as major
// under DORA (Regulation (EU) 2022/2554, Article 13(2), asks for reviews of major ones).
func (s *Store) NeedsReview(sh *Sheet) bool {
	if own := s.book.Scheme(own); own != nil && len(own.Levels) > 0 && sh.Level == own.Levels[0].ID {
		return true
	}
	for _, r := range sh.Base.Records {
		if r.Fact == "severity.dora" && r.State == facts.Known && r.Value == "major" {
			return true
		}
	}
	return false
}

// reviewed refuses closing a major incident without a finished review.
func (s *Store) reviewed(ctx context.Context, tx *db.Tx, sh *Sheet) error {
	if !s.NeedsReview(sh) {
		return nil
	}
	r, err := review(ctx, tx, sh.Tenant, sh.ID)
	if err == nil && r.DoneAt == 0 {
		err = errs.New(errs.Conflict, "%w", i18n.NewError("incident.review-open"))
	}
	return err
}
