package roi

import (
	"bytes"
	"fmt"
)

// rulesOf are a template's rules beyond values and keys: the DPM business rules
// (codes v…, EBA 2025) and what the instructions of Implementing Regulation
// (EU) 2024/2956 ask without a DPM rule behind it (codes its-…). Nil: none.
func (t *tableCheck) rulesOf() func(row) {
	switch t.ID {
	case "B_01.01":
		return t.maintainer
	case "B_01.02":
		return t.entity
	case "B_02.01":
		return t.contracts()
	case "B_02.02":
		return t.services()
	case "B_03.02":
		return t.signers()
	case "B_04.01":
		return t.users()
	case "B_05.01":
		return t.providers()
	case "B_05.02":
		return t.chain()
	case "B_06.01":
		return t.function
	case "B_07.01":
		return t.assessment
	case "B_99.01":
		return func(row) { t.oneRow() }
	}
	return nil
}

func (t *tableCheck) oneRow() {
	if t.rows > 1 {
		t.out.add("its-one-row", at{file: t.path, row: t.line}, "table", t.ID)
	}
}

func (t *tableCheck) maintainer(r row) {
	t.oneRow()
	t.lei("lei-form", r, c0010)
	if p := t.c.params["refPeriod"]; len(r[c0060]) > 0 && p != "" && string(r[c0060]) != p {
		t.out.add("its-report-date", t.at(c0060, r[c0060]), "want", p)
	}
}

func (t *tableCheck) entity(r row) {
	t.lei("lei-form", r, c0010)
	t.lei("v8826", r, c0060)
	if len(r[c0110]) > 0 {
		t.require("v8803", r, c0100)
	}
	if typ := string(r[c0040]); typ != "" && typ != "eba_CT:x317" && typ != "eba_CT:x318" {
		t.require("v8804", r, c0110)
	}
	t.notNegative("v22913", r, c0110)
	t.ordered(r, c0080, c0090)
}

// contracts: subsequent arrangements name an overarching one of that type.
func (t *tableCheck) contracts() func(row) {
	type link struct {
		key   key
		line  int
		value string
	}
	var links []link
	t.finish = func() {
		for _, l := range links {
			if typ := t.info.get(l.key); typ != 0 && typ != 'o' {
				t.line = l.line
				t.out.add("its-overarching", t.at(c0030, []byte(l.value)))
			}
		}
	}
	return func(r row) {
		typ := string(r[c0020])
		kind := uint32('c')
		if typ == "eba_CO:x2" {
			kind = 'o'
		}
		t.info.put(t.hash.key(r[c0010]), kind)
		if typ == "eba_CO:x3" {
			t.require("v8805", r, c0030)
		}
		if len(r[c0030]) > 0 {
			links = append(links, link{t.hash.key(r[c0030]), t.line, clip(r[c0030])})
		}
		t.notNegative("v23716", r, c0050)
	}
}

// services: what a service that supports a critical or important function needs.
func (t *tableCheck) services() func(row) {
	functions, assessed, providers := t.other("B_06.01"), t.other("B_07.01"), t.other("B_05.01")
	return func(r row) {
		t.ordered(r, c0070, c0080)
		t.notNegative("its-negative", r, c0100, c0110)
		t.sameType(providers, r, c0030, c0040)
		if functions.info.get(t.hash.key(r[c0050], r[c0020])) == 0 {
			return
		}
		for _, col := range []int{c0100, c0110, c0120, c0140, c0180} {
			t.require("its-critical", r, col)
		}
		if string(r[c0140]) == "eba_BT:x28" {
			t.require("its-sensitivity", r, c0170)
		}
		if assessed.keyed && assessed.keys.get(t.hash.key(r[c0010], r[c0030], r[c0060])) == 0 {
			t.out.add("its-assessment", t.at(c0010, bytes.Join([][]byte{r[c0010], r[c0030], r[c0060]}, []byte(" / "))))
		}
	}
}

// signers: a provider with which a contract is signed has its expense stated.
// providers.info holds the lines of the providers without one under a key with
// the word "expense".
func (t *tableCheck) signers() func(row) {
	providers := t.other("B_05.01")
	told := &keySet{}
	return func(r row) {
		t.sameType(providers, r, c0020, c0030)
		k := t.hash.key(r[c0020], []byte("expense"))
		if line := providers.info.get(k); line != 0 && told.put(k, 1) == 0 {
			t.out.add("its-expense", at{providers.path, int(line), "c0100", nil}, "provider", clip(r[c0020]))
		}
	}
}

// sameType: a provider's code has the type that B_05.01 declares for it.
func (t *tableCheck) sameType(providers *tableCheck, r row, id, typ int) {
	if len(r[typ]) == 0 || len(r[id]) == 0 {
		return
	}
	if want := providers.info.get(t.hash.key(r[id])); want != 0 && want != typeNumber(r[typ]) {
		t.out.add("its-id-type", t.at(typ, r[typ]), "want", fmt.Sprintf("eba_qCO:qx200%c", want))
	}
}

// typeNumber tells the types of codes apart by their last digit; 0 for none.
func typeNumber(v []byte) uint32 {
	if len(v) != len(typeLEI) {
		return 0
	}
	return uint32(v[len(v)-1])
}

