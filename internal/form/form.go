// Package form is the heart of Yagura: the definition of what is asked (a
// questionnaire, a report or a register), the answers given to it, and the
// pure functions between them: Parse, Validate, Score, Carry, Lineage and
// JSONSchema. It knows no file, clock or network.
package form

import (
	"regexp"

	"yagura/internal/i18n"
)

// Form is one edition of a form, parsed, checked and compiled; it is immutable.
// The YAML that defines it is described in catalog/FORMAT.md.
type Form struct {
	ID         string            `yaml:"form" json:"form"`
	Edition    string            `yaml:"edition" json:"edition"`
	Kind       string            `yaml:"kind" json:"kind,omitempty"`             // questionnaire (default), report or register
	Supersedes string            `yaml:"supersedes" json:"supersedes,omitempty"` // edition that this one replaces
	Status     string            `yaml:"status" json:"status,omitempty"`         // draft or final
	Published  Date              `yaml:"published" json:"published,omitempty"`
	Effective  Date              `yaml:"effective" json:"effective,omitempty"`
	Title      i18n.Text         `yaml:"title" json:"title"`
	Summary    i18n.Text         `yaml:"summary" json:"summary"`
	Source     string            `yaml:"source" json:"source,omitempty"`       // document or URL that the content rests on
	TextMode   string            `yaml:"text_mode" json:"text_mode,omitempty"` // own_words, full, id_only
	Licence    string            `yaml:"licence" json:"licence,omitempty"`
	Audience   string            `yaml:"audience" json:"audience,omitempty"`             // CEL over org
	Lists      []string          `yaml:"lists" json:"lists,omitempty"`                   // of a register: the items that are columns of its list; the first names a record
	Together   *Together         `yaml:"collected_with" json:"collected_with,omitempty"` // of a register: those that are collected with it
	Tiers      []Tier            `yaml:"tiers" json:"tiers,omitempty"`
	Scales     map[string]*Scale `yaml:"scales" json:"scales,omitempty"`
	Sections   []*Section        `yaml:"sections" json:"sections"`
	Checks     []*Check          `yaml:"checks" json:"checks,omitempty"`
	Retired    []Retired         `yaml:"retired" json:"retired,omitempty"`

	items map[string]*Item
	order []*Item
	hash  string
	exprs map[string]*expr // by pointer of the definition

	registers []*Form // that this form collects; none for most
}

// Together says which registers are collected with one, since its records mean little
// without those they point to, and what all of them are called.
type Together struct {
	Title     i18n.Text `yaml:"title" json:"title"`
	Registers []string  `yaml:"registers" json:"registers"` // by name, ID@EDITION
}

// Tier is a class of organisations from which a level is expected. The first
// tier whose condition holds is the organisation's.
type Tier struct {
	ID    string    `yaml:"id" json:"id"`
	Title i18n.Text `yaml:"title" json:"title"`
	When  string    `yaml:"when" json:"when"` // CEL over org; empty holds always
}

// Scale is a list of options that several items share.
type Scale struct {
	Options []*Option `yaml:"options" json:"options"`
}

// Section groups items under one heading.
type Section struct {
	ID     string    `yaml:"id" json:"id"`
	Title  i18n.Text `yaml:"title" json:"title"`
	Help   i18n.Text `yaml:"help" json:"help"`
	Weight float64   `yaml:"weight" json:"weight,omitempty"` // in the form's score; 0 in YAML means 1
	Items  []*Item   `yaml:"items" json:"items"`
}

// Type is the type of an item's value.
type Type string

// The item types. In brackets: the Go type of the Value of an answer.
const (
	TypeChoice   Type = "choice"   // one option (string: option id)
	TypeMulti    Type = "multi"    // any number of options ([]string: option ids, in the form's order)
	TypeYesNo    Type = "yesno"    // (bool)
	TypeInteger  Type = "integer"  // (int64)
	TypeDecimal  Type = "decimal"  // (float64)
	TypeMoney    Type = "money"    // (Money: minor units and currency)
	TypePercent  Type = "percent"  // (float64), 0 to 100 unless min and max say otherwise
	TypeText     Type = "text"     // (string)
	TypeDate     Type = "date"     // (Date)
	TypeDateTime Type = "datetime" // (DateTime: RFC 3339 with offset)
	TypeDuration Type = "duration" // (time.Duration), written ISO 8601, days and smaller
	TypeCode     Type = "code"     // (string) of a closed list, pattern or checked scheme
	TypeRef      Type = "ref"      // (string): id of a record of another register
	TypeFile     Type = "file"     // (FileRef: name, size and SHA-256)
	TypeTable    Type = "table"    // ([]Row)
)

