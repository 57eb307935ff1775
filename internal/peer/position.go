package peer

// Direction is how the own answer or score moved since last edition.
type Direction string

// The directions; empty where there is nothing to compare.
const (
	MovedWorse    Direction = "worse"
	MovedSame     Direction = "same"
	MovedImproved Direction = "improved"
)

// Rank is the band (percent of peers, 0 lowest, 100 highest) the own mid-rank
// percentile lies in.
type Rank struct {
	Group string  `json:"group"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Peers is a group's distribution on an item with the recipient taken out.
type Peers struct {
	Group  string  `json:"group"`
	Reason Reason  `json:"reason,omitempty"` // set where hidden
	N      string  `json:"n,omitempty"`      // band of the group, the recipient included
	Shares []Share `json:"shares,omitempty"`
}

// ItemPosition sets the own answer beside the peers'. Own and Previous are
// categories or Missing, NotApplicable, Unknown; Previous is Missing where the
// item has no comparable predecessor. Target is the category aimed at by the
// party's tier, −1 for none. Peers runs from the widest group to the narrowest.
type ItemPosition struct {
	Item     string    `json:"item"`
	Section  string    `json:"section"`
	Own      int8      `json:"own"`
	Previous int8      `json:"previous"`
	Moved    Direction `json:"moved,omitempty"`
	Target   int       `json:"target"`
	Peers    []Peers   `json:"peers"`
}

// ScorePosition sets the own score (points, nil for none) beside the peers'.
// Ranks has an entry only for the groups large enough for one, from the widest
// to the narrowest; the quantiles are in the release.
type ScorePosition struct {
	Section  string    `json:"section"` // "" is the overall score
	Own      *float64  `json:"own"`
	Previous *float64  `json:"previous,omitempty"`
	Moved    Direction `json:"moved,omitempty"`
	Ranks    []Rank    `json:"ranks"`
}

// Position is what one institution is given beside the release.
type Position struct {
	Party    string          `json:"party"`
	Groups   []string        `json:"groups"` // from the widest to the narrowest
	Items    []ItemPosition  `json:"items"`
	Sections []ScorePosition `json:"sections"`
	Overall  ScorePosition   `json:"overall"`
}
