package form

import (
	"slices"

	"yagura/internal/finding"
)

// LinkKind says how an item continues an item of the superseded edition.
type LinkKind string

// The kinds of link. Same and Successor keep the meaning, so trends hold;
// across a SeriesBreak they do not.
const (
	LinkSame        LinkKind = "same"
	LinkSuccessor   LinkKind = "successor"
	LinkSeriesBreak LinkKind = "series_break"
	LinkNew         LinkKind = "new"
)

// Link ties an item to the one it continues; From is "" when it is new.
type Link struct {
	ID   string
	From string
	Kind LinkKind
}

// Lineage links every item of cur to the one of prev that it continues, in
// cur's order, and finds faults of the succession: an id that vanished without
// being retired, a successor of nothing, two successors of one item.
func Lineage(prev, cur *Form) ([]Link, []finding.Finding) {
	links := make([]Link, 0, len(cur.order))
	var found []finding.Finding
	add := func(id, key string, args ...any) {
		f := finding.New(key, key, args...)
		f.Pointer = "/" + id
		found = append(found, f)
	}
	taken := map[string]string{}
	for _, it := range cur.order {
		link := Link{ID: it.ID, Kind: LinkNew}
		switch {
		case it.SuccessorOf != "":
			link.From, link.Kind = it.SuccessorOf, LinkSuccessor
			if it.SeriesBreak {
				link.Kind = LinkSeriesBreak
			}
			if prev.items[it.SuccessorOf] == nil {
				add(it.ID, "form.successor-of-nothing", "id", it.ID, "from", it.SuccessorOf)
			}
		case prev.items[it.ID] != nil:
			link.From, link.Kind = it.ID, LinkSame
			if prev.items[it.ID].Type != it.Type {
				add(it.ID, "form.type-changed", "id", it.ID)
			}
		}
		if link.From != "" {
			if other, dup := taken[link.From]; dup {
				add(it.ID, "form.two-successors", "id", it.ID, "other", other, "from", link.From)
			}
			taken[link.From] = it.ID
		}
		links = append(links, link)
	}
	for _, old := range prev.order {
		retired := slices.ContainsFunc(cur.Retired, func(r Retired) bool { return r.ID == old.ID })
		if taken[old.ID] == "" && !retired {
			add(old.ID, "form.vanished-item", "id", old.ID)
		}
	}
	return links, found
}

// Translate gives last edition's answers the ids of this edition. Items that
// began a new series or changed type have none.
func Translate(prev *Form, answers Answers, cur *Form) Answers {
	links, _ := Lineage(prev, cur)
	out := make(Answers, len(answers))
	for _, l := range links {
		if l.From == "" || l.Kind == LinkSeriesBreak || prev.items[l.From] == nil {
			continue
		}
		if a, ok := answers[l.From]; ok && prev.items[l.From].Type == cur.items[l.ID].Type {
			out[l.ID] = a
		}
	}
	return out
}

// Carry copies last edition's answers into this edition, each marked as
// carried: it counts as unconfirmed until someone confirms it. Answers that
// this edition would refuse, of items that began a new series, and files are
// not carried.
func Carry(prev *Form, answers Answers, cur *Form) Answers {
	moved := Translate(prev, answers, cur)
	out := make(Answers, len(moved))
	for id, a := range moved {
		it := cur.items[id]
		v := validator{e: &Evaluation{scope: scope{form: cur, answers: moved}}}
		if it.Type == TypeFile {
			continue
		}
		if v.answer(it, a, "/"+id); len(v.found) == 0 {
			a.Carried = true
			out[id] = a
		}
	}
	return out
}
