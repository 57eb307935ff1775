package roi

import (
	"slices"
	"strings"

	"yagura/internal/finding"
)

// Rule is one implemented rule.
type Rule struct {
	Code     string
	Severity finding.Severity
}

// plainRules are the rules other than row completeness, in layers: package,
// structure, values, keys, DPM business rules, codes, instructions.
var plainRules = strings.Fields(`zip limit 103 104 105 106 109 111 306 320 505 510 514 701 702 703 704 705 714 720 723 724 808
	801 802 809 305 330 331 333 503 805 806 807
	e23683 v22913 v23716 v8803 v8804 v8805 v8818 v8821 v8823 v8824 v8825 v8826
	lei-form lei-check euid-form
	its-alternatives its-assessment its-branch its-chain its-critical its-dates its-expense its-function-id its-id-type its-key-only
	its-negative its-one-row its-overarching its-parent-type its-placeholder its-rank its-report-date its-same-name its-sensitivity`)

// Rules lists all implemented rules.
func Rules() []Rule {
	var all []Rule
	for _, code := range plainRules {
		all = append(all, Rule{code, severityOf(code)})
	}
	var complete []string
	for _, list := range mandatory {
		for _, m := range list {
			complete = append(complete, m.rule)
		}
	}
	slices.Sort(complete)
	for _, code := range complete {
		all = append(all, Rule{code, severityOf(code)})
	}
	return all
}

// severityOf: technical checks reject a filing; business rules and the
// instructions' conditions warn (EBA, technical checks and validation rules,
// April 2025, as implementers report it).
func severityOf(code string) finding.Severity {
	if code == "zip" || code == "limit" || code[0] >= '0' && code[0] <= '9' {
		return finding.Error
	}
	return finding.Warning
}
