package filing

import (
	"slices"

	"yagura/internal/authz"
)

// Turn is the move that leads a filing on from where it stands, and whose duty it is.
type Turn struct {
	Move  Move
	Roles []authz.Role // of the organisation that answers; none: the asker's turn
}

var turns = map[State]Turn{
	Assigned:   {Finish, []authz.Role{authz.Respondent}},
	Returned:   {Finish, []authz.Role{authz.Respondent}},
	Correcting: {Finish, []authz.Role{authz.Respondent}},
	Answered:   {Check, []authz.Role{authz.Checker}},
	Checked:    {Approve, []authz.Role{authz.Approver}},
	Approved:   {Submit, []authz.Role{authz.Respondent, authz.Checker, authz.Approver}},
	Submitted:  {Accept, nil},
}

// Turn tells what has to happen next; false when the way is at its end.
func (f Filing) Turn() (Turn, bool) {
	t, ok := turns[f.State]
	return t, ok
}

// own are the moves of the organisation itself, in the order in which a page offers them.
var own = []Move{Finish, Check, Approve, Submit, SendBack, Correct}

// Moves lists the moves that the actor may make from where the filing stands. Whether
// its answers are fit for the move is another question (Unfit).
func (s *Store) Moves(a authz.Actor, sh Sheet) []Move {
	if sh.Locked != 0 {
		return nil
	}
	var out []Move
	for _, m := range own {
		rule := Rules[m]
		if slices.Contains(rule.From, sh.State) && s.may.May(a, rule.Action, sh.thing(sh.Answerers())) {
			out = append(out, m)
		}
	}
	return out
}

// May reports whether policies let the actor do something with the filing.
func (s *Store) May(a authz.Actor, action string, f Filing) bool {
	return s.may.May(a, action, f.thing(nil))
}

// CanAnswer reports whether the actor may change answers now.
func (s *Store) CanAnswer(a authz.Actor, f Filing) bool {
	return s.open(f) == nil && s.May(a, "filing.answer", f)
}

// Answerers lists the persons who gave the present answers, sorted; of a collected
// register those who wrote its records.
func (sh Sheet) Answerers() []string {
	out := slices.Clone(sh.Writers)
	for item := range sh.Draft.Answers {
		out = append(out, sh.Draft.Persons[item])
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Unfit tells what keeps the sheet from being finished, or nil.
func (sh Sheet) Unfit() *Unfit {
	if u, ok := sh.fit().(*Unfit); ok {
		return u
	}
	return nil
}
