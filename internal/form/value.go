package form

import (
	"encoding/hex"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"yagura/internal/errs"
)

// multiSeparator stands between option ids in the text of a multi value.
const multiSeparator = ";"

// ParseValue reads a value of the item's type from text, as people write it:
// full-width digits and letters, surrounding spaces, ○/× for yes and no,
// thousands separators, option labels in either language and Japanese dates
// are understood. It checks the type, not the limits (Validate does). Tables
// have no text. The error is errs.Invalid and says in both languages' message
// catalogue key what was expected: its text is such a key, "value.integer".
func (it *Item) ParseValue(text string) (any, error) {
	plain := Normalise(text)
	switch it.Type {
	case TypeChoice, TypeCode:
		return it.parseOption(text, plain)
	case TypeMulti:
		return it.parseMulti(text)
	case TypeYesNo:
		return parseYesNo(plain)
	case TypeInteger:
		x, err := parseNumber(plain)
		if err != nil || x != math.Trunc(x) || math.Abs(x) >= 1<<53 {
			return nil, errs.New(errs.Invalid, "value.integer")
		}
		return int64(x), nil
	case TypeDecimal, TypePercent:
		x, err := parseNumber(strings.TrimSuffix(plain, "%"))
		if err != nil {
			return nil, errs.New(errs.Invalid, "value.number")
		}
		return x, nil
	case TypeMoney:
		return parseMoney(plain, it.Currency)
	case TypeDate:
		return ParseDate(plain)
	case TypeDateTime:
		return parseDateTime(plain)
	case TypeDuration:
		return parseDuration(plain)
	case TypeFile:
		return parseFile(strings.TrimSpace(text))
	case TypeTable:
		return nil, errs.New(errs.Invalid, "value.table")
	default:
		return strings.TrimSpace(text), nil
	}
}

// FormatValue writes a value as the text that ParseValue reads back unchanged.
func (it *Item) FormatValue(value any) string {
	switch v := value.(type) {
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case []string:
		return strings.Join(v, multiSeparator)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case Money:
		return formatMoney(v)
	case time.Duration:
		return FormatDuration(v)
	case FileRef:
		return fmt.Sprintf("sha256:%s %d %s", v.SHA256, v.Size, v.Name)
	case nil:
		return ""
	}
	return fmt.Sprint(value)
}

func (it *Item) parseOption(text, plain string) (any, error) {
	raw := strings.TrimSpace(text)
	if it.byID == nil {
		return raw, nil
	}
	if o := it.findOption(raw, plain); o != nil {
		return o.ID, nil
	}
	return nil, errs.New(errs.Invalid, "value.option")
}

// findOption looks an option up by id, then by label in either language.
func (it *Item) findOption(raw, plain string) *Option {
	if o := it.byID[strings.ToLower(plain)]; o != nil {
		return o
	}
	for _, o := range it.Options {
		if raw == o.JA || raw == o.EN || plain == Normalise(o.JA) || strings.EqualFold(plain, Normalise(o.EN)) {
			return o
		}
	}
	return nil
}

func (it *Item) parseMulti(text string) (any, error) {
	chosen := map[string]bool{}
	for part := range strings.SplitSeq(text, multiSeparator) {
		plain := Normalise(part)
		if plain == "" {
			continue
		}
		o := it.findOption(strings.TrimSpace(part), plain)
		if o == nil {
			return nil, errs.New(errs.Invalid, "value.option")
		}
		chosen[o.ID] = true
	}
	ids := []string{}
	for _, o := range it.Options {
		if chosen[o.ID] {
			ids = append(ids, o.ID)
		}
	}
	return ids, nil
}

func parseYesNo(plain string) (any, error) {
	switch strings.ToLower(plain) {
	case "yes", "y", "true", "1", "○", "〇", "◯", "はい", "有", "あり", "該当":
		return true, nil
	case "no", "n", "false", "0", "×", "✕", "x", "いいえ", "無", "なし", "非該当":
		return false, nil
	}
	return nil, errs.New(errs.Invalid, "value.yesno")
}

var numeric = regexp.MustCompile(`^[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?$`)

