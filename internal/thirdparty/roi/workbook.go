package roi

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"yagura/internal/finding"
	"yagura/internal/i18n"
)

// The workbook has one sheet per template, named like it: row 1 has the column
// codes, row 2 their labels, data begin in row 3. A hidden sheet holds the
// closed lists from which the drop-downs choose.
const (
	listSheet  = "_lists"
	coverSheet = "package"
	firstRow   = 3
	listRows   = 5000 // rows of a sheet that have drop-downs
)

// WriteWorkbook writes the empty workbook of all templates with drop-downs. Equal
// schemas give equal bytes.
func WriteWorkbook(w io.Writer, s *Schema, lang i18n.Lang) error {
	f := excelize.NewFile()
	defer f.Close()
	if err := f.SetSheetName("Sheet1", coverSheet); err != nil {
		return err
	}
	if err := writeCover(f, lang); err != nil {
		return err
	}
	lists, err := writeLists(f, s)
	if err != nil {
		return err
	}
	style := map[bool]int{}
	for key, color := range map[bool]string{true: "D9E2F3", false: "F2F2F2"} {
		if style[key], err = f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}},
			Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}}); err != nil {
			return err
		}
	}
	asText, err := f.NewStyle(&excelize.Style{NumFmt: 49})
	if err != nil {
		return err
	}
	for _, t := range s.Tables {
		if err := writeSheet(f, t, lists, style, asText); err != nil {
			return err
		}
	}
	return f.Write(w)
}

// coverKeys are the cover's rows: what a package says besides its templates.
var coverKeys = []string{"lei", "scope", "country", "period", "created", "currency"}

func writeCover(f *excelize.File, lang i18n.Lang) error {
	defaults := map[string]string{"scope": "CON", "currency": "EUR"}
	for i, k := range coverKeys {
		row := []any{k, defaults[k], i18n.T(lang, "roi.cover."+k)}
		if err := f.SetSheetRow(coverSheet, "A"+strconv.Itoa(i+1), &row); err != nil {
			return err
		}
	}
	if err := f.SetColWidth(coverSheet, "B", "B", 28); err != nil {
		return err
	}
	return f.SetColWidth(coverSheet, "C", "C", 60)
}

// writeLists writes each closed list as a column and returns their ranges.
func writeLists(f *excelize.File, s *Schema) (map[*Domain]string, error) {
	if _, err := f.NewSheet(listSheet); err != nil {
		return nil, err
	}
	ranges := map[*Domain]string{}
	for _, t := range s.Tables {
		for _, c := range t.Columns {
			if c.Domain == nil || ranges[c.Domain] != "" {
				continue
			}
			col, err := excelize.ColumnNumberToName(len(ranges) + 1)
			if err != nil {
				return nil, err
			}
			if err := f.SetSheetCol(listSheet, col+"1", &c.Domain.Values); err != nil {
				return nil, err
			}
			ranges[c.Domain] = fmt.Sprintf("'%s'!$%s$1:$%s$%d", listSheet, col, col, len(c.Domain.Values))
		}
	}
	return ranges, f.SetSheetVisible(listSheet, false, true)
}

func writeSheet(f *excelize.File, t *Table, lists map[*Domain]string, style map[bool]int, asText int) error {
	if _, err := f.NewSheet(t.ID); err != nil {
		return err
	}
	for i, c := range t.Columns {
		col, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		label := c.Label
		if label == "" {
			label = t.Title
		}
		if err := f.SetColStyle(t.ID, col, asText); err != nil { // so that 2025-12-31 and 007 stay as typed
			return err
		}
		if err := f.SetSheetCol(t.ID, col+"1", &[]string{c.Code, label}); err != nil {
			return err
		}
		if err := f.SetCellStyle(t.ID, col+"1", col+"2", style[c.Key]); err != nil {
			return err
		}
		if err := f.SetColWidth(t.ID, col, col, 20); err != nil {
			return err
		}
		v := excelize.NewDataValidation(true)
		v.Sqref = fmt.Sprintf("%s%d:%s%d", col, firstRow, col, listRows)
		switch c.Type {
		case Enum:
			v.SetSqrefDropList(lists[c.Domain])
		case True:
			if err := v.SetDropList([]string{"true"}); err != nil {
				return err
			}
		default:
			continue
		}
		if err := f.AddDataValidation(t.ID, v); err != nil {
			return err
		}
	}
	return f.SetPanes(t.ID, &excelize.Panes{Freeze: true, YSplit: firstRow - 1, TopLeftCell: "A" + strconv.Itoa(firstRow), ActivePane: "bottomLeft"})
}

