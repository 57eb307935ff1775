package cli

import (
	"io"
	"path/filepath"

	"yagura/internal/assessment"
	"yagura/internal/form"
	"yagura/internal/sheet"
)

// forParties writes one workbook for every listed institution that the form is
// meant for, all from one template.
func (c formWorkbookCmd) forParties(r *run, f *form.Form, dir string) error {
	parties, _, err := r.readParties(c.Parties)
	if err != nil {
		return err
	}
	last, err := c.lastAnswers(r, f, parties)
	if err != nil {
		return err
	}
	template, err := sheet.NewTemplate(f, r.lang, c.Previous != "")
	if err != nil {
		return err
	}
	bar := r.progress(len(parties), "cli.progress.books")
	n := 0
	for i := range parties {
		_ = bar.Add(1)
		if !f.InAudience(&parties[i]) {
			continue
		}
		o := sheet.WriteOptions{Lang: r.lang, Party: parties[i].ID, Name: parties[i].Name, Previous: last(parties[i].ID)}
		name := filepath.Join(dir, fileName(parties[i].ID)+".xlsx")
		if err := r.writeFile(name, func(w io.Writer) error { return template.Write(w, o) }); err != nil {
			return err
		}
		n++
	}
	_ = bar.Finish()
	r.say("cli.wrote-books", "dir", c.Out, "n", n)
	return nil
}

// lastAnswers gives an institution's answers of the superseded edition under
// this edition's ids.
func (c formWorkbookCmd) lastAnswers(r *run, f *form.Form, parties []form.Org) (func(party string) form.Answers, error) {
	if c.Previous == "" {
		return func(string) form.Answers { return nil }, nil
	}
	prev, err := r.superseded(f, c.PreviousForm, c.Form)
	if err != nil {
		return nil, err
	}
	g, err := r.gather("previous", c.Previous, prev, parties)
	if err != nil {
		return nil, err
	}
	return answersByParty(g.Responses, prev, f), nil
}

func answersByParty(r assessment.Responses, prev, cur *form.Form) func(party string) form.Answers {
	place := make(map[string]int, len(r.Parties))
	for i, p := range r.Parties {
		place[p.ID] = i
	}
	return func(party string) form.Answers {
		i, ok := place[party]
		if !ok {
			return form.Answers{}
		}
		return form.Translate(prev, r.Source.Answers(i, nil), cur)
	}
}
