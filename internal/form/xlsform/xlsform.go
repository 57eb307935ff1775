// Package xlsform reads an XLSForm (https://xlsform.org, the workbook from
// which ODK and its relatives make questionnaires) as a form.
//
// # What a row of the survey sheet becomes
//
// A question is an item of the type that fits (select_one a nominal choice,
// select_multiple a multi, range a number with limits, acknowledge a yesno,
// image, audio, video and file a file, time a text of the pattern HH:MM). A
// group with a label is a section, nested ones joined with " › "; questions
// outside such groups stand in a section named as the form. A group without a
// label only lends its condition. A repeat is a table and its questions the
// columns; a repeat within a repeat is left out. A note joins the help of its
// section. hint is the help. A question is optional unless required says yes.
// A numeric column "score" of the choices sheet, which XLSForm does not have,
// gives the options their levels; where they rise from 0 the choice is ordered.
//
// # Conditions
//
// relevant becomes applies and constraint a check of severity error, both
// translated from XPath to CEL: and, or, not, comparisons, arithmetic,
// selected, count-selected, string-length, regex, contains, starts-with,
// ends-with, if, int, number, date, count of a repeat, true and false. A
// calculation is no item, but is written out where a condition reads it. As
// in XLSForm an unanswered question equals nothing: ${q} != 'a' holds while q
// is unanswered. What cannot be translated (today, pulldata, a question of
// another repeat, a condition on a column …) is a warning that names the cell;
// the item stays, without the condition and optional. choice_filter, default,
// read_only, trigger and repeat_count other than a number are left out with a
// finding; appearance and metadata questions without one.
//
// Texts come from the columns label::Japanese (ja) and label::English (en), or
// label in default_language; where one language is missing the other stands
// in both, and one warning says how many.
package xlsform

import (
	"bytes"
	"strings"

	"github.com/xuri/excelize/v2"

	"yagura/internal/finding"
	"yagura/internal/form/draft"
	"yagura/internal/i18n"
)

// Limits of a workbook, beside those of package draft.
const (
	maxUnzipped = 64 << 20 // bytes
	maxRows     = 20_000   // of a sheet
	maxColumns  = 300
)

// row is one row of a sheet: its cells by column name, in lower case, the
// language after "|": "label", "label|ja", "label|en", "label|french".
type row struct {
	sheet *sheet
	n     int
	cell  map[string]string
}

type sheet struct {
	name    string
	columns map[string]int // from 1
	rows    []row
}

// at is the place of a cell.
func (r row) at(field string) draft.Place {
	p := draft.Place{Sheet: r.sheet.name, Row: r.n, Value: r.cell[field]}
	if c, ok := r.sheet.columns[field]; ok {
		p.Column, _ = excelize.ColumnNumberToName(c) // within maxColumns
	}
	return p
}

// workbook is what is read of an XLSForm.
type workbook struct{ survey, choices, settings *sheet }

// open reads the three sheets; nil, with findings, when that fails.
func open(d *draft.Draft, data []byte) (wb *workbook) {
	if len(data) > draft.MaxBytes {
		d.Add(finding.Error, draft.Place{Row: 1}, "import.too-large", "max", draft.MaxBytes)
		return nil
	}
	defer func() {
		if r := recover(); r != nil { // excelize panics on some broken files
			d.Add(finding.Error, draft.Place{Row: 1}, "import.syntax", "why", r)
			wb = nil
		}
	}()
	// Limits are equal so that excelize keeps every sheet in memory, not in a temporary file.
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: maxUnzipped})
	if err != nil {
		d.Add(finding.Error, draft.Place{Row: 1}, "import.syntax", "why", err)
		return nil
	}
	defer f.Close()
	wb = &workbook{}
	for _, name := range f.GetSheetList() {
		var to **sheet
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "survey":
			to = &wb.survey
		case "choices":
			to = &wb.choices
		case "settings":
			to = &wb.settings
		default:
			continue
		}
		if *to, err = readSheet(d, f, name); err != nil {
			d.Add(finding.Error, draft.Place{Sheet: name}, "import.syntax", "why", err)
		}
	}
	if wb.survey == nil && !d.Failed() {
		d.Add(finding.Error, draft.Place{Row: 1}, "import.xlsform.no-survey")
	}
	if d.Failed() {
		return nil
	}
	return wb
}

// readSheet reads a sheet by its header, the first row that has a cell.
func readSheet(d *draft.Draft, f *excelize.File, name string) (*sheet, error) {
	rows, err := f.Rows(name)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // read only
	s := &sheet{name: name}
	var fields []string
	for n := 1; rows.Next(); n++ {
		cells, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return nil, err
		}
		if n > maxRows || len(cells) > maxColumns {
			d.Add(finding.Error, draft.Place{Sheet: name, Row: n}, "import.xlsform.sheet-too-large", "rows", maxRows, "columns", maxColumns)
			return s, nil
		}
		r := row{sheet: s, n: n, cell: map[string]string{}}
		for i, text := range cells {
			if text = draft.Clean(text); text != "" && s.columns != nil && i < len(fields) {
				r.cell[fields[i]] = text
			}
		}
		switch {
		case s.columns == nil && strings.TrimSpace(strings.Join(cells, "")) != "":
			fields = header(s, cells)
		case len(r.cell) > 0:
			s.rows = append(s.rows, r)
		}
	}
	return s, rows.Error()
}

// header names the columns of a sheet.
func header(s *sheet, cells []string) []string {
	s.columns = map[string]int{}
	fields := make([]string, len(cells))
	for i, text := range cells {
		name, lang, translated := strings.Cut(strings.ToLower(draft.Line(text)), ":")
		name = strings.ReplaceAll(strings.TrimSpace(name), " ", "_")
		if translated {
			name += "|" + language(strings.Trim(lang, ": "))
		}
		if _, twice := s.columns[name]; !twice {
			s.columns[name] = i + 1
			fields[i] = name
		}
	}
	return fields
}

// language reduces "Japanese (ja)" to "ja" and "English" to "en".
func language(name string) string {
	switch {
	case strings.Contains(name, "(ja") || name == "ja" || name == "japanese" || name == "日本語":
		return string(i18n.JA)
	case strings.Contains(name, "(en") || name == "en" || strings.HasPrefix(name, "english") || name == "英語":
		return string(i18n.EN)
	}
	return name
}

// texts reads texts of rows in both languages.
type texts struct {
	d     *draft.Draft
	plain i18n.Lang // language of columns that name none
}

func (t texts) of(r row, field string) i18n.Text {
	ja, en, plain := r.cell[field+"|ja"], r.cell[field+"|en"], r.cell[field]
	if ja == "" && t.plain == i18n.JA {
		ja = plain
	}
	if en == "" && t.plain == i18n.EN {
		en = plain
	}
	switch {
	case ja != "" || en != "":
		return t.d.Text(ja, en, r.at(field))
	case plain != "":
		return t.d.Foreign(plain, r.at(field))
	}
	first := ""
	for name, c := range r.sheet.columns {
		if strings.HasPrefix(name, field+"|") && r.cell[name] != "" && (first == "" || c < r.sheet.columns[first]) {
			first = name
		}
	}
	return t.d.Foreign(r.cell[first], r.at(first))
}
