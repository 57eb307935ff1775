package correlate

import (
	"math"
	"time"
)

// Weights are the probabilities of one field.
type Weights struct {
	// Agree is m of Fellegi and Sunter: the chance that two reports that belong
	// together and both fill the field share a value. 0 < Agree < 1; 0: the field
	// is not compared.
	Agree float64
	// Typical is the chance that a report names a given value of the field, as
	// long as the background is too small to say.
	Typical float64
	// Differ: sharing nothing counts against the pair. It does not where a field
	// is seldom complete.
	Differ bool
	// Identifies: one shared value at least of such fields is needed for a link.
	Identifies bool
}

// Model says how strongly what two reports share speaks for their belonging
// together. The probabilities are our own settings; no regulation gives them.
type Model struct {
	Fields map[Field]Weights
	// Prior is the logarithm (base 2) of the odds that two reports within the
	// horizon belong together.
	Prior float64
	// Scale is the mean time between two reports that belong together, taken as
	// exponentially distributed; between others it is uniform over the horizon.
	Scale time.Duration
	// Link is the score (log2 of odds) from which a pair is linked.
	Link float64
	// OtherInstitution: the two must be of different institutions, as far as that
	// is known.
	OtherInstitution bool
}

// Settings are everything that a search depends on.
type Settings struct {
	Duplicate, Campaign Model
	// Horizon: reports farther apart are not compared.
	Horizon time.Duration
	// Lag and Background: frequencies are those of the reports from Lag + Background
	// to Lag before the later report of a pair, so that a wave does not make its
	// own marks look common.
	Lag, Background time.Duration
	// Weight is how many reports the typical frequencies count for.
	Weight float64
	// Vague is the span from which the time of a report says nothing.
	Vague time.Duration
	// Significance bounds the chance that a burst is shown although nothing but
	// the background is there, over everything that was looked at.
	Significance float64
}

const day = 24 * time.Hour

// Defaults are the settings of the program.
func Defaults() Settings {
	return Settings{
		Horizon: 90 * day, Lag: 14 * day, Background: 365 * day, Weight: 40, Vague: 2 * day, Significance: 0.01,
		Duplicate: Model{
			Prior: -12, Scale: day, Link: 3,
			Fields: map[Field]Weights{
				Institution:   {Agree: 0.98, Typical: 0.005, Differ: true, Identifies: true},
				Reference:     {Agree: 0.80, Typical: 0.001, Identifies: true},
				Description:   {Agree: 0.30, Typical: 0.001, Identifies: true},
				Vendor:        {Agree: 0.95, Typical: 0.02, Differ: true},
				Class:         {Agree: 0.90, Typical: 0.20, Differ: true},
				Technique:     {Agree: 0.80, Typical: 0.10, Differ: true},
				Indicator:     {Agree: 0.70, Typical: 0.001},
				Vulnerability: {Agree: 0.80, Typical: 0.005},
				Campaign:      {Agree: 0.80, Typical: 0.005},
			},
		},
		Campaign: Model{
			Prior: -12, Scale: 5 * day, Link: 5, OtherInstitution: true,
			Fields: map[Field]Weights{
				Vendor:        {Agree: 0.90, Typical: 0.02, Differ: true, Identifies: true},
				Technique:     {Agree: 0.70, Typical: 0.10, Differ: true, Identifies: true},
				Class:         {Agree: 0.90, Typical: 0.20, Differ: true},
				Indicator:     {Agree: 0.40, Typical: 0.001, Identifies: true},
				Vulnerability: {Agree: 0.60, Typical: 0.005, Identifies: true},
				Campaign:      {Agree: 0.90, Typical: 0.005, Identifies: true},
			},
		},
	}
}

// shared is the weight of one shared value: log2 of m over the frequency, and
// not below 0, for a value that nearly all have says nothing against a pair.
func (w Weights) shared(frequency float64) float64 {
	return max(0, math.Log2(w.Agree/frequency))
}

// different is the weight of sharing nothing: log2 of (1 − m)/(1 − u), with u,
// which is small, set to 0.
func (w Weights) different() float64 {
	if !w.Differ {
		return 0
	}
	return math.Log2(1 - w.Agree)
}

// gap is the weight of a time between two reports: log2 of the ratio of the
// exponential density of the scale to the uniform one of the horizon.
func (m *Model) gap(d, horizon time.Duration) float64 {
	return math.Log2(float64(horizon)/float64(m.Scale)) - float64(d)/float64(m.Scale)*math.Log2E
}

// chance is the probability of log2 odds.
func chance(bits float64) float64 { return 1 / (1 + math.Exp2(-bits)) }
