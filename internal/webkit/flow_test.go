package webkit_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/webkit"
)

// screen is a section as a screen serves it: the way that every screen with a
// form goes, over a store of one filing.
type screen struct {
	form     *form.Form
	previous form.Answers
	base     form.Answers // of the version before
	mu       sync.Mutex
	stored   form.Answers
	version  int64
}

func (s *screen) view() webkit.FormView {
	return webkit.FormView{Form: s.form, Section: s.form.Sections[0], Answers: s.stored, Previous: s.previous,
		Version: s.version, Action: "/section", Autosave: "/section/save"}
}

func (s *screen) show(w http.ResponseWriter, r *http.Request, status int, v webkit.FormView) {
	p := page("第1章")
	p.Error = len(v.Faults(r.Context())) > 0
	webkit.Render(w, r, status, p, webkit.FormSection(v))
}

func (s *screen) get(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.show(w, r, http.StatusOK, s.view())
}

func (s *screen) post(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := r.ParseMultipartForm(1 << 20); err != nil && err != http.ErrNotMultipart {
		webkit.ShowError(w, r, err)
		return
	}
	values, pressed := webkit.Edit(s.form, "all", r.PostForm, s.previous, s.stored, webkit.Lang(r.Context()))
	late := values.Get(webkit.FieldVersion) != strconv.FormatInt(s.version, 10)
	var conflicts map[string]webkit.Conflict
	if late {
		values, conflicts = webkit.Rebase(s.form, "all", values, s.base, s.stored, webkit.Conflict{By: "再鑑担当", At: "14:05"}, webkit.Lang(r.Context()))
	}
	decoded, fields, found := webkit.DecodeForm(s.form, "all", values)
	merged := webkit.Merge(s.stored, decoded, webkit.Shown(values))
	v := s.view()
	v.Fields, v.Findings = fields, append(found, s.form.Validate(merged, s.previous, nil)...)
	auto := strings.HasSuffix(r.URL.Path, "/save")
	switch {
	case len(conflicts) > 0 || late && auto: // a page that saves itself can't show what others changed
		if auto {
			webkit.Fragment(w, r, http.StatusConflict, webkit.SaveConflict())
			return
		}
		v.Conflicts = conflicts
		s.show(w, r, http.StatusConflict, v)
	case pressed != "":
		v.Findings = nil
		s.show(w, r, http.StatusOK, v)
	case len(found) > 0 && !auto:
		s.show(w, r, http.StatusUnprocessableEntity, v)
	default:
		s.base, s.stored = s.stored, merged
		s.version++
		if auto {
			webkit.Fragment(w, r, http.StatusOK, webkit.SaveStatus(s.version, "14:05"))
			return
		}
		http.Redirect(w, r, "/section", http.StatusSeeOther)
	}
}

func (s *screen) handler() http.Handler {
	k := kit(io.Discard)
	k.Plain, k.MaxBody = true, 0
	mux := http.NewServeMux()
	mux.HandleFunc("GET /section", s.get)
	mux.HandleFunc("POST /section", s.post)
	mux.HandleFunc("POST /section/save", s.post)
	mux.Handle("/static/", webkit.Assets())
	return k.Wrap(mux)
}

