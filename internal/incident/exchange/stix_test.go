package exchange

import (
	"encoding/json"
	"regexp"
	"testing"
	"time"

	"yagura/internal/incident/facts"
)

// What STIX 2.1 asks of every object: a typed id, spec_version, created not
// after modified, in milliseconds; references that the bundle resolves.
func TestSTIX(t *testing.T) {
	_, d := load(t)
	b, found := facts.Read("f", []byte(night+"  - {fact: attack.ddos_vector, value: [T1498.001]}\n  - {fact: attack.techniques, value: [phishing, T1498.001]}\n  - {fact: event.other, value: later, known: \"2026-11-25T10:00\"}\n"), d)
	if len(found) > 0 {
		t.Fatal(found)
	}
	v := b.At(time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC))
	doc := STIX(b, v)
	data, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := json.Marshal(STIX(b, v))
	if string(again) != string(data) {
		t.Error("the same view gives two bundles")
	}
	ids, types := map[string]bool{}, map[string]int{}
	form := regexp.MustCompile(`^[a-z-]+--[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	stampForm := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)
	for _, o := range doc["objects"].([]any) {
		m := o.(map[string]any)
		id, kind := m["id"].(string), m["type"].(string)
		if !form.MatchString(id) || id[:len(kind)] != kind || ids[id] || m["spec_version"] != "2.1" || !stampForm.MatchString(m["created"].(string)) || m["created"].(string) > m["modified"].(string) {
			t.Errorf("%v", m)
		}
		ids[id] = true
		types[kind]++
		if owner, ok := m["created_by_ref"]; ok && !ids[owner.(string)] {
			t.Errorf("%s: nobody is %s", id, owner)
		}
		if refs, ok := m["object_refs"].([]any); ok {
			for _, ref := range refs {
				if !ids[ref.(string)] {
					t.Errorf("report names %s", ref)
				}
			}
			if m["modified"] != "2026-11-24T04:00:00.000Z" {
				t.Errorf("modified %s: what became known later does not count", m["modified"])
			}
		}
	}
	if types["identity"] != 1 || types["incident"] != 1 || types["malware"] != 1 || types["attack-pattern"] != 2 || types["report"] != 1 {
		t.Errorf("objects: %v", types)
	}
	later := STIX(b, b.At(time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)))
	if later["id"] == doc["id"] || later["objects"].([]any)[1].(map[string]any)["id"] != doc["objects"].([]any)[1].(map[string]any)["id"] {
		t.Error("an update is another incident, or the same bundle")
	}
}

// RFC 9562 appendix A.4: the UUID of version 5 of www.example.com in the name space of DNS.
func TestUUID(t *testing.T) {
	ours := space
	defer func() { space = ours }()
	space = [16]byte{0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}
	if got := uuid("www.example.com"); got != "2ed6657d-e927-568b-95e1-2665a8aea6a2" {
		t.Error(got)
	}
}
