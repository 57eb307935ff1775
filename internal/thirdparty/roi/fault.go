package roi

import (
	"io"
	"slices"
	"strings"
)

// Fault is one fault that Gen put into a package: what Check must find.
type Fault struct {
	Kind   string `json:"kind"`
	Rule   string `json:"rule"`
	File   string `json:"file,omitempty"`
	Row    int    `json:"row,omitempty"`
	Column string `json:"column,omitempty"`
}

// kind is a kind of fault that can be seeded.
type kind struct {
	name, rule string
	alone      bool // does not go together with the others
	put        func(b *breaker) Fault
}

// Kinds lists the kinds of faults that Gen can seed.
func Kinds(s *Schema) []string {
	var names []string
	for _, k := range kinds(s) {
		names = append(names, k.name)
	}
	return names
}

func kinds(s *Schema) []kind {
	return slices.Concat(packageKinds(), metaKinds(), lineKinds(), valueKinds(), keyKinds(s), mandatoryKinds(s), businessKinds(), instructionKinds())
}

// named makes a kind that changes the package's name, root folder and all.
func named(name, rule string, change func(string) string) kind {
	return kind{name, rule, true, func(b *breaker) Fault {
		b.name = change(b.name)
		return Fault{File: b.name + ".zip"}
	}}
}

func swap(old, with string) func(string) string {
	return func(s string) string { return strings.Replace(s, old, with, 1) }
}

func packageKinds() []kind {
	stray := func(name string) func(b *breaker) Fault {
		return func(b *breaker) Fault {
			b.list = append(b.list, part{name, text("note")})
			return Fault{File: b.name + "/" + name}
		}
	}
	return []kind{
		{"not-a-zip", "zip", true, func(b *breaker) Fault {
			b.whole = func(out io.Writer) error { _, err := io.WriteString(out, "c0010;c0020\n"); return err }
			return Fault{}
		}},
		{"nested-root", "103", true, func(b *breaker) Fault {
			for i := range b.list {
				b.list[i].path = "/outer/" + b.name + "/" + b.list[i].path
			}
			return Fault{File: "outer/" + b.name}
		}},
		{"other-root", "103", true, func(b *breaker) Fault {
			for i := range b.list {
				b.list[i].path = "/register/" + b.list[i].path
			}
			return Fault{File: "register"}
		}},
		{"no-meta", "103", false, func(b *breaker) Fault { return b.drop(metaFile) }},
		{"odd-file-name", "104", false, stray("reports/note to self.txt")},
		named("odd-package-name", "105", func(s string) string { return "register_" + s }),
		named("other-module", "106", swap(module, "DORA010000")),
		named("name-without-date", "109", swap("2025-12-31", "2025-13-31")),
		named("future", "111", swap("2025-12-31", "2099-12-31")),
		named("name-without-scope", "514", swap(".CON", "")),
		{"stray-file", "720", false, stray("reports/b_08.01.csv")},
		{"missing-file", "701", true, func(b *breaker) Fault { return b.drop("reports/b_02.03.csv") }},
		{"no-parameters", "701", true, func(b *breaker) Fault { return b.drop(parametersFile) }},
		{"empty", "724", true, func(b *breaker) Fault { b.base = map[string]Source{}; return Fault{File: b.name} }},
	}
}

