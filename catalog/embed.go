// Package catalog holds Yagura's data: frameworks, crosswalks between them,
// published reference figures, forms, calendars and duties to report, as YAML
// described in FORMAT.md, and the schemas of registers.
package catalog

import "embed"

// FS holds the data files under frameworks, crosswalks, references, forms, registers,
// calendars, obligations, taxonomies, cases, playbooks, communications and screening.
//
//go:embed frameworks crosswalks references forms registers calendars obligations taxonomies cases playbooks communications screening
var FS embed.FS