// Item is one thing asked. Its ID is stable across editions and never reused.
type Item struct {
	ID          string       `yaml:"id" json:"id"`
	Ask         i18n.Text    `yaml:"ask" json:"ask"`
	Help        i18n.Text    `yaml:"help" json:"help"`
	Evidence    i18n.Text    `yaml:"evidence" json:"evidence"` // what would show that the answer is true
	Next        i18n.Text    `yaml:"next" json:"next"`         // guidance for the next step
	Type        Type         `yaml:"type" json:"type"`
	Scale       string       `yaml:"scale" json:"scale,omitempty"`     // ordered or nominal
	Options     []*Option    `yaml:"options" json:"options,omitempty"` // of choice and multi
	Use         string       `yaml:"use" json:"use,omitempty"`         // id of a shared scale, instead of options
	Optional    bool         `yaml:"optional" json:"optional,omitempty"`
	Applies     string       `yaml:"applies" json:"applies,omitempty"` // CEL; empty: always
	States      []State      `yaml:"states" json:"states,omitempty"`   // which may be used; default known
	Target      Target       `yaml:"target" json:"target,omitempty"`   // level expected, by tier
	Weight      float64      `yaml:"weight" json:"weight,omitempty"`   // in the section's score; 0 in YAML means 1
	Score       string       `yaml:"score" json:"score,omitempty"`     // CEL giving a level 0..max_score, for types without options
	MaxScore    float64      `yaml:"max_score" json:"max_score,omitempty"`
	Stem        string       `yaml:"stem" json:"stem,omitempty"`   // items of one stem ask the same of different scopes
	Scope       string       `yaml:"scope" json:"scope,omitempty"` // internet_facing, internal …
	SuccessorOf string       `yaml:"successor_of" json:"successor_of,omitempty"`
	SeriesBreak bool         `yaml:"series_break" json:"series_break,omitempty"`
	Maps        []string     `yaml:"maps" json:"maps,omitempty"`             // framework:control
	References  []Reference  `yaml:"references" json:"references,omitempty"` // published figures shown beside
	Min         *float64     `yaml:"min" json:"min,omitempty"`               // of numbers; money in major units; table: rows
	Max         *float64     `yaml:"max" json:"max,omitempty"`
	Unit        i18n.Text    `yaml:"unit" json:"unit"`
	Currency    string       `yaml:"currency" json:"currency,omitempty"` // ISO 4217, of money
	Pattern     string       `yaml:"pattern" json:"pattern,omitempty"`   // RE2, whole value, of text and code
	MaxLength   int          `yaml:"max_length" json:"max_length,omitempty"`
	Check       string       `yaml:"check" json:"check,omitempty"` // of code: lei, corporate_number
	To          string       `yaml:"to" json:"to,omitempty"`       // of ref: form or form#item
	Accept      []string     `yaml:"accept" json:"accept,omitempty"`
	Columns     []*Item      `yaml:"columns" json:"columns,omitempty"` // of table
	Key         []string     `yaml:"key" json:"key,omitempty"`         // of table: columns that identify a row
	Foreign     []ForeignKey `yaml:"foreign" json:"foreign,omitempty"` // of table

	section *Section
	index   int
	at      string // "/" + ID: where findings about its answer point
	maxLvl  float64
	byID    map[string]*Option
	pattern *regexp.Regexp
}

// Option is one choice of a choice or multi item.
type Option struct {
	ID    string   `yaml:"id" json:"id"`
	Score *float64 `yaml:"score" json:"score,omitempty"` // level; nil does not score
	JA    string   `yaml:"ja" json:"ja"`
	EN    string   `yaml:"en" json:"en"`
}

// Label is the option's text.
func (o *Option) Label() i18n.Text { return i18n.Text{JA: o.JA, EN: o.EN} }

// ForeignKey says that columns of a table refer to key columns of a table item
// of the same form (To is an item id).
type ForeignKey struct {
	Columns   []string `yaml:"columns" json:"columns"`
	To        string   `yaml:"to" json:"to"`
	ToColumns []string `yaml:"to_columns" json:"to_columns"`
}

// Reference ties a published figure to the share of answers among Options.
type Reference struct {
	Series  string   `yaml:"series" json:"series"`   // id in catalog/references
	Options []string `yaml:"options" json:"options"` // whose share the figure describes
}

// Check is a rule across items: when When holds, Say is a finding.
type Check struct {
	ID       string    `yaml:"id" json:"id"`
	When     string    `yaml:"when" json:"when"` // CEL
	Severity string    `yaml:"severity" json:"severity"`
	Items    []string  `yaml:"items" json:"items,omitempty"` // where it shows; default: the items it reads
	Say      i18n.Text `yaml:"say" json:"say"`
	Kind     string    `yaml:"kind" json:"kind,omitempty"` // contradiction (counts in answer quality) or rule
}

// Retired names an item id that an earlier edition used and none may use again.
type Retired struct {
	ID      string    `yaml:"id" json:"id"`
	Edition string    `yaml:"edition" json:"edition"` // last edition that had it
	Why     i18n.Text `yaml:"why" json:"why"`
}

// Items lists all items in form order (tables' columns are not among them).
func (f *Form) Items() []*Item { return f.order }

// Item returns the item of an id, or nil.
func (f *Form) Item(id string) *Item { return f.items[id] }

// Hash is the SHA-256 (hex) of the definition: equal for equal content,
// whatever the YAML's layout. It names the edition in workbooks and releases.
func (f *Form) Hash() string { return f.hash }

// Name is id and edition: "regional-self-assessment@2026".
func (f *Form) Name() string { return f.ID + "@" + f.Edition }

// Section is the section the item stands in (nil for a table's column).
func (it *Item) Section() *Section { return it.section }

// Index is the item's place in Form.Items.
func (it *Item) Index() int { return it.index }

// Option returns the option of an id, or nil.
func (it *Item) Option(id string) *Option { return it.byID[id] }

// Ordered reports whether the item is a choice on an ordered scale whose
// options all have a score; only these are peer-ranked and model-fitted.
func (it *Item) Ordered() bool { return it.Type == TypeChoice && it.Scale == "ordered" }

// Scored reports whether the item contributes to its section's score.
func (it *Item) Scored() bool { return it.maxLvl > 0 }

// MaxLevel is the highest level that the item's score can take, 0 if unscored.
func (it *Item) MaxLevel() float64 { return it.maxLvl }

// Allows reports whether a value state may be used for the item.
func (it *Item) Allows(s State) bool {
	for _, have := range it.States {
		if have == s {
			return true
		}
	}
	return false
}