// ReadWorkbook reads a filled workbook. Sheets it does not know are left alone;
// missing sheets are empty templates. Findings name sheet, row and column.
func ReadWorkbook(r io.Reader, s *Schema) (Meta, map[string]Source, []finding.Finding) {
	f, err := excelize.OpenReader(r, excelize.Options{UnzipSizeLimit: 1 << 30, RawCellValue: true})
	if err != nil {
		return Meta{}, nil, []finding.Finding{finding.New("workbook", "roi.workbook.unreadable", "why", err)}
	}
	defer f.Close()
	m, found := readCover(f)
	tables := map[string]Source{}
	for _, t := range s.Tables {
		rows, bad := readSheet(f, t)
		found = append(found, bad...)
		tables[t.ID] = Source{len(rows), func(i int, cells []string) { copy(cells, rows[i]) }}
	}
	return m, tables, found
}

func readCover(f *excelize.File) (Meta, []finding.Finding) {
	values := map[string]string{}
	rows, err := f.GetRows(coverSheet)
	if err != nil {
		return Meta{}, []finding.Finding{finding.New("workbook", "roi.workbook.no-cover", "sheet", coverSheet)}
	}
	for _, r := range rows {
		if len(r) > 1 {
			values[r[0]] = strings.TrimSpace(r[1])
		}
	}
	var found []finding.Finding
	for i, k := range coverKeys {
		if values[k] == "" && k != "currency" {
			x := finding.New("workbook", "roi.workbook.cover", "key", k)
			x.Sheet, x.Row, x.Column = coverSheet, i+1, "B"
			found = append(found, x)
		}
	}
	return Meta{LEI: values["lei"], Scope: values["scope"], Country: values["country"], Period: values["period"],
		Created: values["created"], Currency: values["currency"]}, found
}

// readSheet reads one template by its column codes; empty rows are left out.
func readSheet(f *excelize.File, t *Table) (out [][]string, found []finding.Finding) {
	rows, err := f.GetRows(t.ID)
	if err != nil || len(rows) == 0 {
		return nil, nil
	}
	order := make([]int, len(rows[0]))
	for i, code := range rows[0] {
		col, ok := t.byCol[strings.TrimSpace(code)]
		if !ok {
			col = -1
			if code != "" {
				x := finding.New("workbook", "roi.workbook.column", "code", code)
				x.Sheet, x.Row, x.Value = t.ID, 1, code
				x.Column, _ = excelize.ColumnNumberToName(i + 1)
				found = append(found, x)
			}
		}
		order[i] = col
	}
	for _, r := range rows[min(firstRow-1, len(rows)):] {
		cells, filled := make([]string, len(t.Columns)), false
		for i, v := range r {
			if i < len(order) && order[i] >= 0 {
				v = asDate(t.Columns[order[i]].Type, strings.TrimSpace(v))
				cells[order[i]] = v
				filled = filled || v != ""
			}
		}
		if filled {
			out = append(out, cells)
		}
	}
	return out, found
}

// asDate turns a day that a spreadsheet keeps as its number into yyyy-mm-dd.
func asDate(typ ColumnType, v string) string {
	if n, err := strconv.Atoi(v); typ == Date && err == nil && n > 0 && n < 2_958_466 {
		if day, err := excelize.ExcelDateToTime(float64(n), false); err == nil {
			return day.Format("2006-01-02")
		}
	}
	return v
}
