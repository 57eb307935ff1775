package sheet

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"
)

// tokens pulls the parts of an XML document out of its bytes. It knows as much
// of XML as SpreadsheetML needs and no more: names without their prefixes, the
// five named entities and character references, CDATA; a document type is a
// fault. It copies nothing and is about ten times as fast as encoding/xml,
// which decides how long it takes to read a sector's workbooks.
type tokens struct {
	b    []byte
	pos  int
	bad  bool // not well-formed; next returns false
	kind tokenKind
	name []byte // local name of an open or close tag
	attr []byte // attributes of an open tag, as written
	text []byte // of a text token, as written
	raw  bool   // the text needs no unescaping (CDATA)
	from int    // where the token starts in b; it ends at pos
	shut bool   // the open tag was <a/>: a close token follows
	deep int
}

type tokenKind int

const (
	openTag tokenKind = iota
	closeTag
	textToken
)

// maxDepth is how deep elements may nest.
const maxDepth = 64

func (x *tokens) next() bool {
	if x.bad {
		return false
	}
	if x.shut {
		x.shut, x.kind = false, closeTag
		x.deep--
		return true
	}
	for x.pos < len(x.b) {
		x.from = x.pos
		if x.b[x.pos] != '<' {
			end := bytes.IndexByte(x.b[x.pos:], '<')
			if end < 0 {
				end = len(x.b) - x.pos
			}
			x.text, x.raw, x.kind = x.b[x.pos:x.pos+end], false, textToken
			x.pos += end
			return true
		}
		rest := x.b[x.pos:]
		switch {
		case bytes.HasPrefix(rest, []byte("<?")):
			x.skip("?>")
		case bytes.HasPrefix(rest, []byte("<!--")):
			x.skip("-->")
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			end := bytes.Index(rest, []byte("]]>"))
			if end < 0 {
				return x.fail()
			}
			x.text, x.raw, x.kind = rest[9:end], true, textToken
			x.pos += end + 3
			return true
		case bytes.HasPrefix(rest, []byte("<!")):
			return x.fail()
		default:
			return x.tag(rest)
		}
		if x.bad {
			return false
		}
	}
	if x.deep != 0 {
		return x.fail()
	}
	return false
}

func (x *tokens) fail() bool {
	x.bad = true
	return false
}

func (x *tokens) skip(end string) {
	k := bytes.Index(x.b[x.pos:], []byte(end))
	if k < 0 {
		x.bad = true
		return
	}
	x.pos += k + len(end)
}

func (x *tokens) tag(rest []byte) bool {
	end, quote := 1, byte(0)
	for ; end < len(rest) && (rest[end] != '>' || quote != 0); end++ {
		switch c := rest[end]; {
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case c == quote:
			quote = 0
		}
	}
	if end == len(rest) {
		return x.fail()
	}
	inner := rest[1:end]
	x.pos += end + 1
	x.kind = openTag
	switch {
	case len(inner) > 0 && inner[0] == '/':
		x.kind = closeTag
		inner = inner[1:]
		x.deep--
	case len(inner) > 0 && inner[len(inner)-1] == '/':
		inner, x.shut = inner[:len(inner)-1], true
		x.deep++
	default:
		x.deep++
	}
	if x.deep < 0 || x.deep > maxDepth || len(inner) == 0 {
		return x.fail()
	}
	x.name, x.attr = inner, nil
	if k := bytes.IndexAny(inner, " \t\r\n"); k >= 0 {
		x.name, x.attr = inner[:k], inner[k:]
	}
	if k := bytes.IndexByte(x.name, ':'); k >= 0 {
		x.name = x.name[k+1:]
	}
	return true
}

