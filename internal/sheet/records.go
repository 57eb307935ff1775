package sheet

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/japanese"

	"yagura/internal/finding"
)

// Limits of a record: its fields and its bytes.
const (
	maxFields = 256
	maxRecord = 1 << 20
)

// charset is the encoding of a CSV, decided at its first byte above ASCII.
type charset int

const (
	undecided charset = iota
	utf8Text
	cp932
)

// records cuts a CSV stream (RFC 4180; CRLF or LF) into records without copying
// or decoding: fields are raw bytes, valid until the next call of next. No
// second byte of CP932 is a comma, quote or line end, so both encodings are cut
// alike.
type records struct {
	pipe   *pipe
	cur    *block
	buf    []byte // of cur, up to the end of its data
	start  int    // start of the record in fields
	pos    int    // start of the next record in buf
	eof    bool
	enc    charset
	fields [][]byte
	row    int    // line on which the record in fields starts
	line   int    // line on which the next record starts
	fault  string // message key; set when next stops before the end
	spare  []byte // unescaped fields of this record
}

func newRecords(r io.Reader) *records {
	return &records{pipe: newPipe(r), line: 1}
}

func (s *records) close() { s.pipe.close() }

// next moves to the next record that is not an empty line.
func (s *records) next() bool {
	for s.fault == "" {
		s.row = s.line
		switch ok, more := s.cut(); {
		case ok && (len(s.fields) > 1 || len(s.fields[0]) > 0):
			return true
		case ok:
		case !more || !s.refill():
			return false
		}
	}
	return false
}

// cut cuts one record from the buffer; more says that its end is not there yet.
func (s *records) cut() (ok, more bool) {
	b, i := s.buf, s.pos
	if i == len(b) {
		return false, !s.eof
	}
	s.fields, s.spare = s.fields[:0], s.spare[:0]
	s.start = i
	lines := 1
	for {
		start, quoted := i, i < len(b) && b[i] == '"'
		var field []byte
		if quoted {
			var inner int
			if field, i, inner = s.quoted(b, i); i < 0 {
				if !s.eof {
					return false, true
				}
				s.fault = "sheet.csv-quote"
				return false, false
			}
			lines += inner
		} else {
			for i < len(b) && b[i] != ',' && b[i] != '\n' {
				i++
			}
			field = b[start:i]
		}
		if i == len(b) && !s.eof {
			return false, true
		}
		if len(s.fields) == maxFields {
			s.fault = "sheet.csv-fields-many"
			return false, false
		}
		if i < len(b) && b[i] == ',' {
			s.fields = append(s.fields, field)
			i++
			continue
		}
		if !quoted && len(field) > 0 && field[len(field)-1] == '\r' {
			field = field[:len(field)-1]
		}
		s.fields = append(s.fields, field)
		s.pos = min(i+1, len(b))
		s.line += lines
		return true, false
	}
}

// quoted reads the quoted field that starts at b[i]; end is the place of the
// comma or line end behind it, -1 when the closing quote is not in b. What
// stands between the closing quote and the comma is dropped.
func (s *records) quoted(b []byte, i int) (field []byte, end, lines int) {
	i++
	start, escaped := i, false
	for {
		k := bytes.IndexByte(b[i:], '"')
		if k < 0 {
			return nil, -1, 0
		}
		i += k + 1
		if i < len(b) && b[i] == '"' {
			escaped = true
			i++
			continue
		}
		break
	}
	field = b[start : i-1]
	lines = bytes.Count(field, []byte{'\n'})
	if escaped {
		from := len(s.spare)
		for k := 0; k < len(field); k++ {
			s.spare = append(s.spare, field[k])
			if field[k] == '"' {
				k++
			}
		}
		field = s.spare[from:]
	}
	for i < len(b) && b[i] != ',' && b[i] != '\n' {
		i++
	}
	return field, i, lines
}

