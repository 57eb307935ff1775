package sheet_test

import (
	"bytes"
	"errors"
	"testing"

	"yagura/internal/sheet"
)

func TestWriteList(t *testing.T) {
	head := []string{"code", "名称", "n"}
	rows := [][]any{{"=1+1", "第一銀行 — \"本店\"", -3}, {"@SUM(A1)", "", 0.5}, {"'x", "\tt", int64(7)}}
	var b bytes.Buffer
	if err := sheet.WriteList(&b, head, rows, sheet.CSVOptions{}); err != nil {
		t.Fatal(err)
	}
	want := "\ufeffcode,名称,n\r\n'=1+1,\"第一銀行 — \"\"本店\"\"\",-3\r\n'@SUM(A1),,0.5\r\n'x,'\tt,7\r\n"
	if b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
	b.Reset()
	if err := sheet.WriteList(&b, head, rows, sheet.CSVOptions{Encoding: sheet.CP932}); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(b.Bytes(), []byte{0x96, 0xbc, 0x8f, 0xcc}) { // 名称 in CP932
		t.Errorf("% x", b.Bytes())
	}
	var lacks *sheet.Unencodable
	if err := sheet.WriteList(&b, head, [][]any{{"😀", "", 1}}, sheet.CSVOptions{Encoding: sheet.CP932}); !errors.As(err, &lacks) {
		t.Errorf("%v", err)
	}
	if err := sheet.WriteList(&b, head, [][]any{{"a"}}, sheet.CSVOptions{}); err == nil {
		t.Error("a short row was written")
	}
}
