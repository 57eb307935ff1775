package cli

import (
	"strconv"

	"yagura/internal/peer"
)

// cellRows are the lines of a table of protected shares; cells that are not
// shown have a line with their reason.
func cellRows(table, id string, groups []peer.Group, cells []peer.Cell) [][]string {
	var rows [][]string
	for g, c := range cells {
		if !c.Shown() {
			rows = append(rows, []string{table, id, guard(groups[g].ID), c.N, "", "", "", string(c.Reason)})
			continue
		}
		for k, s := range c.Shares {
			rows = append(rows, []string{table, id, guard(groups[g].ID), c.N, strconv.Itoa(k), number(s.Point), number(s.Low), number(s.High)})
		}
	}
	return rows
}

// quantileRows are the lines of a score's quantiles; the category is the percentile.
func quantileRows(s peer.ScoreResult, groups []peer.Group) [][]string {
	id := s.Section
	if id == "" {
		id = "overall"
	}
	var rows [][]string
	for g, c := range s.Cells {
		for _, q := range []struct {
			name string
			v    *float64
		}{{"p10", c.P10}, {"p25", c.P25}, {"p50", c.Median}, {"p75", c.P75}, {"p90", c.P90}} {
			if q.v != nil {
				rows = append(rows, []string{"score", id, guard(groups[g].ID), c.N, q.name, number(*q.v), "", ""})
			}
		}
	}
	return rows
}

func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