// get returns the value of an attribute of the open tag, by local name, as written.
func (x *tokens) get(name string) ([]byte, bool) {
	rest := x.attr
	for {
		eq := bytes.IndexByte(rest, '=')
		if eq < 0 {
			return nil, false
		}
		key := bytes.TrimSpace(rest[:eq])
		if k := bytes.IndexByte(key, ':'); k >= 0 {
			key = key[k+1:]
		}
		rest = bytes.TrimLeft(rest[eq+1:], " \t\r\n")
		if len(rest) == 0 {
			return nil, false
		}
		end := bytes.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return nil, false
		}
		value := rest[1 : 1+end]
		rest = rest[end+2:]
		if string(key) == name {
			return value, true
		}
	}
}

// attribute is get as text, "" when absent.
func (x *tokens) attribute(name string) string {
	v, _ := x.get(name)
	return unescapeXML(v)
}

// in reports whether the token is an open tag of that name.
func (x *tokens) in(name string) bool { return x.kind == openTag && string(x.name) == name }

// out reports whether the token is a close tag of that name.
func (x *tokens) out(name string) bool { return x.kind == closeTag && string(x.name) == name }

// value is the content of a text token.
func (x *tokens) value() string {
	if x.raw {
		return string(x.text)
	}
	return unescapeXML(x.text)
}

var namedEntities = map[string]string{"amp": "&", "lt": "<", "gt": ">", "quot": `"`, "apos": "'"}

func unescapeXML(b []byte) string {
	k := bytes.IndexByte(b, '&')
	if k < 0 && bytes.IndexByte(b, '\r') < 0 {
		return string(b)
	}
	s := strings.ReplaceAll(strings.ReplaceAll(string(b), "\r\n", "\n"), "\r", "\n") // XML 1.0, 2.11
	var out strings.Builder
	for {
		k := strings.IndexByte(s, '&')
		end := -1
		if k >= 0 {
			end = strings.IndexByte(s[k:], ';')
		}
		if k < 0 || end < 0 {
			out.WriteString(s)
			return out.String()
		}
		out.WriteString(s[:k])
		out.WriteString(entity(s[k+1 : k+end]))
		s = s[k+end+1:]
	}
}

// entity resolves a reference; one that means nothing stays as it is written.
func entity(name string) string {
	if text, ok := namedEntities[name]; ok {
		return text
	}
	if num, ok := strings.CutPrefix(name, "#"); ok {
		base := 10
		if hex, ok := strings.CutPrefix(num, "x"); ok {
			num, base = hex, 16
		}
		if r, err := strconv.ParseUint(num, base, 32); err == nil && utf8.ValidRune(rune(r)) {
			return string(rune(r))
		}
	}
	return "&" + name + ";"
}

// appendXML writes a cell's text: markup escaped, and what XML cannot hold in
// the notation _xHHHH_ (ECMA-376 part 1, 22.9.2.19 ST_Xstring), which must be
// escaped itself where the text has it literally.
func appendXML(b []byte, s string) []byte {
	for i, r := range s {
		switch {
		case r == '&':
			b = append(b, "&amp;"...)
		case r == '<':
			b = append(b, "&lt;"...)
		case r == '>':
			b = append(b, "&gt;"...)
		case r == '"':
			b = append(b, "&quot;"...)
		case r == '_' && isXString(s[i:]):
			b = append(b, "_x005F_"...)
		case r < ' ' && r != '\n' && r != '\t' || r == 0xfffe || r == 0xffff:
			b = append(b, "_x"...)
			b = append(b, strings.ToUpper(strconv.FormatUint(0x10000+uint64(r), 16))[1:]...)
			b = append(b, '_')
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return b
}

// isXString reports whether s begins with _xHHHH_.
func isXString(s string) bool {
	if len(s) < 7 || s[1] != 'x' || s[6] != '_' {
		return false
	}
	_, err := strconv.ParseUint(s[2:6], 16, 16)
	return err == nil
}

// unescapeXString undoes the _xHHHH_ notation.
func unescapeXString(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var out strings.Builder
	for i := 0; i < len(s); {
		if s[i] == '_' && isXString(s[i:]) {
			code, _ := strconv.ParseUint(s[i+2:i+6], 16, 16)
			out.WriteRune(rune(code))
			i += 7
			continue
		}
		out.WriteByte(s[i])
		i++
	}
	return out.String()
}
