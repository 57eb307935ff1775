package screening

import (
	"strings"
	"testing"

	"yagura/internal/chart"
)

func TestThePictureNamesEveryDay(t *testing.T) {
	k, err := edition(t).Clock([]Event{{Filed, on("2026-11-02"), 0}, {Accepted, on("2026-11-05"), 0}}, today)
	if err != nil {
		t.Fatal(err)
	}
	svg := string(chart.AppendSVG(nil, Picture{Lang: "ja", Clock: k, Today: today, Planned: on("2027-04-01")}, 320, "審査期間"))
	for _, want := range []string{"2026年11月5日", "2026年11月24日", "2026年12月4日", "2027年3月4日", "2027年4月1日"} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %s", want)
		}
	}
}
