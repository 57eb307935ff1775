package roi

import "strings"

// cell makes a kind that sets one cell of a row that fits.
func cell(name, rule, table string, col int, value string, fits func([]string) bool) kind {
	return kind{name, rule, false, func(b *breaker) Fault {
		return b.change(table, col, fits, func(r []string) { r[col] = value })
	}}
}

func holds(col int, value string) func([]string) bool {
	return func(r []string) bool { return r[col] == value }
}

func valueKinds() []kind {
	return []kind{
		cell("amount-text", "305", "B_02.01", c0050, "1,000", nil),
		cell("amount-exponent", "305", "B_05.01", c0100, "1e3", nil),
		cell("date-form", "330", "B_02.02", c0070, "01/04/2021", nil),
		cell("date-calendar", "330", "B_07.01", c0070, "2025-02-29", nil),
		cell("integer-fraction", "331", "B_02.02", c0100, "30.5", nil),
		cell("link-not-true", "333", "B_03.01", c0030, "TRUE", nil),
		cell("link-false", "333", "B_03.03", c0031, "false", nil),
		cell("list-value", "503", "B_02.02", c0180, "eba_ZZ:x790", nil),
		cell("list-prefix", "503", "B_05.01", c0080, "FR", nil),
		cell("list-of-other-column", "503", "B_01.01", c0040, "eba_CT:x317", nil),
	}
}

// c0031 is B_03.03's third column.
const c0031 = c0030

// keyKinds: an empty key, a duplicate key, and one for each foreign key.
func keyKinds(s *Schema) []kind {
	list := []kind{
		cell("empty-key", "805", "B_02.02", c0160, "", nil),
		cell("empty-key-of-branch", "805", "B_04.01", c0040, "", nil),
		{"duplicate-key", "806", false, func(b *breaker) Fault {
			return b.append("B_02.02", b.find("B_02.02", nil), c0010, func(r []string) { r[c0090] = "eba_CO:x4" })
		}},
		{"duplicate-row", "806", false, func(b *breaker) Fault {
			return b.append("B_05.01", 1, c0010, func([]string) {})
		}},
	}
	for _, t := range s.Tables {
		for _, ref := range t.Refs {
			col := ref.Columns[0]
			list = append(list, kind{"foreign-key-" + ref.Rule, "807", false, func(b *breaker) Fault {
				id := b.newID()
				if t.Columns[col].Key {
					return b.append(t.ID, b.find(t.ID, nil), col, func(r []string) { r[col] = id })
				}
				return b.change(t.ID, col, nil, func(r []string) { r[col] = id })
			}})
		}
	}
	return list
}

// mandatoryKinds: one for each rule of row completeness.
func mandatoryKinds(s *Schema) []kind {
	var list []kind
	for _, t := range s.Tables {
		for _, m := range mandatory[t.ID] {
			list = append(list, cell("missing-"+strings.ToLower(t.ID)+"-"+t.Columns[m.col].Code, m.rule, t.ID, m.col, "", nil))
		}
	}
	return list
}

func businessKinds() []kind {
	clear := func(name, rule, table string, col int, fits func([]string) bool) kind {
		return cell(name, rule, table, col, "", fits)
	}
	return []kind{
		clear("user-kind-missing", "e23683", "B_04.01", c0030, nil),
		cell("assets-negative", "v22913", "B_01.02", c0110, "-1", nil),
		cell("expense-negative", "v23716", "B_02.01", c0050, "-1", nil),
		clear("assets-without-currency", "v8803", "B_01.02", c0100, nil),
		clear("assets-missing", "v8804", "B_01.02", c0110, nil),
		clear("overarching-missing", "v8805", "B_02.01", c0030, holds(c0020, "eba_CO:x3")),
		{"legal-person-id", "v8818", false, func(b *breaker) Fault {
			return b.change("B_05.01", c0040, nil, func(r []string) { r[c0020] = "eba_qCO:qx2004" })
		}},
		cell("provider-lei-form", "v8821", "B_05.01", c0010, "ygrp-1", nil),
		{"additional-type-missing", "v8823", false, func(b *breaker) Fault {
			return b.change("B_05.01", c0040, nil, func(r []string) { r[c0030] = "FR123" })
		}},
		clear("expense-without-currency", "v8824", "B_05.01", c0090, nil),
		clear("reason-missing", "v8825", "B_07.01", c0060, holds(c0050, "eba_ZZ:x959")),
		cell("parent-lei-form", "v8826", "B_01.02", c0060, "none", nil),
		cell("entity-lei-form", "lei-form", "B_01.02", c0010, "YGRE-1", nil),
		cell("check-digits", "lei-check", "B_01.02", c0010, "YGRX0000000000000A00", nil),
		{"additional-euid", "euid-form", false, func(b *breaker) Fault {
			return b.change("B_05.01", c0030, nil, func(r []string) { r[c0030], r[c0040] = "123456789", typeEUID })
		}},
	}
}

