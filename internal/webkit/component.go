package webkit

import "github.com/a-h/templ"

// Kind is the weight of a button. A page has one primary button.
type Kind string

// The kinds of button.
const (
	Primary      Kind = "primary"
	Secondary    Kind = "secondary"
	Plain        Kind = "plain"  // looks like a link
	DangerButton Kind = "danger" // destroys or cannot be taken back
)

// ButtonView is a submit button.
type ButtonView struct {
	Text   string
	Kind   Kind // default Primary
	Name   string
	Value  string
	Action string // another target than the form's
	Small  bool   // 36 px, for tables
	Label  string // what a screen reader says where Text needs its context
}

func (v ButtonView) kind() Kind {
	if v.Kind == "" {
		return Primary
	}
	return v.Kind
}

// BannerView is a message to the reader of a page; its children are the body.
type BannerView struct {
	Tone  Tone
	Title string
	Body  string
}

func (t Tone) or() Tone {
	if t == "" {
		return Info
	}
	return t
}

// Fault is one line of an error summary; Href leads to the field.
type Fault struct{ Href, Text string }

// Term is one line of a description list. Body, when set, stands in for Text.
type Term struct {
	Title  string
	Text   string
	Body   templ.Component
	Action *Link // 変更
}

// Link is a text that leads somewhere.
type Link struct{ Text, URL string }

// Figure is one key figure: a number in large print with what it counts.
type Figure struct {
	Title string
	Value string
	Unit  string
	Note  string
	URL   string
	Tone  Tone
}

// Task is one card of a hub: a section of a form, or a step of a procedure.
type Task struct {
	Title    string
	URL      string
	Note     string
	Shared   bool   // it is one of several that are assigned to people or units
	Owner    string // who it is assigned to, "" when nobody
	Tone     Tone
	State    string // in words
	Done     int
	Of       int // 0: no bar
	Due      string
	DaysLeft *int // business days left, negative when late; nil: not shown
}

// Step is one step of a procedure that goes from hand to hand.
type Step struct {
	Title string
	State StepState
	Note  string // who and when
	URL   string
}

// StepState says where a step stands.
type StepState string

// The states of a step. StepBack is one that was sent back.
const (
	StepTodo    StepState = "todo"
	StepCurrent StepState = "current"
	StepDone    StepState = "done"
	StepBack    StepState = "back"
)

// Tab is one view among several of the same thing; each has its own address.
type Tab struct {
	Text    string
	URL     string
	Current bool
	Count   int
}

// Event is one entry of a history, newest first.
type Event struct {
	At   string // as it is shown
	Who  string
	What string
	Tone Tone
	Body templ.Component
}

// Change is one line of a comparison.
type Change struct {
	Title string
	Old   string
	New   string
	Note  string
}

// ConfirmView asks before something that cannot be taken back. Hidden are the
// form's hidden fields, in order.
type ConfirmView struct {
	Title  string
	Text   string
	Action string
	Button string
	Danger bool
	Back   string
	Hidden []Hidden
}

// Hidden is a hidden field.
type Hidden struct{ Name, Value string }

// UploadView is a field for a file.
type UploadView struct {
	Name     string
	Label    string
	Help     string
	Accept   []string // extensions with their dot
	Required bool
	Error    string
}
