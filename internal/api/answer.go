package api

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"time"

	"yagura/internal/errs"
	"yagura/internal/filing"
	"yagura/internal/form"
	"yagura/internal/record"
)

// maxAnswers is how many bytes of answers are taken at once.
const maxAnswers = 4 << 20

func (s *server) answerOperations() {
	add(s, op(http.MethodGet, "/api/filings/{id}/answers", "filing-answers"), "filing.read", (*call).answersGet)
	patch := op(http.MethodPatch, "/api/filings/{id}/answers", "filing-answer")
	patch.MaxBodyBytes, patch.BodyReadTimeout = maxAnswers, time.Minute
	add(s, patch, "filing.answer", (*call).answersPatch)
	add(s, op(http.MethodPost, "/api/filings/{id}/carry", "filing-carry"), "filing.answer", (*call).carry)
	add(s, op(http.MethodPost, "/api/filings/{id}/reuse", "filing-reuse"), "filing.answer", (*call).reuse)
	add(s, op(http.MethodPost, "/api/filings/{id}/confirm", "filing-confirm"), "filing.answer", (*call).confirm)
}

// Answers are answers by item, in the form that the form's JSON Schema describes, with
// the version of each, which a change must name.
type Answers struct {
	Answers  json.RawMessage  `json:"answers"`
	Versions map[string]int64 `json:"versions"`
}

// Standing is the present answer to an item.
type Standing struct {
	Item    string          `json:"item"`
	Answer  json.RawMessage `json:"answer"`
	Version int64           `json:"version"`
	Person  string          `json:"person"`
	At      *time.Time      `json:"at"`
}

func (c *call) answers(sh filing.Sheet) (*one[Answers], error) {
	doc, err := sh.FormDef.EncodeAnswers(sh.Draft.Answers)
	return &one[Answers]{etag(sh.Version), Answers{doc, sh.Draft.Versions}}, err
}

func (c *call) answersGet(p *ByID) (*one[Answers], error) {
	sh, err := c.Filings.Sheet(c.ctx, c.actor, p.ID)
	if err != nil {
		return nil, err
	}
	return c.answers(sh)
}

type answersIn struct {
	ByID
	Body struct {
		Answers  map[string]json.RawMessage `json:"answers" doc:"by item; null takes an answer back"`
		Versions map[string]int64           `json:"versions" doc:"by item: the version that was read, 0 for an item that was never answered"`
	}
}

func (c *call) answersPatch(in *answersIn) (*one[Answers], error) {
	sh, err := c.Filings.Sheet(c.ctx, c.actor, in.ID)
	if err != nil {
		return nil, err
	}
	changes, wrong := changesOf(sh.FormDef, in.Body.Answers, in.Body.Versions, c)
	if len(wrong) > 0 {
		return nil, &fault{kind: invalid, flaws: wrong}
	}
	return c.kept(sh, func() (filing.Sheet, error) { return c.Filings.Save(c.ctx, c.actor, in.ID, "api", changes...) })
}

// changesOf reads a patch. Every item needs the version that its sender read.
func changesOf(f *form.Form, answers map[string]json.RawMessage, versions map[string]int64, c *call) ([]record.Change, []Flaw) {
	var changes []record.Change
	var wrong []Flaw
	for _, item := range slices.Sorted(maps.Keys(answers)) {
		version, ok := versions[item]
		if !ok || version < 0 {
			wrong = append(wrong, Flaw{"/" + item, say(invalid, "api.version-missing").text.In(c.lang)})
			continue
		}
		text, err := json.Marshal(map[string]json.RawMessage{item: answers[item]})
		if err != nil {
			wrong = append(wrong, Flaw{"/" + item, say(malformed, "api.detail.malformed").text.In(c.lang)})
			continue
		}
		decoded, found := f.DecodeAnswers(text)
		wrong = append(wrong, flaws(found, c.lang)...)
		changes = append(changes, record.Change{Item: item, Answer: decoded[item], Version: version})
	}
	return changes, wrong
}

// kept shows the sheet after a change, or with what stands there when someone else
// changed an answer meanwhile.
func (c *call) kept(sh filing.Sheet, save func() (filing.Sheet, error)) (*one[Answers], error) {
	now, err := save()
	var late *record.Conflict
	if errors.As(err, &late) {
		answer, encoding := encoded(sh.FormDef, late.Item, late.Theirs)
		if encoding != nil {
			return nil, encoding
		}
		return nil, &fault{kind: conflict, current: Standing{late.Item, answer, late.Version, late.Person, stamp(late.At)}}
	}
	if err != nil {
		return nil, err
	}
	return c.answers(now)
}

// encoded is the JSON of one answer, null when it was taken back.
func encoded(f *form.Form, item string, a form.Answer) (json.RawMessage, error) {
	if a.Value == nil && a.State == "" && a.Comment == "" {
		return json.RawMessage("null"), nil
	}
	doc, err := f.EncodeAnswers(form.Answers{item: a})
	if err != nil {
		return nil, err
	}
	var by map[string]json.RawMessage
	if err := json.Unmarshal(doc, &by); err != nil {
		return nil, errs.New(errs.Internal, "api: %w", err)
	}
	return by[item], nil
}

type reuseIn struct {
	ByID
	Body struct {
		From    string `json:"from" maxLength:"100" doc:"filing of the same edition of the form that was submitted to another asker"`
		Consent bool   `json:"consent" doc:"the organisation consents to this asker having the answers"`
	}
}

func (c *call) reuse(in *reuseIn) (*one[Answers], error) {
	sh, err := c.Filings.Reuse(c.ctx, c.actor, in.ID, in.Body.From, in.Body.Consent)
	if err != nil {
		return nil, err
	}
	return c.answers(sh)
}

type itemsIn struct {
	ByID
	Body struct {
		Items []string `json:"items" maxItems:"10000"`
	}
}

func (c *call) carry(in *itemsIn) (*one[Answers], error) {
	sh, err := c.Filings.Sheet(c.ctx, c.actor, in.ID)
	if err != nil {
		return nil, err
	}
	return c.kept(sh, func() (filing.Sheet, error) { return c.Filings.Carry(c.ctx, c.actor, in.ID, in.Body.Items...) })
}

func (c *call) confirm(in *itemsIn) (*one[Answers], error) {
	sh, err := c.Filings.Sheet(c.ctx, c.actor, in.ID)
	if err != nil {
		return nil, err
	}
	return c.kept(sh, func() (filing.Sheet, error) { return c.Filings.Confirm(c.ctx, c.actor, in.ID, in.Body.Items...) })
}
