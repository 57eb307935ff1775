package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"yagura/internal/assessment"
	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/sheet"
)

// input is one file that an analysis used, for the release's record.
type input struct {
	Role   string `json:"role"` // parties, answers, previous
	Name   string `json:"name"` // base name
	SHA256 string `json:"sha256"`
}

// gathered are a sector's answers to one edition as read from files.
type gathered struct {
	assessment.Responses
	name   string // base name of the file or folder
	inputs []input
	books  []input // of a folder of workbooks, each
	found  []finding.Finding
	locate func(row int, found []finding.Finding) // gives a party's findings their places in the files
}

// gather reads answers to f from a long CSV or a folder of workbooks, and
// keeps those of listed parties in the form's audience.
func (r *run) gather(role, path string, f *form.Form, parties []form.Org) (*gathered, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	g := &gathered{name: filepath.Base(path)}
	var ids []string
	var answers func(i int, into form.Answers) form.Answers
	if info.IsDir() {
		books, err := r.readBooks(role, path, f, g)
		if err != nil {
			return nil, err
		}
		for id := range books {
			ids = append(ids, id)
		}
		slices.Sort(ids)
		answers = func(i int, into form.Answers) form.Answers { return copyInto(books[ids[i]].Answers, into) }
		g.locate = func(i int, found []finding.Finding) { sheet.Locate(found, books[ids[i]]) }
	} else {
		long, err := r.readLong(role, path, f, g)
		if err != nil {
			return nil, err
		}
		ids, answers, g.locate = long.Parties(), long.Answers, long.Locate
	}
	if len(ids) == 0 {
		return nil, fail("cli.no-answers", "name", path)
	}
	g.choose(f, ids, answers, parties)
	if len(g.Parties) == 0 {
		r.report(g.found)
		return nil, fail("cli.no-answers", "name", path)
	}
	return g, nil
}

// choose keeps the answering parties that are listed and in the audience.
func (g *gathered) choose(f *form.Form, ids []string, answers func(int, form.Answers) form.Answers, parties []form.Org) {
	listed := make(map[string]*form.Org, len(parties))
	for i := range parties {
		listed[parties[i].ID] = &parties[i]
	}
	src := source{answers: answers}
	for i, id := range ids {
		org := listed[id]
		switch {
		case org == nil:
			g.note("cli.unknown-party", finding.Warning, id)
		case !f.InAudience(org):
			g.note("cli.outside-audience", finding.Warning, id)
		default:
			g.Parties = append(g.Parties, *org)
			src.rows = append(src.rows, i)
		}
	}
	for i := range parties {
		if _, ok := slices.BinarySearch(ids, parties[i].ID); !ok && f.InAudience(&parties[i]) {
			g.note("cli.silent-party", finding.Info, parties[i].ID)
		}
	}
	g.Form, g.Source = f, src
}

func (g *gathered) note(key string, severity finding.Severity, party string) {
	fd := finding.New(key, key, "party", party)
	fd.Severity, fd.File, fd.Party = severity, g.name, party
	g.found = append(g.found, fd)
}

// source maps the chosen parties to the rows of what was read.
type source struct {
	rows    []int
	answers func(row int, into form.Answers) form.Answers
}

// Answers implements assessment.Source.
func (s source) Answers(party int, into form.Answers) form.Answers {
	return s.answers(s.rows[party], into)
}

// located are all findings: those of reading, then those of the evaluated
// answers with their places.
func (g *gathered) located(e *assessment.Evaluated) []finding.Finding {
	rows := g.Source.(source).rows
	all := g.found
	for p, found := range e.Findings {
		g.locate(rows[p], found)
		for i := range found {
			found[i].Party = e.Parties[p].ID
		}
		all = append(all, found...)
	}
	return withoutEchoes(all)
}

