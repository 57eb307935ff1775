package api

import (
	"encoding/json"
	"strings"
	"testing"

	"yagura/catalog"
	"yagura/internal/form"
	"yagura/internal/i18n"
)

// FuzzAnswersPatch: whatever is sent as answers is read or refused, never both and
// never with a crash; what is read has the version that was named, and can be written.
func FuzzAnswersPatch(f *testing.F) {
	forms, err := form.NewLibrary(catalog.FS)
	if err != nil {
		f.Fatal(err)
	}
	def, err := forms.Form("regional-self-assessment", "")
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{
		`{"answers":{"gov.policy_plan":{"value":"yes"}},"versions":{"gov.policy_plan":0}}`,
		`{"answers":{"gov.policy_plan":null},"versions":{"gov.policy_plan":3}}`,
		`{"answers":{"gov.policy_plan":{"value":[1]}},"versions":{"gov.policy_plan":-1}}`,
		`{"answers":{"nothing":{"value":{}}},"versions":{"nothing":1}}`,
		`{"answers":{"gov.policy_plan":{"valeu":1}},"versions":{"gov.policy_plan":0}}`,
		`{"answers":{"":[[[[]]]]}}`,
	} {
		f.Add([]byte(seed))
	}
	c := &call{lang: i18n.EN}
	f.Fuzz(func(t *testing.T, data []byte) {
		var body struct {
			Answers  map[string]json.RawMessage `json:"answers"`
			Versions map[string]int64           `json:"versions"`
		}
		if strict.Unmarshal(data, &body) != nil {
			return
		}
		changes, wrong := changesOf(def, body.Answers, body.Versions, c)
		if len(wrong) == 0 && len(changes) != len(body.Answers) {
			t.Fatalf("%d answers, %d changes and no fault", len(body.Answers), len(changes))
		}
		for _, ch := range changes {
			if ch.Version != body.Versions[ch.Item] || ch.Version < 0 {
				t.Fatalf("%s: version %d", ch.Item, ch.Version)
			}
			if it := def.Item(ch.Item); it != nil {
				if _, err := encoded(def, ch.Item, ch.Answer); err != nil {
					t.Fatalf("%s can't be written: %v", ch.Item, err)
				}
			}
		}
	})
}

func TestNesting(t *testing.T) {
	for text, want := range map[string]int{
		``: 0, `1`: 0, `[]`: 1, `{"a":[{}]}`: 3, `"[[["`: 0, `"\"[["`: 0, `["\\",[`: 2, `]]][`: 0,
		strings.Repeat("[", 200): 200,
	} {
		if got := nesting([]byte(text)); got != want {
			t.Errorf("%.20s: %d, want %d", text, got, want)
		}
	}
}

func TestTagged(t *testing.T) {
	for _, c := range []struct {
		list, tag string
		weak      bool
		want      bool
	}{
		{`"1"`, `"1"`, false, true}, {`"1", "2"`, `"2"`, false, true}, {`*`, `"9"`, false, true}, {`"1"`, `"11"`, false, false},
		{`W/"1"`, `"1"`, false, false}, {`W/"1"`, `"1"`, true, true}, {``, `"1"`, true, false},
	} {
		if got := tagged(c.list, c.tag, c.weak); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

// TestScopes: the groups of scopes never reach beyond their group.
func TestScopes(t *testing.T) {
	got := strings.Join(scopes([]string{"filing:read", "filing:all", "all", "ball", "x.all"}), " ")
	if got != "filing.read filing.* * ball x.*" {
		t.Error(got)
	}
}
