package scripttest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/japanese"
)

// The commands that stories have beside those of testscript.
var commands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"exits":    exits,
	"samedir":  sameDir,
	"listing":  listing,
	"jsonkeys": jsonKeys,
	"jsonval":  jsonValue,
	"sealed":   sealed,
	"recode":   recode,
	"fill":     fill,
	"shows":    shows,
	"sorted":   sorted,
	"lines":    lines,
	"site":     site,
	"issue":    issue,
	"tamper":   tamper,
	"served":   served,
}

func usage(ts *testscript.TestScript, ok bool, text string) {
	if !ok {
		ts.Fatalf("usage: %s", text)
	}
}

// exits runs a command and wants its exit code: exits CODE COMMAND ARGS….
func exits(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) > 1, "exits CODE COMMAND ARGS…")
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var failed *exec.ExitError
	if err = ts.Exec(args[1], args[2:]...); errors.As(err, &failed) {
		got = failed.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// sameDir wants two folders to hold the same files with the same bytes; only
// those with the given extensions when any are given.
func sameDir(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, len(args) > 1, "samedir A B [.EXT…]")
	a, b := contents(ts, args[0], args[2:]), contents(ts, args[1], args[2:])
	same := len(a) > 0 && maps.Equal(a, b)
	if same == neg {
		for name, data := range a {
			if other, ok := b[name]; !ok || other != data {
				ts.Logf("%s differs", name)
			}
		}
		ts.Fatalf("samedir: %d and %d files, the same: %v", len(a), len(b), same)
	}
}

func contents(ts *testscript.TestScript, dir string, exts []string) map[string]string {
	all := map[string]string{}
	for _, name := range names(ts, dir) {
		if len(exts) == 0 || slices.Contains(exts, filepath.Ext(name)) {
			all[name] = ts.ReadFile(filepath.Join(dir, name))
		}
	}
	return all
}

// names lists the files below a folder, sorted, by their paths in it.
func names(ts *testscript.TestScript, dir string) []string {
	var list []string
	root := ts.MkAbs(dir)
	ts.Check(filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(root, path)
		list = append(list, filepath.ToSlash(name))
		return err
	}))
	slices.Sort(list)
	return list
}

// listing prints the files below a folder.
func listing(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) == 1, "listing DIR")
	fmt.Fprintln(ts.Stdout(), strings.Join(names(ts, args[0]), "\n"))
}

// at follows a JSON pointer in a file.
func at(ts *testscript.TestScript, file, pointer string) any {
	var v any
	if err := json.Unmarshal([]byte(ts.ReadFile(file)), &v); err != nil {
		ts.Fatalf("%s: %v", file, err)
	}
	for key := range strings.SplitSeq(strings.Trim(pointer, "/"), "/") {
		if key == "" {
			continue
		}
		switch in := v.(type) {
		case map[string]any:
			v = in[key]
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i >= len(in) {
				ts.Fatalf("%s: no element %s of %d at %s", file, key, len(in), pointer)
			}
			v = in[i]
		default:
			ts.Fatalf("%s: nothing at %s", file, pointer)
		}
	}
	return v
}

// jsonKeys wants an object to have exactly the given keys; a last "+" allows more.
func jsonKeys(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) > 2, "jsonkeys FILE POINTER KEY…")
	object, ok := at(ts, args[0], args[1]).(map[string]any)
	if !ok {
		ts.Fatalf("no object at %s", args[1])
	}
	if n := len(args) - 1; args[n] == "+" {
		args = args[:n]
		maps.DeleteFunc(object, func(key string, _ any) bool { return !slices.Contains(args[2:], key) })
	}
	got := slices.Sorted(maps.Keys(object))
	if want := slices.Sorted(slices.Values(args[2:])); !slices.Equal(got, want) {
		ts.Fatalf("%s has the keys %q, want %q", args[1], got, want)
	}
}

