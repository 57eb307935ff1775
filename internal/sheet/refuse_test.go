package sheet

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"yagura/internal/form"
	"yagura/internal/i18n"
)

// repack copies a workbook's package with changes to its parts; nil removes one.
func repack(t testing.TB, data []byte, change map[string]func([]byte) []byte) []byte {
	t.Helper()
	zr, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	zw := zip.NewWriter(&out)
	done := map[string]bool{}
	write := func(name string, body []byte) {
		w, err := zw.Create(name)
		if err == nil {
			_, err = w.Write(body)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range zr.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if edit, ok := change[f.Name]; ok {
			done[f.Name] = true
			if body = edit(body); body == nil {
				continue
			}
		}
		write(f.Name, body)
	}
	for name, edit := range change {
		if !done[name] {
			write(name, edit(nil))
		}
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func always(body string) func([]byte) []byte { return func([]byte) []byte { return []byte(body) } }

func TestReadRefuses(t *testing.T) {
	f := everyType(t)
	var b bytes.Buffer
	if err := Write(&b, f, WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	good := b.Bytes()
	many := map[string]func([]byte) []byte{}
	for i := range maxEntries + 1 {
		many["x/"+itoa(i)] = always("")
	}
	ole := func(stream string) []byte {
		return append([]byte(oleMagic+strings.Repeat("\x00", 600)), utf16le(stream)...)
	}
	cases := []struct {
		name, rule string
		data       []byte
	}{
		{"empty", "sheet.book-not", nil},
		{"text", "sheet.book-not", []byte("party,item,value\n")},
		{"other zip", "sheet.book-not", repack(t, good, map[string]func([]byte) []byte{"[Content_Types].xml": func([]byte) []byte { return nil }})},
		{"too large", "sheet.book-too-large", make([]byte, MaxBook+1)},
		{"encrypted", "sheet.book-encrypted", ole("EncryptedPackage")},
		{"irm", "sheet.book-encrypted", ole("DRMEncryptedDataSpace")},
		{"xls", "sheet.book-xls", ole("Workbook")},
		{"xlsb", "sheet.book-xlsb", repack(t, good, map[string]func([]byte) []byte{"xl/workbook.bin": always("")})},
		{"ods", "sheet.book-ods", repack(t, good, map[string]func([]byte) []byte{"content.xml": always(""), "mimetype": always("")})},
		{"macro", "sheet.book-macro", repack(t, good, map[string]func([]byte) []byte{"xl/vbaProject.bin": always("x")})},
		{"macro sheet", "sheet.book-macro", repack(t, good, map[string]func([]byte) []byte{"xl/macrosheets/sheet1.xml": always("x")})},
		{"bomb", "sheet.book-bomb", repack(t, good, map[string]func([]byte) []byte{"xl/media/a.bin": func([]byte) []byte { return make([]byte, maxUnpack) }})},
		{"bomb in a sheet", "sheet.book-bomb", repack(t, good, map[string]func([]byte) []byte{"xl/worksheets/sheet3.xml": func([]byte) []byte { return bytes.Repeat([]byte("<row/>"), maxPart/6+1) }})},
		{"many parts", "sheet.book-bomb", repack(t, good, many)},
		{"damaged", "sheet.book-damaged", repack(t, good, map[string]func([]byte) []byte{"xl/workbook.xml": always("<workbook")})},
		{"entities", "sheet.book-damaged", repack(t, good, map[string]func([]byte) []byte{"xl/sharedStrings.xml": always(`<!DOCTYPE x [<!ENTITY a "aaaa">]><sst><si><t>&a;</t></si></sst>`)})},
		{"foreign", "sheet.book-foreign", edit(t, f, WriteOptions{}, removeMeta)},
		{"form", "sheet.book-form", metaEdit(t, f, "B2", "other-form")},
		{"edition", "sheet.book-edition", metaEdit(t, f, "B3", "2025")},
		{"hash", "sheet.book-hash", metaEdit(t, f, "B4", "00")},
		{"version", "sheet.book-version", metaEdit(t, f, "B1", "9")},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			book, found := readBytes(c.data, f)
			if book != nil || len(found) != 1 || found[0].Rule != c.rule || found[0].File != "book.xlsx" {
				t.Fatalf("want %s, got %v %v", c.rule, book != nil, found)
			}
			if line := found[0].Line(i18n.JA); strings.Contains(line, "{") || strings.Contains(line, "[sheet.book-x.mend]") {
				t.Error(line)
			}
		})
	}
}

func removeMeta(x *excelize.File) {
	for _, cell := range []string{"A1", "B1"} {
		if err := x.SetCellStr(metaSheet, cell, ""); err != nil {
			panic(err)
		}
	}
}

func metaEdit(t *testing.T, f *form.Form, cell, value string) []byte {
	return edit(t, f, WriteOptions{}, func(x *excelize.File) { must(t, x.SetCellStr(metaSheet, cell, value)) })
}

// TestBombIsNotUnpacked holds that a lying size in the package's directory does
// not get more unpacked than the limit.
func TestBombIsNotUnpacked(t *testing.T) {
	p := &pack{unpacked: maxUnpack - 10}
	var b bytes.Buffer
	zw := zip.NewWriter(&b)
	w, _ := zw.Create("a")
	w.Write(make([]byte, 1<<20))
	zw.Close()
	zr, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	p.parts = map[string]*zip.File{"a": zr.File[0]}
	if data, err := p.read("a"); err != errTooLarge || len(data) > 11 {
		t.Errorf("unpacked %d bytes, %v", len(data), err)
	}
}

func TestWriteRefusesLongText(t *testing.T) {
	f := everyType(t)
	err := Write(io.Discard, f, WriteOptions{Answers: form.Answers{"gov.note": {Value: strings.Repeat("あ", MaxCellText+1)}}})
	if err == nil || !strings.Contains(err.Error(), "gov.note") {
		t.Errorf("got %v", err)
	}
}
