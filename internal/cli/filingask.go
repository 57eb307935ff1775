package cli

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/mattn/go-runewidth"
	"golang.org/x/term"

	"yagura/internal/clock"
	"yagura/internal/form"
	"yagura/internal/offline"
)

// interview is a person answering a package question by question on a terminal. It
// writes plain lines and reads plain lines, so it works on any terminal, through a
// connection, and with a program that reads the screen aloud.
type interview struct {
	*run
	p      *offline.Package
	file   string // saved after every answer
	person string
	lines  <-chan string
	width  int // columns
	at     string
	dirty  bool // something was saved
}

// interview asks until the person ends it; every answer is saved as soon as it is given.
func (r *run) interview(p *offline.Package, c filingFillCmd) error {
	v := &interview{run: r, p: p, file: c.Out, person: strings.TrimSpace(c.Person), lines: readLines(r.env.In), width: 78}
	if f, ok := r.env.Out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil {
			v.width = min(max(w-2, 36), 100)
		}
	}
	v.say("cli.ask.head", "title", p.Manifest.Title, "org", p.Manifest.OrgName, "due", moment(p.Manifest.DueAt), "marking", p.Manifest.Marking)
	if v.person == "" {
		name, ok := v.read("cli.ask.person")
		if v.person = strings.TrimSpace(name); !ok || v.person == "" {
			return fail("cli.filing.no-person")
		}
	}
	v.say("cli.ask.start")
	v.at = v.first()
	for v.at != "" {
		on, err := v.question()
		if err != nil {
			return err
		}
		if !on {
			break
		}
	}
	v.ending()
	return r.ctx.Err()
}

// readLines gives the lines of a reader, so that waiting for one can be interrupted.
func readLines(in io.Reader) <-chan string {
	out := make(chan string)
	go func() {
		defer close(out)
		s := bufio.NewScanner(in)
		s.Buffer(nil, 1<<20)
		for s.Scan() {
			out <- s.Text()
		}
	}()
	return out
}

// read asks for a line; false at the end of the input, or when it is interrupted.
func (v *interview) read(key string, args ...any) (string, bool) {
	fmt.Fprint(v.env.Out, v.text(key, args...)+" ")
	select {
	case line, ok := <-v.lines:
		if !ok {
			fmt.Fprintln(v.env.Out)
		}
		return line, ok
	case <-v.ctx.Done():
		fmt.Fprintln(v.env.Out)
		return "", false
	}
}

// say writes a message, wrapped.
func (v *interview) say(key string, args ...any) { v.put("", v.text(key, args...)) }

// put writes a text wrapped to the width, each line behind an indent.
func (v *interview) put(indent, text string) {
	for part := range strings.SplitSeq(text, "\n") {
		for _, line := range wrap(legible(part), v.width-runewidth.StringWidth(indent)) {
			fmt.Fprintln(v.env.Out, indent+line)
		}
	}
}

// wrap cuts a text into lines of at most width columns: at a space where the last third
// of the line has one, else between characters, as Japanese may be.
func wrap(s string, width int) []string {
	var out []string
	for runewidth.StringWidth(s) > width {
		cut, col, space := 0, 0, -1
		for i, c := range s {
			w := runewidth.RuneWidth(c)
			if col+w > width && i > 0 {
				break
			}
			if c == ' ' && col > width*2/3 {
				space = i
			}
			col += w
			cut = i + len(string(c))
		}
		if space > 0 {
			out, s = append(out, s[:space]), s[space+1:]
			continue
		}
		out, s = append(out, s[:cut]), strings.TrimLeft(s[cut:], " ")
	}
	return append(out, s)
}

// asked are the items that apply, in the order of the form.
func (v *interview) asked() []*form.Item {
	var out []*form.Item
	eval := v.p.Eval()
	for _, it := range v.p.Items() {
		if eval.Applies[it.Index()] {
			out = append(out, it)
		}
	}
	return out
}

// open reports whether an item still wants an answer or a confirmation.
func (v *interview) open(it *form.Item) bool {
	a, ok := v.p.Answers[it.ID]
	return !ok && !it.Optional || ok && a.Carried
}

// first is the item to begin with: the first open one, else the first.
func (v *interview) first() string {
	items := v.asked()
	for _, it := range items {
		if v.open(it) {
			return it.ID
		}
	}
	if len(items) == 0 {
		return ""
	}
	return items[0].ID
}

// move goes n items on; past the end it ends.
func (v *interview) move(n int) bool {
	items := v.asked()
	for i, it := range items {
		if it.ID == v.at {
			if i+n >= len(items) {
				return false
			}
			v.at = items[max(i+n, 0)].ID
			return true
		}
	}
	v.at = v.first() // the item applies no more
	return v.at != ""
}

// store sets an answer and saves the package; what is wrong with it is told.
func (v *interview) store(it *form.Item, a form.Answer) (bool, error) {
	found, err := v.p.Set(it.ID, a, v.person, clock.System().Now())
	if err != nil {
		v.put("  ! ", message(v.lang, err))
		return false, nil
	}
	for _, f := range found {
		v.put("  ! ", f.Text(v.lang))
	}
	if len(found) > 0 {
		return false, nil
	}
	v.dirty = true
	if err := v.savePackage(v.file, v.p); err != nil {
		return false, err
	}
	v.say("cli.ask.saved")
	return true, nil
}

// ending tells how far the package is.
func (v *interview) ending() {
	open := 0
	for _, it := range v.asked() {
		if v.open(it) {
			open++
		}
	}
	fmt.Fprintln(v.env.Out)
	for _, s := range v.standings(v.p) {
		v.say("cli.ask.section", "title", s.Title, "answered", s.Answered, "total", s.Total, "unconfirmed", s.Unconfirmed)
	}
	if v.dirty {
		v.say("cli.ask.kept", "name", v.file)
	}
	if open > 0 {
		v.say("cli.ask.open", "n", open)
		return
	}
	v.say("cli.ask.done")
}
