// Package screening knows the prior notification of specified critical facilities
// (特定重要設備) under Japan's Economic Security Promotion Act: what a notification must
// hold together, how long nothing may be introduced, what changed since it was filed, and
// what it looks like on paper. What is asked is a register's form and the periods are data
// (catalog/screening), both with the source and how far it is verified; the Store keeps the
// way of a notification from the internal approval to the end of the review.
package screening

import (
	"fmt"
	"slices"
	"strings"

	"yagura/internal/calendar"
	"yagura/internal/form"
)

// FormID is the register of notifications.
const FormID = "facility-notifications"

// Kind is what is notified.
type Kind string

// The kinds of notification (facts of the Act, Article 52): introducing a facility,
// entrusting its critical maintenance or operation, or both at once.
const (
	Introduction Kind = "introduction"
	Maintenance  Kind = "maintenance"
	Both         Kind = "both"
)

// Introduces reports whether a facility is introduced.
func (k Kind) Introduces() bool { return k == Introduction || k == Both }

// Entrusts reports whether maintenance or operation is entrusted.
func (k Kind) Entrusts() bool { return k == Maintenance || k == Both }

// Role is what a party does.
type Role string

// The roles of the parties of a notification.
const (
	Supplier    Role = "supplier"
	Component   Role = "component"
	Entrusted   Role = "entrusted"
	Reentrusted Role = "reentrusted"
)

// Party is a supplier, a contractor or one whom work is passed on to.
type Party struct {
	No, Via        string // own code, and that of the one who entrusts it
	Role           Role
	Name           string
	Representative string
	Address        string
	Law            string // country of the law of establishment, two letters
	Government     string // countries whose government gives 25 % of sales: XX;YY, none, unknown; "" not told
	Place          string // countries of manufacture or work
}

// Holder is who holds votes of a party.
type Holder struct {
	Party, Name, Country string
	Share                float64 // percent of the votes
}

// Officer is a member of a party's management.
type Officer struct{ Party, Name, Born, Nationality string }

// Piece is a component of the facility.
type Piece struct{ Name, Party, Place string }

// Notification is what the rules read of a notification. Rows keep the order of the
// tables, so that a row's number is its place.
type Notification struct {
	Kind       Kind
	Urgent     bool
	Facility   string
	Start, End calendar.Day // 0 where not told
	Parties    []Party
	Holders    []Holder
	Officers   []Officer
	Pieces     []Piece
	DeepKnown  bool              // the chain of re-entrustment is known to its last rank
	Measures   map[string]string // item → done, planned, alternative or none
	Texts      map[string]string // item → explanation of a group's measures
}

// Of reads the answers to the form; what is not answered is empty.
func Of(a form.Answers) Notification {
	n := Notification{Kind: Kind(word(a, "fac.kind")), Facility: word(a, "fac.facility"), Start: day(a, "fac.start"), End: day(a, "fac.end"),
		Measures: map[string]string{}, Texts: map[string]string{}}
	n.Urgent, _ = a["fac.urgent"].Value.(bool)
	n.DeepKnown = true
	if v, ok := a["fac.depth"].Value.(bool); ok {
		n.DeepKnown = v
	}
	for _, r := range rows(a, "fac.parties") {
		n.Parties = append(n.Parties, Party{word(r, "no"), word(r, "via"), Role(word(r, "role")), word(r, "name"), word(r, "representative"), word(r, "address"),
			word(r, "law"), word(r, "government"), word(r, "place")})
	}
	for _, r := range rows(a, "fac.holders") {
		share, _ := r["share"].Value.(float64)
		n.Holders = append(n.Holders, Holder{word(r, "party"), word(r, "name"), word(r, "country"), share})
	}
	for _, r := range rows(a, "fac.officers") {
		n.Officers = append(n.Officers, Officer{word(r, "party"), word(r, "name"), word(r, "born"), word(r, "nationality")})
	}
	for _, r := range rows(a, "fac.components") {
		n.Pieces = append(n.Pieces, Piece{word(r, "name"), word(r, "party"), word(r, "place")})
	}
	for _, g := range Groups {
		for _, m := range g.Items {
			n.Measures[m] = word(a, m)
		}
		n.Texts[g.Text] = word(a, g.Text)
	}
	return n
}

// Group is one of the three groups of risk management measures.
type Group struct {
	ID    string
	Items []string // choices of the form
	Text  string   // item that explains them
}

// Groups are the groups of measures in the order of the form: for introduction, for
// entrustment, for confirming how they are managed.
var Groups = []Group{
	{"introduction", []string{"fac.mi_change", "fac.mi_update", "fac.mi_supply", "fac.mi_detect"}, "fac.mi_text"},
	{"entrustment", []string{"fac.me_access", "fac.me_change", "fac.me_chain", "fac.me_continue"}, "fac.me_text"},
	{"structure", []string{"fac.ms_law", "fac.ms_influence", "fac.ms_inform"}, "fac.ms_text"},
}

// groups are those that a kind of notification asks.
func (k Kind) groups() []Group {
	return slices.DeleteFunc(slices.Clone(Groups), func(g Group) bool {
		return g.ID == "introduction" && !k.Introduces() || g.ID == "entrustment" && !k.Entrusts()
	})
}

// party finds a party by its code, nil when there is none.
func (n *Notification) party(no string) *Party {
	if i := slices.IndexFunc(n.Parties, func(p Party) bool { return p.No == no }); i >= 0 && no != "" {
		return &n.Parties[i]
	}
	return nil
}

func word(a form.Answers, id string) string {
	switch v := a[id].Value.(type) {
	case string:
		return strings.TrimSpace(v)
	case nil:
		return ""
	default:
		return fmt.Sprint(v)
	}
}

func rows(a form.Answers, id string) []form.Row {
	out, _ := a[id].Value.([]form.Row)
	return out
}

func day(a form.Answers, id string) calendar.Day {
	d, err := calendar.ParseDay(word(a, id))
	if err != nil {
		return 0
	}
	return d
}
