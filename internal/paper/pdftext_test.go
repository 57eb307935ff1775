package paper

import (
	"bytes"
	"compress/zlib"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	streamPart = regexp.MustCompile(`(?s)(<<[^>]*(?:>[^>]+)*>>)\nstream\n`)
	rangePart  = regexp.MustCompile(`<([0-9A-F]{4})><[0-9A-F]{4}><([0-9A-F]{4,6})>`)
	textPart   = regexp.MustCompile(`/F(\d+) [\d.]+ Tf|\[<([0-9A-F]*)>\] TJ`)
)

// pdfText reads the text of a PDF that gopdf wrote, sheet after sheet, through
// the font's own map from glyphs to characters, as a reader's search does.
func pdfText(t *testing.T, file []byte) (text string, sheets int) {
	t.Helper()
	var contents []string
	fonts := []map[string]rune{}
	for _, at := range streamPart.FindAllIndex(file, -1) {
		data := file[at[1]:]
		end := bytes.Index(data, []byte("\nendstream"))
		if z, err := zlib.NewReader(bytes.NewReader(data[:end])); err == nil {
			plain, err := io.ReadAll(z)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(plain, []byte(" TJ")) {
				contents = append(contents, string(plain))
			}
			continue
		}
		if bytes.Contains(data[:end], []byte("begincmap")) {
			glyphs := map[string]rune{}
			for _, m := range rangePart.FindAllSubmatch(data[:end], -1) {
				code, err := strconv.ParseUint(string(m[2]), 16, 32)
				if err != nil {
					t.Fatal(err)
				}
				glyphs[string(m[1])] = rune(code)
			}
			fonts = append(fonts, glyphs)
		}
	}
	var b strings.Builder
	for _, content := range contents {
		font := 0
		for _, m := range textPart.FindAllStringSubmatch(content, -1) {
			if m[1] != "" {
				font, _ = strconv.Atoi(m[1])
				continue
			}
			for i := 0; i+4 <= len(m[2]); i += 4 {
				b.WriteRune(fonts[font-1][m[2][i:i+4]])
			}
		}
	}
	return b.String(), bytes.Count(file, []byte("/Type /Page\n"))
}
