package sheet

import (
	"strings"

	"yagura/internal/finding"
)

// Locate gives the findings of form.Validate on a workbook's answers their file
// and the sheet, row and column of the cell in which they are mended.
func Locate(found []finding.Finding, b *Book) {
	for i := range found {
		f := &found[i]
		f.File = b.Name
		pointer := f.Pointer
		switch f.Rule {
		case "answer.state":
			pointer += keyState
		case "answer.reason":
			pointer += keyComment
		}
		at, ok := b.Cells[pointer]
		for !ok && pointer != "" {
			if k := strings.LastIndexAny(pointer, "/#"); k > 0 {
				pointer = pointer[:k]
			} else {
				break
			}
			at, ok = b.Cells[pointer]
		}
		if ok {
			f.Sheet, f.Row, f.Column = at.Sheet, at.Row, at.Column
		}
	}
}
