package form

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"yagura/internal/errs"
	"yagura/internal/finding"
)

// Library holds editions of forms by name. It is safe for concurrent use; a form
// is parsed when it is first asked for.
type Library struct {
	ids      []string            // of the forms, sorted
	editions map[string][]string // by form id, oldest first
	parsed   map[string]func() (*Form, []finding.Finding)

	collections sync.Map // by register (*Form): func() *Form, its collection form
}

// NewLibrary finds the forms of file systems: forms/ID@EDITION.yaml, a later file
// system's instead of an earlier one's. Nothing is parsed yet.
func NewLibrary(systems ...fs.FS) (*Library, error) {
	l := &Library{editions: map[string][]string{}, parsed: map[string]func() (*Form, []finding.Finding){}}
	for _, fsys := range systems {
		files, err := fs.Glob(fsys, "forms/*.yaml")
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			name := strings.TrimSuffix(path.Base(file), ".yaml")
			id, edition, ok := strings.Cut(name, "@")
			if !ok {
				continue
			}
			if !slices.Contains(l.editions[id], edition) {
				l.editions[id] = append(l.editions[id], edition)
			}
			l.parsed[name] = sync.OnceValues(func() (*Form, []finding.Finding) { return parseEdition(fsys, file) })
		}
	}
	for id, editions := range l.editions {
		slices.Sort(editions)
		l.ids = append(l.ids, id)
	}
	slices.Sort(l.ids)
	return l, nil
}

func parseEdition(fsys fs.FS, file string) (*Form, []finding.Finding) {
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		f := finding.New("form.unreadable", "form.unreadable", "why", err)
		f.File = file
		return nil, []finding.Finding{f}
	}
	return Parse(file, data)
}

// IDs lists the forms.
func (l *Library) IDs() []string { return l.ids }

// Editions lists a form's editions, oldest first.
func (l *Library) Editions(id string) []string { return l.editions[id] }

// Form is an edition of a form, the latest when edition is "". The form by which a register
// is collected (CollectionID) is made from the register's. Errors: NotFound when there is none, Invalid when its file can't be used (Check says why).
func (l *Library) Form(id, edition string) (*Form, error) {
	if all := l.editions[id]; edition == "" && len(all) > 0 {
		edition = all[len(all)-1]
	}
	get, ok := l.parsed[id+"@"+edition]
	if !ok {
		return l.collection(id, edition)
	}
	f, _ := get()
	if f == nil {
		return nil, errs.New(errs.Invalid, "form %s@%s can't be used", id, edition)
	}
	return f, nil
}

// Previous is the edition that f supersedes, nil when there is none.
func (l *Library) Previous(f *Form) *Form {
	if f.Supersedes == "" {
		return nil
	}
	prev, err := l.Form(f.ID, f.Supersedes)
	if err != nil {
		return nil
	}
	return prev
}

// Registers lists the latest editions of the forms whose Kind is register.
func (l *Library) Registers() []*Form {
	var out []*Form
	for _, id := range l.ids {
		if f, err := l.Form(id, ""); err == nil && f.Kind == KindRegister {
			out = append(out, f)
		}
	}
	return out
}

// Check parses every form and returns what is wrong with them.
func (l *Library) Check() []finding.Finding {
	var found []finding.Finding
	for _, id := range l.ids {
		for _, edition := range l.editions[id] {
			f, more := l.parsed[id+"@"+edition]()
			found = append(found, more...)
			if f != nil && f.Kind == KindRegister {
				with, err := l.together(f)
				if err != nil {
					found = append(found, finding.New("form.together", "form.together", "why", err))
				}
				_, more = Collection(f, with...)
				found = append(found, more...)
			}
		}
	}
	return found
}
