package oscal

import (
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"

	"yagura/internal/form"
)

// Between the ids and the titles of nested groups in a section's.
const (
	idJoint    = "-_-"
	titleJoint = " › "
)

// ungrouped is the id of the section of controls outside all groups.
const ungrouped = "_none"

// sectionID writes the ids of a group and the groups around it as one section
// id that groupIDs reads back. A group id in lower case stands as it is; one
// in upper case is marked "_u"; a character that a section id cannot have is
// "_x" and its bytes in hex.
func sectionID(path []string) string {
	parts := make([]string, len(path))
	for i, id := range path {
		parts[i] = encodeID(id)
	}
	return strings.Join(parts, idJoint)
}

func encodeID(id string) string {
	upper := strings.ToLower(id) != id && strings.ToUpper(id) == id && isASCII(id)
	var b strings.Builder
	if upper {
		b.WriteString("_u")
		id = strings.ToLower(id)
	}
	for i := range len(id) {
		c := id[i]
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			b.WriteByte(c)
		case (c == '.' || c == '-') && i > 0 && i < len(id)-1 && wordByte(id[i-1]) && wordByte(id[i+1]):
			b.WriteByte(c)
		case c == '_' && !confusing(id, i):
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "_x%02x", c)
		}
	}
	return b.String()
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func wordByte(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }

// confusing: an underscore that would read as a mark.
func confusing(id string, i int) bool {
	return i == 0 || i+1 == len(id) || id[i+1] == 'x' || !wordByte(id[i-1]) || !wordByte(id[i+1])
}

// groupIDs reads a section id as the ids of nested groups, outermost first. An
// id that sectionID did not write stands for itself.
func groupIDs(section string) []string {
	parts := strings.Split(section, idJoint)
	path := make([]string, len(parts))
	for i, part := range parts {
		id, ok := decodeID(part)
		if !ok || encodeID(id) != part {
			return []string{token(section)}
		}
		path[i] = token(id)
	}
	return path
}

func decodeID(part string) (string, bool) {
	rest, upper := strings.CutPrefix(part, "_u")
	var b []byte
	for len(rest) > 0 {
		code, ok := strings.CutPrefix(rest, "_x")
		if !ok {
			b = append(b, rest[0])
			rest = rest[1:]
			continue
		}
		if len(code) < 2 {
			return "", false
		}
		raw, err := hex.DecodeString(code[:2])
		if err != nil {
			return "", false
		}
		b = append(b, raw...)
		rest = code[2:]
	}
	id := string(b)
	if upper {
		id = strings.ToUpper(id)
	}
	return id, id != "" && utf8.ValidString(id)
}

// token makes an OSCAL token of an id: it begins with a letter or "_".
func token(id string) string {
	if id != "" && id[0] >= '0' && id[0] <= '9' {
		return "_" + id
	}
	return id
}

// controlIDs gives every item its control id. Where most items name a control
// of one framework first in their maps, and none is named twice, the form is
// that framework's and those are the ids; all other items keep their own.
func controlIDs(f *form.Form) map[string]string {
	own := make(map[string]string, len(f.Items()))
	count := map[string]int{}
	best := ""
	for _, it := range f.Items() {
		own[it.ID] = token(it.ID)
		if fw, _, ok := firstMap(it); ok {
			if count[fw]++; count[fw] > count[best] {
				best = fw
			}
		}
	}
	if 2*count[best] <= len(f.Items()) {
		return own
	}
	ids := make(map[string]string, len(own))
	taken := map[string]bool{}
	for _, it := range f.Items() {
		ids[it.ID] = own[it.ID]
		if fw, id, ok := firstMap(it); ok && fw == best {
			ids[it.ID] = id
		}
		if taken[ids[it.ID]] {
			return own
		}
		taken[ids[it.ID]] = true
	}
	return ids
}

func firstMap(it *form.Item) (framework, id string, ok bool) {
	if len(it.Maps) == 0 {
		return "", "", false
	}
	framework, id, ok = strings.Cut(it.Maps[0], ":")
	return framework, id, ok && id != "" && id == token(id) && !strings.ContainsAny(id, " \t\n/:")
}