// refill takes the next block and puts the unread rest in front of it. It
// reports whether there may be another record.
func (s *records) refill() bool {
	tail := s.buf[s.pos:]
	if len(tail) > maxRecord {
		s.fault = "sheet.csv-long"
		return false
	}
	b, ok := <-s.pipe.full
	if !ok {
		s.eof = true
		if s.pipe.err != nil {
			s.fault = "sheet.csv-read"
		}
		return s.fault == "" && len(tail) > 0
	}
	first := s.cur == nil
	from := headroom - len(tail)
	buf := b.buf[:headroom+b.n]
	if from < 0 {
		buf, from = append(slices.Clone(tail), buf[headroom:]...), 0
	} else {
		copy(buf[from:], tail)
	}
	if s.cur != nil {
		s.pipe.free <- s.cur
	}
	s.cur, s.buf, s.pos = b, buf, from
	if first {
		s.begin()
	}
	return true
}

// begin looks at the first bytes of the file for a byte order mark and for
// signs that this is no text.
func (s *records) begin() {
	data := s.buf[s.pos:]
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		s.pos += 3
		s.enc = utf8Text
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		s.fault = "sheet.csv-utf16"
	case bytes.IndexByte(data, 0) >= 0:
		s.fault = "sheet.csv-binary"
	}
}

// text decodes a field; ok is false when it is not text of the file's encoding.
func (s *records) text(b []byte) (text string, ok bool) {
	if isASCII(b) {
		return string(b), true
	}
	if s.enc == undecided {
		s.decide()
	}
	if s.enc == utf8Text {
		return string(b), utf8.Valid(b)
	}
	out, err := japanese.ShiftJIS.NewDecoder().Bytes(b)
	if err != nil || bytes.ContainsRune(out, utf8.RuneError) {
		return string(out), false
	}
	return string(out), true
}

// decide takes the file as UTF-8 when the record being read and all whole
// records behind it in the buffer are.
func (s *records) decide() {
	data := s.buf[s.start:]
	if k := bytes.LastIndexByte(data, '\n'); k >= 0 {
		data = data[:k]
	}
	s.enc = cp932
	if utf8.Valid(data) {
		s.enc = utf8Text
	}
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// header reads the first record and finds the wanted columns in it by any of
// their names (the first name is the one messages use); -1 means absent.
// Columns that nobody wants are warnings.
func (s *records) header(l *list, wanted [][]string, required int) ([]int, bool) {
	cols := slices.Repeat([]int{-1}, len(wanted))
	if !s.next() {
		l.add(s.stopped("sheet.csv-empty"))
		return nil, false
	}
	for i, raw := range s.fields {
		name, ok := s.text(raw)
		key := strings.ToLower(strings.TrimSpace(name))
		k := slices.IndexFunc(wanted, func(names []string) bool {
			return slices.ContainsFunc(names, func(n string) bool { return strings.ToLower(n) == key })
		})
		switch {
		case !ok:
			l.add(at(finding.New("sheet.csv-encoding", "sheet.csv-encoding"), s.row, "", name))
			return nil, false
		case k < 0:
			f := at(finding.New("sheet.csv-column-unknown", "sheet.csv-column-unknown", "name", name), s.row, name, "")
			f.Severity = finding.Warning
			l.add(f)
		case cols[k] >= 0:
			l.add(at(finding.New("sheet.csv-column-twice", "sheet.csv-column-twice", "name", name), s.row, name, ""))
			return nil, false
		default:
			cols[k] = i
		}
	}
	good := true
	for k := range required {
		if cols[k] < 0 {
			l.add(at(finding.New("sheet.csv-column-missing", "sheet.csv-column-missing", "name", wanted[k][0]), s.row, wanted[k][0], ""))
			good = false
		}
	}
	return cols, good
}

// stopped is the finding for what stopped next, or for key when nothing did.
func (s *records) stopped(key string) finding.Finding {
	if s.fault != "" {
		key = s.fault
	}
	args := []any{"max", maxRecord, "fields", maxFields}
	if s.pipe.err != nil {
		args = append(args, "why", s.pipe.err)
	}
	return at(finding.New(key, key, args...), s.row, "", "")
}

func at(f finding.Finding, row int, column, value string) finding.Finding {
	f.Row, f.Column, f.Value = row, column, value
	return f
}
