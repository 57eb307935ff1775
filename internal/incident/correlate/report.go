// Package correlate finds reports that tell of one incident (duplicates) and
// incidents that belong to one campaign: by a shared vendor, technique,
// indicator and time. Every link says which evidence contributed how much. It
// proposes; people decide.
//
// The score is that of probabilistic record linkage: the sum, over what two
// reports can be compared by, of the logarithms of likelihood ratios (Fellegi
// and Sunter, A Theory for Record Linkage, JASA 64 (1969) 1183–1210, section 2),
// with the frequency of the very value in the background in place of one
// chance for its field (Newcombe et al., Automatic Linkage of Vital Records,
// Science 130 (1959) 954–959): a vendor that everybody uses says little.
package correlate

import (
	"cmp"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"yagura/internal/incident/facts"
)

// Field is a kind of evidence.
type Field string

// The fields that reports are compared by.
const (
	Vendor        Field = "vendor"        // third party that the incident originates from
	Technique     Field = "technique"     // of the attack, as the report classes it
	Class         Field = "class"         // kind of incident
	Indicator     Field = "indicator"     // address, domain, hash, file extension
	Vulnerability Field = "vulnerability" // CVE number
	Campaign      Field = "campaign"      // name that the reporter gives to the campaign
	Institution   Field = "institution"
	Reference     Field = "reference"   // given to the incident by the institution or the authority
	Description   Field = "description" // word for word
	Time          Field = "time"
	Prior         Field = "prior" // chance that two reports belong together before anything is compared
)

// Fields lists the fields whose values are compared.
var Fields = []Field{Vendor, Technique, Class, Indicator, Vulnerability, Campaign, Institution, Reference, Description}

// Value is one value of a report, folded so that the same is written alike.
type Value struct {
	Field Field  `json:"field"`
	Text  string `json:"text"`
}

// Report is what a report says, as far as it can be compared.
type Report struct {
	ID          string
	Institution string // as written; empty: not known
	Exercise    bool   // is never linked with what is real
	// At is the first moment at which the incident can have been (occurred, else
	// detected, else aware, else known), Span how long it may have been later.
	At     time.Time
	Span   time.Duration
	Values []Value // sorted, each once
	// Shown is how a value was written, where folding changed it.
	Shown map[Value]string
}

// Read takes from a view of an incident's facts what can be compared. What is
// unknown, under investigation or not applicable gives no value.
func Read(b *facts.Base, v facts.View) Report {
	r := Report{ID: b.ID, Exercise: b.Exercise, Institution: v.Text("entity.name"), Shown: map[Value]string{}}
	r.time(b, v)
	for field, ids := range sources {
		for _, id := range ids {
			for _, text := range texts(v, id) {
				r.add(field, text)
			}
		}
	}
	for _, text := range Indicators(v.Text("attack.indicators")) {
		r.add(Indicator, text)
	}
	for _, id := range v.IDs() {
		for _, text := range texts(v, id) {
			for _, cve := range cveNumber.FindAllString(text, -1) {
				r.add(Vulnerability, cve)
			}
		}
	}
	if lei := v.Text("entity.lei"); lei != "" {
		r.add(Institution, lei)
	} else {
		r.add(Institution, r.Institution)
	}
	r.sort()
	return r
}

// sources says which facts give the values of a field.
var sources = map[Field][]string{
	Vendor:      {"cause.third_party"},
	Technique:   {"attack.techniques", "attack.hacking", "attack.malware", "attack.social", "attack.ddos_vector"},
	Class:       {"event.kind", "event.classes", "attack.types"},
	Indicator:   {"attack.extension"},
	Campaign:    {"event.campaign"},
	Reference:   {"event.authority_reference", "event.reference"},
	Description: {"event.description"},
}

func texts(v facts.View, id string) []string {
	r, ok := v.Get(id)
	if !ok || r.State != facts.Known {
		return nil
	}
	switch x := r.Value.(type) {
	case string:
		return []string{x}
	case []string:
		return x
	}
	return nil
}

func (r *Report) time(b *facts.Base, v facts.View) {
	for _, id := range []string{"time.occurred", "time.detected", "time.aware"} {
		if rec, ok := v.Get(id); ok && rec.State == facts.Known {
			if m, ok := rec.Value.(facts.Moment); ok {
				r.At, r.Span = m.From, m.To.Sub(m.From)
				return
			}
		}
	}
	if all := b.Moments(); len(all) > 0 {
		r.At, r.Span = all[0], 0
	}
}

// saysNothing are the words by which formats say that a value is not known or
// not among theirs.
var saysNothing = []string{"", "unknown", "other", "na", "n/a", "none", "不明", "その他", "なし", "調査中"}

func (r *Report) add(field Field, text string) {
	folded := Fold(text)
	if field == Vendor || field == Institution {
		folded = foldName(text)
	}
	if slices.Contains(saysNothing, folded) {
		return
	}
	v := Value{field, folded}
	if !slices.Contains(r.Values, v) {
		r.Values = append(r.Values, v)
		if r.Shown == nil {
			r.Shown = map[Value]string{}
		}
		r.Shown[v] = text
	}
}

func (r *Report) sort() {
	slices.SortFunc(r.Values, func(a, b Value) int {
		return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(a.Text, b.Text))
	})
}

// Fold writes a text in compatibility form (NFKC), lower case, with single
// spaces.
func Fold(s string) string {
	return strings.Join(strings.Fields(strings.ToLower(norm.NFKC.String(s))), " ")
}

var companyForms = regexp.MustCompile(`株式会社|有限会社|合同会社|\((株|有|同)\)|\b(inc|ltd|llc|plc|gmbh|corp|co|k\.k|s\.a|b\.v)\b\.?`)

// foldName folds the name of a company: without its legal form, spaces and
// punctuation.
func foldName(s string) string {
	s = companyForms.ReplaceAllString(Fold(s), "")
	return strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsNumber(c) {
			return c
		}
		return -1
	}, s)
}

var (
	cveNumber = regexp.MustCompile(`(?i)CVE-[0-9]{4}-[0-9]{4,7}`)
	hashLike  = regexp.MustCompile(`^([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$`)
	domain    = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}$`)
	scheme    = regexp.MustCompile(`^(h(tt|xx)ps?|ftp)://`)
)

// Indicators lists the addresses, domains and hashes (MD5, SHA-1, SHA-256) in a
// text, folded, also where they were made harmless (hxxp, [.]). Of a URL it is
// the host. Addresses that mean something only inside one network are left out.
func Indicators(text string) []string {
	var out []string
	text = strings.NewReplacer("[.]", ".", "(.)", ".", "[:]", ":", "[at]", "@").Replace(Fold(text))
	for _, word := range strings.FieldsFunc(text, func(c rune) bool {
		return unicode.IsSpace(c) || strings.ContainsRune(",;、。，；\"'<>|「」()", c)
	}) {
		word = scheme.ReplaceAllString(word, "")
		word, _, _ = strings.Cut(word, "/")
		if _, host, ok := strings.Cut(word, "@"); ok {
			word = host
		}
		if a, err := netip.ParseAddrPort(word); err == nil {
			word = a.Addr().String()
		}
		a, err := netip.ParseAddr(word)
		switch {
		case err == nil && (!a.IsGlobalUnicast() || a.IsPrivate()):
		case err == nil:
			out = append(out, a.String())
		case hashLike.MatchString(word), domain.MatchString(word):
			out = append(out, word)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
