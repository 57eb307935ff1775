package correlate

import (
	"syscall"
	"testing"
)

// processor reports the processor time of a round, which a busy machine does
// not stretch.
func processor(b *testing.B) {
	b.Helper()
	now := func() int64 {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return u.Utime.Nano() + u.Stime.Nano()
	}
	before := now()
	b.Cleanup(func() { b.ReportMetric(float64(now()-before)/float64(b.N)/1e6, "cpu-ms/op") })
}

// BenchmarkSearchOf10000 links 10,000 reports of a year, and tells groups and
// bursts.
func BenchmarkSearchOf10000(b *testing.B) {
	s := newSector(1, 200)
	var all []Report
	for i := range 10_000 {
		all = append(all, s.noise(i, 365))
	}
	all = append(all, s.campaign(12, start.Add(200*day))...)
	b.ResetTimer()
	processor(b)
	for b.Loop() {
		x := Correlate(all, Defaults())
		if len(x.Groups()) == 0 {
			b.Fatal("nothing")
		}
	}
}

func BenchmarkBurstsOf10000(b *testing.B) {
	s := newSector(1, 200)
	var all []Report
	for i := range 10_000 {
		all = append(all, s.noise(i, 365))
	}
	x := Correlate(all, Defaults())
	b.ResetTimer()
	processor(b)
	for b.Loop() {
		x.Bursts()
	}
}
