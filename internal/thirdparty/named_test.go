package thirdparty

import (
	"testing"

	"yagura/internal/thirdparty/network"
)

// A provider is found by its name in whatever spelling, by a part of it, and in a longer
// text that names it; one that nobody depends on is not.
func TestFind(t *testing.T) {
	register := func(org, provider string) Received {
		return Received{Organisation: org, Code: org, Register: network.Register{Institution: network.Institution{ID: org, Name: org},
			Providers: []network.Provider{{Name: provider, ID: network.Ident{Scheme: network.Local, Value: provider}, Parent: -1}, {Name: "株式会社無縁", ID: network.Ident{Scheme: network.Local, Value: "z"}, Parent: -1}},
			Functions: []network.Function{{ID: "f", Name: "預金", Critical: network.Yes, RTO: -1, RPO: -1, Tolerance: -1}},
			Contracts: []network.Contract{{Ref: "c"}}, Services: []network.Service{{Type: "S17"}}, Uses: []network.Use{{}}}}
	}
	v := join([]Received{register("1", "株式会社東西共同センター"), register("2", "(株)東西共同センター"), register("3", "共同")})
	for text, want := range map[string]int{
		"東西共同センター株式会社": 1, "東西共同": 1, "原因は東西共同センターの設備障害によるもの": 1, "株式会社無縁": 0, "": 0, "株式会社": 0, "南北": 0,
	} {
		got := v.Find(text, 10)
		if len(got) != want {
			t.Errorf("%q: %+v, want %d", text, got, want)
		}
		if want > 0 && got[0].Users == 0 {
			t.Errorf("%q: %+v", text, got[0])
		}
	}
	if got := v.Find("共同", 10); len(got) < 2 || got[0].Name != "共同" {
		t.Errorf("the very name comes first: %+v", got)
	}
	if got := v.Find("共同", 1); len(got) != 1 {
		t.Errorf("%+v", got)
	}
	if got, err := v.Reaches([]string{v.Find("東西共同センター", 10)[0].Key}); err != nil || len(got) != 2 || got[0].Rank != 1 || got[0].Functions != 1 {
		t.Errorf("%+v %v", got, err)
	}
	if _, err := v.Reaches([]string{"lei:none"}); err == nil {
		t.Error("an unknown key is no error")
	}
}
