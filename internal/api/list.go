package api

import (
	"slices"
	"strconv"
)

// Window is the part of a list that is asked for.
type Window struct {
	After string `query:"after" maxLength:"100" doc:"next of the part before"`
	Limit int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
}

// list is a part of a list.
type list[T any] struct {
	Body struct {
		Items []T    `json:"items"`
		Next  string `json:"next" doc:"after of the next part; empty at the end"`
	}
}

// one is a single resource with its entity tag.
type one[T any] struct {
	ETag string `header:"ETag"`
	Body T
}

// made is what a POST has brought about.
type made struct {
	Body struct {
		ID string `json:"id"`
	}
}

func madeOf(id string) *made {
	var m made
	m.Body.ID = id
	return &m
}

// ByID is the path of a single resource.
type ByID struct {
	ID string `path:"id" maxLength:"100"`
}

// cut gives the part of a list that w asks for, as show writes it. An After that the
// list doesn't have (any more) is Invalid.
func cut[T, V any](all []T, w Window, id func(T) string, show func(T) V) (*list[V], error) {
	from := 0
	if w.After != "" {
		i := slices.IndexFunc(all, func(t T) bool { return id(t) == w.After })
		if i < 0 {
			return nil, say(invalid, "api.cursor")
		}
		from = i + 1
	}
	to := min(from+w.Limit, len(all))
	out := &list[V]{}
	out.Body.Items = make([]V, 0, to-from)
	for _, t := range all[from:to] {
		out.Body.Items = append(out.Body.Items, show(t))
	}
	if to < len(all) {
		out.Body.Next = id(all[to-1])
	}
	return out, nil
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

// nothing is the answer of what has nothing to say.
type nothing struct{}
