package form

import "yagura/internal/i18n"

// JSONSchema describes the JSON of answers to the form (EncodeAnswers) as JSON
// Schema 2020-12, with titles in lang. Conditions and cross-item checks are
// beyond JSON Schema and remain with Validate.
func (f *Form) JSONSchema(lang i18n.Lang) map[string]any {
	props := map[string]any{}
	required := []string{}
	for _, it := range f.order {
		props[it.ID] = it.answerSchema(lang)
		if !it.Optional && it.Applies == "" {
			required = append(required, it.ID)
		}
	}
	return map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema",
		"$id":     "urn:yagura:form:" + f.ID + ":" + f.Edition,
		"title":   f.Title.In(lang),
		"type":    "object", "properties": props, "required": required, "additionalProperties": false,
	}
}

func (it *Item) answerSchema(lang i18n.Lang) map[string]any {
	return map[string]any{
		"title": it.Ask.In(lang),
		"type":  "object",
		"properties": map[string]any{
			"value":   it.valueSchema(lang),
			"state":   map[string]any{"enum": it.States},
			"comment": map[string]any{"type": "string"},
			"carried": map[string]any{"type": "boolean"},
		},
		"additionalProperties": false,
	}
}

func (it *Item) valueSchema(lang i18n.Lang) map[string]any {
	switch it.Type {
	case TypeChoice, TypeCode:
		return it.optionSchema(lang)
	case TypeMulti:
		return map[string]any{"type": "array", "uniqueItems": true, "items": it.optionSchema(lang)}
	case TypeYesNo:
		return map[string]any{"type": "boolean"}
	case TypeInteger, TypeDecimal, TypePercent:
		return it.numberSchema()
	case TypeMoney:
		return object(map[string]any{"minor": map[string]any{"type": "integer"}, "currency": map[string]any{"const": it.Currency}})
	case TypeDate:
		return map[string]any{"type": "string", "format": "date"}
	case TypeDateTime:
		return map[string]any{"type": "string", "format": "date-time"}
	case TypeDuration:
		return map[string]any{"type": "string", "format": "duration"}
	case TypeFile:
		return object(map[string]any{"name": map[string]any{"type": "string"}, "size": map[string]any{"type": "integer", "minimum": 0},
			"sha256": map[string]any{"type": "string", "pattern": "^[0-9a-f]{64}$"}})
	case TypeTable:
		return it.tableSchema(lang)
	default:
		return it.textSchema()
	}
}

func (it *Item) optionSchema(lang i18n.Lang) map[string]any {
	if len(it.Options) == 0 {
		return it.textSchema()
	}
	var of []any
	for _, o := range it.Options {
		of = append(of, map[string]any{"const": o.ID, "title": o.Label().In(lang)})
	}
	return map[string]any{"oneOf": of}
}

func (it *Item) textSchema() map[string]any {
	s := map[string]any{"type": "string"}
	if it.MaxLength > 0 {
		s["maxLength"] = it.MaxLength
	}
	if it.pattern != nil {
		s["pattern"] = it.pattern.String()
	}
	return s
}

func (it *Item) numberSchema() map[string]any {
	s := map[string]any{"type": "number"}
	if it.Type == TypeInteger {
		s["type"] = "integer"
	}
	lo, hi := it.Bounds()
	if lo != nil {
		s["minimum"] = *lo
	}
	if hi != nil {
		s["maximum"] = *hi
	}
	return s
}

func (it *Item) tableSchema(lang i18n.Lang) map[string]any {
	row := map[string]any{}
	required := []string{}
	for _, c := range it.Columns {
		row[c.ID] = c.answerSchema(lang)
		if !c.Optional {
			required = append(required, c.ID)
		}
	}
	s := object(row)
	s["required"] = required
	return map[string]any{"type": "array", "items": s}
}

func object(props map[string]any) map[string]any {
	return map[string]any{"type": "object", "properties": props, "additionalProperties": false}
}
