package catalog

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"yagura/internal/i18n"
)

var (
	idPattern   = regexp.MustCompile(`^[a-z0-9]+([.-][a-z0-9]+)*$`)
	itemPattern = regexp.MustCompile(`^[A-Za-z0-9]+([.-][A-Za-z0-9]+)*$`)

	marks          = []string{string(Verified), string(Secondary), string(General), string(Open)}
	confidences    = []string{"high", "medium", "low"}
	statuses       = []string{"draft", "final", "superseded"}
	textModes      = []string{"own_words", "full", "id_only"}
	classes        = []string{"basic", "desirable"}
	approximations = []string{string(Exact), string(About), string(Above), string(Below)}
	kinds          = []string{"article", "category", "chapter", "component", "directive", "element", "function", "heading",
		"measure", "outcome", "part", "practice", "principle", "route", "subcategory", "viewpoint"}
)

func lintFramework(s *source, f *Framework) {
	if !idPattern.MatchString(f.ID) {
		s.report("id", []any{"framework"}, "catalog.id", "id", f.ID)
	}
	if f.ID != stem(s.file) {
		s.report("file", []any{"framework"}, "catalog.file", "id", f.ID)
	}
	s.both([]any{"title"}, f.Title)
	s.both([]any{"authority"}, f.Authority)
	s.both([]any{"document"}, f.Document)
	s.bothOrNone([]any{"notes"}, f.Notes)
	s.filled([]any{"edition"}, f.Edition)
	s.filled([]any{"licence"}, f.Licence)
	s.lintSource([]any{"source"}, f.Source)
	s.oneOf([]any{"status"}, f.Status, statuses)
	s.oneOf([]any{"text_mode"}, f.TextMode, textModes)
	s.lintMark([]any{}, "verification", f.Verification, f.Confidence)
	lintDates(s, f)
	for i, it := range f.Items {
		lintItem(s, f, i, it)
	}
	lintCounts(s, f)
}

func lintDates(s *source, f *Framework) {
	if !f.Published.Valid() {
		s.report("date", []any{"published"}, "catalog.date", "value", f.Published)
	}
	later := []struct {
		key  string
		date Date
	}{{"effective", f.Effective}, {"superseded", f.Superseded}}
	for _, d := range later {
		switch {
		case d.date == "":
		case !d.date.Valid():
			s.report("date", []any{d.key}, "catalog.date", "value", d.date)
		case d.date.Before(f.Published):
			s.report("date", []any{d.key}, "catalog.date.order", "value", d.date, "other", f.Published)
		}
	}
	for i, d := range f.Issued {
		switch {
		case !d.Valid():
			s.report("date", []any{"issued", i}, "catalog.date", "value", d)
		case i > 0 && d.Before(f.Issued[i-1]):
			s.report("date", []any{"issued", i}, "catalog.date.order", "value", d, "other", f.Issued[i-1])
		}
	}
	if (f.Status == "superseded") != (f.Superseded != "") {
		s.report("date", []any{"status"}, "catalog.superseded")
	}
}

// lintSuccession checks that supersedes and superseded_by name frameworks that
// say the same from their side.
func (l *loader) lintSuccession(f *Framework) {
	s := l.where[f.ID]
	if f.SupersededBy != "" {
		if g, ok := l.cat.framework[f.SupersededBy]; !ok || g.Supersedes != f.ID {
			s.report("succession", []any{"superseded_by"}, "catalog.succession", "id", f.SupersededBy, "key", "supersedes")
		}
	}
	if f.Supersedes != "" {
		if g, ok := l.cat.framework[f.Supersedes]; !ok || g.SupersededBy != f.ID {
			s.report("succession", []any{"supersedes"}, "catalog.succession", "id", f.Supersedes, "key", "superseded_by")
		}
	}
}

