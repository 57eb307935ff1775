package sheet

import (
	"bytes"
	"os"
	"testing"

	"yagura/internal/form"
)

func FuzzReadWorkbook(f *testing.F) {
	fm := everyType(f)
	for _, o := range []WriteOptions{{}, {Party: "0001", Answers: fixed(), Previous: fixed()}} {
		var b bytes.Buffer
		if err := Write(&b, fm, o); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	if data, err := os.ReadFile("testdata/libreoffice.xlsx"); err == nil {
		f.Add(data)
	}
	f.Add([]byte("PK\x03\x04"))
	f.Add([]byte(oleMagic))
	again := plainTemplate(f, fm)
	f.Fuzz(func(t *testing.T, data []byte) {
		checkBook(t, data, fm, again)
	})
}

// FuzzReadSheetXML reads the fuzzed bytes as one sheet among those of a
// workbook: bytes of a ZIP rarely survive mutation.
func FuzzReadSheetXML(f *testing.F) {
	fm := everyType(f)
	var b bytes.Buffer
	if err := Write(&b, fm, WriteOptions{Answers: fixed()}); err != nil {
		f.Fatal(err)
	}
	repack(f, b.Bytes(), map[string]func([]byte) []byte{"xl/worksheets/sheet3.xml": func(old []byte) []byte {
		f.Add(old)
		return old
	}})
	f.Add([]byte(`<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><r><t>#item</t></r><rPh><t>x</t></rPh></is></c></row></sheetData></worksheet>`))
	f.Add([]byte(`<x:worksheet><x:sheetData><x:row><x:c t="s"><x:v>0</x:v></x:c><x:c t="e"><x:v>#REF!</x:v></x:c></x:row></x:sheetData></x:worksheet>`))
	again := plainTemplate(f, fm)
	shared := []string{keyItem, keyAnswer, keyState, keyComment, "gov.policy", "gov.topics", "gov.topics/threats", "○", "sys.list", keyTable + "sys.list", "name"}
	f.Fuzz(func(t *testing.T, data []byte) {
		g, err := readGrid("fuzzed", data, shared)
		if err != nil {
			return
		}
		in := &bookReader{form: fm, pack: &pack{}, grids: []*grid{g}, book: &Book{Name: "x", Cells: map[string]CellRef{}}}
		in.read()
		if len(in.book.Answers) == 0 {
			return
		}
		var out bytes.Buffer
		if err := again.Write(&out, WriteOptions{Answers: in.book.Answers}); err != nil {
			return // a text longer than a cell
		}
		back, found := readBytes(out.Bytes(), fm)
		if len(found) > 0 {
			t.Fatalf("written anew: %v", found)
		}
		sameAnswers(t, back.Answers, dropEmptyRows(in.book.Answers))
	})
}

func plainTemplate(t testing.TB, f *form.Form) *Template {
	tmpl, err := NewTemplate(f, "", true)
	if err != nil {
		t.Fatal(err)
	}
	return tmpl
}

// checkBook holds what is true of every reading: refused with one finding, or
// read to answers that can be written and read again.
func checkBook(t *testing.T, data []byte, fm *form.Form, tmpl *Template) {
	book, found := readBytes(data, fm)
	if book == nil {
		if len(found) != 1 {
			t.Fatalf("refused with %d findings", len(found))
		}
		return
	}
	var again bytes.Buffer
	if err := tmpl.Write(&again, WriteOptions{Party: book.Party, Answers: book.Answers}); err != nil {
		return // a text longer than a cell
	}
	back, found := readBytes(again.Bytes(), fm)
	if len(found) > 0 {
		t.Fatalf("written anew: %v", found)
	}
	sameAnswers(t, back.Answers, dropEmptyRows(book.Answers))
}

func FuzzReadParties(f *testing.F) {
	for _, s := range []string{"", "id\nA\n", "機関ID,名称,属性\n0001,甲信用金庫,a;b\n", "id,name\n=1,x\nA,\"'=x\"\n", "\xef\xbb\xbfid,id\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		parties, _ := ReadParties(bytes.NewReader(data), "p.csv")
		var b bytes.Buffer
		if err := WriteParties(&b, parties, CSVOptions{UTF8}); err != nil {
			t.Fatal(err)
		}
		again, found := ReadParties(&b, "p.csv")
		if len(found) > 0 || len(again) != len(parties) {
			t.Fatalf("written anew: %d of %d, %v", len(again), len(parties), found)
		}
		for i := range parties {
			if !sameOrg(parties[i], again[i]) {
				t.Errorf("got %+v, want %+v", again[i], parties[i])
			}
		}
	})
}
