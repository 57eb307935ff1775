package roi

import (
	"fmt"
	"strconv"
)

// openEnd is the date of what has no end.
const openEnd = "9999-12-31"

// sources are the rows of all templates.
func (w *world) sources() map[string]Source {
	return map[string]Source{
		"B_01.01": {1, func(_ int, r []string) {
			copy(r, []string{w.entity(0), "Synthetic Bank Group", "eba_GA:FR", "eba_CT:x12", "Synthetic Authority", "2025-12-31"})
		}},
		"B_01.02": {w.entities, w.entityRow},
		"B_01.03": {w.entities, func(i int, r []string) {
			copy(r, []string{w.branch(i), w.entity(i), fmt.Sprintf("Branch %d", i+1), w.country(forCountry, i)})
		}},
		"B_02.01": {w.contracts, w.contractRow},
		"B_02.02": {w.rows, w.serviceRow},
		"B_02.03": {w.intra(), func(i int, r []string) { copy(r, []string{w.contract(50 * i), w.contract(50*i + 1), "true"}) }},
		"B_03.01": {w.contracts, func(i int, r []string) { copy(r, []string{w.contract(i), w.entity(w.user(i)), "true"}) }},
		"B_03.02": {w.contracts, func(i int, r []string) {
			id, typ := w.provider(w.of(i))
			copy(r, []string{w.contract(i), id, typ})
		}},
		"B_03.03": {w.intra(), func(i int, r []string) { copy(r, []string{w.contract(50 * i), w.entity(0), "true"}) }},
		"B_04.01": {w.contracts, w.userRow},
		"B_05.01": {w.providers, w.providerRow},
		"B_05.02": {w.contracts * 4, w.chainRow},
		"B_06.01": {w.entities * functionsPerEntity, w.functionRow},
		"B_07.01": {w.contracts * 2, w.assessmentRow},
		"B_99.01": {1, func(_ int, r []string) {
			for i := range r {
				r[i] = fmt.Sprintf("Definition %d", i+1)
			}
		}},
	}
}

// intra counts the contracts within the group: the first of each fifty.
func (w *world) intra() int { return max(1, w.contracts/50) }

func (w *world) user(c int) int { return w.pick(forUser, c, w.entities) }

func (w *world) of(c int) int { return w.byShare(forProvider, c, w.providers) }

func (w *world) entityRow(i int, r []string) {
	level := "eba_RP:x56"
	if i == 0 {
		level = "eba_RP:x53"
	}
	copy(r, []string{w.entity(i), fmt.Sprintf("Synthetic Entity %d", i+1), w.country(forCountry, i), "eba_CT:x12", level, w.entity(0),
		"2025-06-30", "2020-01-01", openEnd, "eba_CU:EUR", w.money(i) + "000"})
}

func (w *world) contractRow(i int, r []string) {
	typ, over := "eba_CO:x1", ""
	switch i % 10 {
	case 0:
		typ = "eba_CO:x2"
	case 1, 2, 3:
		typ, over = "eba_CO:x3", w.contract(i-i%10)
	}
	copy(r, []string{w.contract(i), typ, over, "eba_CU:EUR", w.money(i)})
}

func (w *world) serviceRow(i int, r []string) {
	c, s := i/rowsPerContract, i%rowsPerContract
	u := w.user(c)
	id, typ := w.provider(w.of(c))
	function := (w.pick(forFunction, c, functionsPerEntity) + s) % functionsPerEntity
	stored, sensitive := "eba_BT:x29", ""
	if w.pick(forChoice, i, 3) > 0 {
		stored, sensitive = "eba_BT:x28", w.one(i/3, "eba_ZZ:x791", "eba_ZZ:x792", "eba_ZZ:x793")
	}
	copy(r, []string{w.contract(c), w.entity(u), id, typ, w.functionID(function), w.service(c, s%2), "2021-04-01", openEnd, "", "90", "180",
		w.country(forCountry, c), w.country(forProvider, c), stored, w.country(forSub, i), w.country(forSubSub, i), sensitive,
		w.one(i, "eba_ZZ:x794", "eba_ZZ:x795", "eba_ZZ:x796", "eba_ZZ:x797")})
}

// userRow: in every seventh contract the user is a branch.
func (w *world) userRow(i int, r []string) {
	u := w.user(i)
	kind, branch := "eba_ZZ:x839", notApplicable
	if i%7 == 0 {
		kind, branch = "eba_ZZ:x838", w.branch(u)
	}
	copy(r, []string{w.contract(i), w.entity(u), kind, branch})
}

// providerRow: four neighbours form a group under the first of them.
func (w *world) providerRow(i int, r []string) {
	id, typ := w.provider(i)
	parent, parentType := w.provider(i - i%4)
	name := fmt.Sprintf("Synthetic Provider %d", i+1)
	copy(r, []string{id, typ, "", "", name, name, "eba_CT:x212", w.country(forCountry, i), "eba_CU:EUR", w.money(i), parent, parentType})
}

// chainRow: per contract three ranks of its first service and the first rank
// of its second.
func (w *world) chainRow(i int, r []string) {
	c, step := i/4, i%4
	p := w.of(c)
	from, to, rank := p, p, 1
	switch step {
	case 1:
		from, to, rank = w.sub(forSub, c, p), p, 2
	case 2:
		second := w.sub(forSub, c, p)
		from, to, rank = w.sub(forSubSub, c, second), second, 3
	}
	id, typ := w.provider(from)
	recipient, recipientType := w.provider(to)
	copy(r, []string{w.contract(c), w.service(c, step/3), id, typ, strconv.Itoa(rank), recipient, recipientType})
}

func (w *world) functionRow(i int, r []string) {
	activities := w.s.Table("B_06.01").Columns[c0020].Domain.Values
	critical := "eba_BT:x29"
	if w.pick(forCritical, i, 3) == 0 {
		critical = "eba_BT:x28"
	}
	f := i % functionsPerEntity
	copy(r, []string{w.functionID(f), activities[w.pick(forChoice, i, len(activities))], fmt.Sprintf("Function %d", f+1), w.entity(i / functionsPerEntity),
		critical, "Judged by the business impact analysis", "2025-09-30", w.one(i, "2", "4", "24", "72"), w.one(i+1, "0", "1", "4", "24"),
		w.one(i, "eba_ZZ:x791", "eba_ZZ:x792", "eba_ZZ:x793")})
}

func (w *world) assessmentRow(i int, r []string) {
	c, s := i/2, i%2
	id, typ := w.provider(w.of(c))
	substitutable, reason := w.one(i, "eba_ZZ:x959", "eba_ZZ:x960", "eba_ZZ:x961", "eba_ZZ:x962"), ""
	if substitutable == "eba_ZZ:x959" || substitutable == "eba_ZZ:x960" {
		reason = "eba_ZZ:x964"
	}
	alternatives, names := "eba_BT:x29", ""
	if w.pick(forCritical, i, 2) == 0 {
		alternatives, names = "eba_BT:x28", "Synthetic Alternative"
	}
	copy(r, []string{w.contract(c), id, typ, w.service(c, s), substitutable, reason, "2025-03-31", "eba_BT:x28",
		w.one(i, "eba_ZZ:x798", "eba_ZZ:x966", "eba_ZZ:x967"), w.one(i, "eba_ZZ:x791", "eba_ZZ:x792", "eba_ZZ:x793"), alternatives, names})
}
