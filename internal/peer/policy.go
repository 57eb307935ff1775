package peer

import "yagura/internal/errs"

// Policy is the whole of the disclosure control in one value; a release
// records the policy it was made under.
type Policy struct {
	ID string `json:"id"`
	// MinN is the least number of parties in a cell that is shown (frequency
	// threshold rule; OECD Glossary of Statistical Terms: 3 or 5 by agency).
	MinN int `json:"min_n"`
	// MinGroups is the least number of clusters in a cell that is shown.
	MinGroups int `json:"min_groups"`
	// QuartilesN and TailsN are the least numbers of parties for median and
	// quartiles, and for the 10th and 90th percentile. Extremes never show.
	QuartilesN int `json:"quartiles_n"`
	TailsN     int `json:"tails_n"`
	// Colluders is the number (0..2) of clusters that may lay what they know
	// together, the recipient's own included.
	Colluders int `json:"colluders"`
	// Pool is the size up to which a cluster is taken to pool its members' scores
	// (a holding). The members of a larger one (a shared-system centre) count as
	// not independent, but do not know each other's scores.
	Pool int `json:"pool"`
	// Base is the base of random rounding; 1 rounds nothing. It must be at
	// least Colluders+2, so that a published 0 can still hide one party more
	// than the colluders.
	Base int `json:"rounding_base"`
	// Shares and quantiles are rounded to SmallStep points where n < SmallN,
	// else to Step. 0 rounds nothing.
	SmallN    int     `json:"small_n"`
	SmallStep float64 `json:"small_step"`
	Step      float64 `json:"step"`
	// Protect off publishes everything exactly. It exists for the attack test,
	// which must succeed then.
	Protect bool `json:"protect"`
}

// Default is the policy for feedback to institutions.
func Default() Policy {
	return Policy{ID: "default", MinN: 5, MinGroups: 3, QuartilesN: 12, TailsN: 30, Colluders: 1, Pool: 8, Base: 3,
		SmallN: 50, SmallStep: 5, Step: 1, Protect: true}
}

// Sensitive is Default against two colluders, for items where more is at stake.
func Sensitive() Policy {
	p := Default()
	p.ID, p.MinN, p.MinGroups, p.Colluders, p.Base = "sensitive", 6, 4, 2, 4
	return p
}

// Public is the policy for figures that leave the circle of the institutions.
// Releasing one edition under two policies to people who may see both gives
// them two roundings of the same counts, which no audit here looks at together.
func Public() Policy {
	return Policy{ID: "public", MinN: 10, MinGroups: 5, QuartilesN: 20, TailsN: 50, Colluders: 2, Pool: 8, Base: 5,
		SmallN: 100, SmallStep: 5, Step: 1, Protect: true}
}

// Off publishes exact counts of every group. Only for tests of attacks.
func Off() Policy {
	return Policy{ID: "off", MinN: 1, MinGroups: 1, QuartilesN: 1, TailsN: 1, Base: 1}
}

func (p Policy) check() error {
	switch {
	case p.Colluders < 0 || p.Colluders > 2:
		return errs.New(errs.Invalid, "policy %s: colluders %d, want 0 to 2", p.ID, p.Colluders)
	case p.MinN < 1 || p.MinGroups < 1 || p.Base < 1 || p.Step < 0 || p.SmallStep < 0:
		return errs.New(errs.Invalid, "policy %s: thresholds must be at least 1 and steps not negative", p.ID)
	case !p.Protect:
		return nil
	case p.Base < p.Colluders+2:
		return errs.New(errs.Invalid, "policy %s: base %d, want at least colluders+2 = %d", p.ID, p.Base, p.Colluders+2)
	case p.MinN < p.Colluders+3 || p.MinGroups < p.Colluders+2:
		return errs.New(errs.Invalid, "policy %s: min_n must be at least colluders+3 and min_groups at least colluders+2", p.ID)
	}
	return nil
}

// step is the rounding step in points for a cell of n parties.
func (p Policy) step(n int) float64 {
	if n < p.SmallN {
		return p.SmallStep
	}
	return p.Step
}

// band is how a number of parties is published.
func band(n int) string {
	switch {
	case n < 5:
		return "1-4"
	case n < 10:
		return "5-9"
	case n < 30:
		return "10-29"
	case n < 100:
		return "30-99"
	}
	return "100+"
}

// bandFloor is the least number of parties a band stands for.
func bandFloor(b string) int {
	switch b {
	case "5-9":
		return 5
	case "10-29":
		return 10
	case "30-99":
		return 30
	case "100+":
		return 100
	}
	return 1
}
