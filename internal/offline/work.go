package offline

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"yagura/internal/errs"
	"yagura/internal/finding"
	"yagura/internal/form"
)

const workFormat = "yagura-offline-work/1"

// Work says what of the package is in this file, and who worked on it.
type Work struct {
	Format  string  `json:"format"`
	Package string  `json:"package"` // id
	Scope   Scope   `json:"scope"`   // of this file: that of the package, or a part of it
	Entries []Entry `json:"entries"` // in the order of their beginning
}

// Entry is a person's work in one go. The name is the one that the person entered: it
// is not proved.
type Entry struct {
	Person string    `json:"person"`
	From   time.Time `json:"from"`
	Until  time.Time `json:"until"` // of the last answer
	Items  []string  `json:"items"` // whose answers were changed, in the order of the form
}

// pause is how long after a person's last answer a new entry begins.
const pause = time.Hour

// Set changes an answer, or takes it back (the zero Answer), and enters the work in the
// log. An answer that has a fault of its own is not taken: the findings say which; what
// other answers say to it is for the check of the whole (Eval). Errors: Invalid for an
// item outside the scope, an attached file, a person without a name.
func (p *Package) Set(item string, a form.Answer, person string, at time.Time) ([]finding.Finding, error) {
	it := p.Form.Item(item)
	switch {
	case it == nil || !p.Has(item):
		return nil, refuse("offline.outside", "item", item)
	case it.Type == form.TypeFile && !a.SameValue(p.Base[item]) && !blank(a):
		return nil, refuse("offline.no-files", "item", item)
	}
	person, ok := cleanName(person)
	if !ok {
		return nil, refuse("offline.person", "max", maxPerson)
	}
	if found := p.Faults(form.Answers{item: a}); len(found) > 0 {
		return found, nil
	}
	clean, _, err := settled(p.Form, form.Answers{item: a})
	if err != nil {
		return nil, errs.New(errs.Internal, "offline: %w", err)
	}
	if a = clean[item]; same(a, p.Answers[item]) {
		return nil, nil
	}
	if blank(a) {
		delete(p.Answers, item)
	} else {
		p.Answers[item] = a
	}
	return nil, p.note(item, person, at.UTC().Truncate(time.Second))
}

// Faults are what is wrong with answers by themselves, in the order of the form.
func (p *Package) Faults(answers form.Answers) []finding.Finding {
	var out []finding.Finding
	for _, it := range p.Form.Items() {
		if a, ok := answers[it.ID]; ok && !blank(a) {
			out = append(out, p.Form.Faults(it, a)...)
		}
	}
	return out
}

func (p *Package) note(item, person string, at time.Time) error {
	if n := len(p.Work.Entries); n > 0 {
		last := &p.Work.Entries[n-1]
		if last.Person == person && !at.Before(last.Until) && at.Sub(last.Until) < pause {
			last.Until = at
			last.Items = p.inOrder(append(last.Items, item))
			return nil
		}
	}
	if len(p.Work.Entries) >= maxEntries {
		return refuse("offline.log-full", "max", maxEntries)
	}
	p.Work.Entries = append(p.Work.Entries, Entry{person, at, at, []string{item}})
	slices.SortStableFunc(p.Work.Entries, compareEntries)
	return nil
}

// inOrder sorts items as the form has them, each once.
func (p *Package) inOrder(items []string) []string {
	items = slices.Clone(items)
	slices.SortFunc(items, func(a, b string) int { return p.Form.Item(a).Index() - p.Form.Item(b).Index() })
	return slices.Compact(items)
}

// compareEntries makes the order of a log total.
func compareEntries(a, b Entry) int {
	if c := a.From.Compare(b.From); c != 0 {
		return c
	}
	if c := a.Until.Compare(b.Until); c != 0 {
		return c
	}
	if c := strings.Compare(a.Person, b.Person); c != 0 {
		return c
	}
	return slices.Compare(a.Items, b.Items)
}

// By is who last worked on an item by the log, "" when nobody did.
func (p *Package) By(item string) (person string, at time.Time) {
	for _, e := range p.Work.Entries {
		if slices.Contains(e.Items, item) && !e.Until.Before(at) {
			person, at = e.Person, e.Until
		}
	}
	return person, at
}

// cleanName is a name as the log keeps it: of one line, without controls.
func cleanName(name string) (string, bool) {
	name = strings.TrimSpace(name)
	ok := name != "" && utf8.ValidString(name) && utf8.RuneCountInString(name) <= maxPerson && !strings.ContainsFunc(name, func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) // what turns or hides the text around it
	})
	return name, ok
}

// check verifies that a log is one that this program writes.
func (w *Work) check(p *Package) error {
	in, ok := w.Scope.set(p.Form)
	most, _ := p.Manifest.Scope.set(p.Form)
	if w.Format != workFormat || w.Package != p.Manifest.ID || w.Entries == nil || !ok || len(in) == 0 || !sameScope(scopeOf(p.Form, in), w.Scope) || len(w.Entries) > maxEntries {
		return refuse("offline.unreadable")
	}
	for id := range in {
		if !most[id] {
			return refuse("offline.outside", "item", id)
		}
	}
	for i, e := range w.Entries {
		name, ok := cleanName(e.Person)
		if !ok || name != e.Person || e.Until.Before(e.From) || len(e.Items) == 0 || i > 0 && compareEntries(w.Entries[i-1], e) > 0 {
			return refuse("offline.unreadable")
		}
		for _, id := range e.Items {
			if !in[id] {
				return refuse("offline.unreadable")
			}
		}
		if !slices.Equal(p.inOrder(e.Items), e.Items) {
			return refuse("offline.unreadable")
		}
	}
	return nil
}

func sameScope(a, b Scope) bool {
	return slices.Equal(a.Sections, b.Sections) && slices.Equal(a.Items, b.Items)
}
