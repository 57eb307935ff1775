// Package catalog holds Yagura's data: frameworks, crosswalks between them,
// published reference figures, forms and calendars, as YAML described in
// FORMAT.md, and the schemas of registers.
package catalog

import "embed"

// FS holds the data files under frameworks, crosswalks, references, forms, registers
// and calendars.
//
//go:embed frameworks crosswalks references forms registers calendars
var FS embed.FS