func copyInto(from, into form.Answers) form.Answers {
	if into == nil {
		into = make(form.Answers, len(from))
	}
	clear(into)
	for id, a := range from {
		into[id] = a
	}
	return into
}

func (r *run) readLong(role, path string, f *form.Form, g *gathered) (*sheet.Long, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	long, found := sheet.ReadLong(file, f, filepath.Base(path))
	if long == nil {
		r.report(found)
		return nil, fail("cli.answers-unusable", "name", path)
	}
	g.found = append(g.found, found...)
	g.inputs = append(g.inputs, input{role, filepath.Base(path), hex.EncodeToString(long.SHA256[:])})
	return long, nil
}

// readBooks reads every workbook of a folder, several at a time.
func (r *run) readBooks(role, dir string, f *form.Form, g *gathered) (map[string]*sheet.Book, error) {
	names, err := workbooksOf(dir)
	if err != nil {
		return nil, err
	}
	type outcome struct {
		book  *sheet.Book
		found []finding.Finding
		hash  [32]byte
		err   error
	}
	results := make([]outcome, len(names))
	bar := r.progress(len(names), "cli.progress.read")
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(names) && r.ctx.Err() == nil; i += workers {
				o := &results[i]
				var data []byte
				if data, o.err = readInput(names[i]); o.err != nil {
					continue
				}
				o.hash = sha256.Sum256(data)
				o.book, o.found = sheet.Read(strings.NewReader(string(data)), int64(len(data)), f, filepath.Base(names[i]))
				_ = bar.Add(1)
			}
		})
	}
	wg.Wait()
	if err := r.ctx.Err(); err != nil {
		return nil, err
	}
	_ = bar.Finish()
	books := map[string]*sheet.Book{}
	first := map[string]string{}
	for i, o := range results {
		if o.err != nil {
			return nil, o.err
		}
		base := filepath.Base(names[i])
		g.books = append(g.books, input{role, base, hex.EncodeToString(o.hash[:])})
		g.found = append(g.found, o.found...)
		if o.book == nil {
			continue
		}
		party := o.book.Party
		if file, dup := first[party]; dup || party == "" {
			fd := finding.New("cli.duplicate-workbook", "cli.duplicate-workbook", "party", party, "first", file)
			if party == "" {
				fd = finding.New("cli.workbook-without-party", "cli.workbook-without-party")
			}
			fd.File = base
			g.found = append(g.found, fd)
			continue
		}
		first[party], books[party] = base, o.book
	}
	g.inputs = append(g.inputs, input{role, filepath.Base(dir), together(g.books)})
	return books, nil
}

// together is the hash of files as one: of their names and hashes, in order.
func together(files []input) string {
	h := sha256.New()
	for _, f := range files {
		io.WriteString(h, f.Name+"\x00"+f.SHA256+"\x00")
	}
	return hex.EncodeToString(h.Sum(nil))
}

// workbooksOf lists the workbooks of a folder, sorted; Excel's lock files and
// hidden files are left out.
func workbooksOf(dir string) ([]string, error) {
	var names []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.Type().IsRegular() && strings.EqualFold(filepath.Ext(base), ".xlsx") && !strings.HasPrefix(base, "~$") && !strings.HasPrefix(base, ".") {
			names = append(names, path)
		}
		return nil
	})
	slices.Sort(names)
	return names, err
}

// readParties reads the list of institutions, sorted by id.
func (r *run) readParties(path string) ([]form.Org, input, error) {
	data, err := readInput(path)
	if err != nil {
		return nil, input{}, err
	}
	parties, found := sheet.ReadParties(strings.NewReader(string(data)), path)
	r.report(found)
	if len(parties) == 0 || finding.HasErrors(found) {
		return nil, input{}, fail("cli.parties-unusable", "name", path)
	}
	assessment.SortParties(parties)
	sum := sha256.Sum256(data)
	return parties, input{"parties", filepath.Base(path), hex.EncodeToString(sum[:])}, nil
}
