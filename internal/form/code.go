package form

// codeChecks are the schemes that a code item may be checked by.
var codeChecks = map[string]func(string) bool{
	"lei":              ValidLEI,
	"corporate_number": ValidCorporateNumber,
}

// ValidLEI reports whether s is a legal entity identifier with right check
// digits (ISO 17442: 20 characters, ISO 7064 MOD 97-10 remainder 1).
func ValidLEI(s string) bool {
	if len(s) != 20 {
		return false
	}
	rem := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			rem = (rem*10 + int(c-'0')) % 97
		case c >= 'A' && c <= 'Z' && i < 18:
			rem = (rem*100 + int(c-'A') + 10) % 97
		default:
			return false
		}
	}
	return rem == 1
}

// ValidCorporateNumber reports whether s is a Japanese corporate number
// (法人番号: 13 digits, the first a check digit; 法人番号の指定等に関する省令
// 第2条: 9 − Σ Pn·Qn mod 9, Qn alternating 1 and 2 from the lowest digit).
func ValidCorporateNumber(s string) bool {
	if len(s) != 13 {
		return false
	}
	sum := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
		if i > 0 {
			place := 13 - i // 1 for the lowest digit
			sum += int(s[i]-'0') * (2 - place%2)
		}
	}
	return int(s[0]-'0') == 9-sum%9
}