func parseNumber(plain string) (float64, error) {
	if !numeric.MatchString(plain) {
		return 0, errs.New(errs.Invalid, "value.number")
	}
	return strconv.ParseFloat(strings.ReplaceAll(plain, ",", ""), 64)
}

// minorUnits is how many minor units make one major unit (ISO 4217).
func minorUnits(currency string) float64 {
	switch currency {
	case "JPY", "KRW", "VND", "CLP", "ISK":
		return 1
	case "BHD", "JOD", "KWD", "OMR", "TND":
		return 1000
	}
	return 100
}

func parseMoney(plain, currency string) (any, error) {
	plain = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(plain, "¥"), currency), "円"))
	if !numeric.MatchString(plain) {
		return nil, errs.New(errs.Invalid, "value.money")
	}
	// Decimal digits, not floats: 1186365445.86 has no exact binary form.
	whole, fraction, _ := strings.Cut(strings.ReplaceAll(plain, ",", ""), ".")
	digits := len(strconv.Itoa(int(minorUnits(currency)))) - 1
	fraction = strings.TrimRight(fraction, "0")
	if len(fraction) > digits {
		return nil, errs.New(errs.Invalid, "value.money")
	}
	minor, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", digits-len(fraction)), 10, 64)
	if err != nil || minor >= 1<<53 || minor <= -1<<53 {
		return nil, errs.New(errs.Invalid, "value.money")
	}
	return Money{Minor: minor, Currency: currency}, nil
}

func formatMoney(m Money) string {
	units := int64(minorUnits(m.Currency))
	if units == 1 {
		return strconv.FormatInt(m.Minor, 10)
	}
	digits := len(strconv.FormatInt(units, 10)) - 1
	sign, minor := "", m.Minor
	if minor < 0 {
		sign, minor = "-", -minor
	}
	return fmt.Sprintf("%s%d.%0*d", sign, minor/units, digits, minor%units)
}

func parseDateTime(plain string) (any, error) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04Z07:00"} {
		if t, err := time.Parse(layout, plain); err == nil {
			return DateTime(t.Format(time.RFC3339Nano)), nil
		}
	}
	return nil, errs.New(errs.Invalid, "value.datetime")
}

var (
	isoDuration  = regexp.MustCompile(`^(-)?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$`)
	wordDuration = regexp.MustCompile(`^(-)?(?:(\d+) ?(?:d|日))?(?: ?(\d+) ?(?:h|時間))?(?: ?(\d+) ?(?:m|min|分))?(?: ?(\d+(?:\.\d+)?) ?(?:s|秒))?$`)
)

func parseDuration(plain string) (any, error) {
	m := isoDuration.FindStringSubmatch(strings.ToUpper(plain))
	if m == nil {
		m = wordDuration.FindStringSubmatch(strings.ToLower(plain))
	}
	if m == nil || m[2]+m[3]+m[4]+m[5] == "" {
		return nil, errs.New(errs.Invalid, "value.duration")
	}
	var d time.Duration
	for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute} {
		n, err := strconv.ParseInt("0"+m[i+2], 10, 32)
		if err != nil || n > 100_000 {
			return nil, errs.New(errs.Invalid, "value.duration")
		}
		d += time.Duration(n) * unit
	}
	seconds, err := strconv.ParseFloat("0"+m[5], 64)
	if err != nil || seconds > 1e7 {
		return nil, errs.New(errs.Invalid, "value.duration")
	}
	d += time.Duration(math.Round(seconds * float64(time.Second)))
	if m[1] == "-" {
		d = -d
	}
	return d, nil
}

func parseFile(text string) (any, error) {
	rest, ok := strings.CutPrefix(text, "sha256:")
	hash, rest, ok2 := strings.Cut(rest, " ")
	size, name, ok3 := strings.Cut(rest, " ")
	n, err := strconv.ParseInt(size, 10, 64)
	raw, herr := hex.DecodeString(hash)
	if !ok || !ok2 || !ok3 || err != nil || n < 0 || herr != nil || len(raw) != 32 || name == "" {
		return nil, errs.New(errs.Invalid, "value.file")
	}
	return FileRef{Name: name, Size: n, SHA256: hash}, nil
}
