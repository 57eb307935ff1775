package ciso

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/form/draft"
	"yagura/internal/i18n"
)

// maxSteps is the widest range of scores that becomes a list of options; a
// wider one becomes a number.
const maxSteps = 20

// The shared scales: the framework's scores, or the result of an assessment.
const (
	scaleScore  = "score"
	scaleResult = "result"
)

var results = []struct{ id, key string }{
	{"non_compliant", "import.ciso.non-compliant"}, {"partially_compliant", "import.ciso.partially-compliant"}, {"compliant", "import.ciso.compliant"},
}

// scored reports whether the framework defines a range of scores.
func (fw *framework) scored() bool { return fw.Min != nil && fw.Max != nil && *fw.Max > *fw.Min }

// scales defines the scale of the nodes without questions.
func (im *importer) scales() {
	fw := im.fw
	var options []*form.Option
	id := scaleResult
	switch {
	case fw.scored() && *fw.Max-*fw.Min < maxSteps:
		id = scaleScore
		for n := *fw.Min; n <= *fw.Max; n++ {
			options = append(options, im.step(n))
		}
	case fw.scored():
		return
	default:
		for i, r := range results {
			label := i18n.Both(r.key)
			options = append(options, option(r.id, float64(i), label))
		}
	}
	im.d.Form.Scales = map[string]*form.Scale{id: {Options: options}}
}

func option(id string, score float64, label i18n.Text) *form.Option {
	return &form.Option{ID: id, Score: &score, JA: label.JA, EN: label.EN}
}

// step is the option of one score; what the score means goes to the legend.
func (im *importer) step(n int) *form.Option {
	id := strings.Replace(strconv.Itoa(n), "-", "m", 1)
	label := i18n.Text{JA: strconv.Itoa(n), EN: strconv.Itoa(n)}
	for _, s := range im.fw.Scores {
		if s.Score == n {
			label = join(label, ": ", im.name(s.Name, s.Translations, 1))
			about := im.text(s.Description, s.Translations, func(w words) string { return w.Description }, 1)
			if !about.IsZero() {
				im.legend = join(im.legend, "\n", join(label, " — ", about))
			}
			break
		}
	}
	return option(id, float64(n-*im.fw.Min), label)
}

// node makes the items of one assessable node.
func (im *importer) node(n *node, s *form.Section) {
	for i, list := range [][]string{n.Groups, n.Controls, n.Threats} {
		if len(list) > 0 {
			im.dropped[i]++
		}
	}
	at := draft.Place{Row: n.line}
	about := im.text(n.Description, n.Translations, func(w words) string { return w.Description }, n.line)
	note := im.text(n.Annotation, n.Translations, func(w words) string { return w.Annotation }, n.line)
	it := &form.Item{
		Evidence: im.text(n.Evidence, n.Translations, func(w words) string { return w.Evidence }, n.line),
		States:   []form.State{form.Known, form.NotApplicable}, Weight: max(n.Weight, 0),
		Maps: []string{im.id + ":" + im.reference(n)},
	}
	what := im.statement(n, about)
	if len(n.Questions) > 0 {
		context := join(im.path(n), "\n", what)
		for i, q := range n.Questions {
			one := *it
			one.Help = join(context, "\n\n", note)
			im.question(s, n, q, &one, i)
		}
		return
	}
	it.ID = im.itemID(n.URN, "", n.line)
	it.Ask, it.Help = what, join(im.path(n), "\n\n", note)
	im.rated(it)
	im.d.Item(s, it, at)
}

// rated gives an item the framework's scale.
func (im *importer) rated(it *form.Item) {
	fw := im.fw
	if fw.scored() && *fw.Max-*fw.Min >= maxSteps {
		lo, hi := float64(*fw.Min), float64(*fw.Max)
		it.Type, it.Min, it.Max, it.MaxScore = form.TypeInteger, &lo, &hi, hi-lo
		it.Score = fmt.Sprintf("double(answers[%q] - (%d))", it.ID, *fw.Min)
		return
	}
	it.Type, it.Scale, it.Use = form.TypeChoice, "ordered", scaleResult
	if fw.scored() {
		it.Use = scaleScore
	}
}

// reference is what the framework calls the node.
func (im *importer) reference(n *node) string {
	if ref := draft.Line(n.RefID); ref != "" {
		return strings.ReplaceAll(ref, " ", "_")
	}
	return tail(n.URN)
}

// statement is the node's reference in brackets, its name, and below it what it asks.
func (im *importer) statement(n *node, about i18n.Text) i18n.Text {
	name := im.name(n.Name, n.Translations, n.line)
	ref := draft.Line(n.RefID)
	if ref == "" && name.IsZero() && about.IsZero() {
		ref = tail(n.URN)
		im.d.Add(finding.Warning, draft.Place{Row: n.line}, "import.no-text", "id", ref)
	}
	if ref != "" {
		ref = "[" + ref + "]"
	}
	below := "\n"
	if name.IsZero() {
		below = " "
	}
	return join(join(i18n.Text{JA: ref, EN: ref}, " ", name), below, about)
}

// path names the headings between a node and its section.
func (im *importer) path(n *node) i18n.Text {
	var path i18n.Text
	for up := n.parent; up != nil && up.depth > 2; up = up.parent {
		if !up.Assessable {
			path = join(im.title(up), " › ", path)
		}
	}
	return path
}

func (im *importer) itemID(urn, suffix string, line int) string {
	original := tail(urn) + suffix
	id := im.d.ID(original)
	if id != draft.ItemID(original) {
		im.d.Add(finding.Warning, draft.Place{Row: line}, "import.duplicate-id", "id", original, "new", id)
	}
	return id
}