func instructionKinds() []kind {
	with := func(name, rule, table string, col int, edit func(r []string)) kind {
		return kind{name, rule, false, func(b *breaker) Fault {
			return b.change(table, col, nil, edit)
		}}
	}
	return []kind{
		with("alternatives-unnamed", "its-alternatives", "B_07.01", c0120, func(r []string) { r[c0110], r[c0120] = "eba_BT:x28", "" }),
		{"unassessed", "its-assessment", false, (*breaker).unassessed},
		with("branch-contradiction", "its-branch", "B_04.01", c0040, func(r []string) { r[c0030], r[c0040] = "eba_ZZ:x838", notApplicable }),
		with("branch-unknown", "its-branch", "B_04.01", c0040, func(r []string) { r[c0030], r[c0040] = "eba_ZZ:x838", "BR-X" }),
		{"broken-chain", "its-chain", false, func(b *breaker) Fault {
			return b.append("B_05.02", b.find("B_05.02", holds(c0050, "3")), c0060, func(r []string) { r[c0050] = "7" })
		}},
		critical("notice-missing", "its-critical", c0100),
		critical("law-missing", "its-critical", c0120),
		critical("reliance-missing", "its-critical", c0180),
		with("ends-before-it-begins", "its-dates", "B_02.02", c0080, func(r []string) { r[c0080] = "2020-12-31" }),
		{"direct-expense", "its-expense", false, func(b *breaker) Fault {
			var id string
			f := b.change("B_05.01", c0100, nil, func(r []string) { r[c0100] = ""; r[c0010] = id })
			id = b.newID()
			b.append("B_03.02", b.find("B_03.02", nil), c0020, func(r []string) { r[c0020], r[c0030] = id, typeLEI })
			return f
		}},
		cell("function-form", "its-function-id", "B_06.01", c0010, "PAYMENTS", nil),
		cell("other-id-type", "its-id-type", "B_03.02", c0030, typeEUID, holds(c0030, typeLEI)),
		{"key-only", "its-key-only", false, func(b *breaker) Fault {
			return b.change("B_02.02", c0040, func(r []string) bool { return !b.critical(r) }, func(r []string) {
				for _, i := range []int{c0040, c0070, c0080, c0090, c0100, c0110, c0120, c0140, c0170, c0180} {
					r[i] = ""
				}
			})
		}},
		cell("hours-negative", "its-negative", "B_06.01", c0080, "-4", nil),
		{"two-maintainers", "its-one-row", true, func(b *breaker) Fault {
			return b.append("B_01.01", 0, -1, func(r []string) { r[c0010] = b.w.entity(1) })
		}},
		{"not-overarching", "its-overarching", false, func(b *breaker) Fault {
			return b.change("B_02.01", c0030, nil, func(r []string) { r[c0030] = b.w.contract(5) })
		}},
		cell("parent-type-missing", "its-parent-type", "B_05.01", c0120, "", nil),
		cell("placeholder", "its-placeholder", "B_05.01", c0050, "DUMMY LTD", nil),
		{"rank-zero", "its-rank", false, func(b *breaker) Fault {
			return b.append("B_05.02", b.find("B_05.02", holds(c0050, "1")), c0050, func(r []string) { r[c0050] = "0" })
		}},
		{"rank-one-recipient", "its-rank", false, func(b *breaker) Fault {
			return b.append("B_05.02", b.find("B_05.02", holds(c0050, "2")), c0060, func(r []string) { r[c0050] = "1" })
		}},
		cell("other-report-date", "its-report-date", "B_01.01", c0060, "2024-12-31", nil),
		cell("same-name", "its-same-name", "B_05.01", c0050, "synthetic provider 1", nil),
		{"sensitivity-missing", "its-sensitivity", false, func(b *breaker) Fault {
			return b.change("B_02.02", c0170, func(r []string) bool { return b.critical(r) && r[c0140] == "eba_BT:x28" }, func(r []string) { r[c0170] = "" })
		}},
	}
}

// critical makes a kind that empties a cell of a service that supports a
// critical or important function.
func critical(name, rule string, col int) kind {
	return kind{name, rule, false, func(b *breaker) Fault {
		return b.change("B_02.02", col, b.critical, func(r []string) { r[col] = "" })
	}}
}

// critical reports whether a row of B_02.02 supports a critical function.
func (b *breaker) critical(r []string) bool {
	f := make([]string, len(b.w.s.Table("B_06.01").Columns))
	for i := range b.base["B_06.01"].Rows {
		b.w.functionRow(i, f)
		if f[c0010] == r[c0050] && f[c0040] == r[c0020] {
			return f[c0050] == "eba_BT:x28"
		}
	}
	return false
}

// unassessed adds a service of a kind that the contract has no assessment of.
func (b *breaker) unassessed() Fault {
	i := b.find("B_02.02", b.critical)
	c := i / rowsPerContract
	return b.append("B_02.02", i, c0010, func(r []string) { r[c0060] = b.w.service(c, 7) })
}
