// Package release makes what goes back from a closed campaign: it hands the frozen
// submissions to the same analysis as the command line, composes the documents, and
// gives them to the campaign to keep.
package release

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"yagura/internal/assessment"
	"yagura/internal/assessment/report"
	"yagura/internal/authz"
	"yagura/internal/calendar"
	"yagura/internal/campaign"
	"yagura/internal/catalog"
	"yagura/internal/clock"
	"yagura/internal/errs"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/org"
	"yagura/internal/paper"
	"yagura/internal/peer"
)

// Maker makes releases.
type Maker struct {
	Campaigns *campaign.Store
	Orgs      *org.Store
	Catalog   *catalog.Catalog
	Clock     clock.Clock
	Notice    i18n.Text // on every sheet, e.g. that the data are synthetic
	renderer  func() (*paper.Renderer, error)
}

// New makes a Maker.
func New(c *campaign.Store, o *org.Store, cat *catalog.Catalog, now clock.Clock, notice i18n.Text) *Maker {
	return &Maker{c, o, cat, now, notice, sync.OnceValues(paper.NewRenderer)}
}

// The names of the documents of a release.
const (
	Sector   = "sector"   // for the asker and, if it so decides, all who took part
	Feedback = "feedback" // for one party
)

// Record is what a release was made from and how.
type Record struct {
	Form            string             `json:"form"`
	Edition         string             `json:"edition"`
	FormSHA256      string             `json:"form_sha256"`
	PreviousEdition string             `json:"previous_edition,omitempty"`
	Policy          peer.Policy        `json:"policy"`
	Parties         string             `json:"parties"`
	Suppressed      []peer.Suppression `json:"suppressed"`
	Inputs          string             `json:"inputs_sha256"` // of the parties' codes, revisions and hashes, in order
	Result          string             `json:"result_sha256"`
}

// kept is what is stored of one document.
type kept struct {
	Document []byte `json:"document"` // paper.Encode
	Steps    []Step `json:"steps,omitempty"`
}

// Step is one piece of advice to an organisation.
type Step struct {
	Item   string    `json:"item"`
	Ask    i18n.Text `json:"ask"`
	Now    i18n.Text `json:"now"`
	Next   i18n.Text `json:"next"`
	Advice i18n.Text `json:"advice"`
	Share  float64   `json:"share"` // 0 to 1, see assessment.Step
}

// Make analyses a closed campaign of the actor's organisation and keeps the release.
// progress is called with 0 to 1; it may be nil.
func (m *Maker) Make(ctx context.Context, a authz.Actor, id string, progress func(float64)) error {
	if progress == nil {
		progress = func(float64) {}
	}
	c, err := m.Campaigns.Get(ctx, a, id)
	if err != nil {
		return err
	}
	in, err := m.Campaigns.Input(ctx, a.Org, id)
	if err != nil {
		return err
	}
	if len(in.Docs) == 0 {
		return errs.New(errs.Conflict, "%w", i18n.NewError("release.nothing-submitted"))
	}
	prev, last, err := m.before(ctx, c)
	if err != nil {
		return err
	}
	rec := Record{Form: in.Form.ID, Edition: in.Form.Edition, FormSHA256: in.Form.Hash(), Policy: policy(c), Inputs: inputs(in)}
	if prev != nil {
		rec.PreviousEdition = prev.Form.Edition
	}
	res, err := assessment.Analyze(ctx, responses(in), prev, assessment.Options{Policy: rec.Policy, Last: last})
	if err != nil {
		return err
	}
	result, err := encode(res.Release)
	if err != nil {
		return err
	}
	rec.Parties, rec.Suppressed, rec.Result = res.Release.Groups[0].N, res.Release.Suppressed, hash(result)
	text, err := encode(rec)
	if err != nil {
		return err
	}
	docs, err := m.documents(ctx, c, in, res, rec, progress)
	if err != nil {
		return err
	}
	return m.Campaigns.Keep(ctx, a, id, string(text), string(result), docs)
}

// before reads the campaign of the edition before, with its release if it had one.
func (m *Maker) before(ctx context.Context, c campaign.Campaign) (*assessment.Responses, *peer.Release, error) {
	was, err := m.Campaigns.Before(ctx, c)
	if errs.KindOf(err) == errs.NotFound {
		return nil, nil, nil
	} else if err != nil {
		return nil, nil, err
	}
	in, err := m.Campaigns.Input(ctx, c.Tenant, was.ID)
	if err != nil {
		return nil, nil, err
	}
	prev := responses(in)
	rel, err := m.Campaigns.ReleaseOf(ctx, was)
	if errs.KindOf(err) == errs.NotFound {
		return &prev, nil, nil
	} else if err != nil {
		return nil, nil, err
	}
	var last peer.Release
	if err := json.Unmarshal([]byte(rel.Result), &last); err != nil {
		return nil, nil, errs.New(errs.Internal, "release: the kept result of %s can't be read: %w", was.ID, err)
	}
	return &prev, &last, nil
}

