package app

import "testing"

func TestRelyingParty(t *testing.T) {
	for base, want := range map[string]string{
		"https://yagura.example": "yagura.example", "https://yagura.example:8443/": "yagura.example", "http://localhost:8080": "localhost",
		"http://127.0.0.1:8080": "", "http://[::1]:8080": "", "": "", "::": "",
	} {
		if got := relyingParty(base); got.ID != want || (want != "") != (len(got.Origins) == 1) {
			t.Errorf("%s: %+v", base, got)
		}
	}
}
