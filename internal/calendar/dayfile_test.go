package calendar

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding/japanese"

	"yagura/internal/i18n"
)

// official is the Cabinet Office's list as it is published: CP932, CRLF, a
// heading, dates without leading zeros.
func official(t testing.TB) []byte {
	t.Helper()
	var text strings.Builder
	text.WriteString("国民の祝日・休日月日,国民の祝日・休日名称\r\n")
	for year := 1955; year <= 2027; year++ {
		for _, h := range Japan().Year(year) {
			y, m, d := h.Day.Civil()
			fmt.Fprintf(&text, "%d/%d/%d,%s\r\n", y, m, d, h.Name.JA)
		}
	}
	out, err := japanese.ShiftJIS.NewEncoder().Bytes([]byte(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestReadDays(t *testing.T) {
	list, faults := ReadDays("syukujitsu.csv", official(t))
	if len(faults) > 0 {
		t.Fatal(faults[0].Line(i18n.EN))
	}
	h, err := Japan().Replace(list)
	if err != nil {
		t.Fatal(err)
	}
	for year := FirstYear; year <= LastYear; year++ {
		if got, want := fmt.Sprint(h.Year(year)), fmt.Sprint(Japan().Year(year)); got != want {
			t.Errorf("%d: %s, want %s", year, got, want)
		}
	}
	for name, text := range map[string]string{
		"UTF-8":          "date,name\n2026-12-25,創立記念日\n2027-01-04,休業日\n",
		"BOM, no head":   "\ufeff2026/12/25,創立記念日\r\n2027/1/4,休業日",
		"empty columns":  "日付,名称,,\n2026/12/25,創立記念日,,\n,,,\n2027/1/4 ,\"休業日\",,\n",
		"blank and head": "\n名称\n",
	} {
		list, faults := ReadDays("own.csv", []byte(text))
		if name == "blank and head" {
			if len(faults) != 1 || faults[0].Rule != "calendar.days.empty" {
				t.Errorf("%s: %v, %v", name, list, faults)
			}
			continue
		}
		if len(faults) > 0 || len(list) != 2 || list[0].Day != day(t, "2026-12-25") || list[1].Name.JA != "休業日" {
			t.Errorf("%s: %v, %v", name, list, faults)
		}
	}
}

func TestReadDaysRefuses(t *testing.T) {
	for _, c := range []struct {
		text, rule string
		row        int
	}{
		{"", "calendar.days.empty", 0},
		{"日付,名称\n2026/2/29,x\n", "calendar.days.date", 2},
		{"2026/1/1,元日\n\n2026/13/1,x\n", "calendar.days.date", 3},
		{"1948/1/1,元日\n", "calendar.days.date", 1},
		{"2026/1/1,元日\n令和8年1月1日,元日\n", "calendar.days.date", 2},
		{"2026/1/1,元日\n2026-01-01,元日\n", "calendar.days.twice", 2},
		{"2026/1/1,元日,1\n", "calendar.days.shape", 1},
		{"2026/1/1\n", "calendar.days.name", 1},
		{"2026/1/1,\x00\n", "calendar.days.encoding", 0},
		{"2026/1/1,\xff\xff\n", "calendar.days.encoding", 0},
		{strings.Repeat(" ", maxFile+1), "calendar.days.large", 0},
	} {
		list, faults := ReadDays("f.csv", []byte(c.text))
		if list != nil || len(faults) == 0 || faults[0].Rule != c.rule || faults[0].Row != c.row || faults[0].File != "f.csv" {
			t.Errorf("%.40q: %v, %v; want %s in line %d", c.text, list, faults, c.rule, c.row)
		}
	}
	if _, faults := ReadDays("f.csv", []byte(strings.Repeat("1,x\n", 1000))); len(faults) != maxFaults {
		t.Errorf("%d findings", len(faults))
	}
}

func FuzzReadDays(f *testing.F) {
	f.Add(official(f)[:400])
	f.Add([]byte("\ufeffdate,name\n2026-12-25,\"a\"\"b\nc\"\n"))
	f.Add([]byte("2026/1/1,元日\n2026-01-01,\n\x82"))
	f.Fuzz(func(t *testing.T, data []byte) {
		list, faults := ReadDays("f.csv", data)
		if (len(list) == 0) == (len(faults) == 0) {
			t.Fatalf("%d days, %d findings", len(list), len(faults))
		}
		seen := map[Day]bool{}
		for _, h := range list {
			if seen[h.Day] || !Covers(h.Day) || h.Name.JA == "" {
				t.Fatalf("%s %q", h.Day, h.Name.JA)
			}
			seen[h.Day] = true
		}
		for _, fault := range faults {
			if strings.HasPrefix(fault.Message.JA, "[") || fault.Mend.JA == "" {
				t.Fatalf("%s: %q, %q", fault.Rule, fault.Message.JA, fault.Mend.JA)
			}
		}
	})
}
