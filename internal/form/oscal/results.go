package oscal

import (
	"crypto/sha256"
	"fmt"
	"math"
	"strings"
	"time"

	"yagura/internal/errs"
	"yagura/internal/form"
	"yagura/internal/i18n"
)

// ResultsOptions say whose answers the results are, and when they were given.
type ResultsOptions struct {
	Org      *form.Org    // who answered; its tier chooses the targets
	Previous form.Answers // last edition's answers, for conditions that read them; may be nil
	Start    time.Time    // when the assessment began; required
	End      time.Time    // when it ended; default Start
	Lang     i18n.Lang    // default i18n.JA
	Plan     string       // URI of the assessment plan; default: a resource in the document's back matter
}

type resultsDocument struct {
	Results assessmentResults `json:"assessment-results"`
}

type assessmentResults struct {
	UUID       string      `json:"uuid"`
	Metadata   metadata    `json:"metadata"`
	ImportAP   importAP    `json:"import-ap"`
	Results    []result    `json:"results"`
	BackMatter *backMatter `json:"back-matter,omitempty"`
}

type importAP struct {
	HRef string `json:"href"`
}

type backMatter struct {
	Resources []resource `json:"resources"`
}

type resource struct {
	UUID        string `json:"uuid"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
}

type result struct {
	UUID         string           `json:"uuid"`
	Title        string           `json:"title"`
	Description  string           `json:"description"`
	Start        string           `json:"start"`
	End          string           `json:"end,omitempty"`
	Reviewed     reviewedControls `json:"reviewed-controls"`
	Observations []observation    `json:"observations,omitempty"`
	Findings     []resultFinding  `json:"findings,omitempty"`
}

type reviewedControls struct {
	Selections []controlSelection `json:"control-selections"`
}

type controlSelection struct {
	Include []controlRef `json:"include-controls"`
}

type controlRef struct {
	ID string `json:"control-id"`
}

type observation struct {
	UUID        string   `json:"uuid"`
	Title       string   `json:"title,omitempty"`
	Description string   `json:"description"`
	Props       []prop   `json:"props,omitempty"`
	Methods     []string `json:"methods"`
	Types       []string `json:"types,omitempty"`
	Collected   string   `json:"collected"`
	Remarks     string   `json:"remarks,omitempty"`
}

type resultFinding struct {
	UUID        string               `json:"uuid"`
	Title       string               `json:"title"`
	Description string               `json:"description"`
	Target      findingTarget        `json:"target"`
	Related     []relatedObservation `json:"related-observations,omitempty"`
}

type findingTarget struct {
	Type     string          `json:"type"`
	TargetID string          `json:"target-id"`
	Status   objectiveStatus `json:"status"`
}

type objectiveStatus struct {
	State  string `json:"state"`
	Reason string `json:"reason,omitempty"`
}

type relatedObservation struct {
	UUID string `json:"observation-uuid"`
}

// ExportResults writes one organisation's answers to a form as OSCAL 1.1.2
// assessment results. Every item that applies is a reviewed control; every
// answer is an observation by the method INTERVIEW (what was told, as opposed
// to examined or tested); every item with a target is a finding on the
// control's statement: satisfied (reason "pass") when the answer's level
// reaches the target of the organisation's tier, otherwise not-satisfied with
// reason "fail", or "other" when it is unanswered or unknown. An item answered
// as not applicable has an observation with the reason and no finding. Equal
// inputs give equal bytes. The errors are errs.Invalid: no start, no item
// applies, or an answer of the wrong Go type.
func ExportResults(f *form.Form, answers form.Answers, o ResultsOptions) ([]byte, error) {
	if o.Lang == "" {
		o.Lang = i18n.JA
	}
	if o.Org == nil {
		o.Org = &form.Org{}
	}
	if o.Start.IsZero() {
		return nil, errs.New(errs.Invalid, "oscal: the results need the time when the assessment began")
	}
	if o.End.IsZero() {
		o.End = o.Start
	}
	given, err := f.EncodeAnswers(answers)
	if err != nil {
		return nil, errs.New(errs.Invalid, "oscal: %w", err)
	}
	w := &resultsWriter{f: f, answers: answers, o: o, ids: controlIDs(f), eval: f.Evaluate(answers, o.Previous, o.Org), tier: f.TierOf(o.Org),
		seed: fmt.Sprintf("%s %s %x %s %s", f.Hash(), o.Org.ID, sha256.Sum256(given), o.Start.Format(time.RFC3339Nano), o.Lang)}
	r := w.result()
	if len(r.Reviewed.Selections[0].Include) == 0 {
		return nil, errs.New(errs.Invalid, "oscal: no item of %s applies", f.Name())
	}
	return encode(resultsDocument{w.document(r)})
}

type resultsWriter struct {
	f       *form.Form
	answers form.Answers
	o       ResultsOptions
	ids     map[string]string
	eval    *form.Evaluation
	tier    string
	seed    string
}

func (w *resultsWriter) uuid(what string) string { return uuid(what + " " + w.seed) }

func (w *resultsWriter) document(r result) assessmentResults {
	title := w.f.Title.In(w.o.Lang)
	doc := assessmentResults{
		UUID: w.uuid("results"),
		Metadata: metadata{Title: i18n.T(w.o.Lang, "oscal.results.title", "form", title), LastModified: w.o.End.Format(time.RFC3339),
			Version: w.f.Edition, OSCALVersion: Version, Props: []prop{{Name: "form", NS: namespace, Value: w.f.Name()}}},
		ImportAP: importAP{HRef: w.o.Plan}, Results: []result{r},
	}
	if w.o.Org.Name != "" {
		doc.Metadata.Parties = []party{{UUID: uuid("party " + w.o.Org.ID + " " + w.o.Org.Name), Type: "organization", Name: w.o.Org.Name}}
	}
	if w.o.Plan == "" {
		plan := resource{UUID: w.uuid("plan"), Title: title, Description: i18n.T(w.o.Lang, "oscal.results.plan", "name", w.f.Name())}
		doc.ImportAP.HRef = "#" + plan.UUID
		doc.BackMatter = &backMatter{Resources: []resource{plan}}
	}
	return doc
}

func (w *resultsWriter) result() result {
	title := w.f.Title.In(w.o.Lang)
	r := result{
		UUID: w.uuid("result"), Title: i18n.T(w.o.Lang, "oscal.results.title", "form", title),
		Description: i18n.T(w.o.Lang, "oscal.results.description", "form", title, "name", w.f.Name()),
		Start:       w.o.Start.Format(time.RFC3339), End: w.o.End.Format(time.RFC3339),
		Reviewed: reviewedControls{Selections: []controlSelection{{}}},
	}
	for _, it := range w.f.Items() {
		if !w.eval.Applies[it.Index()] {
			continue
		}
		include := &r.Reviewed.Selections[0].Include
		*include = append(*include, controlRef{w.ids[it.ID]})
		a, answered := w.answers[it.ID]
		told := w.say(it, a, answered)
		var related []relatedObservation
		if answered {
			ob := w.observe(it, a, told)
			r.Observations = append(r.Observations, ob)
			related = []relatedObservation{{ob.UUID}}
		}
		if fd, ok := w.finding(it, a, answered, told); ok {
			fd.Related = related
			r.Findings = append(r.Findings, fd)
		}
	}
	return r
}

// say puts an answer into words: labels of options, the text of other values.
func (w *resultsWriter) say(it *form.Item, a form.Answer, answered bool) string {
	switch {
	case !answered:
		return i18n.T(w.o.Lang, "oscal.results.unanswered")
	case a.State == form.NotApplicable:
		return i18n.T(w.o.Lang, "oscal.results.not-applicable")
	case a.State == form.Unknown:
		return i18n.T(w.o.Lang, "oscal.results.unknown")
	}
	return w.words(it, a.Value)
}

func (w *resultsWriter) words(it *form.Item, value any) string {
	switch v := value.(type) {
	case string:
		if o := it.Option(v); o != nil {
			return o.Label().In(w.o.Lang)
		}
	case bool:
		return w.yesNo(it.FormatValue(v))
	case []string:
		labels := make([]string, len(v))
		for i, id := range v {
			labels[i] = w.words(it, id)
		}
		return strings.Join(labels, ", ")
	case []form.Row:
		return fmt.Sprint(len(v))
	}
	return it.FormatValue(value)
}

func (w *resultsWriter) yesNo(answer string) string {
	return i18n.T(w.o.Lang, "oscal.results."+answer)
}

func (w *resultsWriter) observe(it *form.Item, a form.Answer, told string) observation {
	title, _, _ := strings.Cut(it.Ask.In(w.o.Lang), "\n")
	ob := observation{
		UUID: w.uuid("observation " + it.ID), Title: title, Description: i18n.T(w.o.Lang, "oscal.results.answer", "answer", told),
		Methods: []string{"INTERVIEW"}, Types: []string{"control-objective"}, Collected: w.o.End.Format(time.RFC3339), Remarks: a.Comment,
		Props: []prop{{Name: "control", NS: namespace, Value: w.ids[it.ID]}, {Name: "item", NS: namespace, Value: it.ID}},
	}
	if level := w.eval.Levels[it.Index()]; !math.IsNaN(level) {
		ob.Props = append(ob.Props, prop{Name: "level", NS: namespace, Value: fmt.Sprintf("%g/%g", level, it.MaxLevel())})
	}
	if it.Type != form.TypeTable {
		if v := it.FormatValue(a.Value); propValue.MatchString(v) {
			ob.Props = append(ob.Props, prop{Name: "answer", NS: namespace, Value: v})
		}
	}
	return ob
}

// finding compares an item's level with its target.
func (w *resultsWriter) finding(it *form.Item, a form.Answer, answered bool, told string) (resultFinding, bool) {
	expected, ok := it.Target.For(w.tier)
	if !ok || a.State == form.NotApplicable {
		return resultFinding{}, false
	}
	want, ok := it.LevelOf(expected)
	if !ok {
		return resultFinding{}, false
	}
	status := objectiveStatus{State: "not-satisfied", Reason: "fail"}
	level := w.eval.Levels[it.Index()]
	switch {
	case !answered || a.State == form.Unknown || math.IsNaN(level):
		status.Reason = "other"
	case level >= want:
		status = objectiveStatus{State: "satisfied", Reason: "pass"}
	}
	if o := it.Option(expected); o != nil {
		expected = o.Label().In(w.o.Lang)
	} else if it.Type == form.TypeYesNo {
		expected = w.yesNo(expected)
	}
	title, _, _ := strings.Cut(it.Ask.In(w.o.Lang), "\n")
	return resultFinding{
		UUID: w.uuid("finding " + it.ID), Title: title,
		Description: i18n.T(w.o.Lang, "oscal.results.finding", "target", expected, "answer", told),
		Target:      findingTarget{Type: "statement-id", TargetID: statementID(w.ids[it.ID]), Status: status},
	}, true
}
