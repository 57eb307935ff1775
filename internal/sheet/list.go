package sheet

import (
	"io"
	"strconv"

	"yagura/internal/errs"
)

// WriteList writes any list as CSV: a head and rows of texts (string), whole numbers
// (int, int64) and numbers (float64). Texts that a spreadsheet would take for a formula
// are neutralised; numbers stay numbers. Errors: *Unencodable as in CSVOptions.
func WriteList(w io.Writer, head []string, rows [][]any, o CSVOptions) error {
	c, err := newCSVWriter(w, o)
	if err != nil {
		return err
	}
	names := make([][]string, len(head))
	for i, h := range head {
		names[i] = []string{h}
	}
	fields := make([]string, len(head))
	for i, h := range head {
		fields[i] = guardText(h)
	}
	c.write(names, fields...)
	for _, row := range rows {
		if len(row) != len(head) {
			return errs.New(errs.Internal, "sheet: a row of %d fields under %d columns", len(row), len(head))
		}
		for i, v := range row {
			switch v := v.(type) {
			case string:
				fields[i] = guardText(v)
			case int:
				fields[i] = strconv.Itoa(v)
			case int64:
				fields[i] = strconv.FormatInt(v, 10)
			case float64:
				fields[i] = strconv.FormatFloat(v, 'f', -1, 64)
			default:
				return errs.New(errs.Internal, "sheet: a list can't hold a %T", v)
			}
		}
		c.write(names, fields...)
	}
	return c.end()
}
