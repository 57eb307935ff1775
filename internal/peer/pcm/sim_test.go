package pcm

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// truth is a table drawn from the model, with the values it was drawn from.
type truth struct {
	Data
	steps [][]float64
	theta []float64
}

// simulate draws steps of the given number for every item and then a table.
func simulate(seed uint64, persons, items, steps int, sd, lost float64) truth {
	r := rand.New(rand.NewPCG(seed, 1981))
	t := truth{}
	for range items {
		d := make([]float64, steps)
		for j := range d {
			d[j] = 0.8*r.NormFloat64() + 1.2*(float64(j)-float64(steps-1)/2)
		}
		t.steps = append(t.steps, d)
	}
	t.fill(seed, persons, sd, lost)
	return t
}

// redraw draws a table for given steps.
func redraw(seed uint64, steps [][]float64, persons int, sd, lost float64) Data {
	t := truth{steps: steps}
	t.fill(seed, persons, sd, lost)
	return t.Data
}

// fill draws persons from N(0, sd²) and their answers, a share of which is lost at random.
func (t *truth) fill(seed uint64, persons int, sd, lost float64) {
	r := rand.New(rand.NewPCG(seed, 1982))
	for range persons {
		t.theta = append(t.theta, sd*r.NormFloat64())
	}
	for i, d := range t.steps {
		col := make([]int8, persons)
		for p, th := range t.theta {
			col[p] = draw(r, d, th)
			if r.Float64() < lost {
				col[p] = Missing
			}
		}
		t.Items = append(t.Items, fmt.Sprintf("i%03d", i+1))
		t.Max = append(t.Max, len(d))
		t.Scores = append(t.Scores, col)
	}
}

func draw(r *rand.Rand, steps []float64, theta float64) int8 {
	weight := []float64{1}
	sum, v := 1.0, 0.0
	for _, d := range steps {
		v += theta - d
		weight = append(weight, math.Exp(v))
		sum += math.Exp(v)
	}
	u := r.Float64() * sum
	for k, w := range weight {
		if u -= w; u < 0 {
			return int8(k)
		}
	}
	return int8(len(steps))
}
