package sheet

import (
	"io"
	"strings"

	"yagura/internal/finding"
	"yagura/internal/form"
)

// MaxPartyID is the greatest length of a party's id, in characters.
const MaxPartyID = 64

var partyColumns = [][]string{
	{"id", "機関ID"}, {"name", "名称"}, {"sector", "業態"}, {"size", "規模"}, {"group", "グループ"},
	{"centre", "共同センター"}, {"jurisdiction", "法域"}, {"flags", "属性"},
}

// ReadParties reads the list of the institutions: a CSV with the columns id and
// optionally name, sector, size, group, centre, jurisdiction and flags
// (separated by ";"), headed in English or Japanese, in UTF-8 or CP932. They
// are returned in the order of the file; the second row of an id is a finding
// and is left out.
func ReadParties(r io.Reader, name string) ([]form.Org, []finding.Finding) {
	s := newRecords(r)
	defer s.close()
	found := list{file: name}
	cols, ok := s.header(&found, partyColumns, 1)
	if !ok {
		return nil, found.all()
	}
	width := len(s.fields)
	first := map[string]int{}
	var parties []form.Org
	for s.next() {
		if len(s.fields) != width {
			found.add(at(finding.New("sheet.csv-fields", "sheet.csv-fields", "n", len(s.fields), "want", width), s.row, "", ""))
			continue
		}
		values, ok := s.texts(cols, partyColumns, &found)
		if !ok {
			continue
		}
		org := partyOf(values)
		switch row, dup := first[org.ID]; {
		case !validPartyID(org.ID):
			found.add(at(finding.New("sheet.party-id", "sheet.party-id", "max", MaxPartyID), s.row, "id", org.ID))
		case dup:
			found.add(at(finding.New("sheet.party-twice", "sheet.party-twice", "id", org.ID, "row", row), s.row, "id", org.ID))
		default:
			first[org.ID] = s.row
			parties = append(parties, org)
		}
	}
	if s.fault != "" {
		found.add(s.stopped(""))
		return nil, found.all()
	}
	return parties, found.all()
}

// texts decodes the fields of the wanted columns; absent ones are "".
func (s *records) texts(cols []int, names [][]string, found *list) ([]string, bool) {
	values := make([]string, len(cols))
	for k, i := range cols {
		if i < 0 {
			continue
		}
		text, ok := s.text(s.fields[i])
		if !ok {
			found.add(at(finding.New("sheet.csv-encoding", "sheet.csv-encoding"), s.row, names[k][0], ""))
			return nil, false
		}
		values[k] = strings.TrimSpace(unguardText(text))
	}
	return values, true
}

func partyOf(v []string) form.Org {
	org := form.Org{ID: v[0], Name: v[1], Sector: v[2], Size: v[3], Group: v[4], Centre: v[5], Jurisdiction: v[6]}
	for flag := range strings.SplitSeq(v[7], ";") {
		if flag = strings.TrimSpace(flag); flag != "" {
			org.Flags = append(org.Flags, flag)
		}
	}
	return org
}

// validPartyID accepts ids that are safe in every file: short, no control
// characters, no beginning that a spreadsheet takes for a formula.
func validPartyID(id string) bool {
	return id != "" && len([]rune(id)) <= MaxPartyID && !needsGuard(id) &&
		!strings.ContainsFunc(id, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// WriteParties writes the list that ReadParties reads.
func WriteParties(w io.Writer, parties []form.Org, o CSVOptions) error {
	c, err := newCSVWriter(w, o)
	if err != nil {
		return err
	}
	names := make([]string, len(partyColumns))
	for i, n := range partyColumns {
		names[i] = n[0]
	}
	c.write(partyColumns, names...)
	for _, p := range parties {
		fields := []string{p.ID, p.Name, p.Sector, p.Size, p.Group, p.Centre, p.Jurisdiction, strings.Join(p.Flags, ";")}
		for i := range fields {
			fields[i] = guardText(fields[i])
		}
		c.write(partyColumns, fields...)
	}
	return c.end()
}
