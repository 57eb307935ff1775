package roi

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"io"
	"testing"
	"time"
)

// BenchmarkCheck checks packages; the ratio is the time that encoding/csv needs
// to read the same package's CSVs, with its fastest settings, one after the
// other, divided by the time of the check.
func BenchmarkCheck(b *testing.B) {
	s := schema(b)
	for name, rows := range map[string]int{"10k": 10_000, "100k": 100_000} {
		data, file, _ := generate(b, s, GenOptions{Rows: rows, Seed: 1})
		b.Run(name, func(b *testing.B) {
			start := time.Now() //nolint:forbidigo // a benchmark measures time
			plain := readPlain(b, data)
			reading := time.Since(start)
			b.SetBytes(plain)
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				if r := check(s, data, Options{Name: file}); len(r.Findings) > 0 {
					b.Fatal(r.Findings[0])
				}
			}
			b.ReportMetric(float64(reading)/float64(b.Elapsed()/time.Duration(b.N)), "csv-ratio")
		})
	}
}

// readPlain reads every CSV with encoding/csv and returns their bytes.
func readPlain(b *testing.B, data []byte) (n int64) {
	zr, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		b.Fatal(err)
	}
	for _, f := range zr.File {
		n += int64(f.UncompressedSize64)
		rc, err := f.Open()
		if err != nil {
			b.Fatal(err)
		}
		r := csv.NewReader(rc)
		r.ReuseRecord, r.FieldsPerRecord, r.LazyQuotes = true, -1, true
		for {
			if _, err := r.Read(); err == io.EOF {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
		rc.Close()
	}
	return n
}
