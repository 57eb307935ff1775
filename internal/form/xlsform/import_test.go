package xlsform

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/form/draft"
	"yagura/internal/i18n"
)

// build writes a workbook; each sheet is its name and its rows, cells divided by "|".
func build(t testing.TB, sheets ...[]string) []byte {
	t.Helper()
	f := excelize.NewFile()
	for i, s := range sheets {
		if i == 0 {
			if err := f.SetSheetName("Sheet1", s[0]); err != nil {
				t.Fatal(err)
			}
		} else if _, err := f.NewSheet(s[0]); err != nil {
			t.Fatal(err)
		}
		for n, line := range s[1:] {
			for c, text := range strings.Split(line, "|") {
				cell, _ := excelize.CoordinatesToCellName(c+1, n+1)
				if err := f.SetCellStr(s[0], cell, text); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func lines(found []finding.Finding) string {
	var b strings.Builder
	for _, f := range found {
		fmt.Fprintf(&b, "%s %s\n", f.Severity, f.Line(i18n.JA))
	}
	return b.String()
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("UPDATE") == "1" {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (UPDATE=1 rewrites it):\n%s", name, got)
	}
}

// compiled imports a workbook that must import without errors.
func compiled(t testing.TB, data []byte) (*form.Form, []byte, []finding.Finding) {
	t.Helper()
	yaml, found := Import(data, draft.Options{File: "x.xlsx"})
	if yaml == nil {
		t.Fatalf("refused:\n%s", lines(found))
	}
	f, bad := form.Parse("x", yaml)
	if len(bad) > 0 {
		t.Fatalf("the form has findings:\n%s", lines(bad))
	}
	return f, yaml, found
}

// harbour shows every kind of row.
var harbour = [][]string{
	{
		"survey",
		"type|name|label::Japanese (ja)|label::English (en)|hint::Japanese (ja)|required|relevant|constraint|constraint_message::Japanese (ja)|calculation|appearance|choice_filter|parameters|repeat_count",
		"start|start_time",
		"note|welcome|ようこそ。|Welcome.",
		"text|harbour|港の名前|Name of the harbour||yes|||||multiline",
		"integer|berths|岸壁の数|Number of berths|埠頭ごと|true()||. >= 1 and . <= 99|1から99です。",
		"begin_group|gear|装備|Gear||",
		"select_one yesno|boat|救助艇はありますか|Is there a rescue boat?||yes",
		"select_one yesno|crew|乗組員はいますか|Is there a crew?||yes|${boat} = 'yes'",
		"select_multiple alarm or_other|alarms|警報|Alarms||yes|not(${boat} = 'no')|count-selected(.) <= 2",
		"begin_group|deep|詳細|Details|||selected(${alarms}, 'bell')",
		"decimal|weight|重さ|Weight||yes|${berths} > 3|. > 0.5 and . < ${berths} * 10",
		"select_one level|skill|練度|Skill||yes|${boat} != 'no' or string-length(${harbour}) > 5",
		"end_group",
		"date|drill|訓練日|Drill date||no||. >= date('2026-01-01')",
		"end_group",
		"calculate|score||||||||${berths} * 2 + 1",
		"text|big|大きい港の備考|Remark of a big harbour||yes|${score} > 11",
		"begin_repeat|ships|船|Ships|||${berths} > 0||||||",
		"text|ship|船名|Ship||yes||regex(., '[A-Z]+')",
		"integer|tons|トン数|Tons||yes|${ship} != ''|. > 0",
		"end_repeat",
		"range|calm|静穏度|Calm||yes||||||| start=1 end=5 step=1",
		"dateTime|seen|確認時刻|Seen at||",
		"image|photo|写真|Photo",
		"acknowledge|ok|確認しました|Seen||yes",
		"geopoint|where|場所|Where||yes|${ok} = 'OK'",
		"time|tide|満潮|High tide||yes|today() > ${drill}",
		"text|late|後の設問|Later||yes|${last} = 'x'",
		"text|last|最後|Last||${boat} = 'yes'",
		"rank alarm|order|順位|Order",
		"select_one ports|nearest|最寄り|Nearest||yes",
	},
	{
		"choices", "list_name|name|label::Japanese (ja)|label::English (en)|score",
		"yesno|yes|はい|Yes", "yesno|no|いいえ|No",
		"alarm|bell|鐘|Bell", "alarm|Fog Horn|霧笛|Fog horn",
		"level|1|初級|Novice|0", "level|2|中級|Able|1", "level|3|上級|Master|2",
	},
	{"settings", "form_title|form_id|version|default_language", "港の点検|harbour_check|7|Japanese (ja)"},
}

func TestImport(t *testing.T) {
	f, yaml, found := compiled(t, build(t, harbour...))
	golden(t, "harbour.golden.txt", []byte(lines(found)))
	golden(t, "harbour.golden.yaml", yaml)
	for id, want := range map[string]form.Type{"harbour": form.TypeText, "berths": form.TypeInteger, "boat": form.TypeChoice, "alarms": form.TypeMulti,
		"weight": form.TypeDecimal, "drill": form.TypeDate, "ships": form.TypeTable, "calm": form.TypeInteger, "seen": form.TypeDateTime, "photo": form.TypeFile,
		"ok": form.TypeYesNo, "where": form.TypeText, "alarms_other": form.TypeText} {
		if it := f.Item(id); it == nil || it.Type != want {
			t.Errorf("item %s: %+v, want type %s", id, it, want)
		}
	}
	if !f.Item("skill").Ordered() || f.Item("boat").Use != "yesno" || f.Item("score") != nil {
		t.Error("levels, shared list or calculation are wrong")
	}
}

// TestConditionsHold follows the survey through some answers.
func TestConditionsHold(t *testing.T) {
	f, _, _ := compiled(t, build(t, harbour...))
	for _, c := range []struct {
		name    string
		answers form.Answers
		asked   map[string]bool
	}{
		{"nothing", nil, map[string]bool{"crew": false, "alarms": true, "skill": false, "weight": false, "big": false, "late": true, "tide": true}},
		{"boat", form.Answers{"boat": {Value: "yes"}}, map[string]bool{"crew": true, "alarms": true}},
		{"no boat", form.Answers{"boat": {Value: "no"}}, map[string]bool{"crew": false, "alarms": false}},
		{"bell", form.Answers{"alarms": {Value: []string{"bell"}}}, map[string]bool{"skill": true, "weight": false}},
		{"bell, no boat", form.Answers{"boat": {Value: "no"}, "alarms": {Value: []string{"bell"}}}, map[string]bool{"skill": false}},
		{"horn", form.Answers{"alarms": {Value: []string{"fog_horn"}}}, map[string]bool{"skill": false}},
		{"berths", form.Answers{"berths": {Value: int64(6)}, "alarms": {Value: []string{"bell", "other"}}}, map[string]bool{"weight": true, "big": true, "ships": true, "alarms_other": true}},
		{"five berths", form.Answers{"berths": {Value: int64(5)}}, map[string]bool{"big": false}},
		{"seen", form.Answers{"ok": {Value: true}}, map[string]bool{"where": true}},
	} {
		e := f.Evaluate(c.answers, nil, nil)
		for id, want := range c.asked {
			if got := e.Applies[f.Item(id).Index()]; got != want {
				t.Errorf("%s: %s asked %v, want %v (%s)", c.name, id, got, want, f.Item(id).Applies)
			}
		}
	}
}

func TestConstraintsFire(t *testing.T) {
	f, _, _ := compiled(t, build(t, harbour...))
	ship := func(name string, tons any) form.Row { return form.Row{"ship": {Value: name}, "tons": {Value: tons}} }
	for _, c := range []struct {
		name    string
		answers form.Answers
		want    []string
	}{
		{"none", nil, nil},
		{"fine", form.Answers{"berths": {Value: int64(99)}}, nil},
		{"too many", form.Answers{"berths": {Value: int64(100)}}, []string{"berths.constraint"}},
		{"too few", form.Answers{"berths": {Value: int64(0)}}, []string{"berths.constraint"}},
		{"three alarms", form.Answers{"alarms": {Value: []string{"bell", "fog_horn", "other"}}}, []string{"alarms.constraint"}},
		{"heavier than the berths bear", form.Answers{"alarms": {Value: []string{"bell"}}, "berths": {Value: int64(4)}, "weight": {Value: 40.5}}, []string{"weight.constraint"}},
		{"light", form.Answers{"alarms": {Value: []string{"bell"}}, "berths": {Value: int64(4)}, "weight": {Value: 39.5}}, nil},
		{"old drill", form.Answers{"drill": {Value: form.Date("2025-12-31")}}, []string{"drill.constraint"}},
		{"new drill", form.Answers{"drill": {Value: form.Date("2026-01-01")}}, nil},
		{"ships", form.Answers{"berths": {Value: int64(2)}, "ships": {Value: []form.Row{ship("MARU", int64(5)), ship("Maru", int64(0))}}},
			[]string{"ships.ship.constraint", "ships.tons.constraint"}},
		{"good ships", form.Answers{"berths": {Value: int64(2)}, "ships": {Value: []form.Row{ship("MARU", int64(5)), {"ship": {Value: "KO"}}}}}, nil},
	} {
		var got []string
		for _, fd := range f.Validate(c.answers, nil, nil) {
			if strings.HasSuffix(fd.Rule, ".constraint") {
				got = append(got, fd.Rule)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestPlainLabels(t *testing.T) {
	for _, c := range []struct{ label, setting, ja, en, rule string }{
		{"港はどこですか", "", "港はどこですか", "港はどこですか", "import.untranslated-en"},
		{"Where is it", "", "Where is it", "Where is it", "import.untranslated-ja"},
		{"Où", "French (fr)", "Où", "Où", "import.untranslated-ja"},
	} {
		f, _, found := compiled(t, build(t, []string{"survey", "type|name|label", "text|q|" + c.label}, []string{"settings", "default_language", c.setting}))
		if got := f.Items()[0].Ask; got.JA != c.ja || got.EN != c.en {
			t.Errorf("%s became %+v", c.label, got)
		}
		if !strings.Contains(lines(found), c.rule) {
			t.Errorf("%s: no %s in\n%s", c.label, c.rule, lines(found))
		}
	}
}

func TestImportRefuses(t *testing.T) {
	many := []string{"survey", "type|name|label"}
	for i := range draft.MaxItems + 1 {
		many = append(many, fmt.Sprintf("text|q%d|Q", i))
	}
	for _, c := range []struct {
		name  string
		data  []byte
		rule  string
		place string
	}{
		{"no workbook", []byte("type,name"), "import.syntax", "x:1"},
		{"too large", make([]byte, draft.MaxBytes+1), "import.too-large", "x:1"},
		{"no survey", build(t, []string{"data", "a|b"}), "import.xlsform.no-survey", "x:1"},
		{"no name column", build(t, []string{"survey", "type|label", "text|x"}), "import.xlsform.no-column", "x:survey!1"},
		{"no items", build(t, []string{"survey", "type|name|label", "note|n|x"}), "import.no-items", "x:1"},
		{"no name", build(t, []string{"survey", "type|name|label", "text||x"}), "import.xlsform.no-name", "x:survey!B2"},
		{"group not closed", build(t, []string{"survey", "type|name|label", "begin_group|g|G", "text|a|A"}), "import.xlsform.unbalanced", "x:survey!A2"},
		{"group closed twice", build(t, []string{"survey", "type|name|label", "text|a|A", "end_group"}), "import.xlsform.unbalanced", "x:survey!A3"},
		{"repeat closes group", build(t, []string{"survey", "type|name|label", "begin_group|g|G", "end_repeat"}), "import.xlsform.unbalanced", "x:survey!A3"},
		{"too wide", build(t, []string{"survey", strings.Repeat("|", maxColumns) + "x"}), "import.xlsform.sheet-too-large", "x:survey!1"},
		{"too many", build(t, many), "import.too-many-items", fmt.Sprintf("x:survey!%d", draft.MaxItems+2)},
	} {
		t.Run(c.name, func(t *testing.T) {
			yaml, found := Import(c.data, draft.Options{File: "x"})
			i := slices.IndexFunc(found, func(f finding.Finding) bool { return f.Severity == finding.Error })
			if yaml != nil || i < 0 {
				t.Fatalf("accepted: %s", yaml)
			}
			if found[i].Rule != c.rule || found[i].Place() != c.place {
				t.Errorf("found %s, want %s at %s", found[i].Line(i18n.EN), c.rule, c.place)
			}
		})
	}
}

func FuzzImport(f *testing.F) {
	f.Add(build(f, []string{"survey", "type|name|label|relevant", "select_one a|q|Q|", "integer|n|N|${q} = 'x'"}, []string{"choices", "list_name|name|label", "a|x|X"}))
	f.Fuzz(func(t *testing.T, data []byte) {
		yaml, found := Import(data, draft.Options{File: "x"})
		if yaml == nil && !finding.HasErrors(found) {
			t.Error("no form and no error")
		}
	})
}

// FuzzExpression: whatever stands in relevant and constraint, a form comes out and every finding names its cell.
func FuzzExpression(f *testing.F) {
	for _, s := range []string{"${b} = 'yes' and not(selected(${m}, 'a'))", ". > 1.5 div ${n}", "if(${n} > 1, ${t}, 'x') = 'x'", "regex(., '[')", "${c} + 1 > - -2",
		"count(${t}) >= 1 or (true() != .5)", "((((", "today() < ${n}", "'a", "${b}='' or ${m} = \"a\"", "string-length(${t}) mod 2 = 0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.ContainsAny(text, "|\x00") || len(text) > 3000 {
			return
		}
		d := draft.New(draft.Options{File: "x"})
		s := &sheet{name: "survey", columns: map[string]int{"type": 1, "name": 2, "label": 3, "relevant": 4, "constraint": 5}}
		rows := []row{}
		for i, kind := range []string{"select_one l", "select_multiple l", "integer", "text", "calculate", "integer"} {
			rows = append(rows, row{sheet: s, n: i + 2, cell: map[string]string{"type": kind, "name": string("bmntcz"[i]), "label": "L", "calculation": "${n} * 2"}})
		}
		rows[5].cell["relevant"], rows[5].cell["constraint"] = text, text
		s.rows = rows
		l := &list{byName: map[string]string{"yes": "yes", "a": "a"}, options: []*form.Option{{ID: "yes", JA: "y", EN: "y"}, {ID: "a", JA: "a", EN: "a"}}}
		d.Name("x", "1", i18n.Text{JA: "x", EN: "x"})
		im := &importer{d: d, tx: texts{d: d, plain: i18n.EN}, lists: map[string]*list{"l": l}, names: map[string]*question{}}
		im.survey(s)
		im.expressions()
		yaml, found := d.Finish()
		if yaml == nil {
			t.Fatalf("%q: refused:\n%s", text, lines(found))
		}
		for _, one := range found {
			if one.Place() == "" || strings.HasPrefix(one.Message.JA, "[") {
				t.Errorf("finding without place or message: %+v", one)
			}
		}
	})
}
