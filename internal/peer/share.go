package peer

import "math"

// shares turns rounded counts into protected shares. slack is the most a count
// may be off. The point is count over the sum of the rounded counts, rounded to
// step points, and kept within the interval; the ends of the interval are
// rounded outwards to the step and always hold the true share. Without slack
// and step the shares are exact.
func shares(counts []int, n, slack int, step float64) []Share {
	out := make([]Share, len(counts))
	sum, sumLow, sumHigh := 0, 0, 0
	for _, c := range counts {
		sum += c
		sumLow += max(0, c-slack)
		sumHigh += c + slack
	}
	for k, c := range counts {
		low := max(0, c-slack)
		high := min(c+slack, n-(sumLow-low))
		low = max(low, n-(sumHigh-c-slack))
		out[k] = share(float64(c)/float64(max(sum, 1)), float64(low)/float64(n), float64(high)/float64(n), step)
	}
	return out
}

// share rounds a point and an interval given as fractions.
func share(point, low, high, step float64) Share {
	s := Share{100 * point, 100 * low, 100 * high, AsPoint}
	if step > 0 {
		s.Point = math.Round(s.Point/step) * step
		s.Low = max(0, (math.Ceil(s.Low/step-1e-9)-1)*step)
		s.High = min(100, (math.Floor(s.High/step+1e-9)+1)*step)
		s.Point = min(max(s.Point, s.Low), s.High)
	}
	switch {
	case step > 0 && s.Point == 0:
		s.Coding = AsBelow
	case step > 0 && s.Point == 100:
		s.Coding = AsAbove
	}
	return s
}

// roundTo rounds to the nearest multiple of step; 0 leaves the value as it is.
func roundTo(v, step float64) float64 {
	if step == 0 {
		return v
	}
	return math.Round(v/step) * step
}
