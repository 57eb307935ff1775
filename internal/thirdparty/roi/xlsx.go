package roi

import (
	"io"
	"strconv"

	"github.com/xuri/excelize/v2"

	"yagura/internal/i18n"
)

// WriteXLSX writes the report's findings as a workbook, one line each.
func (r Report) WriteXLSX(w io.Writer, lang i18n.Lang) error {
	f := excelize.NewFile()
	defer f.Close()
	sheet := i18n.T(lang, "roi.xlsx.findings")
	if err := f.SetSheetName("Sheet1", sheet); err != nil {
		return err
	}
	sw, err := f.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	for i, width := range []float64{10, 10, 28, 8, 9, 30, 80} {
		if err := sw.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	if err := sw.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	var head []any
	for _, key := range []string{"severity", "rule", "file", "row", "column", "value", "message"} {
		head = append(head, i18n.T(lang, "roi.xlsx."+key))
	}
	row := func(n int, cells ...any) error { return sw.SetRow("A"+strconv.Itoa(n), cells) }
	if err := row(1, head...); err != nil {
		return err
	}
	n := 1
	for _, x := range r.Findings {
		n++
		var line any
		if x.Row > 0 {
			line = x.Row
		}
		if err := row(n, i18n.T(lang, "roi.xlsx."+string(x.Severity)), x.Rule, x.File, line, x.Column, x.Value, x.Text(lang)); err != nil {
			return err
		}
	}
	for _, m := range r.More {
		n++
		if err := row(n, "", m.Rule, m.File, nil, m.Column, "", i18n.T(lang, "roi.more", "n", m.N)); err != nil {
			return err
		}
	}
	if err := sw.Flush(); err != nil {
		return err
	}
	return f.Write(w)
}
