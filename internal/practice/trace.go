package practice

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"yagura/internal/form"
)

// TraceKind says what a trace is.
type TraceKind string

// The kinds of traces.
const (
	NameTrace    TraceKind = "name"    // the organisation's name
	ShortTrace   TraceKind = "short"   // the name without its legal form and line of business
	CodeTrace    TraceKind = "code"    // what the asker calls it
	PersonTrace  TraceKind = "person"  // one of its people
	LEITrace     TraceKind = "lei"     // a legal entity identifier (ISO 17442)
	NumberTrace  TraceKind = "number"  // a corporate number (法人番号)
	ContactTrace TraceKind = "contact" // mail or web address, telephone number
	OtherTrace   TraceKind = "other"   // the name of another organisation that is asked
)

// Trace is something in a text that may tell who wrote it.
type Trace struct {
	Kind TraceKind
	Text string // of names as it was looked for, of the rest as it stands in the text
}

// Who is what is known of the one who must not be recognised.
type Who struct {
	Names   []string // in all languages
	Code    string
	Persons []string
	Others  []string // whole names of other organisations
}

// ends are the legal forms and lines of business that people leave out of names, folded.
var ends = []string{"株式会社", "(株)", "有限会社", "合同会社", "相互会社", "co., ltd.", "co.,ltd.", "inc.", "ltd.", "corporation",
	"フィナンシャルグル-プ", "フィナンシャル・グル-プ", "ホ-ルディングス", "信用金庫", "信用組合", "信用協同組合", "労働金庫", "農業協同組合", "信託銀行", "銀行", "信金", "信組",
	"生命保険", "損害保険", "火災海上保険", "海上火災保険", "証券", "financial group", "holdings", "shinkin bank", "credit cooperative", "credit union", "trust bank", "bank", "insurance", "securities"}

// short is a name without ends, "" when too little is left to be looked for.
func short(name string) string {
	s := fold(name)
	for again := true; again; {
		again = false
		for _, end := range ends {
			for _, cut := range []func(string, string) (string, bool){strings.CutSuffix, strings.CutPrefix} {
				if rest, ok := cut(s, end); ok {
					s, again = strings.TrimSpace(rest), true
				}
			}
		}
	}
	if n := utf8.RuneCountInString(s); n < 2 || ascii(s) && n < 3 || s == fold(name) {
		return ""
	}
	return s
}

var (
	leiLike     = regexp.MustCompile(`[0-9A-Z]{18}[0-9]{2}`)
	numberLike  = regexp.MustCompile(`[0-9]{13}`)
	contactLike = regexp.MustCompile(`(?i)[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+|https?://[^\s]+|www\.[a-z0-9.-]+|\(?\b0[0-9]{1,4}\)?[-(][0-9]{1,4}[-)][0-9]{3,4}\b`)
)

// Traces looks for what tells who wrote a text: names whole and short, the code, people,
// identifiers with right check digits, addresses. Names are found whatever their width,
// case and spaces; those in Latin letters as whole words only. It is a help for
// who edits: what only an insider recognises (a unique system, a place) it can't find.
func (w Who) Traces(t Text) []Trace {
	in := newHaystack(t)
	var out []Trace
	add := func(kind TraceKind, text string) {
		if tr := (Trace{kind, text}); !slices.Contains(out, tr) {
			out = append(out, tr)
		}
	}
	look := func(kind TraceKind, needle string) bool {
		found := in.has(needle)
		if found {
			add(kind, strings.TrimSpace(needle))
		}
		return found
	}
	for _, name := range w.Names {
		if !look(NameTrace, name) {
			look(ShortTrace, short(name))
		}
	}
	if utf8.RuneCountInString(w.Code) > 2 {
		look(CodeTrace, w.Code)
	}
	for _, name := range w.Persons {
		look(PersonTrace, name)
	}
	for _, name := range w.Others {
		look(OtherTrace, name)
	}
	for kind, find := range map[TraceKind]func() []string{
		LEITrace:    func() []string { return in.marks(leiLike, form.ValidLEI) },
		NumberTrace: func() []string { return in.marks(numberLike, form.ValidCorporateNumber) },
	} {
		for _, text := range find() {
			add(kind, text)
		}
	}
	for _, text := range contactLike.FindAllString(in.plain, -1) {
		add(ContactTrace, text)
	}
	slices.SortStableFunc(out, func(a, b Trace) int { return strings.Compare(string(a.Kind), string(b.Kind)) })
	return out
}

// named lists which of the names, or of their parts, a text holds.
func named(t Text, names []string) []string {
	in := newHaystack(t)
	var out []string
	for _, name := range names {
		for _, part := range append([]string{name}, strings.Fields(form.Normalise(name))...) {
			if part = strings.TrimSpace(part); utf8.RuneCountInString(part) > 1 && in.has(part) && !slices.Contains(out, part) {
				out = append(out, part)
			}
		}
	}
	return out
}

func lines(s string) []string {
	return slices.DeleteFunc(strings.Split(s, "\n"), func(l string) bool { return l == "" })
}

// haystack is a text made ready for looking.
type haystack struct {
	plain string // width made equal
	fold  string // and case, one space between words
	tight string // and no space at all
}

func newHaystack(t Text) haystack {
	plain := form.Normalise(t.Title + "\n" + t.Body + "\n" + t.Effect)
	folded := strings.Join(strings.Fields(strings.ToLower(plain)), " ")
	return haystack{plain, folded, squeeze(folded)}
}

func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '・' {
			return -1
		}
		return r
	}, s)
}

// has reports whether a name occurs.
func (h haystack) has(name string) bool {
	needle := strings.Join(strings.Fields(fold(name)), " ")
	if needle == "" {
		return false
	}
	if !ascii(needle) {
		return strings.Contains(h.tight, squeeze(needle))
	}
	for rest, before := h.fold, byte(' '); ; {
		i := strings.Index(rest, needle)
		if i < 0 {
			return false
		}
		if i > 0 {
			before = rest[i-1]
		}
		end := i + len(needle)
		if !alnum(before) && (end == len(rest) || !alnum(rest[end])) {
			return true
		}
		before, rest = rest[i], rest[i+1:]
	}
}

// marks lists what looks like an identifier and has right check digits.
func (h haystack) marks(like *regexp.Regexp, valid func(string) bool) []string {
	var out []string
	for _, at := range like.FindAllStringIndex(h.plain, -1) {
		if m := h.plain[at[0]:at[1]]; valid(m) && (at[0] == 0 || !alnum(h.plain[at[0]-1])) && (at[1] == len(h.plain) || !alnum(h.plain[at[1]])) {
			out = append(out, m)
		}
	}
	return out
}

func alnum(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}
