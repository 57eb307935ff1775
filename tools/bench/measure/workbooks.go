package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"yagura/internal/assessment/demo"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/sheet"
)

// workbooks writes every institution's filled workbook, with last year's
// answers beside, then reads each again, one at a time; it prints the medians
// of wall time and processor time for one.
func workbooks(cur, prev *form.Form, out string) error {
	s := demo.Generate(1, i18n.JA, cur, prev, demo.Figures{})
	template, err := sheet.NewTemplate(cur, i18n.JA, true)
	if err != nil {
		return err
	}
	books := make([]bytes.Buffer, len(s.Parties))
	err = each("write", len(books), func(i int) error {
		p := s.Parties[i]
		return template.Write(&books[i], sheet.WriteOptions{
			Party: p.ID, Name: p.Name, Answers: s.Current[i], Previous: form.Translate(prev, s.Previous[i], cur),
		})
	})
	if err != nil {
		return err
	}
	for i, p := range s.Parties {
		if err := os.WriteFile(filepath.Join(out, p.ID+".xlsx"), books[i].Bytes(), 0o644); err != nil {
			return err
		}
	}
	return each("read", len(books), func(i int) error {
		book, found := sheet.Read(bytes.NewReader(books[i].Bytes()), int64(books[i].Len()), cur, "bench.xlsx")
		if book == nil || len(book.Answers) == 0 {
			return fmt.Errorf("workbook %d: %v", i, found)
		}
		return nil
	})
}

// each runs n pieces of work and prints name, median wall and mean processor
// time of one, in ms (the clock of the processor time is too coarse for one).
func each(name string, n int, work func(i int) error) error {
	wall := make([]time.Duration, n)
	before := processor()
	for i := range n {
		start := time.Now() //nolint:forbidigo // a benchmark measures time
		if err := work(i); err != nil {
			return err
		}
		wall[i] = time.Since(start)
	}
	spent := processor() - before
	slices.Sort(wall)
	fmt.Printf("%s %.2f %.2f\n", name, wall[n/2].Seconds()*1e3, spent.Seconds()*1e3/float64(n)) //nolint:forbidigo // the result of this program
	return nil
}

// processor is the processor time that the process has used.
func processor() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // cannot fail for the own process
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
