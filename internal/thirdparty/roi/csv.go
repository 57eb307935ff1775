package roi

import (
	"bytes"
	"io"
	"unicode/utf8"
)

const (
	window   = 256 << 10 // bytes of a file in memory; a longer line goes the slow way
	maxCells = 1024      // cells of a line that are kept on the slow way
)

// scanner splits a CSV (RFC 4180, comma) into records without copying: lines
// without a quotation mark are cut in place. A cell longer than maxCell bytes
// is dropped and reported, so that a file's memory is bounded by its window.
type scanner struct {
	src     io.Reader
	buf     []byte
	from, n int // unread bytes are buf[from:n]
	err     error
	next    int // line of the file that is read next
	maxCell int

	line    int      // of the current record's first line; the file's first is 1
	cells   [][]byte // valid until the next scan
	count   int      // cells of the record, also those not kept
	tooLong int      // first cell that was dropped for its length, or -1
	badText bool     // bytes that are no UTF-8
	badQuot bool     // quotation marks out of place

	scratch []byte
	ends    []int
}

func newScanner(src io.Reader, maxCell int) *scanner {
	return &scanner{src: src, buf: make([]byte, window), next: 1, maxCell: maxCell}
}

// scan reads the next record that is not an empty line. After false, failure
// tells whether the file ended or could not be read on.
func (s *scanner) scan() bool {
	for {
		line, ok := s.wholeLine()
		if !ok {
			if s.from == s.n && s.err != nil {
				return false
			}
			return s.slow() // longer than the window, or with quotes
		}
		s.line = s.next
		s.next++
		if len(line) > 0 {
			s.split(line)
			return true
		}
	}
}

// failure is the error that ended the reading, nil at the regular end.
func (s *scanner) failure() error {
	if s.err == io.EOF {
		return nil
	}
	return s.err
}

// wholeLine takes a line that lies in the window and has no quotes.
func (s *scanner) wholeLine() ([]byte, bool) {
	seen := s.from
	for {
		if i := bytes.IndexByte(s.buf[seen:s.n], '\n'); i >= 0 {
			return s.take(seen+i, seen+i+1)
		}
		seen = s.n
		if s.err != nil {
			if s.from == s.n {
				return nil, false
			}
			return s.take(s.n, s.n)
		}
		if s.from > 0 && s.n == len(s.buf) {
			copy(s.buf, s.buf[s.from:s.n])
			seen, s.n, s.from = seen-s.from, s.n-s.from, 0
		}
		if s.n == len(s.buf) {
			return nil, false
		}
		s.fill()
	}
}

func (s *scanner) take(end, after int) ([]byte, bool) {
	line := s.buf[s.from:end]
	if bytes.IndexByte(line, '"') >= 0 {
		return nil, false
	}
	s.from = after
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return line, true
}

func (s *scanner) fill() {
	for tries := 0; tries < 100 && s.err == nil; tries++ {
		n, err := s.src.Read(s.buf[s.n:])
		s.n += n
		s.err = err
		if n > 0 {
			return
		}
	}
	if s.err == nil {
		s.err = io.ErrNoProgress
	}
}

func (s *scanner) split(line []byte) {
	s.tooLong, s.badQuot, s.badText = -1, false, !utf8.Valid(line)
	s.cells = s.cells[:0]
	start := 0
	for i, c := range line {
		if c == ',' {
			s.cells = append(s.cells, line[start:i])
			start = i + 1
		}
	}
	s.cells = append(s.cells, line[start:])
	s.count = len(s.cells)
	if len(line) > s.maxCell {
		for i, c := range s.cells {
			if len(c) > s.maxCell {
				s.drop(i)
				s.cells[i] = c[:0]
			}
		}
	}
}

func (s *scanner) drop(cell int) {
	if s.tooLong < 0 {
		s.tooLong = cell
	}
}

// byte reads one byte, refilling the window.
func (s *scanner) byte() (byte, bool) {
	if s.from == s.n {
		if s.err != nil {
			return 0, false
		}
		s.from, s.n = 0, 0
		s.fill()
		if s.n == 0 {
			return 0, false
		}
	}
	c := s.buf[s.from]
	s.from++
	return c, true
}

// slow reads one record byte by byte: quoted cells, line breaks within them,
// and lines longer than the window.
func (s *scanner) slow() bool {
	s.line = s.next
	s.tooLong, s.badQuot, s.badText, s.count = -1, false, false, 0
	s.scratch, s.ends = s.scratch[:0], s.ends[:0]
	start, quoted, closed := 0, false, false
	put := func(c byte) {
		if s.count >= maxCells {
			return
		}
		if len(s.scratch)-start >= s.maxCell {
			s.drop(s.count)
			return
		}
		s.scratch = append(s.scratch, c)
	}
	end := func() {
		if s.count < maxCells {
			if s.tooLong == s.count {
				s.scratch = s.scratch[:start]
			}
			s.ends = append(s.ends, len(s.scratch))
			start = len(s.scratch)
		}
		s.count++
		closed = false
	}
	for {
		c, ok := s.byte()
		if !ok {
			s.badQuot = s.badQuot || quoted
			break
		}
		if c == '\n' {
			s.next++
		}
		switch {
		case quoted && c == '"':
			quoted, closed = false, true
		case quoted:
			put(c)
		case c == '"' && closed: // a doubled mark within a quoted cell
			put(c)
			quoted, closed = true, false
		case c == '"' && len(s.scratch) == start:
			quoted = true
		case c == ',':
			end()
		case c == '\n':
			end()
			return s.finish()
		case c == '\r':
		default:
			s.badQuot = s.badQuot || c == '"' || closed
			put(c)
		}
	}
	end()
	s.next++
	return s.finish()
}

func (s *scanner) finish() bool {
	s.cells = s.cells[:0]
	from := 0
	for _, to := range s.ends {
		s.cells = append(s.cells, s.scratch[from:to])
		from = to
	}
	s.badText = !utf8.Valid(s.scratch)
	return true
}
