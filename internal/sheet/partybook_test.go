package sheet_test

import (
	"bytes"
	"testing"

	"github.com/xuri/excelize/v2"

	"yagura/internal/sheet"
)

// The list reads from a workbook as it does from a CSV, with the rows' own numbers.
func TestReadPartiesBook(t *testing.T) {
	f := excelize.NewFile()
	for cell, v := range map[string]any{"A1": "機関ID", "B1": "名称", "C1": "業態", "D1": "属性", "A2": "B01", "B2": "第一,\"本店\"\n銀行", "C2": "regional_bank",
		"D2": "critical;listed", "A4": "B02", "B4": "第二銀行", "A5": "B01", "B5": "重複"} {
		if err := f.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	parties, found := sheet.ReadPartiesBook(bytes.NewReader(b.Bytes()), int64(b.Len()), "a.xlsx")
	if len(parties) != 2 || parties[0].Name != "第一,\"本店\"\n銀行" || len(parties[0].Flags) != 2 || parties[1].ID != "B02" {
		t.Errorf("%+v", parties)
	}
	if len(found) != 1 || found[0].Rule != "sheet.party-twice" {
		t.Errorf("%+v", found)
	}
	if _, found := sheet.ReadPartiesBook(bytes.NewReader([]byte("no book")), 7, "a.xlsx"); len(found) != 1 || found[0].Rule != "sheet.book-not" {
		t.Errorf("%+v", found)
	}
}
