package cli

import (
	"bufio"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"yagura/internal/assessment"
	"yagura/internal/assessment/report"
	"yagura/internal/finding"
	"yagura/internal/paper"
	"yagura/internal/peer"
)

// record is release.json: what a release was made from, how, and what came out.
// It names no file of a single institution: who can guess its answers could
// compare the hash. Those stand in the asker's record.
type record struct {
	Form               string             `json:"form"`
	Edition            string             `json:"edition"`
	FormSHA256         string             `json:"form_sha256"`
	PreviousEdition    string             `json:"previous_edition,omitempty"`
	PreviousFormSHA256 string             `json:"previous_form_sha256,omitempty"`
	Inputs             []input            `json:"inputs"`
	Policy             peer.Policy        `json:"policy"`
	Parties            string             `json:"parties"` // band
	Suppressed         []peer.Suppression `json:"suppressed"`
	Outputs            []input            `json:"outputs"`

	found []finding.Finding
	books []input // the workbooks that an input folder held
}

// line identifies the release at the foot of every page: the beginning of the
// hash of all inputs.
func (rec *record) line() string {
	h := sha256.New()
	for _, in := range rec.Inputs {
		io.WriteString(h, in.Role+"\x00"+in.Name+"\x00"+in.SHA256+"\x00")
	}
	return "release " + hex.EncodeToString(h.Sum(nil))[:12]
}

// outputs writes one analysis into a folder.
type outputs struct {
	run *run
	dir string
	res *assessment.Result
	rec *record

	mu sync.Mutex
}

// write writes one file of the folder and records its hash.
func (o *outputs) write(name string, write func(io.Writer) error) error {
	if err := o.run.ctx.Err(); err != nil {
		return err
	}
	f, err := os.OpenFile(o.path(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) // two ids may be one name to a file system
	if err != nil {
		return err
	}
	h := sha256.New()
	w := bufio.NewWriterSize(io.MultiWriter(f, h), 1<<16)
	if err := errors.Join(write(w), w.Flush(), f.Close()); err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.rec.Outputs = append(o.rec.Outputs, input{strings.TrimPrefix(path.Ext(name), "."), name, hex.EncodeToString(h.Sum(nil))})
	return nil
}

// askerDir holds what only the asker may see: findings name institutions, and
// the model counts answers exactly.
const askerDir = "asker"

// statistics writes the release as JSON and as CSV, and for the asker the
// findings and the model.
func (o *outputs) statistics() error {
	err := errors.Join(os.Mkdir(o.path(askerDir), 0o700), o.json("sector.json", o.res.Release), o.write("sector.csv", o.sectorCSV))
	if o.res.Model != nil {
		err = errors.Join(err, o.json(askerDir+"/model.json", o.res.Model))
	}
	return errors.Join(err, o.write(askerDir+"/findings.csv", o.findingsCSV))
}

// release writes the asker's record, which names every other file, and
// release.json, which names those at the top of the folder.
func (o *outputs) release() error {
	slices.SortFunc(o.rec.Outputs, func(a, b input) int { return strings.Compare(a.Name, b.Name) })
	all := struct {
		Workbooks []input `json:"workbooks"`
		Outputs   []input `json:"outputs"`
	}{append([]input{}, o.rec.books...), slices.Clone(o.rec.Outputs)}
	if err := o.json(askerDir+"/record.json", all); err != nil {
		return err
	}
	o.rec.Parties, o.rec.Suppressed = o.res.Release.Groups[0].N, o.res.Release.Suppressed
	o.rec.Outputs = slices.DeleteFunc(slices.Clone(all.Outputs), func(f input) bool { return strings.Contains(f.Name, "/") })
	outputs := o.rec.Outputs
	err := o.json("release.json", o.rec)
	o.rec.Outputs = outputs // release.json cannot name itself
	return err
}

// forms are the three renderings of a document.
func (o *outputs) forms(r *paper.Renderer, base string, d *paper.Document) error {
	return errors.Join(
		o.write(base+".html", func(w io.Writer) error { return paper.HTML(w, d) }),
		o.write(base+".pdf", func(w io.Writer) error { _, err := r.PDF(w, d); return err }),
		o.write(base+".xlsx", func(w io.Writer) error { return paper.XLSX(w, d) }),
	)
}

// reports writes the sector report and the feedback of the recipients, who are
// given by their places among the parties.
func (o *outputs) reports(m *report.Maker, recipients []int) error {
	r, err := paper.NewRenderer()
	if err != nil {
		return err
	}
	if err := o.forms(r, "sector", m.Sector()); err != nil || len(recipients) == 0 {
		return err
	}
	if err := os.Mkdir(o.path("feedback"), 0o700); err != nil {
		return err
	}
	parties := o.res.Current.Parties
	bar := o.run.progress(len(recipients), "cli.progress.feedback")
	workers := runtime.GOMAXPROCS(0)
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(recipients) && errs[w] == nil; i += workers {
				p := recipients[i]
				errs[w] = o.forms(r, "feedback/"+fileName(parties[p].ID), m.Feedback(p))
				_ = bar.Add(1)
			}
		})
	}
	wg.Wait()
	_ = bar.Finish()
	return errors.Join(errs...)
}

// devices are the names that Windows keeps for devices, whatever follows a dot
// ("Naming Files, Paths, and Namespaces", Microsoft).
var devices = regexp.MustCompile(`(?i)^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)`)

// fileName makes a party's id safe as a file name: what could leave the folder
// or trouble a file system is written as %XX.
func fileName(id string) string {
	var b strings.Builder
	if devices.MatchString(id) {
		b.WriteString("%" + strings.ToUpper(hex.EncodeToString([]byte{id[0]})))
		id = id[1:]
	}
	for i := range len(id) {
		c := id[i]
		safe := c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '_' || c >= 0x80 || c == '.' && i > 0
		if safe {
			b.WriteByte(c)
		} else {
			b.WriteString("%" + strings.ToUpper(hex.EncodeToString([]byte{c})))
		}
	}
	return b.String()
}

// sectorCSV is the release as a flat table: one line per figure.
func (o *outputs) sectorCSV(w io.Writer) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	c := csv.NewWriter(w)
	c.UseCRLF = true
	rows := [][]string{{"table", "id", "group", "n", "category", "share", "low", "high"}}
	groups := o.res.Release.Groups
	for _, it := range o.res.Release.Items {
		rows = append(rows, cellRows("item", it.Item, groups, it.Cells)...)
		rows = append(rows, cellRows("item_change", it.Item, groups, it.Change)...)
	}
	for _, s := range append([]peer.ScoreResult{o.res.Release.Overall}, o.res.Release.Sections...) {
		rows = append(rows, quantileRows(s, groups)...)
		rows = append(rows, cellRows("score_change", s.Section, groups, s.Change)...)
	}
	return c.WriteAll(rows)
}

func (o *outputs) findingsCSV(w io.Writer) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	c := csv.NewWriter(w)
	c.UseCRLF = true
	rows := [][]string{{"severity", "place", "party", "item", "value", "message", "rule"}}
	for _, f := range o.rec.found {
		rows = append(rows, []string{string(f.Severity), guard(f.Place()), guard(f.Party), guard(strings.TrimPrefix(f.Pointer, "/")), guard(f.Value), f.Text(o.run.lang), f.Rule})
	}
	return c.WriteAll(rows)
}

// guard keeps a spreadsheet from running a value as a formula.
func guard(s string) string {
	if first, _ := utf8.DecodeRuneInString(s); s != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
		return "'" + s
	}
	return s
}
