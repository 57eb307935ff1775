package errs

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"net"
	"runtime"
	"strings"
	"syscall"
)

// Plain is an error that can tell what happened without any value that a person, a file
// or a database has given.
type Plain interface{ Plain() string }

// plainOnes have texts of their own that hold no values.
var plainOnes = []error{context.Canceled, context.DeadlineExceeded, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, fs.ErrNotExist, fs.ErrExist, fs.ErrPermission}

// Outline is what a log may hold of an error: the program's own words and no values,
// for values are answers, names, addresses and secrets. It gives the texts of New before
// the values were filled in, what a Plain says, and the types of all other errors.
func Outline(err error) string {
	switch e := err.(type) {
	case nil:
		return ""
	case *kindError:
		return e.outline()
	case Plain:
		return e.Plain()
	case runtime.Error:
		return "runtime error" // its text can quote the key of a map
	case syscall.Errno:
		return e.Error()
	case *fs.PathError:
		return e.Op + ": " + Outline(e.Err)
	case *net.OpError:
		return e.Op + " " + e.Net + ": " + Outline(e.Err)
	}
	for _, plain := range plainOnes {
		if err == plain { //nolint:errorlint // the chain is gone down one by one
			return plain.Error()
		}
	}
	if under := wrapped(err); len(under) > 0 {
		return joined(under)
	}
	return fmt.Sprintf("%T", err)
}

// outline puts the outlines of the wrapped errors where the format has %w.
func (e *kindError) outline() string {
	text := e.format
	var rest []error
	for _, under := range wrapped(e.err) {
		if strings.Contains(text, "%w") {
			text = strings.Replace(text, "%w", strings.ReplaceAll(Outline(under), "%w", "%"), 1)
			continue
		}
		rest = append(rest, under)
	}
	if len(rest) > 0 {
		text += ": " + joined(rest)
	}
	return text
}

func wrapped(err error) []error {
	switch e := err.(type) {
	case interface{ Unwrap() []error }:
		return e.Unwrap()
	case interface{ Unwrap() error }:
		if under := e.Unwrap(); under != nil {
			return []error{under}
		}
	}
	return nil
}

func joined(list []error) string {
	out := make([]string, len(list))
	for i, err := range list {
		out[i] = Outline(err)
	}
	return strings.Join(out, "; ")
}

// Panicked is the error of what recover gave. It knows the place in the program, which
// it finds only when it is called by the deferred function itself.
func Panicked(cause any) error {
	err, ok := cause.(error)
	if !ok {
		err = fmt.Errorf("%v", cause)
	}
	return New(Internal, "%w: %w", place(site()), err)
}

// place is a line of the program.
type place string

func (p place) Error() string { return "panic at " + string(p) }

// Plain implements Plain.
func (p place) Plain() string { return p.Error() }

// site is the line that panicked: the first frame below the runtime's own that belong
// to the panic.
func site() string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	began := false
	for {
		f, more := frames.Next()
		switch {
		case f.Function == "runtime.gopanic" || f.Function == "runtime.sigpanic":
			began = true
		case began && !strings.HasPrefix(f.Function, "runtime."):
			return fmt.Sprintf("%s:%d", f.Function, f.Line)
		}
		if !more {
			return "an unknown place"
		}
	}
}
