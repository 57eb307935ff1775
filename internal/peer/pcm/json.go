package pcm

import (
	"encoding/json"
	"math"
)

// number is a float64 that is null in JSON when it is not finite. It keeps six
// decimals: what follows depends on Tol and on the processor's rounding.
type number float64

func (n number) MarshalJSON() ([]byte, error) {
	const decimals = 1e6
	v := math.Round(float64(n)*decimals) / decimals
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return []byte("null"), nil
	}
	return json.Marshal(v + 0) // + 0 turns −0 into 0
}

func numbers(v []float64, n int) []number {
	out := make([]number, n)
	for i := range out {
		out[i] = number(math.NaN())
		if i < len(v) {
			out[i] = number(v[i])
		}
	}
	return out
}

type itemJSON struct {
	Item   string   `json:"item"`
	N      int      `json:"n"`
	Counts []int    `json:"counts"`
	Steps  []number `json:"steps"`
	SE     []number `json:"se"`
	Infit  number   `json:"infit"`
	Outfit number   `json:"outfit"`
}

type populationJSON struct {
	Mean number `json:"mean"`
	SD   number `json:"sd"`
	SDSE number `json:"sd_se"`
}

// MarshalJSON writes the model as the command line's --json does: model, items,
// population, then n, loglik, iterations and converged. A value that is not estimable
// or was not computed is null; steps and se always have one entry per step.
func (m *Model) MarshalJSON() ([]byte, error) {
	items := make([]itemJSON, len(m.Items))
	for i, it := range m.Items {
		n := len(it.Steps)
		items[i] = itemJSON{
			Item: it.ID, N: it.N, Counts: it.Counts,
			Steps: numbers(it.Steps, n), SE: numbers(it.SE, n),
			Infit: number(it.Infit), Outfit: number(it.Outfit),
		}
	}
	return json.Marshal(struct {
		Model      string         `json:"model"`
		Items      []itemJSON     `json:"items"`
		Population populationJSON `json:"population"`
		N          int            `json:"n"`
		LogLik     number         `json:"loglik"`
		Iterations int            `json:"iterations"`
		Converged  bool           `json:"converged"`
	}{"partial-credit", items, populationJSON{number(m.Mean), number(m.SD), number(m.SDSE)},
		m.N, number(m.LogLik), m.Iterations, m.Converged})
}
