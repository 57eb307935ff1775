package correlate

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// sector makes the reports of a year: institutions with background noise, and
// one campaign that comes over a vendor. Vendors, classes and techniques are
// drawn with the few common ones and many rare ones that such markets have; a
// part of the facts is unknown in each report.
type sector struct {
	*rand.Rand
	vendors, techniques *rand.Zipf
	institutions        int
}

var start = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)

func newSector(seed uint64, institutions int) *sector {
	r := rand.New(rand.NewPCG(seed, 7))
	return &sector{r, rand.NewZipf(r, 1.3, 2, 149), rand.NewZipf(r, 1.4, 3, 39), institutions}
}

func (s *sector) noise(i, days int) Report {
	r := Report{ID: fmt.Sprintf("N%05d", i), Institution: fmt.Sprintf("銀行%03d", s.IntN(s.institutions)), At: start.Add(time.Duration(s.Float64() * float64(days) * float64(day)))}
	if s.Float64() < 0.5 {
		r.add(Vendor, fmt.Sprintf("vendor %d", s.vendors.Uint64()))
	}
	for range s.IntN(4) {
		r.add(Technique, fmt.Sprintf("T%02d", s.techniques.Uint64()))
	}
	r.add(Class, []string{"system_failure", "other_cyber", "ddos", "ransomware"}[min(s.IntN(4), s.IntN(4))])
	if s.Float64() < 0.3 {
		r.add(Indicator, fmt.Sprintf("198.51.%d.%d", s.IntN(100), s.IntN(250)))
	}
	if s.Float64() < 0.1 { // scanners that everybody meets
		r.add(Indicator, fmt.Sprintf("192.0.2.%d", s.IntN(20)))
	}
	return r.done()
}

func (r Report) done() Report {
	r.add(Institution, r.Institution)
	r.sort()
	return r
}

// campaign is the reports of n institutions hit over one vendor within about a
// week and a half. Not all know the vendor or the techniques yet.
func (s *sector) campaign(n int, from time.Time) []Report {
	vendor, a, b := fmt.Sprintf("vendor %d", 20+s.IntN(100)), 5+s.IntN(30), 5+s.IntN(30)
	var out []Report
	at := from
	for i, who := range s.Perm(s.institutions)[:n] {
		r := Report{ID: fmt.Sprintf("C%02d", i), Institution: fmt.Sprintf("銀行%03d", who), At: at}
		if s.Float64() < 0.95 {
			r.add(Vendor, vendor)
		}
		for _, t := range []int{a, b} {
			if s.Float64() < 0.7 {
				r.add(Technique, fmt.Sprintf("T%02d", t))
			}
		}
		if s.Float64() < 0.9 {
			r.add(Class, "ransomware")
		} else {
			r.add(Class, "other_cyber")
		}
		for k := range 3 {
			if s.Float64() < 0.3 {
				r.add(Indicator, fmt.Sprintf("203.0.113.%d", k))
			}
		}
		out = append(out, r.done())
		at = at.Add(time.Duration(s.ExpFloat64() * float64(20*time.Hour)))
	}
	return out
}

// outcome is what the groups of campaigns say of the one campaign that is there.
type outcome struct{ shown, true, groups, false int }

func judge(groups []Group) outcome {
	var o outcome
	for _, g := range groups {
		if !g.Campaign() {
			continue
		}
		c := 0
		for _, m := range g.Reports {
			if m.ID[0] == 'C' {
				c++
			}
		}
		o.shown, o.true, o.groups = o.shown+len(g.Reports), o.true+c, o.groups+1
		if 2*c <= len(g.Reports) {
			o.false++
		}
	}
	return o
}

// TestCampaignIsFoundWithinItsFirstThreeReports: 200 institutions, 2,000 reports
// of noise in a year, 12 institutions hit over one vendor. Precision counts every
// report of every group that is shown as a campaign, also of those that are
// chance. The settings were chosen on other seeds.
func TestCampaignIsFoundWithinItsFirstThreeReports(t *testing.T) {
	found, total := 0, outcome{}
	const seeds = 100
	for seed := range uint64(seeds) {
		s := newSector(seed, 200)
		var all []Report
		for i := range 2000 {
			all = append(all, s.noise(i, 365))
		}
		hit := s.campaign(12, start.Add(time.Duration(200+s.IntN(120))*day))
		all = append(all, hit...)
		o := judge(Correlate(all, Defaults()).Groups())
		total.shown, total.true, total.groups, total.false = total.shown+o.shown, total.true+o.true, total.groups+o.groups, total.false+o.false
		if seen := judge(Correlate(until(all, hit[2].At), Defaults()).Groups()); seen.true >= 2 {
			found++
		}
	}
	precision, recall := float64(total.true)/float64(total.shown), float64(total.true)/(12*seeds)
	t.Logf("found within the first three reports: %d of %d; precision %.3f, recall %.3f; groups %d, by chance %d", found, seeds, precision, recall, total.groups, total.false)
	if found < 90 || precision < 0.9 || recall < 0.9 {
		t.Errorf("found %d, precision %.3f, recall %.3f: at least 90, 0.9 and 0.9 are wanted", found, precision, recall)
	}
}

// until is the reports up to a moment.
func until(all []Report, at time.Time) []Report {
	var out []Report
	for _, r := range all {
		if !r.At.After(at) {
			out = append(out, r)
		}
	}
	return out
}