// users: a branch is named exactly where the user is one, and B_01.03 has it.
func (t *tableCheck) users() func(row) {
	branches := t.other("B_01.03")
	return func(r row) {
		isBranch, named := string(r[c0030]) == "eba_ZZ:x838", string(r[c0040]) != notApplicable
		switch {
		case len(r[c0030]) == 0 || len(r[c0040]) == 0:
		case isBranch != named:
			t.out.add("its-branch", t.at(c0040, r[c0040]))
		case isBranch && branches.keyed && branches.keys.get(t.hash.key(r[c0040], r[c0020])) == 0:
			t.out.add("its-branch.unknown", t.at(c0040, r[c0040]))
		}
	}
}

// providers also notes in info each code's type, and under a key with the word
// "expense" the line of a provider whose expense is not stated.
func (t *tableCheck) providers() func(row) {
	names := &keySet{}
	return func(r row) {
		if n := typeNumber(r[c0020]); n != 0 {
			t.info.put(t.hash.key(r[c0010]), n)
		}
		if len(r[c0100]) == 0 {
			t.info.put(t.hash.key(r[c0010], []byte("expense")), uint32(t.line))
		} else {
			t.require("v8824", r, c0090)
		}
		t.identifier("v8821", r, c0010, c0020)
		t.identifier("lei-form", r, c0030, c0040)
		t.identifier("lei-form", r, c0110, c0120)
		if len(r[c0030]) > 0 {
			t.require("v8823", r, c0040)
		}
		if len(r[c0110]) > 0 {
			t.require("its-parent-type", r, c0120)
		}
		if string(r[c0070]) == "eba_CT:x212" && len(r[c0020]) > 0 && !isLegalID(r[c0020]) && !isLegalID(r[c0040]) {
			t.out.add("v8818", t.at(c0040, r[c0040]))
		}
		t.notNegative("its-negative", r, c0100)
		if len(r[c0050]) > 0 {
			if first := names.put(t.hash.key(bytes.ToLower(bytes.TrimSpace(r[c0050]))), uint32(t.line)); first != 0 {
				t.out.add("its-same-name", t.at(c0050, r[c0050]), "first", first)
			}
		}
	}
}

// chain: ranks begin with 1, whose recipient repeats the provider; the recipient
// of any other rank is a provider of the rank before, in the same contract and
// service.
func (t *tableCheck) chain() func(row) {
	providers := t.other("B_05.01")
	type link struct {
		key   key
		line  int
		value string
	}
	var links []link
	t.finish = func() {
		for _, l := range links {
			if t.info.get(l.key) == 0 {
				t.line = l.line
				t.out.add("its-chain", t.at(c0060, []byte(l.value)))
			}
		}
	}
	var before []byte
	return func(r row) {
		t.sameType(providers, r, c0030, c0040)
		t.sameType(providers, r, c0060, c0070)
		if !isInteger(r[c0050]) {
			return
		}
		rank := number(r[c0050])
		if rank < 1 {
			t.out.add("its-rank", t.at(c0050, r[c0050]))
			return
		}
		before = fmt.Append(before[:0], rank)
		t.info.put(t.hash.key(r[c0010], r[c0020], r[c0030], before), 1)
		if rank == 1 {
			if len(r[c0060]) > 0 && !bytes.Equal(r[c0030], r[c0060]) {
				t.out.add("its-rank.first", t.at(c0060, r[c0060]))
			}
			return
		}
		before = fmt.Append(before[:0], rank-1)
		if k := t.hash.key(r[c0010], r[c0020], r[c0060], before); t.info.get(k) == 0 {
			links = append(links, link{k, t.line, clip(r[c0060])})
		}
	}
}

// number reads what isInteger accepts.
func number(v []byte) (n int64) {
	for _, c := range v {
		if c >= '0' {
			n = n*10 + int64(c-'0')
		}
	}
	if v[0] == '-' {
		return -n
	}
	return n
}

// function also notes in info which functions are critical or important.
func (t *tableCheck) function(r row) {
	if string(r[c0050]) == "eba_BT:x28" {
		t.info.put(t.hash.key(r[c0010], r[c0040]), 1)
	}
	if v := r[c0010]; len(v) > 0 && (len(v) < 2 || v[0] != 'F' || !isInteger(v[1:])) {
		t.out.add("its-function-id", t.at(c0010, v))
	}
	t.notNegative("its-negative", r, c0080, c0090)
}

func (t *tableCheck) assessment(r row) {
	t.sameType(t.other("B_05.01"), r, c0020, c0030)
	if s := string(r[c0050]); s == "eba_ZZ:x959" || s == "eba_ZZ:x960" {
		t.require("v8825", r, c0060)
	}
	if string(r[c0110]) == "eba_BT:x28" {
		t.require("its-alternatives", r, c0120)
	}
}

// isPlaceholder spots texts that stand for no value: DUMMY…, a row of nines or
// of X, TBD, TODO.
func isPlaceholder(v []byte) bool {
	if len(v) < 3 {
		return false
	}
	switch v[0] {
	case 'D', 'd':
		return len(v) >= 5 && bytes.EqualFold(v[:5], []byte("DUMMY"))
	case '9':
		return bytes.HasPrefix(v, []byte("9999"))
	case 'X', 'x':
		return len(bytes.Trim(v, "Xx")) == 0
	case 'T', 't':
		return bytes.EqualFold(v, []byte("TBD")) || bytes.EqualFold(v, []byte("TODO"))
	}
	return false
}