// question makes the item of one question of a node.
func (im *importer) question(s *form.Section, n *node, q *question, it *form.Item, i int) {
	at := draft.Place{Row: q.line}
	it.ID = im.itemID(n.URN, fmt.Sprintf(".q%d", i+1), q.line)
	it.Ask = im.text(q.Text, q.Translations, func(w words) string { return w.Text }, q.line)
	if it.Ask.IsZero() {
		it.Ask = i18n.Text{JA: it.ID, EN: it.ID}
		im.d.Add(finding.Warning, at, "import.no-text", "id", it.ID)
	}
	known := &asked{item: it, options: map[string]string{}}
	switch q.Type {
	case "unique_choice", "single_choice":
		it.Type = form.TypeChoice
	case "multiple_choice":
		it.Type = form.TypeMulti
	case "number":
		it.Type = form.TypeDecimal
	case "boolean":
		it.Type = form.TypeYesNo
	case "date":
		it.Type = form.TypeDate
	case "text":
		it.Type = form.TypeText
	default:
		it.Type = form.TypeText
		im.d.Add(finding.Warning, at, "import.unknown-type", "type", q.Type)
	}
	if it.Type == form.TypeChoice || it.Type == form.TypeMulti {
		im.choices(q, known)
	}
	if q.DependsOn != nil {
		im.condition(q, it, at)
	}
	im.d.Item(s, it, at)
	im.asked[q.urn] = known
}

// choices makes the options of a question; their descriptions join the help.
func (im *importer) choices(q *question, known *asked) {
	it := known.item
	at := draft.Place{Row: q.line}
	if len(q.Choices) == 0 {
		it.Type = form.TypeText
		im.d.Add(finding.Warning, at, "import.ciso.no-choices", "id", it.ID)
		return
	}
	taken := map[string]bool{}
	var about i18n.Text
	for k, c := range q.Choices {
		label := im.text(c.Value, c.Translations, func(w words) string { return w.Value }, q.line)
		label = i18n.Text{JA: draft.Line(label.JA), EN: draft.Line(label.EN)}
		if label.IsZero() {
			label = i18n.Text{JA: strconv.Itoa(k + 1), EN: strconv.Itoa(k + 1)}
		}
		id := draft.OptionID(label.EN)
		if taken[id] || len(id) > 30 {
			id = fmt.Sprintf("c%d", k+1)
		}
		taken[id] = true
		known.options[c.URN] = id
		it.Options = append(it.Options, &form.Option{ID: id, JA: label.JA, EN: label.EN})
		more := im.text(c.Description, c.Translations, func(w words) string { return w.Description }, q.line)
		if !more.IsZero() {
			about = join(about, "\n", join(label, ": ", more))
		}
	}
	it.Help = join(it.Help, "\n\n", about)
	im.levels(q, it, at)
}

// levels scores the options by add_score, or by compute_result where no choice
// has one. A choice is ordered when the levels rise from 0 in its order.
func (im *importer) levels(q *question, it *form.Item, at draft.Place) {
	byScore := slices.ContainsFunc(q.Choices, func(c choice) bool { return c.AddScore != nil && *c.AddScore != 0 })
	ordered, last, lowest := true, -1.0, 0.0
	for k, c := range q.Choices {
		switch {
		case byScore && c.AddScore != nil:
			it.Options[k].Score = c.AddScore
		case !byScore && c.Result != nil:
			level := 0.0
			if *c.Result {
				level = 1
			}
			it.Options[k].Score = &level
		default:
			ordered = false
			continue
		}
		level := *it.Options[k].Score
		ordered = ordered && level > last && (k > 0 || level == 0)
		last, lowest = level, min(lowest, level)
	}
	if lowest < 0 {
		im.d.Add(finding.Warning, at, "import.ciso.negative", "id", it.ID)
		for _, o := range it.Options {
			o.Score = nil
		}
	}
	if it.Type == form.TypeChoice {
		it.Scale = "nominal"
		if ordered && lowest == 0 && len(it.Options) > 1 {
			it.Scale = "ordered"
		}
	}
}

// condition turns depends_on into the item's condition.
func (im *importer) condition(q *question, it *form.Item, at draft.Place) {
	expr, why := im.expression(q.DependsOn)
	if expr != "" {
		it.Applies = expr
		return
	}
	it.Optional = true
	im.d.Add(finding.Warning, at, "import.condition-dropped", "id", it.ID, "why", why)
}

func (im *importer) expression(dep *dependency) (expr string, why i18n.Text) {
	on := im.asked[dep.Question]
	if on == nil {
		return "", i18n.Both("import.ciso.unknown-question", "ref", tail(dep.Question))
	}
	var parts []string
	for _, answer := range dep.Answers {
		id, ok := on.options[answer]
		if on.item.Type == form.TypeYesNo {
			id, ok = map[string]string{"true": "yes", "yes": "yes", "false": "no", "no": "no"}[strings.ToLower(answer)]
		}
		if !ok {
			return "", i18n.Both("import.ciso.unknown-choice", "ref", tail(answer))
		}
		if on.item.Type == form.TypeMulti {
			parts = append(parts, fmt.Sprintf("%q in answers[%q]", id, on.item.ID))
		} else {
			parts = append(parts, fmt.Sprintf("answers[%q] == %q", on.item.ID, id))
		}
	}
	if len(parts) == 0 {
		return fmt.Sprintf("states[%q] != \"unanswered\"", on.item.ID), i18n.Text{}
	}
	if dep.Condition == "all" {
		return strings.Join(parts, " && "), i18n.Text{}
	}
	return strings.Join(parts, " || "), i18n.Text{}
}
