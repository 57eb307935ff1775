package webkit

import (
	"net/url"
	"strconv"

	"github.com/a-h/templ"
)

// TableView is a table of a list: dense, sortable by links, in pages.
type TableView struct {
	Caption     string
	HideCaption bool // a heading beside the table says it
	Columns     []Column
	Rows        [][]Cell
	Empty       string // what stands instead of no rows
	Pager       *Pager
	Downloads   []Link
}

// Column is a table's column. SortURL, when set, makes its head a link.
type Column struct {
	Title   string
	SortURL string
	Sorted  string // "ascending", "descending" or ""
	Numeric bool
}

// Cell is one cell: a text, a text that leads somewhere, or any component.
// Head marks the cell that names its row.
type Cell struct {
	Text string
	URL  string
	Body templ.Component
	Head bool
}

// PageSizes are the numbers of rows that a list shows; the first is the default.
var PageSizes = []int{50, 100}

// Paging is which part of a list is asked for, and in which order.
type Paging struct {
	Page int // from 1
	Size int // one of PageSizes
	Sort string
	Desc bool
}

// ParsePaging reads page, size, sort and dir=desc from a query. What is no
// number, out of range or no key of sorts gives the default: the first page,
// the first size, the first of sorts.
func ParsePaging(query url.Values, sorts ...string) Paging {
	p := Paging{Page: 1, Size: PageSizes[0]}
	if n, err := strconv.Atoi(query.Get("page")); err == nil && n >= 1 && n <= 1_000_000 {
		p.Page = n
	}
	for _, size := range PageSizes {
		if query.Get("size") == strconv.Itoa(size) {
			p.Size = size
		}
	}
	if len(sorts) > 0 {
		p.Sort = sorts[0]
	}
	for _, s := range sorts {
		if query.Get("sort") == s {
			p.Sort = s
		}
	}
	p.Desc = query.Get("dir") == "desc"
	return p
}

// Offset is the number of rows before the page.
func (p Paging) Offset() int { return (p.Page - 1) * p.Size }

// Column is the head of a sortable column: its link sorts by key, and the other
// way round when it is sorted so already.
func (p Paging) Column(address, key, title string) Column {
	c := Column{Title: title}
	to := withQuery(withQuery(address, "sort", key), "page", "1")
	if p.Sort != key {
		c.SortURL = withQuery(to, "dir", "asc")
		return c
	}
	c.Sorted, c.SortURL = "ascending", withQuery(to, "dir", "desc")
	if p.Desc {
		c.Sorted, c.SortURL = "descending", withQuery(to, "dir", "asc")
	}
	return c
}

// Pager leads through the pages of a list.
type Pager struct {
	URL    string // of the present page, with its filter
	Paging Paging
	Total  int // rows of the whole list
}

// Pages is the number of pages, at least 1.
func (p Pager) Pages() int { return max(1, (p.Total+p.Paging.Size-1)/p.Paging.Size) }

func (p Pager) from() int { return min(p.Paging.Offset()+1, p.Total) }
func (p Pager) to() int   { return min(p.Paging.Offset()+p.Paging.Size, p.Total) }

func (p Pager) page(n int) string { return withQuery(p.URL, "page", strconv.Itoa(n)) }

func (p Pager) size(n int) string {
	return withQuery(withQuery(p.URL, "size", strconv.Itoa(n)), "page", "1")
}

// shown are the page numbers to offer: the first, the last and those near; 0
// stands for a gap.
func (p Pager) shown() []int {
	var out []int
	last := 0
	for n := 1; n <= p.Pages(); n++ {
		if n != 1 && n != p.Pages() && (n < p.Paging.Page-2 || n > p.Paging.Page+2) {
			continue
		}
		if n > last+1 {
			out = append(out, 0)
		}
		out = append(out, n)
		last = n
	}
	return out
}

// FilterView is the bar above a list: a GET form whose fields are the children.
type FilterView struct {
	Action string
	Reset  string   // address without the filter
	Keep   []Hidden // what the query holds besides the fields
}

// SelectView is a drop-down field.
type SelectView struct {
	Name    string
	Of      string // tells fields of one name on a page apart: a part of the id
	Label   string
	Options []SelectOption
	Value   string
	Blank   string // text of the empty choice, "" for none
}

// SelectOption is a choice of a drop-down field.
type SelectOption struct{ Value, Text string }

// InputView is a one-line field outside of forms' sections.
type InputView struct {
	Name         string
	Of           string // tells fields of one name on a page apart: a part of the id
	Label        string
	Value        string
	Type         string // default text
	Help         string
	Error        string
	Required     bool
	HideNeed     bool // no badge: filter bars, sign-in
	Autocomplete string
	Numeric      bool
	Width        string // "short" or "" for full
}
