package incident

import (
	"encoding/json"

	"yagura/internal/errs"
	"yagura/internal/incident/facts"
)

// momentDoc is a moment as it is stored: as it was told.
type momentDoc struct {
	Text string `json:"text"`
	Zone string `json:"zone,omitempty"`
}

// recordDoc is a statement as it is stored. Value is a bool, a number, a text or a list
// of texts; a moment has a place of its own.
type recordDoc struct {
	State  facts.State `json:"state"`
	Value  any         `json:"value,omitempty"`
	Moment *momentDoc  `json:"moment,omitempty"`
	Low    float64     `json:"low,omitempty"`
	High   float64     `json:"high,omitempty"`
	Source string      `json:"source,omitempty"`
	Since  *momentDoc  `json:"since,omitempty"`
	Known  *momentDoc  `json:"known"`
	Note   string      `json:"note,omitempty"`
}

func momentOf(m facts.Moment) *momentDoc {
	if m.IsZero() {
		return nil
	}
	return &momentDoc{m.Text, m.Zone}
}

func (d *momentDoc) moment() (facts.Moment, error) {
	if d == nil {
		return facts.Moment{}, nil
	}
	return facts.ParseMoment(d.Text, d.Zone)
}

// encode writes a statement for storage.
func encode(r facts.Record) (string, error) {
	d := recordDoc{State: r.State, Low: r.Low, High: r.High, Source: r.Source, Since: momentOf(r.Since), Known: momentOf(r.KnownAt), Note: r.Note}
	if m, ok := r.Value.(facts.Moment); ok {
		d.Moment = momentOf(m)
	} else {
		d.Value = r.Value
	}
	data, err := json.Marshal(d)
	if err != nil {
		return "", errs.New(errs.Internal, "incident: %w", err)
	}
	return string(data), nil
}

// decode reads a stored statement.
func decode(fact, doc string) (facts.Record, error) {
	var d recordDoc
	if err := json.Unmarshal([]byte(doc), &d); err != nil {
		return facts.Record{}, errs.New(errs.Internal, "incident: fact %s: %w", fact, err)
	}
	r := facts.Record{Fact: fact, State: d.State, Value: d.Value, Low: d.Low, High: d.High, Source: d.Source, Note: d.Note}
	if list, ok := d.Value.([]any); ok {
		texts := make([]string, 0, len(list))
		for _, v := range list {
			if s, ok := v.(string); ok {
				texts = append(texts, s)
			}
		}
		r.Value = texts
	}
	var err error
	if d.Moment != nil {
		if r.Value, err = d.Moment.moment(); err != nil {
			return r, errs.New(errs.Internal, "incident: fact %s: %w", fact, err)
		}
	}
	if r.Since, err = d.Since.moment(); err == nil {
		r.KnownAt, err = d.Known.moment()
	}
	if err != nil {
		return r, errs.New(errs.Internal, "incident: fact %s: %w", fact, err)
	}
	return r, nil
}
