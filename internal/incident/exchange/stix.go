package exchange

import (
	"crypto/sha1"
	"fmt"
	"regexp"
	"slices"
	"time"

	"yagura/internal/incident/facts"
)

// STIX is a STIX 2.1 bundle of an incident as it was known: identity of the
// organisation (where it is named), incident, malware and attack patterns that are
// stated, and a report over them. Ids follow from the incident's id, so that a later
// bundle updates an earlier one. An exercise carries the label exercise.
func STIX(b facts.Base, v facts.View) map[string]any {
	s := &stix{base: b, modified: stamp(latest(b, v))}
	s.created = s.modified
	if all := b.Moments(); len(all) > 0 && !all[0].After(v.Known) {
		s.created = stamp(all[0])
	}
	var refs []any
	add := func(o map[string]any) {
		s.objects = append(s.objects, o)
		refs = append(refs, o["id"])
	}
	if name := v.Text("entity.name"); name != "" {
		s.owner = s.id("identity", name)
		add(s.object("identity", name, map[string]any{"name": name, "identity_class": "organization"}))
	}
	title := b.Title
	if title == "" {
		title = b.ID
	}
	incident := map[string]any{"name": title, "external_references": []any{map[string]any{"source_name": "incident-id", "external_id": b.ID}}}
	if text := v.Text("event.description"); text != "" {
		incident["description"] = text
	}
	add(s.object("incident", b.ID, incident))
	for _, name := range listOf(v, "attack.malware") {
		add(s.object("malware", name, map[string]any{"name": name, "is_family": false}))
	}
	for _, code := range append(listOf(v, "attack.ddos_vector"), listOf(v, "attack.techniques")...) {
		pattern := map[string]any{"name": code}
		if technique.MatchString(code) {
			pattern["external_references"] = []any{map[string]any{"source_name": "mitre-attack", "external_id": code}}
		}
		if id := s.id("attack-pattern", code); !slices.Contains(refs, any(id)) {
			add(s.object("attack-pattern", code, pattern))
		}
	}
	report := s.object("report", b.ID, map[string]any{"name": title, "published": s.modified, "report_types": []any{"threat-report"}, "object_refs": refs})
	s.objects = append(s.objects, report)
	return map[string]any{"type": "bundle", "id": "bundle--" + uuid(b.ID+" "+s.modified), "objects": s.objects}
}

var technique = regexp.MustCompile(`^T\d{4}(\.\d{3})?$`)

type stix struct {
	base              facts.Base
	created, modified string
	owner             string
	objects           []any
}

func (s *stix) id(kind, name string) string { return kind + "--" + uuid(s.base.ID+" "+kind+" "+name) }

// object is an object with the properties that all objects have.
func (s *stix) object(kind, name string, more map[string]any) map[string]any {
	o := map[string]any{"type": kind, "spec_version": "2.1", "id": s.id(kind, name), "created": s.created, "modified": s.modified}
	if s.owner != "" && kind != "identity" {
		o["created_by_ref"] = s.owner
	}
	if s.base.Exercise {
		o["labels"] = []any{"exercise"}
	}
	for key, value := range more {
		o[key] = value
	}
	return o
}

func listOf(v facts.View, id string) []string {
	r, ok := v.Get(id)
	list, isList := r.Value.([]string)
	if !ok || !isList || r.State != facts.Known {
		return nil
	}
	return slices.Clone(list)
}

// latest is the last moment up to the view at which something became known.
func latest(b facts.Base, v facts.View) time.Time {
	at := v.Known
	for _, m := range b.Moments() {
		if m.After(v.Known) {
			break
		}
		at = m
	}
	return at
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// space is the name space of our UUIDs: not that of STIX, which is for other objects.
var space = [16]byte{0x6f, 0x1c, 0x2e, 0x84, 0x3b, 0x90, 0x4d, 0x57, 0x8a, 0x21, 0x5d, 0x0e, 0x77, 0x4c, 0x19, 0xb3}

// uuid is the UUID of version 5 of a name, which is defined by SHA-1 (RFC 9562
// section 5.5); nothing is protected by it.
func uuid(name string) string {
	h := sha1.Sum(slices.Concat(space[:], []byte(name)))
	h[6], h[8] = h[6]&0x0f|0x50, h[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[0:4], h[4:6], h[6:8], h[8:10], h[10:16])
}
