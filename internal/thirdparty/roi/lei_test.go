package roi

import "testing"

func TestLEI(t *testing.T) {
	// Published codes: Bloomberg Finance L.P., GLEIF, Deutsche Bank AG, Apple Inc.
	for _, s := range []string{"5493001KJTIIGC8Y1R12", "506700GE1G29325QX363", "7LTWFZYICNSX8D621K86", "HWUPKR0MPOU8FGXBT394"} {
		if !leiForm(s) || !leiCheck(s) {
			t.Errorf("%s is refused", s)
		}
		if got := withCheckDigits(s[:18]); got != s {
			t.Errorf("check digits of %s: %s", s, got)
		}
	}
	for _, s := range []string{"5493001KJTIIGC8Y1R13", "5493001KJTIIGC8Y1R21", "YGRX0000000000000A00"} {
		if leiCheck(s) {
			t.Errorf("%s is accepted", s)
		}
	}
	for _, s := range []string{"", "5493001KJTIIGC8Y1R1", "5493001kJTIIGC8Y1R12", "5493001KJTIIGC8Y1RAB"} {
		if leiForm(s) {
			t.Errorf("%q has the form", s)
		}
	}
	for s, want := range map[string]bool{"DEK1101R.HRB12345": true, "FR.1": false, "FRRCS.": false, "frRCS.1": false, "FRRCS1": false} {
		if euidForm([]byte(s)) != want {
			t.Errorf("euidForm(%q) = %v", s, !want)
		}
	}
}