func metaKinds() []kind {
	in := func(name, rule, file, old, with, column string) kind {
		return kind{name, rule, false, func(b *breaker) Fault { return b.replace(file, old, with, column) }}
	}
	alone := func(k kind) kind { k.alone = true; return k }
	more := func(line string) func([]string) ([]string, int) {
		return func(lines []string) ([]string, int) { return append(lines, line), len(lines) + 1 }
	}
	return []kind{
		{"entry-point", "505", false, func(b *breaker) Fault {
			f := b.replace(reportFile, "dora/4.0", "dora/3.9", "")
			f.Row = 0
			return f
		}},
		in("other-entity", "714", parametersFile, "rs:YGRE0", "rs:YGRE9", "value"),
		alone(in("other-scope", "514", parametersFile, ".CON", ".GRP", "value")),
		in("other-period", "320", parametersFile, "refPeriod,2025-12-31", "refPeriod,2025-12-30", "value"),
		alone(in("period-no-date", "330", parametersFile, "refPeriod,2025-12-31", "refPeriod,31/12/2025", "value")),
		in("currency-form", "723", parametersFile, "iso4217:EUR", "EUR", "value"),
		{"surplus-parameter", "723", false, func(b *breaker) Fault {
			f := b.lines(parametersFile, more("decimalsPercentage,4"))
			f.Column = "name"
			return f
		}},
		{"missing-parameter", "723", true, func(b *breaker) Fault {
			b.lines(parametersFile, func(l []string) ([]string, int) { return l[:len(l)-1], 0 })
			return Fault{File: parametersFile, Column: "name"}
		}},
		{"missing-indicator", "702", false, func(b *breaker) Fault {
			b.lines(indicatorsFile, func(l []string) ([]string, int) { return l[:len(l)-1], 0 })
			return Fault{File: indicatorsFile, Column: "templateID"}
		}},
		{"indicator-twice", "703", false, func(b *breaker) Fault {
			f := b.lines(indicatorsFile, more("B_01.02,true"))
			f.Column = "templateID"
			return f
		}},
		{"unknown-indicator", "510", false, func(b *breaker) Fault {
			f := b.lines(indicatorsFile, more("b_01.02,true"))
			f.Column = "templateID"
			return f
		}},
		in("indicator-value", "704", indicatorsFile, "B_01.01,true", "B_01.01,yes", "reported"),
		in("indicator-false", "705", indicatorsFile, "B_05.01,true", "B_05.01,false", "reported"),
		{"empty-false", "808", true, func(b *breaker) Fault {
			delete(b.base, "B_02.03")
			return b.replace(indicatorsFile, "B_02.03,true", "B_02.03,false", "reported")
		}},
	}
}

// lineKinds are faults of structure, encoding and size.
func lineKinds() []kind {
	raw := func(name, rule, table string, i, col int, alone bool, edit func([]byte) []byte) kind {
		return kind{name, rule, alone, func(b *breaker) Fault { return b.raw(table, i, col, edit) }}
	}
	replace := func(old, with string) func([]byte) []byte {
		return func(l []byte) []byte { return []byte(strings.Replace(string(l), old, with, 1)) }
	}
	end := func(s string) func([]byte) []byte { return func(l []byte) []byte { return append(l, s...) } }
	return []kind{
		{"unknown-column", "801", true, func(b *breaker) Fault {
			f := b.raw("B_99.01", -1, 0, replace("c0190", "c0999"))
			f.Column = "c0999"
			return f
		}},
		raw("missing-column", "801", "B_99.01", -1, 18, true, replace(",c0190", "")),
		raw("column-twice", "802", "B_99.01", -1, c0010, true, replace("c0020", "c0010")),
		raw("delimiter", "809", "B_99.01", -1, -1, true, func(l []byte) []byte { return []byte(strings.ReplaceAll(string(l), ",", ";")) }),
		raw("ragged-row", "809", "B_02.02", 3, -1, false, end(",")),
		raw("loose-quote", "809", "B_07.01", 3, -1, false, end(`x"y`)),
		raw("not-utf8", "306", "B_07.01", 5, c0120, false, end("caf\xe9")),
		raw("byte-order-mark", "306", "B_99.01", -1, -1, false, func(l []byte) []byte { return append([]byte("\xef\xbb\xbf"), l...) }),
		raw("utf-16", "306", "B_99.01", -1, -1, true, func(l []byte) []byte { return []byte("\xff\xfec\x000\x00") }),
		raw("long-cell", "limit", "B_07.01", 7, c0120, false, end(strings.Repeat("x", 70<<10))),
	}
}
