package peer

// Reason says why something is not shown.
type Reason string

// The reasons. Shown cells have none.
const (
	TooFew        Reason = "threshold"     // fewer than MinN parties
	TooFewGroups  Reason = "groups"        // fewer than MinGroups independent clusters
	Coalition     Reason = "coalition"     // the largest clusters would face too few others
	Complementary Reason = "complementary" // hidden so that a sibling cannot be had by subtraction
	Successive    Reason = "successive"    // the last release had these parties only together with others
	Dominance     Reason = "dominance"     // no rounding of the cell withstands the audit
	TooFewScores  Reason = "quantiles"     // enough to be counted, too few for quantiles
	TooFewItems   Reason = "items"         // the section has so few items that its score is nearly an answer
	NoPrevious    Reason = "no_previous"   // nothing to compare with
)

// Level is the height of a group in the fixed hierarchy.
type Level string

// The levels.
const (
	LevelAll    Level = "all"
	LevelSector Level = "sector"
	LevelSize   Level = "size"
)

// Group is a peer group. Its id is "all", "sector:A", "sector:A/size:S"; where
// groups were merged because one was too small, "sector:A+B" or
// "sector:A/size:L+M". A group that would be the same as its parent is left out.
type Group struct {
	ID      string   `json:"id"`
	Level   Level    `json:"level"`
	Parent  string   `json:"parent,omitempty"`
	Sectors []string `json:"sectors,omitempty"` // nil for all
	Sizes   []string `json:"sizes,omitempty"`   // nil above LevelSize
	Merged  bool     `json:"merged,omitempty"`
	N       string   `json:"n"` // band of the number of parties; "" if the group is hidden altogether
}

// Has says whether a party of that sector and size belongs to the group.
func (g Group) Has(sector, size string) bool {
	return (g.Level == LevelAll || contains(g.Sectors, sector)) && (g.Level != LevelSize || contains(g.Sizes, size))
}

// Coding says how a share is to be written.
type Coding string

// The codings. A published 0 % or 100 % would say that everybody answered alike.
const (
	AsPoint Coding = ""      // about Point %
	AsBelow Coding = "below" // less than High %
	AsAbove Coding = "above" // more than Low %
)

