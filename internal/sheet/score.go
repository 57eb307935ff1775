package sheet

import (
	"io"
	"strconv"
	"strings"

	"yagura/internal/finding"
	"yagura/internal/form"
)

// MaxScore is the highest score that ReadScores accepts.
const MaxScore = 100

// Scores is a matrix of ordered scores, by item and party.
type Scores struct {
	Items   []string // in the order of the file
	Parties []string // in the order of the file
	Max     []int    // by item: the highest score seen
	Scores  [][]int8 // by item, by party: 0 to Max, -1 missing
}

var scoreColumns = [][]string{{"party", "機関ID"}, {"item", "項目ID"}, {"value", "回答"}}

// ReadScores reads a CSV with the columns party, item and value, the value an
// integer score from 0 to MaxScore; an empty value is missing. Ids are free.
func ReadScores(r io.Reader, name string) (*Scores, []finding.Finding) {
	s := newRecords(r)
	defer s.close()
	found := list{file: name}
	cols, ok := s.header(&found, scoreColumns, 3)
	if !ok {
		return nil, found.all()
	}
	width := len(s.fields)
	in := scoreReader{items: map[string]int{}, parties: map[string]int{}, line: map[[2]int]int{}, out: &Scores{}}
	for s.next() {
		if len(s.fields) != width {
			found.add(at(finding.New("sheet.csv-fields", "sheet.csv-fields", "n", len(s.fields), "want", width), s.row, "", ""))
			continue
		}
		values, ok := s.texts(cols, scoreColumns, &found)
		if !ok {
			continue
		}
		if f := in.record(s.row, values[0], values[1], values[2]); f.Rule != "" {
			found.add(f)
		}
		if len(in.out.Items)*len(in.out.Parties) > MaxCells {
			found.add(at(finding.New("sheet.csv-too-many", "sheet.csv-too-many", "max", MaxCells), s.row, "party", values[0]))
			return nil, found.all()
		}
	}
	if s.fault != "" {
		found.add(s.stopped(""))
		return nil, found.all()
	}
	in.pad()
	return in.out, found.all()
}

type scoreReader struct {
	items, parties map[string]int
	line           map[[2]int]int
	out            *Scores
}

// record enters one score; the finding is empty when all is well.
func (in *scoreReader) record(row int, party, item, value string) finding.Finding {
	if party == "" || item == "" {
		return at(finding.New("sheet.csv-no-party", "sheet.csv-no-party"), row, "party", "")
	}
	p, ok := in.parties[party]
	if !ok {
		p = len(in.out.Parties)
		in.parties[party] = p
		in.out.Parties = append(in.out.Parties, party)
	}
	i, ok := in.items[item]
	if !ok {
		i = len(in.out.Items)
		in.items[item] = i
		in.out.Items = append(in.out.Items, item)
		in.out.Max = append(in.out.Max, 0)
		in.out.Scores = append(in.out.Scores, nil)
	}
	if first := in.line[[2]int{i, p}]; first > 0 {
		f := finding.New("sheet.csv-duplicate", "sheet.csv-duplicate", "party", party, "item", item, "row", first)
		return at(f, row, "item", item)
	}
	in.line[[2]int{i, p}] = row
	plain := strings.TrimSpace(form.Normalise(value))
	if plain == "" {
		return finding.Finding{}
	}
	n, err := strconv.Atoi(plain)
	if err != nil || n < 0 || n > MaxScore {
		return at(finding.New("sheet.score", "sheet.score", "max", MaxScore), row, "value", value)
	}
	for len(in.out.Scores[i]) <= p {
		in.out.Scores[i] = append(in.out.Scores[i], -1)
	}
	in.out.Scores[i][p] = int8(n)
	in.out.Max[i] = max(in.out.Max[i], n)
	return finding.Finding{}
}

// pad gives every item a score, if only a missing one, for every party.
func (in *scoreReader) pad() {
	for i := range in.out.Scores {
		for len(in.out.Scores[i]) < len(in.out.Parties) {
			in.out.Scores[i] = append(in.out.Scores[i], -1)
		}
	}
}
