package sheet

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"yagura/internal/form"
)

var errBadState = errors.New("sheet.bad-state")

// column codes the answers to one item while a long CSV is read.
type column struct {
	item   *form.Item
	dict   []form.Answer
	fixed  int              // answers at the head of dict that keep their place
	canon  map[string]int32 // state and formatted value → code
	raw    map[string]int32 // value, NUL, state as they stand in the file → code
	recent [8]recent        // the texts seen last, tried before the map
	turn   int
	faults []error
}

// recent is one text seen before; codes below 0 are faults, -1 the first.
type recent struct {
	value, state string
	code         int32
	used         bool
}

func newColumn(it *form.Item) *column {
	c := &column{item: it, canon: map[string]int32{}, raw: map[string]int32{}}
	switch {
	case it.Type == form.TypeChoice, it.Type == form.TypeCode:
		for _, o := range it.Options {
			c.enter(form.Answer{Value: o.ID})
		}
	case it.Type == form.TypeYesNo:
		c.enter(form.Answer{Value: false})
		c.enter(form.Answer{Value: true})
	}
	c.fixed = len(c.dict)
	return c
}

// key identifies an answer without its comment.
func (c *column) key(a form.Answer) string {
	s := a.State
	if s == form.Known {
		s = ""
	}
	if a.Value == nil {
		return string(s)
	}
	return string(s) + "\x00" + c.item.FormatValue(a.Value)
}

// enter returns the code of an answer, giving it one if it is new.
func (c *column) enter(a form.Answer) int32 {
	key := c.key(a)
	code, ok := c.canon[key]
	if !ok {
		c.dict = append(c.dict, a)
		code = int32(len(c.dict))
		c.canon[key] = code
	}
	return code
}

// find looks the texts of a value and a state up among those seen before.
func (c *column) find(value, state []byte) (int32, bool) {
	for i := range c.recent {
		r := &c.recent[i]
		if r.used && string(value) == r.value && string(state) == r.state {
			return r.code, true
		}
	}
	var space [256]byte
	key := append(append(append(space[:0], value...), 0), state...)
	code, ok := c.raw[string(key)]
	if ok {
		c.remember(string(value), string(state), code)
	}
	return code, ok
}

func (c *column) remember(value, state string, code int32) {
	c.recent[c.turn%len(c.recent)] = recent{value, state, code, true}
	c.turn++
}

// learn parses the texts of a value and a state that were not seen before: 0
// for an entry that says nothing, a negative code for a fault.
func (c *column) learn(rawValue, rawState []byte, value, state string) int32 {
	a, ok, err := parseAnswer(c.item, unguard(c.item, value), state)
	code := int32(0)
	switch {
	case err != nil:
		c.faults = append(c.faults, err)
		code = -int32(len(c.faults))
	case ok:
		code = c.enter(a)
	}
	c.raw[string(rawValue)+"\x00"+string(rawState)] = code
	c.remember(string(rawValue), string(rawState), code)
	return code
}

// order sorts the answers behind the fixed ones by state and text and returns
// the new code of every old one (index 0 stands for code 0), nil for no change.
func (c *column) order() []int32 {
	type entry struct {
		key string
		old int32
	}
	tail := make([]entry, 0, len(c.dict)-c.fixed)
	for i := c.fixed; i < len(c.dict); i++ {
		tail = append(tail, entry{c.key(c.dict[i]), int32(i + 1)})
	}
	byKey := func(a, b entry) int { return cmp.Or(strings.Compare(a.key, b.key), cmp.Compare(a.old, b.old)) }
	if slices.IsSortedFunc(tail, byKey) {
		return nil
	}
	slices.SortFunc(tail, byKey)
	to := make([]int32, len(c.dict)+1)
	for i := range to {
		to[i] = int32(i)
	}
	dict := slices.Clone(c.dict)
	for i, e := range tail {
		to[e.old] = int32(c.fixed + i + 1)
		dict[c.fixed+i] = c.dict[e.old-1]
	}
	c.dict = dict
	return to
}
