package jobs

import (
	"fmt"
	"slices"
)

// Position tells where the row of a key stands among n rows of one batch at an attempt.
func Position(key string, n, attempt int) int {
	var rows []claimed
	for i := range n {
		rows = append(rows, claimed{Org: "ORG-A", Kind: "k", Key: fmt.Sprintf("%02d", i), Attempts: attempt})
	}
	arrange(rows)
	return slices.IndexFunc(rows, func(c claimed) bool { return c.Key == key })
}