func lintItem(s *source, f *Framework, i int, it *Item) {
	at := []any{"items", i}
	if !itemPattern.MatchString(it.ID) {
		s.report("id", append(at, "id"), "catalog.id", "id", it.ID)
	}
	if f.items[it.ID] != it {
		s.report("id", append(at, "id"), "catalog.id.twice", "id", it.ID)
	}
	lintParent(s, f, i, it)
	s.oneOf(append(at, "kind"), it.Kind, kinds)
	s.both(append(at, "title"), it.Title)
	s.bothOrNone(append(at, "label"), it.Label)
	s.bothOrNone(append(at, "note"), it.Note)
	switch {
	case it.IsOpen():
		if it.Mark != Open || it.Note.IsZero() {
			s.report("slot", append(at, "slot"), "catalog.slot", "id", it.ID)
		}
		s.bothOrNone(append(at, "text"), it.Text)
	case it.Slot != "":
		s.oneOf(append(at, "slot"), it.Slot, []string{"open"})
	case f.TextMode == "id_only":
		s.bothOrNone(append(at, "text"), it.Text)
	default:
		s.both(append(at, "text"), it.Text)
	}
	if it.Class != "" {
		s.oneOf(append(at, "class"), it.Class, classes)
	}
	if it.Mark != f.Verification || it.Confidence != f.Confidence {
		s.lintMark(at, "mark", it.Mark, it.Confidence)
	}
	if it.Proposal != "" || it.ProposalMark != "" {
		s.filled(append(at, "proposal"), it.Proposal)
		s.oneOf(append(at, "proposal_mark"), string(it.ProposalMark), marks)
	}
}

// lintParent wants a parent to stand before its children, which also rules out
// circles.
func lintParent(s *source, f *Framework, i int, it *Item) {
	if it.Parent == "" {
		return
	}
	for _, before := range f.Items[:i] {
		if before.ID == it.Parent {
			return
		}
	}
	s.report("parent", []any{"items", i, "parent"}, "catalog.parent", "id", it.ID, "parent", it.Parent)
}

func lintCounts(s *source, f *Framework) {
	found := f.Count()
	all := map[string]int{}
	for kind := range f.Expect {
		all[kind] = 0
	}
	for kind := range found {
		all[kind] = 0
	}
	for _, kind := range sortedKeys(all) {
		if f.Expect[kind] != found[kind] {
			s.report("count", []any{"expect", kind}, "catalog.count", "kind", kind, "expected", f.Expect[kind], "found", found[kind])
		}
	}
	open := 0
	for _, it := range f.Items {
		if it.IsOpen() {
			open++
		}
	}
	if open != f.OpenSlots {
		s.report("count", []any{"open_slots"}, "catalog.count", "kind", "slot", "expected", f.OpenSlots, "found", open)
	}
}

// both wants a text in both languages, the English one without Japanese script.
func (s *source) both(at []any, t i18n.Text) {
	if strings.TrimSpace(t.JA) == "" || strings.TrimSpace(t.EN) == "" {
		s.report("language", at, "catalog.language")
		return
	}
	for _, r := range t.EN {
		if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) {
			s.report("language", at, "catalog.language.mixed", "text", t.EN)
			return
		}
	}
}

func (s *source) bothOrNone(at []any, t i18n.Text) {
	if !t.IsZero() {
		s.both(at, t)
	}
}

func (s *source) filled(at []any, value string) {
	if strings.TrimSpace(value) == "" {
		s.report("missing", at, "catalog.missing", "key", at[len(at)-1])
	}
}

func (s *source) oneOf(at []any, value string, allowed []string) {
	if !slices.Contains(allowed, value) {
		s.report("value", at, "catalog.value", "key", at[len(at)-1], "value", value, "allowed", strings.Join(allowed, ", "))
	}
}

// lintMark wants a confidence beside general knowledge and nowhere else.
func (s *source) lintMark(at []any, key string, mark Mark, confidence string) {
	s.oneOf(append(at, key), string(mark), marks)
	switch {
	case mark == General && confidence == "":
		s.report("missing", append(at, key), "catalog.missing", "key", "confidence")
	case mark == General:
		s.oneOf(append(at, "confidence"), confidence, confidences)
	case confidence != "":
		s.report("value", append(at, "confidence"), "catalog.confidence")
	}
}

// lintSource wants a citation; one that looks like a URL must parse.
func (s *source) lintSource(at []any, value string) {
	s.filled(at, value)
	if !strings.Contains(value, "://") {
		return
	}
	if u, err := url.Parse(value); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		s.report("source", at, "catalog.source", "value", value)
	}
}
