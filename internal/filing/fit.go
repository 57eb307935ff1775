package filing

import (
	"fmt"

	"yagura/internal/errs"
	"yagura/internal/finding"
	"yagura/internal/form"
)

// Unfit is the error (kind invalid) of a filing that can't be finished yet: Findings
// are the faults of its answers, Unconfirmed the items whose carried answer nobody confirmed.
type Unfit struct {
	Findings    []finding.Finding
	Unconfirmed []string
}

func (u *Unfit) Error() string {
	return fmt.Sprintf("filing: %d faults, %d carried answers not confirmed", len(u.Findings), len(u.Unconfirmed))
}

// Unwrap gives the error its kind.
func (u *Unfit) Unwrap() error { return errUnfit }

var errUnfit = errs.New(errs.Invalid, "not fit to go on")

// fit reports what keeps a sheet from going on; warnings don't.
func (sh Sheet) fit() error {
	u := &Unfit{Unconfirmed: sh.Carried()}
	for _, f := range sh.Eval.Findings() {
		if f.Severity == finding.Error {
			u.Findings = append(u.Findings, f)
		}
	}
	if len(u.Findings) == 0 && len(u.Unconfirmed) == 0 {
		return nil
	}
	return u
}

// Carried lists the items whose answer was taken over and not confirmed, in form order.
func (sh Sheet) Carried() []string {
	var out []string
	for i, it := range sh.FormDef.Items() {
		if sh.Eval.Applies[i] && sh.Draft.Answers[it.ID].Carried {
			out = append(out, it.ID)
		}
	}
	return out
}

// Progress is how far a section is.
type Progress struct {
	Answered, Total, Unconfirmed int64
	Errors                       int // faults of answers that are there
}

// Section is the progress of one section.
func (sh Sheet) Section(sec *form.Section) Progress {
	var p Progress
	for _, it := range sec.Items {
		if !sh.Eval.Applies[it.Index()] {
			continue
		}
		a, ok := sh.Draft.Answers[it.ID]
		if ok {
			p.Answered++
		}
		if ok || !it.Optional {
			p.Total++
		}
		if ok && a.Carried {
			p.Unconfirmed++
		}
	}
	for _, f := range sh.Eval.Findings() {
		if f.Severity != finding.Error {
			continue
		}
		id := firstPart(f.Pointer)
		if it := sh.FormDef.Item(id); it != nil && it.Section() == sec {
			if _, ok := sh.Draft.Answers[id]; ok {
				p.Errors++
			}
		}
	}
	return p
}

func firstPart(pointer string) string {
	if len(pointer) == 0 {
		return ""
	}
	for i := 1; i < len(pointer); i++ {
		if pointer[i] == '/' {
			return pointer[1:i]
		}
	}
	return pointer[1:]
}
