package network

import (
	"testing"
	"unicode/utf8"
)

func TestNormalName(t *testing.T) {
	for _, c := range []struct{ in, core, form string }{
		{"株式会社やぐら情報", "やぐら情報", "KK"},
		{"やぐら情報㈱", "やぐら情報", "KK"},
		{"やぐら情報（株）", "やぐら情報", "KK"},
		{"㍿ やぐら情報", "やぐら情報", "KK"},
		{"ｶ)ﾔｸﾞﾗ", "ヤグラ", "KK"},
		{"ヤグラデータ合同会社", "ヤグラデタ", "GK"},
		{"有限会社　ヤグラ", "ヤグラ", "YK"},
		{"一般社団法人 櫓", "櫓", "社団"},
		{"Yagura Cloud, Inc.", "YAGURACLOUD", "INC"},
		{"YAGURA CLOUD INC", "YAGURACLOUD", "INC"},
		{"ＹＡＧＵＲＡ　Ｃｌｏｕｄ Incorporated", "YAGURACLOUD", "INC"},
		{"Yagura Co., Ltd.", "YAGURA", "CO LTD"},
		{"Yagura K.K.", "YAGURA", "KK"},
		{"Yagura S.A.", "YAGURA", "SA"},
		{"Turm GmbH & Co. KG", "TURM", "CO GMBH KG"},
		{"Tårn A/S", "TARN", "AS"},
		{"Société Générale de Tour SARL", "SOCIETEGENERALEDETOUR", "SARL"},
		{"Tower and Bell plc", "TOWERBELL", "PLC"},
		{"Tower & Bell PLC", "TOWERBELL", "PLC"},
		{"株式会社", "株式会社", ""},
		{"Inc.", "INC", ""},
		{"", "", ""},
		{"ガス", "ガス", ""},
	} {
		got := NormalName(c.in)
		if got.Core != c.core || got.Form != c.form {
			t.Errorf("%q: %q, %q; want %q, %q", c.in, got.Core, got.Form, c.core, c.form)
		}
	}
	if NormalName("ガス").Core == NormalName("カス").Core {
		t.Error("the voicing mark of kana is part of the letter")
	}
}

// FuzzNormalName: a core is valid text, stays as it is when normalised again,
// and a name that has letters or digits keeps some.
func FuzzNormalName(f *testing.F) {
	for _, s := range []string{"株式会社やぐら", "Yagura Co., Ltd.", "ｶ)ﾔｸﾞﾗ", "S.A.", "é\u0301x", "A/S A/S", "カ)カ)カ)", "(株)(株", "株式 会社 x", "THE AND INC", "\xff", "ﬁ㈱"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n := NormalName(s)
		if !utf8.ValidString(n.Core) && utf8.ValidString(s) {
			t.Fatalf("%q: core %q is no text", s, n.Core)
		}
		if again := NormalName(n.Core); again.Core != n.Core {
			t.Fatalf("%q: %q becomes %q", s, n.Core, again.Core)
		}
	})
}

func TestIdentKey(t *testing.T) {
	jp := Country{'J', 'P'}
	for _, c := range []struct {
		in   Ident
		want Ident
		ok   bool
	}{
		{Ident{LEI, Country{}, "5299000j2n45ddne4y28"}, Ident{LEI, Country{}, "5299000J2N45DDNE4Y28"}, true},
		{Ident{LEI, Country{}, "5299000J2N45DDNE4Y29"}, Ident{LEI, Country{}, "5299000J2N45DDNE4Y29"}, false},
		{Ident{Corporate, jp, "7000012050002"}, Ident{Corporate, Country{}, "7000012050002"}, true}, // 国税庁's own, on its site
		{Ident{Corporate, jp, "8000012050002"}, Ident{Corporate, Country{}, "8000012050002"}, false},
		{Ident{CRN, jp, "７０００-012050002"}, Ident{Corporate, Country{}, "7000012050002"}, true},
		{Ident{VAT, jp, "T7000012050002"}, Ident{Corporate, Country{}, "7000012050002"}, true},
		{Ident{CRN, Country{'D', 'E'}, "HRB 12345"}, Ident{CRN, Country{'D', 'E'}, "HRB12345"}, true},
		{Ident{CRN, Country{}, "HRB 12345"}, Ident{CRN, Country{}, "HRB12345"}, false},
		{Ident{EUID, Country{}, "FRRCS.123"}, Ident{EUID, Country{}, "FRRCS.123"}, true},
		{Ident{EUID, Country{}, "FR"}, Ident{EUID, Country{}, "FR"}, false},
		{Ident{Local, Country{}, "V-001"}, Ident{Local, Country{}, "V-001"}, false},
	} {
		got, ok := c.in.key()
		if got != c.want || ok != c.ok {
			t.Errorf("%v: %v %v; want %v %v", c.in, got, ok, c.want, c.ok)
		}
	}
}
