package catalog

import (
	"testing"

	data "yagura/catalog"
)

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		Load(data.FS)
	}
}

func BenchmarkCrosswalk(b *testing.B) {
	c, _ := Load(data.FS)
	for b.Loop() {
		if _, err := c.Crosswalk("fsa-guideline-2024", "fsb-cirr-2020"); err != nil {
			b.Fatal(err)
		}
	}
}
