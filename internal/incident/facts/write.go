package facts

import (
	"bytes"
	"io"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// Write writes a base as a FACTS file; Read gives the same base back. Reports
// come out in the order of their submission.
func Write(w io.Writer, b Base) error {
	doc := document{Incident: b.ID, Title: b.Title, Zone: b.Zone, Exercise: b.Exercise, Facts: []recordLine{}}
	for _, r := range b.Records {
		doc.Facts = append(doc.Facts, line(b, r))
	}
	for _, r := range b.Reports {
		l := &reportLine{Stage: r.Stage, Submitted: r.Submitted.Text, Accepted: r.Accepted.Text, Known: r.KnownAt.Text, Note: r.Note}
		l.Zone = zoneOf(b, r.Submitted, r.Accepted, r.KnownAt)
		doc.Reports = append(doc.Reports, l)
	}
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(doc); err != nil {
		return err
	}
	_, err := w.Write(out.Bytes())
	return err
}

func line(b Base, r Record) recordLine {
	l := recordLine{Fact: r.Fact, Known: r.KnownAt.Text, Since: r.Since.Text, Source: r.Source, Note: r.Note}
	moments := []Moment{r.KnownAt, r.Since}
	switch r.State {
	case Known:
		switch v := r.Value.(type) {
		case Moment:
			moments = append(moments, v)
			l.Value = quoted(v.Text)
		case string:
			l.Value = quoted(v)
		case bool:
			l.Value = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(v)}
		case float64:
			l.Value = number(v)
		case []string:
			l.Value = yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Style: yaml.FlowStyle}
			for _, s := range v {
				n := quoted(s)
				l.Value.Content = append(l.Value.Content, &n)
			}
		}
	case Estimated:
		l.Estimate = []float64{r.Low, r.High}
	default:
		l.State = r.State
	}
	l.Zone = zoneOf(b, moments...)
	return l
}

// zoneOf is the zone to write when moments are told in another than the base's.
// The moments of one record share a zone, as Read gives them.
func zoneOf(b Base, moments ...Moment) string {
	for _, m := range moments {
		if m.Zone != "" && m.Zone != b.Zone {
			return m.Zone
		}
	}
	return ""
}

func quoted(s string) yaml.Node {
	return yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s, Style: yaml.DoubleQuotedStyle}
}

func number(v float64) yaml.Node {
	tag := "!!float"
	text := strconv.FormatFloat(v, 'g', -1, 64)
	if _, err := strconv.ParseInt(text, 10, 64); err == nil {
		tag = "!!int"
	}
	return yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: text}
}
