package network

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"yagura/internal/form"
)

// Name is a legal name as it is compared across registers.
type Name struct {
	Core string // upper case, without company form, blanks, punctuation and Latin accents
	Form string // the company form in one spelling ("KK" for 株式会社, ㈱, K.K.), "" when the name has none
}

// japaneseForms are the company forms of Japanese names, after compatibility
// folding: ㈱ is "(株)" by then. The one-letter kana forms are those of the
// bank transfer format (全銀協 法人略語).
var japaneseForms = []struct{ text, form string }{
	{"株式会社", "KK"}, {"(株)", "KK"}, {"(カ)", "KK"}, {"カ)", "KK"}, {"(カ", "KK"},
	{"有限会社", "YK"}, {"(有)", "YK"}, {"(ユ)", "YK"}, {"ユ)", "YK"}, {"(ユ", "YK"},
	{"合同会社", "GK"}, {"(同)", "GK"}, {"ド)", "GK"}, {"(ド", "GK"},
	{"合資会社", "合資"}, {"(資)", "合資"}, {"合名会社", "合名"}, {"(名)", "合名"}, {"相互会社", "相互"}, {"(相)", "相互"},
	{"一般社団法人", "社団"}, {"公益社団法人", "社団"}, {"(一社)", "社団"}, {"(公社)", "社団"}, {"社団法人", "社団"}, {"(社)", "社団"},
	{"一般財団法人", "財団"}, {"公益財団法人", "財団"}, {"(一財)", "財団"}, {"(公財)", "財団"}, {"財団法人", "財団"}, {"(財)", "財団"},
	{"独立行政法人", "独法"}, {"(独)", "独法"}, {"特定非営利活動法人", "NPO"}, {"(特非)", "NPO"},
}

// latinForms are company forms at the end of a name, by their letters without
// full stops, and the one spelling they are given.
var latinForms = map[string]string{
	"INC": "INC", "INCORPORATED": "INC", "CORP": "CORP", "CORPORATION": "CORP", "CO": "CO", "COMPANY": "CO",
	"LTD": "LTD", "LIMITED": "LTD", "LLC": "LLC", "LLP": "LLP", "LP": "LP", "PLC": "PLC", "PTE": "LTD", "PTY": "LTD", "DAC": "DAC",
	"GMBH": "GMBH", "MBH": "GMBH", "AG": "AG", "KG": "KG", "UG": "UG", "SE": "SE", "KGAA": "KGAA", "OHG": "OHG",
	"SA": "SA", "SAS": "SAS", "SASU": "SAS", "SARL": "SARL", "SRL": "SRL", "SPA": "SPA", "SL": "SL", "SLU": "SL", "LDA": "LDA", "SCA": "SCA",
	"BV": "BV", "NV": "NV", "BVBA": "BV", "CV": "CV", "AB": "AB", "OY": "OY", "OYJ": "OYJ", "AS": "AS", "ASA": "ASA", "APS": "APS",
	"SRO": "SRO", "DOO": "DOO", "KFT": "KFT", "ZRT": "ZRT", "NYRT": "NYRT", "UAB": "UAB", "OU": "OU", "SIA": "SIA", "EOOD": "EOOD", "OOD": "OOD",
	"KK": "KK", "GK": "GK", "YK": "YK",
}

// NormalName folds a legal name: form.Normalise (full width, half-width kana,
// dashes), upper case, Latin accents, and the company form apart. It keeps a
// name that is nothing but a company form. The long-vowel mark of kana, which
// form.Normalise makes a dash, is dropped. NormalName(n.Core).Core is n.Core.
func NormalName(s string) Name {
	n := normalStep(s)
	for range 10 { // joining the words may make a form or a letter that was split; two rounds settle any real name
		next := normalStep(n.Core)
		if next.Core == n.Core {
			break
		}
		n.Core = next.Core
		if n.Form == "" {
			n.Form = next.Form
		}
	}
	return n
}

func normalStep(s string) Name {
	s, japanese := cutJapanese(foldLatin(strings.ToUpper(form.Normalise(s))))
	tokens := strings.FieldsFunc(joinInitials(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) })
	var latin []string
	for len(tokens) > 1 {
		f, ok := latinForms[tokens[len(tokens)-1]]
		if !ok {
			break
		}
		latin = append(latin, f)
		tokens = tokens[:len(tokens)-1]
	}
	if len(tokens) > 2 {
		tokens = slices.DeleteFunc(tokens, func(t string) bool { return t == "AND" || t == "THE" })
	}
	n := Name{Core: strings.Join(tokens, ""), Form: japanese}
	if n.Form == "" {
		slices.Sort(latin)
		n.Form = strings.Join(slices.Compact(latin), " ")
	}
	return n
}

// cutJapanese takes the Japanese company forms off both ends.
func cutJapanese(s string) (rest, found string) {
	s = strings.TrimSpace(s)
	for again := true; again; {
		again = false
		for _, f := range japaneseForms {
			t, ok := strings.CutPrefix(s, f.text)
			if !ok {
				t, ok = strings.CutSuffix(s, f.text)
			}
			t = strings.TrimSpace(t)
			if !ok || strings.IndexFunc(t, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) < 0 {
				continue
			}
			s, again = t, true
			if found == "" {
				found = f.form
			}
		}
	}
	return s, found
}

// joinInitials writes "S.A." and "A/S" as one word.
func joinInitials(s string) string {
	r := []rune(s)
	out := make([]rune, 0, len(r))
	single := func(i int) bool { // a letter that stands alone
		return i >= 0 && i < len(r) && unicode.IsLetter(r[i]) && (i+1 >= len(r) || !unicode.IsLetter(r[i+1])) && (i == 0 || !unicode.IsLetter(r[i-1]))
	}
	for i, c := range r {
		if (c == '.' || c == '/') && single(i-1) && (single(i+1) || c == '.' && (i+1 == len(r) || r[i+1] == ' ' || r[i+1] == ',')) {
			if c == '.' && !single(i+1) {
				out = append(out, ' ')
			}
			continue
		}
		out = append(out, c)
	}
	return string(out)
}

// foldLatin drops the accents of Latin letters and of no other script: those of
// kana make other letters.
func foldLatin(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII && (unicode.Is(unicode.Latin, r) || unicode.IsMark(r)) }) < 0 {
		return s
	}
	out := make([]rune, 0, len(s))
	latin := false
	for _, r := range norm.NFD.String(s) {
		if unicode.Is(unicode.Mn, r) && latin {
			continue
		}
		latin = unicode.Is(unicode.Latin, r)
		switch r {
		case 'Ø':
			r = 'O'
		case 'Ł':
			r = 'L'
		}
		out = append(out, r)
	}
	return norm.NFC.String(string(out))
}
