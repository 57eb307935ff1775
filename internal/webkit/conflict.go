package webkit

import (
	"net/url"
	"strings"

	"yagura/internal/form"
	"yagura/internal/i18n"
)

// Rebase brings a section that was posted from an older version up to the
// stored one, item by item: what only others changed is taken over, what only
// this page changed stays, and what both changed differently is a conflict
// (FormView.Conflicts), whose fields stay as typed. base are the answers of the
// version that the page was made from; nil when they are not known: then every
// difference is a conflict. how says by whom and when it was changed. With no
// conflict the values can be saved.
func Rebase(f *form.Form, section string, values url.Values, base, stored form.Answers, how Conflict, lang i18n.Lang) (url.Values, map[string]Conflict) {
	out, conflicts := url.Values{}, map[string]Conflict{}
	for name, list := range values {
		out[name] = list
	}
	s := sectionOf(f, section)
	if s == nil {
		return out, conflicts
	}
	mine, _, found := DecodeForm(f, section, values)
	unread := map[string]bool{}
	for _, fd := range found {
		id, _, _ := strings.Cut(strings.TrimPrefix(fd.Pointer, "/"), "/")
		unread[id] = true // it was typed here, whatever it means
	}
	for _, id := range Shown(values) {
		it := f.Item(id)
		if it == nil || it.Section() == nil || it.Section().ID != section {
			continue
		}
		switch {
		case base != nil && same(base, stored, id), !unread[id] && same(mine, stored, id):
		case base != nil && !unread[id] && same(mine, base, id):
			replaceAnswer(out, f, s, it, stored, lang)
		default:
			how.Theirs = stored[id]
			conflicts[id] = how
		}
	}
	return out, conflicts
}

// same reports whether two sets of answers say the same of an item.
func same(x, y form.Answers, id string) bool {
	a, ok := x[id]
	b, ok2 := y[id]
	return ok == ok2 && (!ok || a.Equal(b))
}
