package sheet

import (
	"fmt"
	"strings"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"yagura/internal/form"
	"yagura/internal/i18n"
)

// formatVersion is the version of the workbook's own layout (its hidden keys).
const formatVersion = 1

// The hidden keys by which a workbook is read.
const (
	keyMeta     = "#yagura"   // first cell of the sheet of properties
	keyItem     = "#item"     // column of item ids (item or item/option)
	keyMark     = "#mark"     // column of the marks of carried answers
	keyTodo     = "#todo"     // column of the formulas that count open items
	keyAnswer   = "#answer"   // column of answers
	keyState    = "#state"    // column of value states
	keyComment  = "#comment"  // column of comments
	keyPrevious = "#previous" // column of last year's answers
	keyConfirm  = "#confirm"  // column of confirmations
	keyTable    = "#table:"   // + item id: first cell of the key row of a table
)

// The columns of a section's sheet, in order; widths in characters. The last
// two are there when last year's answers are.
var sectionColumns = []struct {
	key    string
	width  float64
	hidden bool
}{
	{keyItem, 10, true}, {keyMark, 10, true}, {keyTodo, 10, true},
	{"no", 7, false}, {"question", 46, false}, {"help", 38, false},
	{keyAnswer, 34, false}, {keyState, 11, false}, {keyComment, 32, false},
	{keyPrevious, 30, false}, {keyConfirm, 11, false},
}

// rows at the head of a section's or table's sheet.
const (
	rowTitle  = 1
	rowLead   = 2
	rowLegend = 3
	rowHead   = 4
	rowKeys   = 5
	rowFirst  = 6
)

// variant says which optional parts a workbook has.
type variant struct {
	previous bool            // columns for last year's answers
	extra    map[string]bool // "item/column": table columns given state and comment although their item has no use for them
}

// plan is where everything of a form stands in its workbooks.
type plan struct {
	form     *form.Form
	lang     i18n.Lang
	variant  variant
	sections []*sectionPlan
	tables   []*tablePlan
}

type sectionPlan struct {
	section *form.Section
	no      string
	sheet   string
	rows    []planRow
}

// planRow is one row of a section's sheet: an item, or one option of a multi item.
type planRow struct {
	row    int
	no     string
	item   *form.Item
	option *form.Option
	table  *tablePlan // of a table item
}

type tablePlan struct {
	item    *form.Item
	sheet   string
	no      string // of the item, "3-1"
	back    string // sheet of the item's section
	columns []tableColumn
}

// tableColumn is a column of a table's sheet; part is keyAnswer, keyState or keyComment.
type tableColumn struct {
	item *form.Item
	part string
}

func newPlan(f *form.Form, lang i18n.Lang, v variant) *plan {
	p := &plan{form: f, lang: lang, variant: v}
	for i, s := range f.Sections {
		sp := &sectionPlan{section: s, no: fmt.Sprint(i + 1), sheet: sheetName(fmt.Sprint(i+1), s.Title.In(lang))}
		p.sections = append(p.sections, sp)
		row := rowFirst
		for j, it := range s.Items {
			pr := planRow{row: row, no: fmt.Sprintf("%d-%d", i+1, j+1), item: it}
			row++
			if it.Type == form.TypeTable {
				pr.table = p.table(it, pr.no, sp.sheet)
			}
			sp.rows = append(sp.rows, pr)
			if it.Type == form.TypeMulti {
				for _, o := range it.Options {
					sp.rows = append(sp.rows, planRow{row: row, item: it, option: o})
					row++
				}
			}
		}
	}
	return p
}

func (p *plan) table(it *form.Item, no, back string) *tablePlan {
	t := &tablePlan{item: it, no: no, back: back}
	t.sheet = sheetName(i18n.T(p.lang, "sheet.table-name", "n", len(p.tables)+1), it.Ask.In(p.lang))
	for _, c := range it.Columns {
		t.columns = append(t.columns, tableColumn{c, keyAnswer})
		if hasStates(c) || p.variant.extra[it.ID+"/"+c.ID] {
			t.columns = append(t.columns, tableColumn{c, keyState}, tableColumn{c, keyComment})
		}
	}
	p.tables = append(p.tables, t)
	return t
}

// hasStates reports whether an item may be anything but known.
func hasStates(it *form.Item) bool {
	for _, s := range it.States {
		if s != form.Known {
			return true
		}
	}
	return false
}

// columnsShown are the columns of section sheets in this variant.
func (p *plan) columnsShown() int {
	if p.variant.previous {
		return len(sectionColumns)
	}
	return len(sectionColumns) - 2
}

// ref is the cell of a section's row in the column of a key.
func (p *plan) ref(key string, row int) string {
	for i, c := range sectionColumns {
		if c.key == key {
			name, _ := excelize.CoordinatesToCellName(i+1, row)
			return name
		}
	}
	return ""
}

// letter is the column letters of a key.
func (p *plan) letter(key string) string { return strings.TrimRight(p.ref(key, 1), "1") }

// sheetName makes a sheet's name of a number and a title: at most 31 UTF-16
// units, without the characters that Excel refuses.
func sheetName(no, title string) string {
	title = strings.Map(func(r rune) rune {
		switch r {
		case ':', '\\', '/', '?', '*', '[', ']', '\'', '\n', '\r', '\t':
			return ' '
		}
		return r
	}, title)
	name := no + " " + strings.Join(strings.Fields(title), " ")
	const short = 24 // of the 31 allowed: tabs stay readable
	if len(utf16.Encode([]rune(name))) <= short {
		return strings.TrimSpace(name)
	}
	runes := []rune(name)
	for len(utf16.Encode(runes)) > short {
		runes = runes[:len(runes)-1]
	}
	return strings.TrimSpace(string(runes)) + "…"
}

// required reports whether the form asks for the item without condition.
func required(it *form.Item) bool { return !it.Optional && it.Applies == "" }
