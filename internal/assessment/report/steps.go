package report

import (
	"strings"

	"yagura/internal/assessment"
	"yagura/internal/form"
	"yagura/internal/paper"
)

// mostShare is the share of institutions of the same standing from which on a
// step is said to be one that most have taken.
const mostShare = 0.5

// nearlyAllShare is the share from which on only “90% or more” is said.
const nearlyAllShare = 0.9

// nextSteps explains the first of the next steps: what, why, how, and where it is asked for.
func (f *party) nextSteps() []paper.Block {
	blocks := []paper.Block{paper.Heading{Level: 1, Text: f.word("steps"), ID: "steps"}}
	if len(f.steps) == 0 {
		return append(blocks, paper.Paragraph{Text: f.word("steps.none")})
	}
	blocks = append(blocks, paper.Paragraph{Text: f.word("steps.how")})
	for i, s := range f.steps[:min(len(f.steps), maxSteps)] {
		it := s.Item
		blocks = append(blocks, paper.Heading{Level: 2, Text: f.word("steps.item", "n", i+1, "section", it.Section().Title, "ask", it.Ask)})
		lines := []string{f.word("steps.now_next", "now", f.answerText(it, int8(s.Now)), "next", f.answerText(it, int8(s.Next))), f.reached(s)}
		if t := f.in(it.Next); t != "" {
			lines = append(lines, f.word("steps.guidance", "text", t))
		}
		if refs := f.references(it); refs != "" {
			lines = append(lines, f.word("steps.refs", "refs", refs))
		}
		blocks = append(blocks, paper.List{Items: lines})
	}
	if rest := len(f.steps) - maxSteps; rest > 0 {
		blocks = append(blocks, paper.Paragraph{Text: f.word("steps.more", "n", rest)})
	}
	return blocks
}

// reached words how many institutions of the same standing took the step. The
// model's share is given in steps of ten per cent only.
func (f *party) reached(s assessment.Step) string {
	tenths := int(s.Share*10 + 0.5)
	switch {
	case f.res.Model == nil:
		return f.word("steps.by_weight")
	case s.Share >= nearlyAllShare:
		return f.word("steps.nearly_all")
	case s.Share >= mostShare:
		return f.word("steps.most", "share", tenths*10)
	case tenths >= 2:
		return f.word("steps.some", "share", tenths*10)
	}
	return f.word("steps.few")
}

// maxRefs is how many references a step names.
const maxRefs = 3

// references names the entries of the catalog that ask for the item.
func (m *Maker) references(it *form.Item) string {
	var out []string
	for _, ref := range it.Maps {
		f, item, err := m.cat.Resolve(ref)
		if err != nil || len(out) == maxRefs {
			continue
		}
		out = append(out, m.word("steps.ref", "framework", f.Title, "item", item.Name(), "title", item.Title))
	}
	return strings.Join(out, m.word("comma"))
}
