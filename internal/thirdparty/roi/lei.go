package roi

// leiForm reports whether s has the form ^[A-Z0-9]{18}[0-9]{2}$ (ISO 17442).
func leiForm[S string | []byte](s S) bool {
	if len(s) != 20 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !(c >= '0' && c <= '9' || i < 18 && c >= 'A' && c <= 'Z') {
			return false
		}
	}
	return true
}

// leiCheck reports whether a code of the right form has the right check digits:
// with letters as 10 to 35, the number is 1 modulo 97 (ISO 7064, MOD 97-10). The
// digits are 02 to 98: 00, 01 and 99 would give the same remainders as others.
func leiCheck[S string | []byte](s S) bool {
	d := string(s[len(s)-2:])
	return mod97(s) == 1 && d >= "02" && d <= "98"
}

func mod97[S string | []byte](s S) int {
	r := 0
	for i := range len(s) {
		if c := s[i]; c <= '9' {
			r = (r*10 + int(c-'0')) % 97
		} else {
			r = (r*100 + int(c-'A') + 10) % 97
		}
	}
	return r
}

// withCheckDigits completes the 18 characters of an LEI.
func withCheckDigits(s string) string {
	d := 98 - mod97(s+"00")
	return s + string([]byte{byte('0' + d/10), byte('0' + d%10)})
}

// euidForm reports whether s looks like a European Unique Identifier: country
// code, register, full stop, number (Implementing Regulation (EU) 2021/1042,
// Annex, part 9).
func euidForm(s []byte) bool {
	dot := -1
	for i, c := range s {
		switch {
		case i < 2 && (c < 'A' || c > 'Z'):
			return false
		case c == '.' && dot < 0:
			dot = i
		}
	}
	return dot > 2 && dot < len(s)-1
}
