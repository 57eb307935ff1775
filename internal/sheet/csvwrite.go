package sheet

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"

	"yagura/internal/errs"
	"yagura/internal/finding"
)

// Encoding is how a CSV is written.
type Encoding string

// The encodings: UTF-8 with byte order mark (what Excel opens rightly; the
// default), without, and CP932 (Shift_JIS as Windows has it).
const (
	UTF8BOM Encoding = "utf8bom"
	UTF8    Encoding = "utf8"
	CP932   Encoding = "cp932"
)

// CSVOptions say how a CSV is written.
type CSVOptions struct {
	Encoding Encoding // "" is UTF8BOM
}

// Unencodable is the error of a CSV in CP932 whose texts have characters that
// CP932 lacks; nothing was put in their place. Its kind is errs.Invalid.
type Unencodable struct {
	Findings []finding.Finding // one per character, with its first place
}

func (u *Unencodable) Error() string {
	chars := make([]string, len(u.Findings))
	for i, f := range u.Findings {
		chars[i] = f.Value
	}
	return "CP932 has no " + strings.Join(chars, " ")
}

// cp932Twins are characters that CP932 has under another code point.
var cp932Twins = strings.NewReplacer("〜", "～", "−", "－", "—", "―", "‖", "∥", "¥", "￥", "¢", "￠", "£", "￡", "¬", "￢")

// csvWriter writes records with CRLF, quoting where RFC 4180 wants it.
type csvWriter struct {
	w       *bufio.Writer
	sjis    *encoding.Encoder
	row     int
	missing map[rune]finding.Finding
	line    []byte
}

func newCSVWriter(w io.Writer, o CSVOptions) (*csvWriter, error) {
	c := &csvWriter{w: bufio.NewWriterSize(w, 64<<10), missing: map[rune]finding.Finding{}}
	switch o.Encoding {
	case UTF8BOM, "":
		c.w.WriteString("\ufeff")
	case UTF8:
	case CP932:
		c.sjis = japanese.ShiftJIS.NewEncoder()
	default:
		return nil, errs.New(errs.Invalid, "no such encoding: %s", o.Encoding)
	}
	return c, nil
}

// write writes one record; columns name its fields for findings.
func (c *csvWriter) write(columns [][]string, fields ...string) {
	c.row++
	c.line = c.line[:0]
	for i, f := range fields {
		if i > 0 {
			c.line = append(c.line, ',')
		}
		c.line = appendField(c.line, f)
	}
	c.line = append(c.line, "\r\n"...)
	if c.sjis == nil || isASCII(c.line) {
		c.w.Write(c.line)
		return
	}
	text := cp932Twins.Replace(string(c.line))
	out, err := c.sjis.String(text)
	if err != nil {
		c.sjis.Reset()
		for i, f := range fields {
			c.note(columns[i][0], f)
		}
		return
	}
	c.w.WriteString(out)
}

// note keeps the characters of a field that CP932 lacks.
func (c *csvWriter) note(column, text string) {
	for _, r := range cp932Twins.Replace(text) {
		if _, seen := c.missing[r]; r < utf8.RuneSelf || seen {
			continue
		}
		if _, err := c.sjis.String(string(r)); err != nil {
			c.sjis.Reset()
			f := finding.New("sheet.cp932", "sheet.cp932", "char", string(r), "code", fmt.Sprintf("U+%04X", r))
			c.missing[r] = at(f, c.row, column, string(r))
		}
	}
}

// end flushes and reports a failed write or characters that CP932 lacks.
func (c *csvWriter) end() error {
	if err := c.w.Flush(); err != nil {
		return fmt.Errorf("write csv: %w", err)
	}
	if len(c.missing) == 0 {
		return nil
	}
	u := &Unencodable{}
	for _, r := range slices.Sorted(maps.Keys(c.missing)) {
		u.Findings = append(u.Findings, c.missing[r])
	}
	return errs.New(errs.Invalid, "write csv: %w", u)
}

func appendField(b []byte, s string) []byte {
	if !strings.ContainsAny(s, ",\"\r\n") && strings.TrimSpace(s) == s {
		return append(b, s...)
	}
	b = append(b, '"')
	for i := range len(s) {
		if s[i] == '"' {
			b = append(b, '"')
		}
		b = append(b, s[i])
	}
	return append(b, '"')
}
