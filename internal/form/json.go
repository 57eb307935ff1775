package form

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"yagura/internal/finding"
)

// jsonAnswer is the JSON of one answer; see JSONSchema.
type jsonAnswer struct {
	Value   json.RawMessage `json:"value,omitempty"`
	State   State           `json:"state,omitempty"`
	Comment string          `json:"comment,omitempty"`
	Carried bool            `json:"carried,omitempty"`
}

// EncodeAnswers writes answers as one JSON object by item id, in form order
// and indented, so that equal answers give equal bytes.
func (f *Form) EncodeAnswers(answers Answers) ([]byte, error) {
	return encodeRow(f.order, answers)
}

func encodeRow(items []*Item, answers Answers) ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	sep := ""
	for _, it := range items {
		a, ok := answers[it.ID]
		if !ok {
			continue
		}
		j := jsonAnswer{State: a.State, Comment: a.Comment, Carried: a.Carried}
		var err error
		if a.Value != nil {
			if j.Value, err = encodeValue(it, a.Value); err != nil {
				return nil, fmt.Errorf("%s: %w", it.ID, err)
			}
		}
		data, err := json.Marshal(j)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", it.ID, err)
		}
		fmt.Fprintf(&b, "%s%q:%s", sep, it.ID, data)
		sep = ",\n"
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func encodeValue(it *Item, value any) ([]byte, error) {
	switch v := value.(type) {
	case time.Duration:
		return json.Marshal(FormatDuration(v))
	case []Row:
		parts := make([]json.RawMessage, len(v))
		for i, row := range v {
			data, err := encodeRow(it.Columns, row)
			if err != nil {
				return nil, err
			}
			parts[i] = data
		}
		return json.Marshal(parts)
	}
	return json.Marshal(value)
}

// DecodeAnswers reads what EncodeAnswers wrote. Values of the wrong JSON type
// and unknown items are findings; what could be read is returned beside them.
func (f *Form) DecodeAnswers(data []byte) (Answers, []finding.Finding) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, []finding.Finding{finding.New("answer.json", "answer.json", "why", err)}
	}
	d := decoder{}
	return d.row("", f.Item, raw), d.found
}

type decoder struct{ found []finding.Finding }

func (d *decoder) add(at, key string, args ...any) {
	f := finding.New(key, key, args...)
	f.Pointer = at
	d.found = append(d.found, f)
}

func (d *decoder) row(at string, item func(string) *Item, raw map[string]json.RawMessage) Answers {
	out := make(Answers, len(raw))
	for _, id := range slices.Sorted(maps.Keys(raw)) {
		data, it := raw[id], item(id)
		if it == nil {
			d.add(at+"/"+id, "answer.unknown-item", "id", id, "near", "")
			continue
		}
		var j jsonAnswer
		dec := json.NewDecoder(bytes.NewReader(data))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&j); err != nil {
			d.add(at+"/"+id, "answer.json", "why", err)
			continue
		}
		a := Answer{State: j.State, Comment: j.Comment, Carried: j.Carried}
		if len(j.Value) > 0 && string(j.Value) != "null" {
			value, err := d.value(at+"/"+id, it, j.Value)
			if err != nil {
				d.add(at+"/"+id, "answer.type", "type", it.Type)
				continue
			}
			a.Value = value
		}
		out[id] = a
	}
	return out
}

func (d *decoder) value(at string, it *Item, data []byte) (any, error) {
	switch it.Type {
	case TypeMulti:
		return decodeAs[[]string](data)
	case TypeYesNo:
		return decodeAs[bool](data)
	case TypeInteger:
		return decodeAs[int64](data)
	case TypeDecimal, TypePercent:
		return decodeAs[float64](data)
	case TypeMoney:
		return decodeAs[Money](data)
	case TypeDate:
		return decodeAs[Date](data)
	case TypeDateTime:
		return decodeAs[DateTime](data)
	case TypeFile:
		return decodeAs[FileRef](data)
	case TypeDuration:
		text, err := decodeAs[string](data)
		if err != nil {
			return nil, err
		}
		return parseDuration(text.(string))
	case TypeTable:
		var rows []map[string]json.RawMessage
		if err := json.Unmarshal(data, &rows); err != nil {
			return nil, err
		}
		out := make([]Row, len(rows))
		for i, raw := range rows {
			out[i] = d.row(fmt.Sprintf("%s/%d", at, i), it.Column, raw)
		}
		return out, nil
	default:
		return decodeAs[string](data)
	}
}

func decodeAs[T any](data []byte) (any, error) {
	var v T
	err := json.Unmarshal(data, &v)
	return v, err
}
