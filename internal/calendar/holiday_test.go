package calendar

import (
	"os"
	"strings"
	"testing"
	"time"
)

func oracle(t *testing.T, file string) map[Day]string {
	t.Helper()
	data, err := os.ReadFile("testdata/oracle/" + file)
	if err != nil {
		t.Fatal(err)
	}
	days := map[Day]string{}
	for line := range strings.Lines(string(data)) {
		date, name, _ := strings.Cut(strings.TrimSpace(line), ",")
		if date == "date" {
			continue
		}
		d, err := ParseDay(date)
		if err != nil {
			t.Fatal(err)
		}
		days[d] = name
	}
	return days
}

// Three lists made by others (testdata/oracle/README.md).
func TestHolidaysAgreeWithOthers(t *testing.T) {
	for _, c := range []struct {
		file        string
		first, last int
		days        int
	}{
		{"cabinet-office-1955-2026.csv", 1955, 2026, 1050},
		{"holiday_jp-2.5.1.csv", 1970, 2050, 1329},
		{"japanese-holidays-1.0.10.csv", 1949, 2099, 2408},
	} {
		want := oracle(t, c.file)
		if len(want) != c.days {
			t.Errorf("%s has %d days, not %d", c.file, len(want), c.days)
		}
		for d := Date(c.first, time.January, 1); d <= Date(c.last, time.December, 31); d++ {
			name, ok := Japan().On(d)
			theirs, listed := want[d]
			if ok != listed {
				t.Errorf("%s %s: %q here, %q there", c.file, d, name.JA, theirs)
			}
			if ok && !sameName(name.JA, theirs) {
				t.Errorf("%s %s: called %q here, %q there", c.file, d, name.JA, theirs)
			}
		}
	}
}

// sameName: the lists call derived and single holidays differently.
func sameName(ours, theirs string) bool {
	switch ours {
	case "休日（振替休日）":
		return theirs == "休日" || strings.HasSuffix(theirs, "振替休日")
	case "休日（国民の休日）":
		return theirs == "休日" || theirs == "国民の休日"
	case "天皇の即位の日":
		return theirs == "休日（祝日扱い）" || theirs == "即位の日"
	case "即位礼正殿の儀":
		return theirs == "休日（祝日扱い）" || theirs == ours
	case "体育の日":
		return theirs == "体育の日（スポーツの日）" || theirs == ours
	case "結婚の儀", "大喪の礼":
		return strings.HasSuffix(theirs, ours)
	}
	return ours == theirs
}

// The years in which special acts moved holidays.
func TestSpecialYears(t *testing.T) {
	for year, want := range map[int]string{
		2019: "1/1 1/14 2/11 3/21 4/29 4/30 5/1 5/2 5/3 5/4 5/5 5/6 7/15 8/11 8/12 9/16 9/23 10/14 10/22 11/3 11/4 11/23",
		2020: "1/1 1/13 2/11 2/23 2/24 3/20 4/29 5/3 5/4 5/5 5/6 7/23 7/24 8/10 9/21 9/22 11/3 11/23",
		2021: "1/1 1/11 2/11 2/23 3/20 4/29 5/3 5/4 5/5 7/22 7/23 8/8 8/9 9/20 9/23 11/3 11/23",
		2026: "1/1 1/12 2/11 2/23 3/20 4/29 5/3 5/4 5/5 5/6 7/20 8/11 9/21 9/22 9/23 10/12 11/3 11/23",
	} {
		var got []string
		for _, h := range Japan().Year(year) {
			got = append(got, h.Day.midnight().Format("1/2"))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%d:\n %s\nwant\n %s", year, strings.Join(got, " "), want)
		}
	}
	if name, _ := Japan().On(Date(2026, time.September, 22)); name.JA != "休日（国民の休日）" {
		t.Errorf("2026-09-22 is called %q", name.JA)
	}
	if _, ok := Japan().On(Date(2019, time.December, 23)); ok {
		t.Error("2019 has no Emperor's Birthday")
	}
}

func TestReplace(t *testing.T) {
	day := func(s string) Day {
		d, err := ParseDay(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	list := []Holiday{{day("2027-01-01"), named("元日")}, {day("2027-03-22"), named("春分の日")}}
	h, err := Japan().Replace(list)
	if err != nil {
		t.Fatal(err)
	}
	if got := h.Year(2027); len(got) != 2 || got[1].Name.EN != "Vernal Equinox Day" {
		t.Errorf("2027 is %v", got)
	}
	if len(h.Year(2026)) != 18 || len(h.Year(2028)) != len(Japan().Year(2028)) || len(Japan().Year(2027)) < 16 {
		t.Error("other years, or the list replaced, have changed")
	}
	for name, bad := range map[string][]Holiday{
		"empty":           nil,
		"incomplete year": {{day("2027-01-01"), named("元日")}, {day("2028-02-11"), named("建国記念の日")}},
		"outside":         {{day("1948-11-03"), named("文化の日")}},
	} {
		if _, err := Japan().Replace(bad); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