// jsonValue wants the value at a pointer, written as JSON (a text without its
// quotes), "len:N" for a list or object of N elements.
func jsonValue(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, len(args) == 3, "jsonval FILE POINTER VALUE")
	v := at(ts, args[0], args[1])
	text, ok := v.(string)
	if !ok {
		data, err := json.Marshal(v)
		ts.Check(err)
		text = string(data)
	}
	if strings.HasPrefix(args[2], "len:") {
		switch in := v.(type) {
		case []any:
			text = "len:" + strconv.Itoa(len(in))
		case map[string]any:
			text = "len:" + strconv.Itoa(len(in))
		}
	}
	if (text == args[2]) == neg {
		ts.Fatalf("%s is %s, want it equal to %s: %v", args[1], text, args[2], !neg)
	}
}

// recode writes a UTF-8 file anew in another encoding: "cp932", "bom" or "crlf".
func recode(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) == 3, "recode cp932|bom|crlf FROM TO")
	text := ts.ReadFile(args[1])
	var err error
	switch args[0] {
	case "cp932":
		text, err = japanese.ShiftJIS.NewEncoder().String(text)
	case "bom":
		text = "\ufeff" + text
	case "crlf":
		text = strings.ReplaceAll(text, "\n", "\r\n")
	default:
		ts.Fatalf("unknown encoding %s", args[0])
	}
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(text), 0o666))
}

// lines appends lines to a file; "\t" and the like are as in Go.
func lines(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) > 1, "lines FILE LINE…")
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	ts.Check(err)
	for _, line := range args[1:] {
		fmt.Fprintln(f, line)
	}
	ts.Check(f.Close())
}

// sorted writes a text anew with the lines after the first in descending order.
func sorted(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) == 2, "sorted FROM TO")
	text := strings.SplitAfter(ts.ReadFile(args[0]), "\n")
	slices.SortFunc(text[1:], func(a, b string) int { return strings.Compare(b, a) })
	ts.Check(os.MkdirAll(filepath.Dir(ts.MkAbs(args[1])), 0o777))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(strings.Join(text, "")), 0o666))
}

// fill types into a workbook as a person would: the answer, state and comment
// of an item, or with the item "=" one cell by its sheet and name.
func fill(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) > 2, "fill BOOK ITEM ANSWER [STATE [COMMENT]]")
	book, err := excelize.OpenFile(ts.MkAbs(args[0]))
	ts.Check(err)
	defer book.Close()
	sheet, row, columns := locate(ts, book, args[1])
	for i, mark := range []string{"#answer", "#state", "#comment"} {
		if i+2 < len(args) {
			name, err := excelize.CoordinatesToCellName(columns[mark], row)
			ts.Check(err)
			ts.Check(book.SetCellValue(sheet, name, args[i+2]))
		}
	}
	ts.Check(book.Save())
}

// shows wants a text in the row of an item: shows BOOK ITEM TEXT.
func shows(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, len(args) == 3, "shows BOOK ITEM TEXT")
	book, err := excelize.OpenFile(ts.MkAbs(args[0]))
	ts.Check(err)
	defer book.Close()
	sheet, row, _ := locate(ts, book, args[1])
	rows, err := book.GetRows(sheet)
	ts.Check(err)
	if slices.Contains(rows[row-1], args[2]) == neg {
		ts.Fatalf("the row of %s is %q", args[1], rows[row-1])
	}
}

// locate finds the row of an item by the hidden ids, and the columns by their marks.
func locate(ts *testscript.TestScript, book *excelize.File, item string) (sheet string, row int, columns map[string]int) {
	for _, sheet := range book.GetSheetList() {
		rows, err := book.GetRows(sheet)
		ts.Check(err)
		columns := map[string]int{}
		for r, cells := range rows {
			for c, v := range cells {
				switch {
				case strings.HasPrefix(v, "#"):
					columns[v] = c + 1
				case v == item && c == 0:
					return sheet, r + 1, columns
				}
			}
		}
	}
	ts.Fatalf("the workbook has no item %s", item)
	return "", 0, nil
}
