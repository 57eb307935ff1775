package draft

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// longest an id made from foreign text becomes, in bytes.
const maxID = 80

// Slug makes a form id of a title: "CSF 2.0 (draft)" gives "csf-2-0-draft". A
// title without Latin letters or digits gives "imported".
func Slug(title string) string {
	id := cut(strings.Join(strings.FieldsFunc(strings.ToLower(norm.NFKC.String(title)), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}), "-"), '-')
	if id == "" {
		return "imported"
	}
	return id
}

// ItemID makes an item id of a foreign one: lower case, periods kept, other
// marks to "_", letters beyond ASCII as "u" and their code point. It does not
// tell "A-1" from "a_1"; the original id stays in the item's maps.
func ItemID(original string) string {
	var parts []string
	for part := range strings.SplitSeq(norm.NFKC.String(original), ".") {
		if word := word(part); word != "" {
			parts = append(parts, word)
		}
	}
	if id := cut(strings.Join(parts, "."), '.'); id != "" {
		return id
	}
	return "item"
}

// OptionID makes an option id of a foreign name, "-" and "." kept out.
func OptionID(original string) string {
	if id := cut(word(norm.NFKC.String(original)), '_'); id != "" {
		return id
	}
	return "option"
}

func word(s string) string {
	var b strings.Builder
	pending := false
	for _, r := range strings.ToLower(s) {
		ascii := r >= 'a' && r <= 'z' || r >= '0' && r <= '9'
		if !ascii && (r < 0x80 || !unicode.IsLetter(r) && !unicode.IsDigit(r)) {
			pending = true
			continue
		}
		if pending && b.Len() > 0 {
			b.WriteByte('_')
		}
		pending = false
		if ascii {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "u%x", r)
		}
	}
	return b.String()
}

// cut shortens an id at one of its joints where it can.
func cut(id string, joint byte) string {
	if len(id) <= maxID {
		return id
	}
	id = id[:maxID]
	if i := strings.LastIndexByte(id, joint); i > maxID/2 {
		id = id[:i]
	}
	return strings.TrimRight(id, "._-")
}

// ID makes an item id that no other item of the draft has.
func (d *Draft) ID(original string) string { return d.unique("item ", ItemID(original)) }

// Taken reports whether an item of the id that original makes exists already.
func (d *Draft) Taken(original string) bool { return d.ids["item "+ItemID(original)] > 0 }

// unique adds "_2", "_3" … to an id that is taken.
func (d *Draft) unique(kind, id string) string {
	if d.ids[kind+id]++; d.ids[kind+id] == 1 {
		return id
	}
	for n := d.ids[kind+id]; ; n++ {
		try := fmt.Sprintf("%s_%d", id, n)
		if d.ids[kind+try] == 0 {
			d.ids[kind+try], d.ids[kind+id] = 1, n
			return try
		}
	}
}

// Clean trims a text, joins CR LF to LF, takes white space off the ends of
// its lines, and drops control characters and broken UTF-8.
func Clean(s string) string {
	s = strings.ToValidUTF8(strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", " ", "\u00a0", " ").Replace(s), "")
	s = strings.Map(func(r rune) rune {
		if r != '\n' && unicode.IsControl(r) || r == '\ufeff' {
			return -1
		}
		return r
	}, s)
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRightFunc(line, unicode.IsSpace)
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// Line is a cleaned text on one line.
func Line(s string) string { return strings.Join(strings.Fields(Clean(s)), " ") }
