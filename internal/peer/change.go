package peer

import "math"

// moves classes each party's answer to item i against its answer to last
// edition's item j: worse, same or improved; Missing where it did not give a
// category in both years.
func (a *analysis) moves(i, j int) []int8 {
	out := make([]int8, len(a.cur.Parties))
	now, then := a.cur.Answers[i], a.prev.Answers[j]
	for p := range out {
		out[p] = Missing
		t := a.twin[p]
		if t < 0 || now[p] < 0 || then[t] < 0 {
			continue
		}
		switch {
		case now[p] < then[t]:
			out[p] = Worse
		case now[p] > then[t]:
			out[p] = Improved
		default:
			out[p] = Same
		}
	}
	return out
}

// scoreMoves does the same for scores, with ChangeBand points of tolerance.
func (a *analysis) scoreMoves(now, then []float64) []int8 {
	out := make([]int8, len(a.cur.Parties))
	for p := range out {
		out[p] = Missing
		if t := a.twin[p]; t >= 0 {
			out[p] = scoreMove(now[p], then[t])
		}
	}
	return out
}

func scoreMove(now, then float64) int8 {
	switch d := now - then; {
	case math.IsNaN(d):
		return Missing
	case d < -ChangeBand:
		return Worse
	case d > ChangeBand:
		return Improved
	}
	return Same
}

// direction names a move for the recipient.
func direction(move int8) Direction {
	switch move {
	case Worse:
		return MovedWorse
	case Same:
		return MovedSame
	case Improved:
		return MovedImproved
	}
	return ""
}
