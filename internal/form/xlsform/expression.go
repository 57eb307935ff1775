package xlsform

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/i18n"
)

// expressions translates the conditions and constraints of all questions.
func (im *importer) expressions() {
	groups := map[int]string{} // translated conditions of groups by row; "" failed
	for _, p := range im.pending {
		if p.q.table != "" {
			im.column(p)
		} else {
			im.applies(p, groups)
		}
		if p.row.cell["constraint"] != "" {
			im.constraint(p)
		}
	}
}

// applies joins the conditions of an item's groups and its own.
func (im *importer) applies(p pending, groups map[int]string) {
	var parts []string
	for _, r := range p.relevant {
		cel, done := groups[r.n]
		if !done {
			var err error
			if cel, err = im.translate(&translator{names: im.names}, r.cell["relevant"], false); err != nil {
				im.d.Add(finding.Warning, r.at("relevant"), "import.condition-dropped", "id", r.cell["name"], "why", reason(err))
			}
			groups[r.n] = cel
		}
		if cel == "" {
			p.q.item.Applies, p.q.item.Optional = "", true
			return
		}
		parts = append(parts, cel)
	}
	if len(parts) == 1 {
		p.q.item.Applies = parts[0]
	} else if len(parts) > 1 {
		p.q.item.Applies = "(" + strings.Join(parts, ") && (") + ")"
	}
}

// column reports the condition that a column cannot have.
func (im *importer) column(p pending) {
	for _, r := range p.relevant {
		im.d.Add(finding.Warning, r.at("relevant"), "import.xlsform.column-condition", "id", p.q.item.ID)
		p.q.item.Optional = true
	}
}

// constraint makes a check that finds where the constraint is not met.
func (im *importer) constraint(p pending) {
	id, on := p.q.item.ID, p.q.item.ID
	t := &translator{names: im.names, self: p.q, bare: true}
	if p.q.table != "" {
		id, on, t.table = p.q.table+"."+p.q.item.ID, p.q.table, p.q.table
	}
	at := p.row.at("constraint")
	cel, err := im.translate(t, p.row.cell["constraint"], true)
	if err != nil {
		im.d.Add(finding.Warning, at, "import.check-dropped", "id", id, "why", reason(err))
		return
	}
	others := slices.ContainsFunc(t.reads, func(q *question) bool { return q != p.q })
	switch { // a constraint is about an answer that is there
	case p.q.table != "":
		cel = fmt.Sprintf("answers[%q].exists(r, %q in r && (%s))", p.q.table, p.q.item.ID, cel)
	case others:
		cel = fmt.Sprintf("%s && (%s)", t.answered(p.q, true), cel)
	}
	say := im.label(p.row, "constraint_message")
	if say.IsZero() {
		say = i18n.Both("import.xlsform.violated", "id", id, "rule", p.row.cell["constraint"])
	}
	im.d.Check(&form.Check{ID: id + ".constraint", Kind: "rule", When: cel, Severity: "error", Items: []string{on}, Say: say}, at)
}

func (im *importer) translate(t *translator, text string, not bool) (string, error) {
	e, err := parseXPath(text)
	if err != nil {
		return "", err
	}
	return t.condition(e, not)
}

func reason(err error) i18n.Text {
	var u unsupported
	if errors.As(err, &u) {
		return u.why
	}
	return i18n.Text{JA: err.Error(), EN: err.Error()}
}
