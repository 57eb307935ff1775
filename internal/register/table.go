package register

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"yagura/internal/authz"
	"yagura/internal/db"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/record"
	"yagura/internal/sheet"
)

// What follows an item's id in the head of a column that holds not its value.
const (
	partState   = "#state"
	partComment = "#comment"
	idColumn    = "id"
)

// column is a column of a register's file: an item's value, state or comment.
type column struct {
	item *form.Item
	part string
}

func (c column) key() string { return c.item.ID + c.part }

// head is what stands above a column: what people read, then the id in brackets, by
// which the file is read back.
func (c column) head(lang i18n.Lang) string {
	text := c.item.Ask.In(lang)
	switch c.part {
	case partState:
		text += " " + i18n.T(lang, "register.column-state")
	case partComment:
		text += " " + i18n.T(lang, "register.column-comment")
	}
	return text + " [" + c.key() + "]"
}

// inFile reports whether an item has a column: tables and attached files have none.
func inFile(it *form.Item) bool { return it.Type != form.TypeTable && it.Type != form.TypeFile }

// columnsOf are the columns of a register's file: of each item its value, its state
// where more than known is allowed, its comment where a reason may stand or one is there.
func columnsOf(f *form.Form, records []record.Full) []column {
	var out []column
	for _, it := range f.Items() {
		if !inFile(it) {
			continue
		}
		out = append(out, column{it, ""})
		if it.Allows(form.Estimated) || it.Allows(form.Unknown) || it.Allows(form.NotApplicable) {
			out = append(out, column{it, partState})
		}
		if it.Allows(form.NotApplicable) || slices.ContainsFunc(records, func(r record.Full) bool { return r.Draft.Answers[it.ID].Comment != "" }) {
			out = append(out, column{it, partComment})
		}
	}
	return out
}

// Table is a register as a list: one row a record, the id first.
func Table(f *form.Form, records []record.Full, to References, lang i18n.Lang) (head []string, rows [][]any) {
	columns := columnsOf(f, records)
	head = []string{i18n.T(lang, "register.column-id") + " [" + idColumn + "]"}
	for _, c := range columns {
		head = append(head, c.head(lang))
	}
	for _, r := range records {
		row := []any{r.ID}
		for _, c := range columns {
			row = append(row, cellText(c, r.Draft.Answers[c.item.ID], to, lang))
		}
		rows = append(rows, row)
	}
	return head, rows
}

// cellText writes a part of an answer as parseCell reads it back.
func cellText(c column, a form.Answer, to References, lang i18n.Lang) string {
	switch c.part {
	case partComment:
		return a.Comment
	case partState:
		if a.Value == nil && a.State == "" {
			return ""
		}
		state := a.State
		if state == "" {
			state = form.Known
		}
		return sheet.StateLabel(state).In(lang)
	}
	switch v := a.Value.(type) {
	case string:
		if o := c.item.Option(v); o != nil {
			return o.Label().In(lang)
		}
		if title := to.Title(c.item.ID, v); c.item.Type == form.TypeRef && title != "" {
			return title + " [" + v + "]"
		}
	case []string:
		return multiText(c.item, v, lang)
	}
	return c.item.FormatValue(a.Value)
}

// multiText joins the labels of options; ids where a label would be cut when read.
func multiText(it *form.Item, ids []string, lang i18n.Lang) string {
	if len(ids) == 0 {
		return i18n.T(lang, "register.none")
	}
	var parts []string
	for _, id := range ids {
		label := it.Option(id).Label().In(lang)
		if strings.Contains(label, ";") {
			return it.FormatValue(ids)
		}
		parts = append(parts, label)
	}
	return strings.Join(parts, ";")
}

// Template is the head of a register's list: a file with it and rows of one's own can be read.
func (s *Store) Template(a authz.Actor, formID string, lang i18n.Lang) ([]string, error) {
	if _, err := s.may.Decide(a, "record.read", thing(a, "")); err != nil {
		return nil, err
	}
	f, err := s.Form(formID)
	if err != nil {
		return nil, err
	}
	head, _ := Table(f, nil, nil, lang)
	return head, nil
}

// Export gives a whole register as a list, and enters the export in the ledger.
func (s *Store) Export(ctx context.Context, a authz.Actor, formID string, lang i18n.Lang) (head []string, rows [][]any, err error) {
	basis, err := s.may.Decide(a, "record.read", thing(a, ""))
	if err != nil {
		return nil, nil, err
	}
	f, err := s.Form(formID)
	if err != nil {
		return nil, nil, err
	}
	err = s.db.Tenant(a.Org).Tx(ctx, func(tx *db.Tx) error {
		all, err := s.records.All(ctx, tx, f, a.Org)
		if err != nil {
			return err
		}
		to, err := s.references(ctx, tx, a.Org, f)
		if err != nil {
			return err
		}
		head, rows = Table(f, all, to, lang)
		payload, err := json.Marshal(rows)
		if err != nil {
			return err
		}
		return s.log(ctx, tx, a, "export.made", "register", f.ID, 0, basis, payload)
	})
	return head, rows, err
}