func policy(c campaign.Campaign) peer.Policy {
	if c.Policy == "sensitive" {
		return peer.Sensitive()
	}
	return peer.Default()
}

// source gives the answers of frozen submissions.
type source struct {
	form *form.Form
	docs []string
}

func (s source) Answers(p int, _ form.Answers) form.Answers {
	answers, _ := s.form.DecodeAnswers([]byte(s.docs[p])) // it was encoded by the same form
	return answers
}

// responses are the frozen submissions as the analysis takes them: by code.
func responses(in campaign.Input) assessment.Responses {
	return assessment.Responses{Form: in.Form, Parties: in.Orgs, Source: source{in.Form, in.Docs}}
}

// inputs is the hash of what is analysed: which revision of which party.
func inputs(in campaign.Input) string {
	var b strings.Builder
	for _, f := range in.Frozen {
		b.WriteString(f.Code + "\x00" + f.SHA256 + "\x00")
	}
	return hash([]byte(b.String()))
}

// documents composes all documents, in both languages, in parallel.
func (m *Maker) documents(ctx context.Context, c campaign.Campaign, in campaign.Input, res *assessment.Result, rec Record, progress func(float64)) ([]campaign.Document, error) {
	asker, err := m.Orgs.Organisation(ctx, c.Tenant)
	if err != nil {
		return nil, err
	}
	docs := make([]campaign.Document, len(i18n.Langs)*(1+len(in.Frozen)))
	var done int
	var mu sync.Mutex
	for l, lang := range i18n.Langs {
		maker := report.New(res, m.Catalog, report.Options{
			Lang: lang, Marking: c.Marking, Notice: m.Notice.In(lang), From: asker.Name().In(lang), Date: date(m.Clock.Now(), lang), Release: "release " + rec.Inputs[:12]})
		at := l * (1 + len(in.Frozen))
		if docs[at], err = pack(maker.Sector(), nil, Sector, lang, ""); err != nil {
			return nil, err
		}
		workers := runtime.GOMAXPROCS(0)
		faults := make([]error, workers)
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() {
				for p := w; p < len(in.Frozen) && faults[w] == nil && ctx.Err() == nil; p += workers {
					docs[at+1+p], faults[w] = pack(maker.Feedback(p), steps(res, p), Feedback, lang, in.Frozen[p].Party)
					mu.Lock()
					done++
					progress(float64(done) / float64(len(docs)))
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if i := slices.IndexFunc(faults, func(err error) bool { return err != nil }); i >= 0 {
			return nil, faults[i]
		}
	}
	return docs, ctx.Err()
}

func pack(d *paper.Document, steps []Step, name string, lang i18n.Lang, party string) (campaign.Document, error) {
	data, err := paper.Encode(d)
	if err != nil {
		return campaign.Document{}, err
	}
	if data, err = encode(kept{data, steps}); err != nil {
		return campaign.Document{}, err
	}
	return campaign.Document{Name: name, Lang: string(lang), Party: party, Data: data}, nil
}

// date is the day as printed on documents.
func date(t time.Time, lang i18n.Lang) string {
	return calendar.DayOf(t, calendar.Tokyo).Long().In(lang)
}

// encode writes JSON as the command line does: the same value, the same bytes.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(v); err != nil {
		return nil, errs.New(errs.Internal, "release: %w", err)
	}
	return b.Bytes(), nil
}

// Write writes a kept document as html, pdf or xlsx.
func (m *Maker) Write(w io.Writer, data []byte, format string) error {
	var k kept
	if err := json.Unmarshal(data, &k); err != nil {
		return errs.New(errs.Internal, "release: a kept document can't be read: %w", err)
	}
	d, err := paper.Decode(k.Document)
	if err != nil {
		return err
	}
	switch format {
	case "html":
		return paper.HTML(w, d)
	case "xlsx":
		return paper.XLSX(w, d)
	case "pdf":
		r, err := m.renderer()
		if err != nil {
			return err
		}
		_, err = r.PDF(w, d)
		return err
	}
	return errs.New(errs.NotFound, "release: no format %q", format)
}
