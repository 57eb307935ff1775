package roi

import (
	"encoding/csv"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

func scanAll(s *scanner) (rows [][]string, lines []int) {
	for s.scan() {
		row := make([]string, len(s.cells))
		for i, c := range s.cells {
			row[i] = string(c)
		}
		rows, lines = append(rows, row), append(lines, s.line)
	}
	return rows, lines
}

func TestScanner(t *testing.T) {
	for _, c := range []struct {
		in    string
		rows  [][]string
		lines []int
	}{
		{"", nil, nil},
		{"a,b\r\n\r\nc,\n", [][]string{{"a", "b"}, {"c", ""}}, []int{1, 3}},
		{"a,\"b,1\n2\"\"x\"\nc,d", [][]string{{"a", "b,1\n2\"x"}, {"c", "d"}}, []int{1, 3}},
		{"\"\",x\ny", [][]string{{"", "x"}, {"y"}}, []int{1, 2}},
		{"日本,語", [][]string{{"日本", "語"}}, []int{1}},
	} {
		for name, src := range map[string]io.Reader{"whole": strings.NewReader(c.in), "byte by byte": iotest.OneByteReader(strings.NewReader(c.in))} {
			s := newScanner(src, 100)
			rows, lines := scanAll(s)
			if !reflect.DeepEqual(rows, c.rows) || !reflect.DeepEqual(lines, c.lines) || s.failure() != nil {
				t.Errorf("%q (%s): %q at %v, %v; want %q at %v", c.in, name, rows, lines, s.failure(), c.rows, c.lines)
			}
		}
	}
}

func TestScannerBoundsCells(t *testing.T) {
	long := strings.Repeat("x", 3*window)
	for _, in := range []string{"a," + long + ",b\nc,d,e\n", "a,\"" + long + "\",b\nc,d,e\n", "a,xxxxxxxxxxx,b\nc,d,e\n"} {
		s := newScanner(strings.NewReader(in), 10)
		if !s.scan() || s.tooLong != 1 || s.count != 3 || string(s.cells[2]) != "b" || len(s.cells[1]) != 0 {
			t.Errorf("long cell: cell %d of %d, %d kept", s.tooLong, s.count, len(s.cells))
		}
		if !s.scan() || s.tooLong != -1 || s.line != 2 {
			t.Errorf("after the long cell: %d, line %d", s.tooLong, s.line)
		}
	}
}

func TestScannerReportsFailure(t *testing.T) {
	want := errors.New("broken")
	s := newScanner(io.MultiReader(strings.NewReader("a,b\nc"), iotest.ErrReader(want)), 10)
	if rows, _ := scanAll(s); len(rows) != 2 || !errors.Is(s.failure(), want) {
		t.Errorf("%q, %v", rows, s.failure())
	}
}

// FuzzScanner: never a panic, and where encoding/csv accepts an input, the same cells.
func FuzzScanner(f *testing.F) {
	for _, seed := range []string{"a,b\n1,2\n", "\"a\"\"b\",\n", "\xff,\"", ",,\r\n\"x\ny\",z", "\"a\"b,c\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		rows, _ := scanAll(newScanner(strings.NewReader(in), 1<<20))
		ref := csv.NewReader(strings.NewReader(in))
		ref.FieldsPerRecord = -1
		want, err := ref.ReadAll()
		if err != nil || strings.Contains(strings.ReplaceAll(in, "\r\n", ""), "\r") || strings.Contains(in, "\"\r\n\"") || strings.Contains(in, "\r\n") && strings.Contains(in, "\"") {
			return // encoding/csv is stricter with quotes and treats \r within cells in its own way
		}
		if len(want) != len(rows) {
			t.Fatalf("%q: %q, encoding/csv %q", in, rows, want)
		}
		for i := range want {
			if !reflect.DeepEqual(rows[i], want[i]) {
				t.Fatalf("%q: %q, encoding/csv %q", in, rows, want)
			}
		}
	})
}
