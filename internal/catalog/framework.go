package catalog

import (
	"yagura/internal/i18n"
)

// Mark says what a statement rests on.
type Mark string

// The marks, from strongest to weakest.
const (
	Verified  Mark = "verified"  // read in the primary or another reliable source
	Secondary Mark = "secondary" // read in secondary sources only
	General   Mark = "general"   // general knowledge, unchecked; see Confidence
	Open      Mark = "open"      // conflicting or not yet known
)

// Framework is one edition of a document of an authority: its items in our own
// words. The YAML is described in catalog/FORMAT.md.
type Framework struct {
	ID           string         `yaml:"framework" json:"id"`
	Title        i18n.Text      `yaml:"title" json:"title"`
	Authority    i18n.Text      `yaml:"authority" json:"authority"`
	Document     i18n.Text      `yaml:"document" json:"document"` // name and date of the original
	Edition      string         `yaml:"edition" json:"edition"`
	Status       string         `yaml:"status" json:"status"` // draft, final, superseded
	Published    Date           `yaml:"published" json:"published"`
	Effective    Date           `yaml:"effective" json:"effective,omitempty"`
	Superseded   Date           `yaml:"superseded" json:"superseded,omitempty"`
	SupersededBy string         `yaml:"superseded_by" json:"superseded_by,omitempty"` // framework id
	Supersedes   string         `yaml:"supersedes" json:"supersedes,omitempty"`       // framework id
	Issued       []Date         `yaml:"issued" json:"issued,omitempty"`               // of a series of alerts: every date
	Source       string         `yaml:"source" json:"source"`                         // URL, or citation of what was read
	TextMode     string         `yaml:"text_mode" json:"text_mode"`                   // own_words, full, id_only
	Licence      string         `yaml:"licence" json:"licence"`
	Verification Mark           `yaml:"verification" json:"verification"`       // of the structure and number of items
	Confidence   string         `yaml:"confidence" json:"confidence,omitempty"` // of general knowledge: high, medium, low
	Notes        i18n.Text      `yaml:"notes" json:"notes"`                     // what a reader must know
	Expect       map[string]int `yaml:"expect" json:"expect"`                   // number of items of each kind
	OpenSlots    int            `yaml:"open_slots" json:"open_slots,omitempty"` // of those, how many are open slots
	Items        []*Item        `yaml:"items" json:"items"`                     // in the order of the document

	items    map[string]*Item
	children map[string][]*Item
}

// Item is one entry of a framework.
type Item struct {
	ID           string    `yaml:"id" json:"id"`
	Parent       string    `yaml:"parent" json:"parent,omitempty"`
	Kind         string    `yaml:"kind" json:"kind"`
	Label        i18n.Text `yaml:"label" json:"label"` // how the document calls it; empty: the id
	Title        i18n.Text `yaml:"title" json:"title"`
	Text         i18n.Text `yaml:"text" json:"text"`
	Mark         Mark      `yaml:"mark" json:"mark"`                       // of the wording; empty in YAML means the framework's
	Confidence   string    `yaml:"confidence" json:"confidence,omitempty"` // of general knowledge: high, medium, low
	Class        string    `yaml:"class" json:"class,omitempty"`           // basic or desirable, where the document says so
	Slot         string    `yaml:"slot" json:"slot,omitempty"`             // open: known to exist, content not known
	Proposal     string    `yaml:"proposal" json:"proposal,omitempty"`     // number in the proposal that became this law; none
	ProposalMark Mark      `yaml:"proposal_mark" json:"proposal_mark,omitempty"`
	Note         i18n.Text `yaml:"note" json:"note"`
}

// Name is what the document calls the item: its label, or its id.
func (it *Item) Name() i18n.Text {
	if it.Label.IsZero() {
		return i18n.Text{JA: it.ID, EN: it.ID}
	}
	return it.Label
}

// IsOpen reports whether the item is a documented open slot.
func (it *Item) IsOpen() bool { return it.Slot == "open" }

// Item finds an item by id.
func (f *Framework) Item(id string) (*Item, bool) {
	it, ok := f.items[id]
	return it, ok
}

// Children lists the items directly below id, in order; "" gives the top.
func (f *Framework) Children(id string) []*Item { return f.children[id] }

// Leaves lists the items that have no children, without open slots: what a
// coverage report counts.
func (f *Framework) Leaves() []*Item {
	var leaves []*Item
	for _, it := range f.Items {
		if len(f.children[it.ID]) == 0 && !it.IsOpen() {
			leaves = append(leaves, it)
		}
	}
	return leaves
}

// Count gives the number of items of each kind, open slots included.
func (f *Framework) Count() map[string]int {
	n := map[string]int{}
	for _, it := range f.Items {
		n[it.Kind]++
	}
	return n
}

// ancestors lists the parents of an item from nearest to farthest. It ends even
// when the parents go round in a circle, which the linter reports.
func (f *Framework) ancestors(id string) []string {
	var list []string
	for it := f.items[id]; it != nil && it.Parent != "" && len(list) < len(f.Items); it = f.items[it.Parent] {
		list = append(list, it.Parent)
	}
	return list
}

// index fills the lookup tables and the marks left out in YAML.
func (f *Framework) index() {
	f.items = make(map[string]*Item, len(f.Items))
	f.children = map[string][]*Item{}
	for _, it := range f.Items {
		if it.Mark == "" {
			it.Mark, it.Confidence = f.Verification, f.Confidence
		}
		if _, dup := f.items[it.ID]; !dup {
			f.items[it.ID] = it
		}
		f.children[it.Parent] = append(f.children[it.Parent], it)
	}
}
