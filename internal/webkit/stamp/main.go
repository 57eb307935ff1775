// Command stamp writes templ.sum: the hash of each .templ file beside that of
// the Go that was generated from it. A test of internal/webkit fails when
// either has changed without the other.
package main

import (
	"fmt"
	"os"

	"yagura/internal/webkit/templsum"
)

func main() {
	text, err := templsum.Sum(os.DirFS("."))
	if err == nil {
		err = os.WriteFile(templsum.File, []byte(text), 0o666)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
