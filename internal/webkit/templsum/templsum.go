// Package templsum tells whether generated templates are those of their
// sources, without the generator: the generator's last run left the hashes of
// both in a file, which other folders with templates can hold too.
package templsum

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"strings"
)

// File is the name of the file of hashes.
const File = "templ.sum"

// Sum is the content of the file: one line for each .templ file of the folder,
// with its name, its SHA-256 and that of its generated Go.
func Sum(dir fs.FS) (string, error) {
	names, err := fs.Glob(dir, "*.templ")
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, name := range names {
		source, err := fs.ReadFile(dir, name)
		if err != nil {
			return "", err
		}
		made, err := fs.ReadFile(dir, strings.TrimSuffix(name, ".templ")+"_templ.go")
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "%s %x %x\n", name, sha256.Sum256(source), sha256.Sum256(made))
	}
	return b.String(), nil
}