// Share is a protected share in percent (0..100). The true share lies in Low..High.
type Share struct {
	Point  float64 `json:"point"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
	Coding Coding  `json:"coding,omitempty"`
}

// Cell is a protected distribution in one group. Counts are randomly rounded
// (multiples of the policy's base) and do not add up to n; Parts is the number
// of independently rounded atoms they are the sum of, so that a true count is
// within ±Parts·(base−1). Step is the rounding step of the shares in points
// (0: exact). A hidden cell has only Reason.
type Cell struct {
	Reason Reason  `json:"reason,omitempty"`
	N      string  `json:"n,omitempty"` // band
	Parts  int     `json:"parts,omitempty"`
	Step   float64 `json:"step,omitempty"`
	Counts []int   `json:"counts,omitempty"`
	Shares []Share `json:"shares,omitempty"`
}

// Shown says whether the cell has figures.
func (c Cell) Shown() bool { return c.Reason == "" }

// ItemResult is what is published on an item. Cells, Change and Last are
// parallel to Release.Groups. Change has the categories worse, same, improved;
// it is nil where the item is not comparable with last edition. Last holds the
// cells of the last release beside which these stand, nil for none.
type ItemResult struct {
	Item    string `json:"item"`
	Section string `json:"section"`
	Cells   []Cell `json:"cells"`
	Change  []Cell `json:"change,omitempty"`
	Last    []Cell `json:"last,omitempty"`
}

// The categories of a change.
const (
	Worse = iota
	Same
	Improved
)

// ScoreCell holds protected quantiles of scores (0..100 points) in one group,
// rounded to the policy's step. P10 and P90 are nil where n is too small.
type ScoreCell struct {
	Reason Reason   `json:"reason,omitempty"`
	N      string   `json:"n,omitempty"` // band; set also where Reason is TooFewScores
	Median *float64 `json:"median,omitempty"`
	P25    *float64 `json:"p25,omitempty"`
	P75    *float64 `json:"p75,omitempty"`
	P10    *float64 `json:"p10,omitempty"`
	P90    *float64 `json:"p90,omitempty"`
}

// Shown says whether the cell has figures.
func (c ScoreCell) Shown() bool { return c.Reason == "" }

// ScoreResult is what is published on the scores of a section ("" is the
// overall score). Cells, Change and Last are as in ItemResult; a score counts
// as changed if it moved by more than ChangeBand points. Quantiles stay Margin
// points off the ends of the scale: one equal to Margin means "or less", one
// equal to 100−Margin "or more".
type ScoreResult struct {
	Section string      `json:"section"`
	Margin  float64     `json:"margin"`
	Cells   []ScoreCell `json:"cells"`
	Change  []Cell      `json:"change,omitempty"`
	Last    []ScoreCell `json:"last,omitempty"`
}

// ChangeBand is how many points a score may move and still count as the same.
const ChangeBand = 2.5

// Break is an item that is not compared although last edition had a like one.
type Break struct {
	Item     string `json:"item"`
	Previous string `json:"previous"`
}

// WeakItem is the protected share of parties below target on an item. Mixed
// says that parties of several tiers are in one atom and were held against the
// target of the most frequent tier.
type WeakItem struct {
	Item    string `json:"item"`
	Section string `json:"section"`
	Below   Share  `json:"below"`
	Mixed   bool   `json:"mixed,omitempty"`
}

// WeakSection is the weighted mean (item weights) of the items' shares below target.
type WeakSection struct {
	Section string  `json:"section"`
	Below   float64 `json:"below"`
}

// WeakAreas ranks items and sections of one group, weakest first, ties by id.
type WeakAreas struct {
	Group    string        `json:"group"`
	Items    []WeakItem    `json:"items"`
	Sections []WeakSection `json:"sections"`
}

// HeatMap is the table section × group of medians; Cells[section][group] is
// parallel to Sections and Release.Groups.
type HeatMap struct {
	Sections []string     `json:"sections"`
	Cells    [][]HeatCell `json:"cells"`
}

// HeatCell is one median (0..100 points), nil with a reason where hidden.
type HeatCell struct {
	Median *float64 `json:"median,omitempty"`
	Reason Reason   `json:"reason,omitempty"`
}

// Table names the table a suppressed cell belongs to.
type Table string

// The tables.
const (
	TableItem        Table = "item"
	TableItemChange  Table = "item_change"
	TableScore       Table = "score"
	TableScoreChange Table = "score_change"
)

// Suppression is an entry of the list of what is not shown. ID is the id of
// the item or section, "" for the overall score.
type Suppression struct {
	Table  Table  `json:"table"`
	ID     string `json:"id"`
	Group  string `json:"group"`
	Reason Reason `json:"reason"`
}

// Release is the frozen result set of one edition. It holds no exact number of
// parties and nothing of a single party; marshalled to JSON it is the same
// bytes for the same input.
type Release struct {
	Edition    string        `json:"edition"`
	Previous   string        `json:"previous,omitempty"`
	Policy     Policy        `json:"policy"`
	Groups     []Group       `json:"groups"`
	Items      []ItemResult  `json:"items"`
	Sections   []ScoreResult `json:"sections"`
	Overall    ScoreResult   `json:"overall"`
	Breaks     []Break       `json:"breaks"`
	Weak       []WeakAreas   `json:"weak"` // parallel to Groups
	Heat       HeatMap       `json:"heat"`
	Suppressed []Suppression `json:"suppressed"`
}

// GroupIndex returns the index of a group by id, −1 for none.
func (r *Release) GroupIndex(id string) int {
	for i, g := range r.Groups {
		if g.ID == id {
			return i
		}
	}
	return -1
}

// Of returns the indexes of the groups a party of that sector and size belongs
// to, from the widest to the narrowest.
func (r *Release) Of(sector, size string) []int {
	var out []int
	for i, g := range r.Groups {
		if g.Has(sector, size) {
			out = append(out, i)
		}
	}
	return out
}

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}
