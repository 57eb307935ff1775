package api

import (
	"encoding/json"
	"net/http"
	"time"

	"yagura/internal/form"
	"yagura/internal/record"
	"yagura/internal/register"
)

// RegisterRecord is a record of a register with its answers.
type RegisterRecord struct {
	ID        string          `json:"id"`
	Form      string          `json:"form"`
	Edition   string          `json:"edition"`
	Title     string          `json:"title"`
	Version   int64           `json:"version"`
	UpdatedAt *time.Time      `json:"updated_at"`
	RemovedAt *time.Time      `json:"removed_at"`
	Answers   json.RawMessage `json:"answers" doc:"by item, as the JSON Schema of the register says"`
	Missing   []string        `json:"missing" doc:"required items that have no answer"`
}

// RecordAnswers are all answers of a record.
type RecordAnswers struct {
	Answers map[string]any `json:"answers" doc:"by item, as the JSON Schema of the register says"`
}

// RecordPatch are some answers of a record.
type RecordPatch struct {
	Answers map[string]any `json:"answers" doc:"by item, as the JSON Schema of the register says; null takes an answer back"`
}

// ByRecord is the path of a record.
type ByRecord struct {
	ByForm
	ByID
}

func (c *call) recordView(sh register.Sheet) (*one[RegisterRecord], error) {
	doc, err := sh.FormDef.EncodeAnswers(sh.Draft.Answers)
	if err != nil {
		return nil, err
	}
	v := RegisterRecord{sh.ID, sh.Form, sh.Edition, sh.Title, sh.Version, stamp(sh.UpdatedAt), stamp(sh.RemovedAt), doc, []string{}}
	for _, it := range sh.Missing() {
		v.Missing = append(v.Missing, it.ID)
	}
	return &one[RegisterRecord]{etag(sh.Version), v}, nil
}

func (c *call) recordGet(p *ByRecord) (*one[RegisterRecord], error) {
	sh, err := c.Registers.Get(c.ctx, c.actor, p.Form, p.ID)
	if err != nil {
		return nil, err
	}
	return c.recordView(sh)
}

type enterIn struct {
	ByForm
	Body RecordAnswers
}

// entered is a record that a POST made.
type entered struct {
	Status   int
	ETag     string `header:"ETag"`
	Location string `header:"Location"`
	Body     RegisterRecord
}

func (c *call) recordEnter(in *enterIn) (*entered, error) {
	blank, err := c.Registers.Blank(c.ctx, c.actor, in.Form)
	if err != nil {
		return nil, err
	}
	answers, err := c.answersOf(blank.FormDef, in.Body.Answers)
	if err != nil {
		return nil, err
	}
	sh, err := c.Registers.Change(c.ctx, c.actor, in.Form, "", "api", 0, all(blank.FormDef, answers)...)
	if err != nil {
		return nil, err
	}
	v, err := c.recordView(sh)
	if err != nil {
		return nil, err
	}
	return &entered{http.StatusCreated, v.ETag, "/api/registers/" + sh.Form + "/records/" + sh.ID, v.Body}, nil
}

// all are the changes that make answers those of a record, whatever it had.
func all(f *form.Form, answers form.Answers) []record.Change {
	var out []record.Change
	for _, it := range f.Items() {
		out = append(out, record.Change{Item: it.ID, Answer: answers[it.ID]})
	}
	return out
}

type replaceIn struct {
	ByRecord
	IfMatch string `header:"If-Match"`
	Body    RecordAnswers
}

func (c *call) recordReplace(in *replaceIn) (*one[RegisterRecord], error) {
	return c.recordWrite(in.ByRecord, in.IfMatch, in.Body.Answers, all)
}

type changeIn struct {
	ByRecord
	IfMatch string `header:"If-Match"`
	Body    RecordPatch
}

func (c *call) recordChange(in *changeIn) (*one[RegisterRecord], error) {
	return c.recordWrite(in.ByRecord, in.IfMatch, in.Body.Answers, func(f *form.Form, answers form.Answers) []record.Change {
		var out []record.Change
		for _, it := range f.Items() {
			if _, sent := in.Body.Answers[it.ID]; sent {
				out = append(out, record.Change{Item: it.ID, Answer: answers[it.ID]})
			}
		}
		return out
	})
}

// recordWrite stores what was sent if the record still is the one that its sender read.
func (c *call) recordWrite(p ByRecord, header string, sent map[string]any, changes func(*form.Form, form.Answers) []record.Change) (*one[RegisterRecord], error) {
	now, err := c.Registers.Get(c.ctx, c.actor, p.Form, p.ID)
	if err != nil {
		return nil, err
	}
	view, err := c.recordView(now)
	if err != nil {
		return nil, err
	}
	if !c.Registers.May(c.actor, "record.write") {
		_, err := c.Policies.Decide(c.actor, "record.write", c.own("record"))
		return nil, err
	}
	if err := match(header, now.Version, true, view.Body); err != nil {
		return nil, err
	}
	answers, err := c.answersOf(now.FormDef, sent)
	if err != nil {
		return nil, err
	}
	sh, err := c.Registers.Change(c.ctx, c.actor, p.Form, p.ID, "api", now.Version, changes(now.FormDef, answers)...)
	if err != nil {
		return nil, c.standing(err, func() (any, error) {
			v, err := c.recordGet(&p)
			if err != nil {
				return nil, err
			}
			return v.Body, nil
		})
	}
	return c.recordView(sh)
}

func encodeMap(sent map[string]any) ([]byte, error) {
	if sent == nil {
		sent = map[string]any{}
	}
	return json.Marshal(sent)
}

func (c *call) recordRemove(p *ByRecord) (*nothing, error) {
	return nil, c.Registers.Remove(c.ctx, c.actor, p.Form, p.ID)
}

func (c *call) recordRestore(p *ByRecord) (*nothing, error) {
	return nil, c.Registers.Restore(c.ctx, c.actor, p.Form, p.ID)
}

// RecordEvent is one change of an answer.
type RecordEvent struct {
	Item    string          `json:"item"`
	Version int64           `json:"version"`
	Answer  json.RawMessage `json:"answer" doc:"null when it was taken back"`
	At      *time.Time      `json:"at"`
	Person  string          `json:"person"`
	Via     string          `json:"via" doc:"screen, excel, csv, api"`
}

// historyShown is how many changes of a record a list goes through.
const historyShown = 10000

type recordWindow struct {
	ByRecord
	Window
}

func (c *call) recordHistory(in *recordWindow) (*list[RecordEvent], error) {
	sh, err := c.Registers.Get(c.ctx, c.actor, in.Form, in.ID)
	if err != nil {
		return nil, err
	}
	past, err := c.Registers.History(c.ctx, c.actor, sh, historyShown)
	if err != nil {
		return nil, err
	}
	events := make([]RecordEvent, 0, len(past))
	for _, p := range past {
		if sh.FormDef.Item(p.Item) == nil {
			continue // an item of an earlier edition
		}
		answer, err := encoded(sh.FormDef, p.Item, p.Value(sh.FormDef))
		if err != nil {
			return nil, err
		}
		events = append(events, RecordEvent{p.Item, p.Version, answer, stamp(p.At), p.Person, p.Via})
	}
	return cut(events, in.Window, func(e RecordEvent) string { return e.Item + "/" + decimal(e.Version) }, func(e RecordEvent) RecordEvent { return e })
}
