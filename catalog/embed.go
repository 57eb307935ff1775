// Package catalog holds Yagura's data: frameworks, crosswalks between them,
// published reference figures and forms, as YAML described in FORMAT.md.
package catalog

import "embed"

// FS holds the data files under frameworks, crosswalks, references and forms.
//
//go:embed frameworks crosswalks references forms
var FS embed.FS
