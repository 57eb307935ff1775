package oscal

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
)

// schema holds, of the OSCAL 1.1.2 JSON schemas (catalog and
// assessment-results), the members that we write or that the samples use: "!"
// is required, "*" an array of at least one, "=" the shape or format of the value.
var schema = map[string]string{
	"catalog-document": "catalog!=catalog",
	"catalog":          "uuid!=uuid metadata!=metadata params*=param controls*=control groups*=group back-matter=back-matter",
	"metadata": "title!=text published=time last-modified!=time version!=text oscal-version!=text props*=prop links*=link " +
		"roles*=any parties*=party responsible-parties*=any remarks=text",
	"party":   "uuid!=uuid type!=text name=text short-name=text links*=link email-addresses*=any addresses*=any member-of-organizations*=any",
	"prop":    "name!=token uuid=uuid ns=text value!=value class=token group=token remarks=text",
	"link":    "href!=text rel=token media-type=text text=text",
	"group":   "id=token class=token title!=text params*=param props*=prop links*=link parts*=part groups*=group controls*=control",
	"control": "id!=token class=token title!=text params*=param props*=prop links*=link parts*=part controls*=control",
	"param": "id!=token class=token props*=prop links*=link label=text usage=text constraints*=any guidelines*=any values*=text " +
		"select=select remarks=text",
	"select":                      "how-many=text choice*=text",
	"part":                        "id=token name!=token ns=text class=token title=text props*=prop prose=text parts*=part links*=link",
	"back-matter":                 "resources*=resource",
	"resource":                    "uuid!=uuid title=text description=text props*=prop citation=any rlinks*=any remarks=text document-ids*=any",
	"assessment-results-document": "assessment-results!=assessment-results",
	"assessment-results":          "uuid!=uuid metadata!=metadata import-ap!=import-ap local-definitions=any results!*=result back-matter=back-matter",
	"import-ap":                   "href!=text remarks=text",
	"result": "uuid!=uuid title!=text description!=text start!=time end=time props*=prop links*=link local-definitions=any " +
		"reviewed-controls!=reviewed attestations*=any assessment-log=any observations*=observation risks*=any findings*=finding remarks=text",
	"reviewed":    "description=text control-selections!*=selection control-objective-selections*=any remarks=text",
	"selection":   "description=text include-all=any include-controls*=control-ref exclude-controls*=control-ref",
	"control-ref": "control-id!=token statement-ids*=token",
	"observation": "uuid!=uuid title=text description!=text props*=prop links*=link methods!*=method types*=token origins*=any subjects*=any " +
		"relevant-evidence*=any collected!=time expires=time remarks=text",
	"finding": "uuid!=uuid title!=text description!=text props*=prop links*=link origins*=any target!=target " +
		"implementation-statement-uuid=uuid related-observations*=related related-risks*=any remarks=text",
	"target":  "type!=target-type target-id!=token title=text description=text props*=prop links*=link status!=status remarks=text",
	"status":  "state!=state reason=text remarks=text",
	"related": "observation-uuid!=uuid",
}

var isUUID = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

var formats = map[string]func(string) bool{
	"text":        func(s string) bool { return true },
	"uuid":        isUUID.MatchString,
	"time":        func(s string) bool { _, err := time.Parse(time.RFC3339, s); return err == nil },
	"token":       regexp.MustCompile(`^[\p{L}_][\p{L}\p{N}.\-_]*$`).MatchString,
	"value":       regexp.MustCompile(`^\S(.*\S)?$`).MatchString,
	"method":      regexp.MustCompile(`^(EXAMINE|INTERVIEW|TEST|UNKNOWN)$`).MatchString,
	"state":       regexp.MustCompile(`^(satisfied|not-satisfied)$`).MatchString,
	"target-type": regexp.MustCompile(`^(statement-id|objective-id)$`).MatchString,
}

// checkShape holds a document against the schema above, and its UUIDs and control ids against being used twice.
func checkShape(t *testing.T, kind string, data []byte) {
	t.Helper()
	var doc any
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	for _, fault := range faults("", kind+"-document", doc) {
		t.Error(fault)
	}
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(`"uuid": ?"([^"]+)"`).FindAllStringSubmatch(string(data), -1) {
		if seen[m[1]] {
			t.Errorf("uuid %s is used twice", m[1])
		}
		seen[m[1]] = true
	}
}

func faults(at, shape string, v any) []string {
	if shape == "any" {
		return nil
	}
	if ok := formats[shape]; ok != nil {
		s, isText := v.(string)
		if !isText || !ok(s) {
			return []string{fmt.Sprintf("%s: %v is no %s", at, v, shape)}
		}
		return nil
	}
	m, isObject := v.(map[string]any)
	if !isObject {
		return []string{fmt.Sprintf("%s: %T where a %s belongs", at, v, shape)}
	}
	var out []string
	known := map[string]bool{}
	for field := range strings.FieldsSeq(schema[shape]) {
		name, inner, _ := strings.Cut(field, "=")
		key := strings.TrimRight(name, "!*")
		known[key] = true
		value, have := m[key]
		switch {
		case !have && strings.Contains(name, "!"):
			out = append(out, fmt.Sprintf("%s: %s is missing", at, key))
		case have && strings.Contains(name, "*"):
			list, isList := value.([]any)
			if !isList || len(list) == 0 {
				out = append(out, fmt.Sprintf("%s/%s: not a list of at least one", at, key))
			}
			for i, one := range list {
				out = append(out, faults(fmt.Sprintf("%s/%s/%d", at, key, i), inner, one)...)
			}
		case have:
			out = append(out, faults(at+"/"+key, inner, value)...)
		}
	}
	for key := range m {
		if !known[key] {
			out = append(out, fmt.Sprintf("%s: %s is not a member of %s", at, key, shape))
		}
	}
	return out
}

// TestShapeKnowsTheSamples: the schema above accepts NIST's own documents and sees what is wrong.
func TestShapeKnowsTheSamples(t *testing.T) {
	checkShape(t, "catalog", load(t, "sp800-53-low-excerpt.json"))
	checkShape(t, "assessment-results", load(t, "ifa_assessment-results-example.json"))
	var doc any
	broken := strings.Replace(string(load(t, "ifa_assessment-results-example.json")), `"reviewed-controls"`, `"reviewed"`, 1)
	if err := json.Unmarshal([]byte(broken), &doc); err != nil {
		t.Fatal(err)
	}
	if got := faults("", "assessment-results-document", doc); len(got) != 2 {
		t.Errorf("a renamed member gives %v", got)
	}
}
