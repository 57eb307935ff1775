// Package catalog holds Yagura's data: frameworks, crosswalks between them,
// published reference figures and forms, as YAML described in FORMAT.md, and the
// schemas of registers.
package catalog

import "embed"

// FS holds the data files under frameworks, crosswalks, references, forms and registers.
//
//go:embed frameworks crosswalks references forms registers
var FS embed.FS
