package roi

import (
	"bytes"
	"encoding/json"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// The constants of a package of this module.
const (
	packageType = "https://xbrl.org/report-package/2023"
	reportType  = "https://xbrl.org/2021/xbrl-csv"
	entryPoint  = "http://www.eba.europa.eu/eu/fr/xbrl/crr/fws/dora/4.0/mod/dora.json"
	module      = "DORA010100"
)

// The names a package may have: EBA's, and that of OneGate (NBB).
var (
	ebaName = regexp.MustCompile(`^([A-Za-z0-9]+)(?:\.([A-Z]+))?_([A-Z]{2})_([A-Z]+[0-9]{6})_DORA_([0-9-]+)_([0-9]{17})\.zip$`)
	nbbName = regexp.MustCompile(`^([A-Za-z]+)_([A-Za-z0-9]+)\.(IND|CON)_([A-Za-z]+)_DOR_DORA_ROI\.zip$`)
)

// name is what a package's name says.
type name struct{ entity, scope, date string }

// checkNames: rules 104, 105, 106, 109, 111 and 514 on the package's file name.
func (c *checker) checkNames() {
	if c.o.Name == "" {
		return
	}
	base := path.Base(c.o.Name)
	p := at{file: base, value: []byte(base)}
	if !plainName(base) {
		c.out.add("104", p)
	}
	if c.o.Naming == "nbb" {
		if m := nbbName.FindStringSubmatch(base); m == nil {
			c.out.add("105.nbb", p)
		} else if strings.EqualFold(m[1], "LEI") {
			c.named = name{m[2], m[3], ""}
		} else {
			c.named = name{"", m[3], ""}
		}
		return
	}
	m := ebaName.FindStringSubmatch(base)
	if m == nil {
		c.out.add("105", p)
		return
	}
	c.named = name{m[1], m[2], m[5]}
	if m[2] != "CON" && m[2] != "IND" {
		c.out.add("514", p)
	}
	if m[4] != module {
		c.out.add("106", at{file: base, value: []byte(m[4])}, "want", module)
	}
	switch {
	case !isDate([]byte(m[5])):
		c.out.add("109", at{file: base, value: []byte(m[5])})
		c.named.date = ""
	case c.o.Today != "" && m[5] > c.o.Today:
		c.out.add("111", at{file: base, value: []byte(m[5])}, "today", c.o.Today)
	}
}

type documentInfo struct {
	DocumentInfo struct {
		DocumentType string   `json:"documentType"`
		Extends      []string `json:"extends"`
	} `json:"documentInfo"`
}

func (c *checker) checkMeta() {
	if c.entry(metaFile) == nil {
		c.out.add("103.meta", at{file: metaFile})
		return
	}
	if data := c.small(metaFile); data != nil {
		var d documentInfo
		if json.Unmarshal(data, &d) != nil || d.DocumentInfo.DocumentType != packageType {
			c.out.add("103.type", at{file: metaFile, value: []byte(d.DocumentInfo.DocumentType)}, "want", packageType)
		}
	}
}

// checkReportJSON: rule 505.
func (c *checker) checkReportJSON() {
	data := c.small(reportFile)
	if data == nil {
		return
	}
	var d documentInfo
	err := json.Unmarshal(data, &d)
	if err != nil || d.DocumentInfo.DocumentType != reportType {
		c.out.add("505.type", at{file: reportFile, value: []byte(d.DocumentInfo.DocumentType)}, "want", reportType)
		return
	}
	if e := d.DocumentInfo.Extends; len(e) != 1 || e[0] != entryPoint {
		c.out.add("505", at{file: reportFile, value: []byte(strings.Join(e, " "))}, "want", entryPoint)
	}
}

// pairs reads a two-column CSV with the given header; see is called with each row.
func (c *checker) pairs(file, rule string, header [2]string, see func(line int, a, b []byte)) {
	data := c.small(file)
	if data == nil {
		return
	}
	if !utf8.Valid(data) {
		c.out.add("306", at{file: file, row: 1 + bytes.Count(data[:validPrefix(data)], []byte("\n"))})
	}
	s := newScanner(bytes.NewReader(data), c.o.Limits.Cell)
	for first := true; s.scan(); first = false {
		switch {
		case first && (s.count != 2 || string(s.cells[0]) != header[0] || string(s.cells[1]) != header[1]):
			c.out.add(rule, at{file: file, row: s.line, value: bytes.Join(s.cells, []byte(","))}, "want", header[0]+","+header[1])
		case first:
		case s.count != 2:
			c.out.add("809", at{file: file, row: s.line}, "n", s.count, "want", 2)
		default:
			see(s.line, s.cells[0], s.cells[1])
		}
	}
}

func validPrefix(data []byte) int {
	n := 0
	for n < len(data) {
		r, size := utf8.DecodeRune(data[n:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		n += size
	}
	return n
}

// parameterNames are the five parameters that the module uses.
var parameterNames = []string{"entityID", "refPeriod", "baseCurrency", "decimalsInteger", "decimalsMonetary"}

// checkParameters: rules 723, 714, 320, 330 and 514 in parameters.csv.
func (c *checker) checkParameters() {
	c.params = map[string]string{}
	lines := map[string]int{}
	c.pairs(parametersFile, "723", [2]string{"name", "value"}, func(line int, a, b []byte) {
		k := string(a)
		p := at{parametersFile, line, "name", a}
		switch {
		case !slices.Contains(parameterNames, k):
			c.out.add("723.surplus", p)
		case lines[k] > 0:
			c.out.add("723.twice", p, "first", lines[k])
		default:
			c.params[k], lines[k] = string(b), line
		}
	})
	if c.entry(parametersFile) == nil {
		return
	}
	for _, k := range parameterNames {
		if lines[k] == 0 {
			c.out.add("723.missing", at{file: parametersFile, column: "name", value: []byte(k)})
		}
	}
	for k, ok := range map[string]bool{
		"baseCurrency":     regexp.MustCompile(`^iso4217:[A-Z]{3}$`).MatchString(c.params["baseCurrency"]),
		"decimalsInteger":  isInteger([]byte(c.params["decimalsInteger"])),
		"decimalsMonetary": isInteger([]byte(c.params["decimalsMonetary"])),
	} {
		if lines[k] > 0 && !ok {
			c.out.add("723.value", at{parametersFile, lines[k], "value", []byte(c.params[k])}, "name", k)
		}
	}
	c.checkEntity(lines["entityID"])
	c.checkPeriod(lines["refPeriod"])
}

func (c *checker) checkEntity(line int) {
	if line == 0 {
		return
	}
	p := at{parametersFile, line, "value", []byte(c.params["entityID"])}
	id, prefixed := strings.CutPrefix(c.params["entityID"], "rs:")
	entity, scope, _ := strings.Cut(id, ".")
	if scope != "CON" && scope != "IND" {
		c.out.add("514", p)
	} else if c.named.scope != "" && c.named.scope != scope {
		c.out.add("514.other", p, "want", c.named.scope)
	}
	if !prefixed || c.named.entity != "" && entity != c.named.entity {
		c.out.add("714", p, "want", "rs:"+c.named.entity)
	}
}

func (c *checker) checkPeriod(line int) {
	if line == 0 {
		return
	}
	p := at{parametersFile, line, "value", []byte(c.params["refPeriod"])}
	switch {
	case !isDate(p.value):
		c.out.add("330", p)
	case c.named.date != "" && c.named.date != c.params["refPeriod"]:
		c.out.add("320", p, "want", c.named.date)
	}
}

// checkIndicators: rules 510, 702 to 705 and 808; the templates are read by now.
func (c *checker) checkIndicators() {
	if c.entry(indicatorsFile) == nil {
		return
	}
	lines := map[string]int{}
	c.pairs(indicatorsFile, "702.header", [2]string{"templateID", "reported"}, func(line int, a, b []byte) {
		id := string(a)
		t := c.schema.Table(id)
		name, value := at{indicatorsFile, line, "templateID", a}, at{indicatorsFile, line, "reported", b}
		switch {
		case t == nil:
			c.out.add("510", name)
			return
		case lines[id] > 0:
			c.out.add("703", name, "first", lines[id])
			return
		}
		lines[id] = line
		rows := c.tables[t.index].rows
		switch reported := string(b); {
		case reported != "true" && reported != "false":
			c.out.add("704", value)
		case reported == "false" && rows > 0:
			c.out.add("705", value, "table", id, "rows", rows)
		case rows == 0 && reported == "false" && c.o.Indicators != "false" && c.o.Indicators != "any":
			c.out.add("808", value, "table", id)
		case rows == 0 && reported == "true" && c.o.Indicators == "false":
			c.out.add("808.empty", value, "table", id)
		}
	})
	for _, t := range c.schema.Tables {
		if lines[t.ID] == 0 {
			c.out.add("702", at{file: indicatorsFile, column: "templateID", value: []byte(t.ID)}, "table", t.ID)
		}
	}
}

// isDate reports whether v is a day of the calendar written yyyy-mm-dd.
func isDate(v []byte) bool {
	if len(v) != 10 || v[4] != '-' || v[7] != '-' {
		return false
	}
	num := func(b []byte) int {
		n := 0
		for _, c := range b {
			if c < '0' || c > '9' {
				return -1 << 20
			}
			n = n*10 + int(c-'0')
		}
		return n
	}
	y, m, d := num(v[:4]), num(v[5:7]), num(v[8:])
	if y < 1 || m < 1 || m > 12 || d < 1 {
		return false
	}
	return d <= 28 || d <= time.Date(y, time.Month(m)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// isInteger: an optional sign and up to 18 digits.
func isInteger(v []byte) bool {
	if len(v) > 0 && (v[0] == '-' || v[0] == '+') {
		v = v[1:]
	}
	if len(v) == 0 || len(v) > 18 {
		return false
	}
	for _, c := range v {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// isAmount: a decimal number (xs:decimal), so no exponent and no separators.
func isAmount(v []byte) bool {
	whole, part, dot := bytes.Cut(v, []byte("."))
	if !dot {
		return isInteger(v)
	}
	return (isInteger(whole) || len(whole) == 0 || len(whole) == 1 && whole[0] == '-') && len(part) > 0 && part[0] != '-' && part[0] != '+' && isInteger(part)
}
