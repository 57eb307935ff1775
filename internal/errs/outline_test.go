package errs

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
)

type spoken struct{}

func (spoken) Error() string { return "secret" }
func (spoken) Plain() string { return "the engine's code 7" }

func TestOutlineTellsNoValues(t *testing.T) {
	_, missing := os.Open("/nowhere/secret")
	for want, err := range map[string]error{
		"":                                nil,
		"form: item %s: EOF":              New(Invalid, "form: item %s: %w", "secret", io.EOF),
		"a: b %d":                         New(Internal, "a: %w", New(Invalid, "b %d", 42)),
		"a: x %s and y":                   New(Internal, "a: %w and %w", New(Invalid, "x %s", "secret"), New(Invalid, "y")),
		"a; b %q":                         errors.Join(New(Invalid, "a"), New(Invalid, "b %q", "secret")),
		"b %q":                            fmt.Errorf("secret: %w", New(Invalid, "b %q", "secret")),
		"*errors.errorString":             errors.New("secret"),
		"a: *errors.errorString":          New(Internal, "a: %w", errors.New("secret")),
		"a: %v":                           New(Internal, "a: %v", errors.New("secret")),
		"the engine's code 7":             spoken{},
		"open: no such file or directory": missing,
		"dial tcp: connection refused":    &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{}, Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)},
	} {
		if got := Outline(err); got != want || strings.Contains(got, "secret") {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
}

func TestPanickedKnowsThePlace(t *testing.T) {
	for _, boom := range []func(){
		func() { panic("secret") },
		func() { panic(fmt.Errorf("secret")) },
		func() { _ = map[any]int{}[[]string{"secret"}] },
		func() { _ = []int{}[len(os.Args)] },
	} {
		err := func() (err error) {
			defer func() { err = Panicked(recover()) }()
			boom()
			return nil
		}()
		if got := Outline(err); KindOf(err) != Internal || !strings.Contains(got, "TestPanickedKnowsThePlace") || strings.Contains(got, "secret") {
			t.Errorf("%v: %q", err, got)
		}
	}
}
