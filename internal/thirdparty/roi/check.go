package roi

import (
	"archive/zip"
	"hash/maphash"
	"io"
	"runtime"
	"sync"
	"sync/atomic"

	"yagura/internal/finding"
)

// Options are what sources dispute or nations settle differently, and the
// limits of what is read.
type Options struct {
	Name          string // the package's file name; "" leaves out the rules on names
	Today         string // yyyy-mm-dd, for rule 111; "" leaves it out
	Indicators    string // filing indicator of an empty template: "true" (also ""), "false" or "any"
	NotApplicable bool   // accept the literal "Not Applicable" in B_02.01.c0030
	Naming        string // "eba" (also "") or "nbb" (OneGate of the National Bank of Belgium)
	Max           int    // findings listed per rule, file and column; 0 means 100
	Limits        Limits
}

// Limits bound what a package may cost; 0 takes the default.
type Limits struct {
	Bytes   int64 // unzipped, of the whole package; default 16 GiB
	Ratio   int64 // unzipped to zipped, of one file beyond 16 MiB; default 200
	Entries int   // files in the package; default 1000
	Cell    int   // bytes of a cell; default 32 KiB
}

func (o Options) withDefaults() Options {
	def := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	def(&o.Max, 100)
	def(&o.Limits.Entries, 1000)
	def(&o.Limits.Cell, 32<<10)
	if o.Limits.Bytes <= 0 {
		o.Limits.Bytes = 16 << 30
	}
	if o.Limits.Ratio <= 0 {
		o.Limits.Ratio = 200
	}
	return o
}

// Report is the outcome of a check.
type Report struct {
	Name     string // file name of the package
	Entity   string // parameter entityID
	Period   string // parameter refPeriod
	Rows     []Rows // in order of the templates; empty when the package cannot be opened
	Findings []finding.Finding
	More     []More
	Errors   int // with those not listed
	Warnings int
}

// Rows counts the data rows of a template.
type Rows struct {
	Table string `json:"table"`
	N     int    `json:"rows"`
}

// checker is one check of one package.
type checker struct {
	schema  *Schema
	o       Options
	pack    *packed
	params  map[string]string
	named   name // what the package's name says
	tables  []*tableCheck
	slots   chan struct{}
	seedA   maphash.Seed
	seedB   maphash.Seed
	out     *collector // package-level findings
	zipped  int64
	unpackd atomic.Int64
}

// Check checks a package of size bytes. It never fails: what cannot be read is
// a finding. Findings come in a fixed order; equal packages and options give
// equal reports.
func Check(s *Schema, pkg io.ReaderAt, size int64, o Options) Report {
	o = o.withDefaults()
	c := &checker{schema: s, o: o, seedA: maphash.MakeSeed(), seedB: maphash.MakeSeed(),
		out: newCollector(o.Max), slots: make(chan struct{}, runtime.GOMAXPROCS(0))}
	r := Report{Name: o.Name}
	if c.open(pkg, size) {
		c.checkNames()
		c.checkReportJSON()
		c.checkParameters()
		c.checkTables()
		c.checkIndicators()
		for _, t := range c.tables {
			r.Rows = append(r.Rows, Rows{t.ID, t.rows})
		}
		r.Entity, r.Period = c.params["entityID"], c.params["refPeriod"]
	}
	all := []*collector{c.out}
	for _, t := range c.tables {
		all = append(all, t.out)
	}
	r.merge(o.Max, all...)
	return r
}

// needs lists the templates besides the referenced ones that a template's
// rules look into; together with the foreign keys they form no circle.
var needs = map[string][]string{
	"B_02.02": {"B_05.01", "B_06.01", "B_07.01"},
	"B_03.02": {"B_05.01"},
	"B_04.01": {"B_01.03"},
	"B_05.02": {"B_05.01"},
	"B_07.01": {"B_05.01"},
}

// checkTables reads all templates, each as soon as those it looks into are read.
func (c *checker) checkTables() {
	for _, t := range c.schema.Tables {
		c.tables = append(c.tables, c.newTableCheck(t))
	}
	var wg sync.WaitGroup
	for _, t := range c.tables {
		wg.Go(func() {
			defer close(t.done)
			for _, ref := range t.Refs {
				if ref.Table != t.Table {
					<-c.tables[ref.Table.index].done
				}
			}
			for _, id := range needs[t.ID] {
				<-c.tables[c.schema.Table(id).index].done
			}
			c.slots <- struct{}{}
			defer func() { <-c.slots }()
			t.run()
		})
	}
	wg.Wait()
	empty := true
	for _, t := range c.tables {
		empty = empty && t.rows == 0
	}
	if empty {
		c.out.add("724", at{file: c.pack.root})
	}
}

// entry finds a file of the package by its path below the root folder.
func (c *checker) entry(path string) *zip.File { return c.pack.files[path] }
