package roi

// Columns by position: column c0010 of a template is its first, and so on, also
// B_03.03's c0031 (TestColumnsAreNumberedByTens).
const (
	c0010 = iota
	c0020
	c0030
	c0040
	c0050
	c0060
	c0070
	c0080
	c0090
	c0100
	c0110
	c0120
	c0130
	c0140
	c0150
	c0160
	c0170
	c0180
)

// complete: the row-completeness rules. EBA's formula of each: if any other
// cell of the row outside the key is filled, then this one must be.
func (t *tableCheck) complete(r row) {
	filled := false
	for _, i := range t.nonKeys {
		if len(r[i]) > 0 {
			filled = true
			break
		}
	}
	if !filled {
		if t.ID == "B_04.01" {
			t.out.add("e23683", t.at(c0030, nil))
		} else if len(t.Primary) > 0 {
			t.out.add("its-key-only", t.at(t.nonKeys[0], nil))
		}
		return
	}
	for _, m := range mandatory[t.ID] {
		if len(r[m.col]) == 0 {
			t.out.add(m.rule+".mandatory", t.at(m.col, nil))
		}
	}
}

// mandatory lists the row-completeness rules (EBA, DPM business validation
// rules of the register, 2025).
var mandatory = map[string][]struct {
	rule string
	col  int
}{
	"B_01.01": {{"v8872", c0020}, {"v8873", c0030}, {"v8874", c0040}, {"v8875", c0050}, {"v8876", c0060}},
	"B_01.02": {{"v8858", c0020}, {"v8859", c0030}, {"v8860", c0040}, {"v8861", c0050}, {"v8862", c0060}, {"v8863", c0070}, {"v8864", c0080}, {"v8865", c0090}},
	"B_01.03": {{"v8857", c0030}, {"v8856", c0040}},
	"B_02.01": {{"v8868", c0020}, {"v8867", c0040}, {"v8866", c0050}},
	"B_02.02": {{"v8869", c0040}, {"v8870", c0070}, {"v8871", c0080}},
	"B_05.01": {{"v8850", c0020}, {"v8851", c0050}, {"v8852", c0060}, {"v8853", c0070}, {"v8854", c0080}, {"v8855", c0110}},
	"B_06.01": {{"v8877", c0020}, {"v8878", c0030}, {"v8879", c0050}, {"v8880", c0070}, {"v8881", c0080}, {"v8882", c0090}, {"v8883", c0100}},
	"B_07.01": {{"v8884", c0050}, {"v8885", c0070}, {"v8886", c0080}, {"v8887", c0090}, {"v8888", c0100}, {"v88889", c0110}},
}

// require adds a finding when a cell is empty.
func (t *tableCheck) require(rule string, r row, col int) {
	if len(r[col]) == 0 {
		t.out.add(rule, t.at(col, nil))
	}
}

// notNegative adds a finding when a number is below 0.
func (t *tableCheck) notNegative(rule string, r row, cols ...int) {
	for _, col := range cols {
		if v := r[col]; len(v) > 1 && v[0] == '-' {
			t.out.add(rule, t.at(col, v))
		}
	}
}

// ordered adds a finding when the second of two dates is before the first.
func (t *tableCheck) ordered(r row, from, to int) {
	a, b := r[from], r[to]
	if len(a) == 10 && len(b) == 10 && string(b) < string(a) && isDate(a) && isDate(b) {
		t.out.add("its-dates", t.at(to, b), "from", string(a))
	}
}

// lei checks form and check digits of a code that is to be an LEI.
func (t *tableCheck) lei(formRule string, r row, col int) {
	switch v := r[col]; {
	case len(v) == 0:
	case !leiForm(v):
		t.out.add(formRule, t.at(col, v))
	case !leiCheck(v):
		t.out.add("lei-check", t.at(col, v))
	}
}

const (
	typeLEI  = "eba_qCO:qx2000"
	typeEUID = "eba_qCO:qx2002"
)

func isLegalID(v []byte) bool { return string(v) == typeLEI || string(v) == typeEUID }

// identifier checks a code by the type that is declared for it.
func (t *tableCheck) identifier(formRule string, r row, col, typ int) {
	switch string(r[typ]) {
	case typeLEI:
		t.lei(formRule, r, col)
	case typeEUID:
		if len(r[col]) > 0 && !euidForm(r[col]) {
			t.out.add("euid-form", t.at(col, r[col]))
		}
	}
}
