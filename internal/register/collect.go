package register

import (
	"context"
	"fmt"
	"slices"

	"yagura/internal/db"
	"yagura/internal/form"
	"yagura/internal/i18n"
)

// Collect answers a collection form (form.Collection) from the registers of a tenant as they
// stand, for callers that have asked the policies.
func (s *Store) Collect(ctx context.Context, q db.Querier, tenant string, collection *form.Form, o *form.Org) (form.Answers, error) {
	var books []form.Book
	for _, f := range collection.Registers() {
		all, err := s.records.All(ctx, q, f, tenant)
		if err != nil {
			return nil, err
		}
		to, err := s.references(ctx, q, tenant, f)
		if err != nil {
			return nil, err
		}
		b := form.Book{Entries: make([]form.Entry, len(all)), Title: to.Title}
		for i, r := range all {
			b.Entries[i] = form.Entry{ID: r.ID, Title: r.Title, Answers: r.Draft.Answers}
		}
		books = append(books, b)
	}
	return collection.Collect(books, o), nil
}

// Writers lists the persons who ever changed a standing record of the registers that a
// collection form collects, for callers that have asked the policies.
func (s *Store) Writers(ctx context.Context, q db.Querier, tenant string, collection *form.Form) ([]string, error) {
	var out []string
	for _, f := range collection.Registers() {
		persons, err := s.records.Writers(ctx, q, tenant, f.ID)
		if err != nil {
			return nil, err
		}
		for _, p := range persons {
			if !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	}
	return out, nil
}

// Part is what one organisation submitted of a campaign that collects a register.
type Part struct {
	Code, Name, Sector string
	Answers            form.Answers // to the collection form
}

// Joined is the table of a collection form's table item over all organisations: whose row
// it is, then the columns, known values as text, others as their state.
func Joined(collection *form.Form, item string, parts []Part, lang i18n.Lang) (head []string, rows [][]any) {
	it := collection.Item(item)
	head = []string{i18n.T(lang, "register.joined-code"), i18n.T(lang, "register.joined-name"), i18n.T(lang, "register.joined-sector")}
	for _, c := range it.Columns {
		head = append(head, c.Ask.In(lang))
	}
	for _, p := range parts {
		list, _ := p.Answers[item].Value.([]form.Row)
		for _, r := range list {
			row := []any{p.Code, p.Name, p.Sector}
			for _, c := range it.Columns {
				row = append(row, joinedCell(c, r[c.ID], lang))
			}
			rows = append(rows, row)
		}
	}
	return head, rows
}

// joinedCell is a value or state in words, with its comment.
func joinedCell(c *form.Item, a form.Answer, lang i18n.Lang) string {
	text := ""
	switch v := a.Value.(type) {
	case nil:
		if a.State != "" {
			text = cellText(column{c, partState}, a, nil, lang)
		}
	case bool:
		text = i18n.T(lang, map[bool]string{true: "register.yes", false: "register.no"}[v])
	default:
		text = cellText(column{c, ""}, a, nil, lang)
	}
	if a.Comment != "" {
		text += "（" + a.Comment + "）"
	}
	return text
}

// Tables are the table items of a collection form, the records first.
func Tables(collection *form.Form) []*form.Item {
	var out []*form.Item
	for _, it := range collection.Items() {
		if it.Type == form.TypeTable {
			out = append(out, it)
		}
	}
	return out
}

// Count is how many rows a table has of an organisation.
func (p Part) Count(item string) int {
	rows, _ := p.Answers[item].Value.([]form.Row)
	return len(rows)
}

// Figure is the text of a figure of the collection form, "" when there is none.
func (p Part) Figure(collection *form.Form, item string, lang i18n.Lang) string {
	it := collection.Item(item)
	if it == nil || p.Answers[item].Value == nil {
		return ""
	}
	text := cellText(column{it, ""}, p.Answers[item], nil, lang)
	if it.Type == form.TypePercent {
		text = fmt.Sprintf("%s%%", text)
	}
	return text
}