func (s *screen) send(values url.Values) *http.Response {
	r := httptest.NewRequest("POST", "/section", strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	s.handler().ServeHTTP(w, r)
	return w.Result()
}

func TestASectionIsFilledInWithoutScript(t *testing.T) {
	s := &screen{form: every(t), stored: form.Answers{}, previous: form.Answers{"num.staff": {Value: int64(10)}}, version: 1}
	values := posted(t, body(t, ask(s.handler(), "GET", "/section")))
	values.Set("_add", "tab.provider")
	values = posted(t, body(t, s.send(values)))
	values.Set("tab.provider~0~name", "甲システム")
	values.Set("tab.provider~0~critical", "yes")
	values.Set("_previous", "num.staff")
	values = posted(t, body(t, s.send(values)))
	values.Set("day.test", "昨日")
	res := s.send(values)
	text := body(t, res)
	if res.StatusCode != 422 || !strings.Contains(text, "<title>エラー：第1章") || !strings.Contains(text, `href="#f-day--test"`) {
		t.Errorf("bad input: status %d", res.StatusCode)
	}
	values = posted(t, text)
	if values.Get("day.test") != "昨日" || values.Get("tab.provider~0~name") != "甲システム" || values.Get("num.staff") != "10" {
		t.Errorf("input is lost: %v", values)
	}
	values.Set("day.test", "R8.2.14")
	if res := s.send(values); res.StatusCode != 303 {
		t.Errorf("saved: status %d", res.StatusCode)
	}
	want := form.Answers{"num.staff": {Value: int64(10)}, "day.test": {Value: form.Date("2026-02-14")},
		"tab.provider": {Value: []form.Row{{"name": {Value: "甲システム"}, "critical": {Value: true}}}}}
	if d := cmp.Diff(want, s.stored); d != "" {
		t.Errorf("(-want +stored)\n%s", d)
	}
	s.stored = maps.Clone(s.stored)
	s.stored["num.staff"] = form.Answer{Value: int64(9)} // someone else, in the version that this page doesn't know
	s.stored["num.hours"] = form.Answer{Value: 4.5}
	s.base = want
	values.Set("num.staff", "11")
	values.Set("num.euro", "2.50")
	res = s.send(values)
	text = body(t, res)
	if res.StatusCode != 409 || !strings.Contains(text, "他の担当者がこの項目を更新しました") || strings.Count(text, `class="conflict"`) != 1 {
		t.Errorf("conflict: status %d", res.StatusCode)
	}
	if values = posted(t, text); values.Get("num.staff") != "11" || values.Get("num.hours") != "4.5" || values.Get("num.euro") != "2.50" || values.Get("_version") != "2" {
		t.Errorf("after the conflict the fields are %v", values)
	}
	values.Set("num.staff~keep", "theirs")
	if res := s.send(values); res.StatusCode != 303 || s.stored["num.staff"].Value != int64(9) || s.stored["num.euro"].Value == nil {
		t.Errorf("theirs: status %d, stored %v", res.StatusCode, s.stored["num.staff"])
	}
}

// TestSavingBetween has a browser fill in a field: the section saves itself,
// says so, and knows its new version; after a change by another it says that.
func TestSavingBetween(t *testing.T) {
	needsBrowser(t)
	s := &screen{form: every(t), stored: form.Answers{}, version: 7}
	const act = `addEventListener("load", async () => {
  const wait = async test => { for (let i = 0; i < 100 && !test(); i++) await new Promise(r => setTimeout(r, 100)); };
  const status = document.getElementById("save-status"), field = document.getElementById("f-num--staff");
  const put = text => { field.value = text; for (const e of ["input", "change"]) field.dispatchEvent(new Event(e, {bubbles: true})); };
  const told = [];
  put("12"); told.push(status.textContent);
  await wait(() => document.getElementById("form-version").value === "8"); told.push(status.textContent, document.getElementById("form-version").value);
  document.getElementById("form-version").value = "3";
  put("13"); await wait(() => status.querySelector("button")); told.push(status.textContent);
  parent.postMessage({page: told.join("|")}, "*");
});`
	mux := http.NewServeMux()
	mux.Handle("/", framed(s.handler()))
	mux.HandleFunc("/axe.js", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/probe.js", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, act) })
	mux.HandleFunc("/all", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, around, 1, `<iframe src="/section?lang=ja" width="900" height="900"></iframe>`)
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	s.base = form.Answers{}
	want := "保存していない入力があります。|14:05に自動保存しました。|8|他の担当者の更新と重なりました。両方の内容を確かめる"
	if got := look(t, server.URL+"/all")[0].Page; strings.Join(strings.Fields(got), "") != want {
		t.Errorf("the page said %q, want %q", got, want)
	}
	if s.stored["num.staff"].Value != int64(12) {
		t.Errorf("stored %v", s.stored)
	}
}

func TestFindingsOfOtherSectionsAreNotListed(t *testing.T) {
	v := sectionView(t)
	v.Findings = []finding.Finding{{Pointer: "/gov.policyx", Severity: finding.Error}, {Pointer: "/elsewhere", Severity: finding.Error}}
	if got := v.Faults(t.Context()); len(got) != 0 {
		t.Errorf("listed %v", got)
	}
}
