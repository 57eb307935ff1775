package signin

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"yagura/internal/errs"
)

// Lengths of passwords in characters. SP 800-63B-4 section 3.1.1.2 asks for at least
// 15 where a password is the only factor and 8 where it is one of two; twelve is the
// setting of Yagura. At least 64 must be possible; the end keeps hashing bounded.
const (
	minPassword = 12
	maxPassword = 256
)

//go:embed common.txt
var commonText string

var common = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for line := range strings.Lines(commonText) {
		all[strings.TrimSpace(line)] = true
	}
	return all
})

// CheckPassword tells whether a password may be set, by SP 800-63B-4 section 3.1.1.2:
// long enough, and neither among the ones that everybody tries first nor made of the
// words given (the login name, the name of the service). There are no rules of
// composition. The error is Invalid and a Refusal.
func CheckPassword(password string, words ...string) error {
	password = norm.NFC.String(password)
	n := utf8.RuneCountInString(password)
	switch {
	case !utf8.ValidString(password):
		return refuse(errs.Invalid, "signin.password.characters")
	case n < minPassword:
		return refuse(errs.Invalid, "signin.password.short", "least", minPassword)
	case n > maxPassword:
		return refuse(errs.Invalid, "signin.password.long", "most", maxPassword)
	case strings.ContainsFunc(password, unicode.IsControl):
		return refuse(errs.Invalid, "signin.password.characters")
	}
	low := strings.ToLower(norm.NFKC.String(password))
	if common()[low] || repeats([]rune(low)) {
		return refuse(errs.Invalid, "signin.password.common")
	}
	for _, w := range words {
		name, _, _ := strings.Cut(strings.ToLower(w), "@")
		for _, word := range []string{strings.ToLower(w), name} {
			// What is left beside the word must be long enough to be hard to guess.
			if len(word) >= 4 && strings.Contains(low, word) && utf8.RuneCountInString(strings.ReplaceAll(low, word, "")) < minPassword/2 {
				return refuse(errs.Invalid, "signin.password.name")
			}
		}
	}
	return nil
}

// repeats reports whether a text is one to four characters over and over.
func repeats(r []rune) bool {
	for period := 1; period <= 4; period++ {
		i := period
		for i < len(r) && r[i] == r[i-period] {
			i++
		}
		if i == len(r) {
			return true
		}
	}
	return false
}
