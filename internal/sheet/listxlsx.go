package sheet

import (
	"io"
	"time"

	"github.com/xuri/excelize/v2"
)

// WriteListXLSX writes a list as a workbook: texts as texts, which no program evaluates,
// the head fixed and filtered.
func WriteListXLSX(w io.Writer, columns []string, rows [][]any) error {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	const tab = "Sheet1"
	out, err := f.NewStreamWriter(tab)
	if err != nil {
		return err
	}
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	head := make([]any, len(columns))
	for i, h := range columns {
		head[i] = excelize.Cell{StyleID: bold, Value: h}
	}
	if err := out.SetColWidth(1, max(1, len(columns)), 18); err != nil {
		return err
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	if err := out.SetRow("A1", head); err != nil {
		return err
	}
	for i, row := range rows {
		at, err := excelize.CoordinatesToCellName(1, i+2)
		if err != nil {
			return err
		}
		if err := out.SetRow(at, row); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	stamp := time.Unix(0, 0).UTC().Format(time.RFC3339) // the file says nothing of when it was made but its name
	if err := f.SetDocProps(&excelize.DocProperties{Created: stamp, Modified: stamp}); err != nil {
		return err
	}
	return f.Write(w)
}
