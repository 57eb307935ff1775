package network

import "strings"

// Scheme says what kind of number an identifier is.
type Scheme uint8

// The schemes. Numbers of CRN and VAT are unique within a country; Local ones
// only within the register that uses them.
const (
	Local     Scheme = iota // a code of the register's own
	LEI                     // ISO 17442
	EUID                    // European Unique Identifier, Implementing Regulation (EU) 2021/1042
	Corporate               // 法人番号, Act on the Use of Numbers (平成25年法律第27号) Art 39
	CRN                     // number of another company register
	VAT
)

func (s Scheme) String() string {
	return [...]string{"local", "lei", "euid", "corporate_number", "crn", "vat"}[s]
}

// Ident is one identifier of a provider.
type Ident struct {
	Scheme  Scheme
	Country Country // of CRN and VAT
	Value   string
}

// key folds an identifier to what is compared, and reports whether its form and
// check digits hold, so that it may identify across registers. A 13-digit
// Japanese number with the right check digit is a corporate number whatever the
// register calls it.
func (id Ident) key() (Ident, bool) {
	v := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9', r >= 'A' && r <= 'Z', r == '.':
			return r
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == ' ', r == '-', r == '_', r == '/':
			return -1
		}
		return r
	}, id.Value)
	out := Ident{Scheme: id.Scheme, Value: v}
	switch id.Scheme {
	case LEI:
		return out, validLEI(v)
	case EUID:
		dot := strings.IndexByte(v, '.')
		return out, dot > 2 && dot < len(v)-1 && letters(v[:2])
	case Corporate:
		return out, validCorporate(v)
	case CRN, VAT:
		v = strings.ReplaceAll(v, ".", "")
		if t := strings.TrimPrefix(v, "T"); (id.Country == Country{'J', 'P'} || t != v) && validCorporate(t) { // T+13 digits: 適格請求書発行事業者
			return Ident{Scheme: Corporate, Value: t}, true
		}
		return Ident{id.Scheme, id.Country, v}, len(v) >= 4 && id.Country != Country{}
	}
	return Ident{Scheme: Local, Value: id.Value}, false
}

func letters(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < 'A' || r > 'Z' }) < 0
}

// validLEI: 18 letters or digits and two check digits, 1 modulo 97 (ISO 7064 MOD 97-10).
func validLEI(s string) bool {
	if len(s) != 20 || s[18:] < "02" || s[18:] > "98" {
		return false
	}
	m := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			m = (m*10 + int(c-'0')) % 97
		case i < 18 && c >= 'A' && c <= 'Z':
			m = (m*100 + int(c-'A') + 10) % 97
		default:
			return false
		}
	}
	return m == 1
}

// validCorporate: 13 digits of which the first is 9 - (Σ P·Q mod 9), P being the
// n-th digit from the right of the other twelve and Q 1 for odd n, 2 for even
// (法人番号の指定等に関する省令 平成26年財務省令第70号 第2条).
func validCorporate(s string) bool {
	if len(s) != 13 || strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) >= 0 {
		return false
	}
	sum := 0
	for n := 1; n <= 12; n++ {
		sum += int(s[13-n]-'0') * (2 - n%2)
	}
	return int(s[0]-'0') == 9-sum%9
}
