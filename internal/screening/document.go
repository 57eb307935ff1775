package screening

import (
	"cmp"
	"context"
	"slices"

	"yagura/internal/authz"
	"yagura/internal/calendar"
	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/paper"
)

// Paper is what a notification's document is made from.
type Paper struct {
	Form    *form.Form
	Answers form.Answers
	Org     form.Org
	Name    string // of the institution
	Regime  *Regime
	Edition *Edition
	// Title names a record that a ref item points to; nil leaves ids out.
	Title  func(item, id string) string
	Steps  []Step
	Lang   i18n.Lang
	Notice string // on every sheet, e.g. that the data are synthetic
	Date   string // as printed
}

// Paper is a notification of the actor's organisation as a document, with a name for its file.
func (s *Store) Paper(ctx context.Context, a authz.Actor, id string, lang i18n.Lang) (*paper.Document, string, error) {
	sh, err := s.Get(ctx, a, id)
	if err != nil {
		return nil, "", err
	}
	to, err := s.registers.References(ctx, a, sh.FormDef)
	if err != nil {
		return nil, "", err
	}
	d := Document(Paper{Form: sh.FormDef, Answers: sh.Draft.Answers, Org: sh.Org, Name: a.OrgName, Regime: s.regime, Edition: sh.Edition, Title: to.Title, Steps: sh.Steps,
		Lang: lang, Notice: s.notice.In(lang), Date: s.Today().Text().In(lang)})
	return d, FormID + "-" + s.Today().String(), nil
}

// Document is the notification on paper, in the order of the headings of the form: the
// plan, the facility, the introduction, each supplier and contractor with its holders and
// officers, the chain, the entrustment, the three groups of measures. What the institution
// keeps for itself is not in it. It is no official form, and says so.
func Document(p Paper) *paper.Document {
	d := &paper.Document{Lang: p.Lang, Title: p.say("screening.paper-title"), Subtitle: word(p.Answers, "fac.title"), Marking: p.say("screening.paper-marking"),
		Notice: p.Notice, Author: p.Name, Date: p.Date, Footer: p.say("screening.paper-footer", "law", p.Regime.Law, "edition", p.Edition.ID)}
	d.Blocks = append(d.Blocks, paper.Note{Tone: paper.Warning, Text: p.say("screening.paper-own")})
	if u := p.Edition.Unverified; u.JA != "" {
		d.Blocks = append(d.Blocks, paper.Note{Tone: paper.Warning, Text: u.In(p.Lang)})
	}
	ev := p.Form.Evaluate(p.Answers, nil, &p.Org)
	for _, sec := range p.Form.Sections {
		if sec.ID == "keeping" {
			continue
		}
		var lines [][]paper.Cell
		var tables []paper.Block
		for _, it := range sec.Items {
			if !ev.Applies[it.Index()] || slices.Contains(kept, it.ID) {
				continue
			}
			switch {
			case it.ID == "fac.parties":
				tables = append(tables, p.parties()...)
			case it.ID == "fac.holders" || it.ID == "fac.officers": // stand with each party
			case it.Type == form.TypeTable:
				tables = append(tables, p.table(it, rows(p.Answers, it.ID), it.ID, it.Ask.In(p.Lang)))
			default:
				lines = append(lines, []paper.Cell{{Text: it.Ask.In(p.Lang), Strong: true}, paper.Text(p.text(it, p.Answers[it.ID]))})
			}
		}
		if len(lines)+len(tables) == 0 {
			continue
		}
		d.Blocks = append(d.Blocks, paper.Heading{Level: 1, Text: sec.Title.In(p.Lang)})
		if len(lines) > 0 {
			d.Blocks = append(d.Blocks, p.facts(sec.ID, lines))
		}
		d.Blocks = append(d.Blocks, tables...)
	}
	d.Blocks = append(d.Blocks, p.course()...)
	return d
}

func (p Paper) say(key string, args ...any) string { return i18n.T(p.Lang, key, args...) }

func (p Paper) facts(id string, lines [][]paper.Cell) paper.Table {
	return paper.Table{ID: id, Columns: []paper.Column{{Title: p.say("screening.paper-item"), Weight: 1}, {Title: p.say("screening.paper-content"), Weight: 2}}, Rows: lines}
}

// text is an answer in words; what is not answered says so.
func (p Paper) text(it *form.Item, a form.Answer) string {
	switch {
	case a.State == form.NotApplicable && a.Comment != "":
		return p.say("screening.paper-not-applicable", "why", a.Comment)
	case a.State == form.NotApplicable:
		return p.say("screening.paper-na")
	case (a.Value == nil || a.Value == "") && it.Optional:
		return p.say("screening.paper-dash")
	case a.Value == nil || a.Value == "":
		return p.say("screening.paper-blank")
	}
	if d, ok := a.Value.(form.Date); ok {
		if day, err := calendar.ParseDay(string(d)); err == nil {
			return day.Text().In(p.Lang)
		}
	}
	id, _ := a.Value.(string)
	if it.ID == "government" && (id == "none" || id == "unknown") {
		return p.say(map[string]string{"none": "screening.paper-nobody", "unknown": "screening.paper-unknown"}[id])
	}
	if it.Type == form.TypeRef {
		if p.Title != nil {
			return p.Title(it.ID, id)
		}
		return id
	}
	if b, ok := a.Value.(bool); ok {
		return p.say(map[bool]string{true: "screening.paper-yes", false: "screening.paper-no"}[b])
	}
	if o := it.Option(id); o != nil {
		return o.Label().In(p.Lang)
	}
	return it.FormatValue(a.Value)
}

// table is a table item; refs of its columns are left out, they are for the registers.
func (p Paper) table(it *form.Item, list []form.Row, id, caption string, without ...string) paper.Block {
	t := paper.Table{ID: id, Caption: caption}
	var cols []*form.Item
	for _, c := range it.Columns {
		if c.Type != form.TypeRef && !slices.Contains(without, c.ID) {
			cols = append(cols, c)
			t.Columns = append(t.Columns, paper.Column{Title: c.Ask.In(p.Lang)})
		}
	}
	for _, r := range list {
		var line []paper.Cell
		for _, c := range cols {
			line = append(line, paper.Text(p.text(c, r[c.ID])))
		}
		t.Rows = append(t.Rows, line)
	}
	if len(list) == 0 {
		return paper.Paragraph{Text: caption + p.say("screening.paper-none")}
	}
	return t
}

// parties is each supplier and contractor with its holders and officers, then the chain.
func (p Paper) parties() []paper.Block {
	var out []paper.Block
	of := p.Form.Item("fac.parties")
	for _, r := range rows(p.Answers, "fac.parties") {
		no := word(r, "no")
		out = append(out, paper.Heading{Level: 2, Text: no + "　" + word(r, "name")})
		var lines [][]paper.Cell
		for _, c := range of.Columns {
			if c.Type == form.TypeRef || c.ID == "no" || c.ID == "via" && word(r, "via") == "" {
				continue
			}
			lines = append(lines, []paper.Cell{{Text: c.Ask.In(p.Lang), Strong: true}, paper.Text(p.text(c, r[c.ID]))})
		}
		out = append(out, p.facts(p.say("screening.paper-party")+" "+no, lines))
		for _, item := range []string{"fac.holders", "fac.officers"} {
			it := p.Form.Item(item)
			var list []form.Row
			for _, x := range rows(p.Answers, item) {
				if word(x, "party") == no {
					list = append(list, x)
				}
			}
			out = append(out, p.table(it, list, p.say("screening.paper-"+item[len("fac."):])+" "+no, it.Ask.In(p.Lang), "party"))
		}
	}
	n := Of(p.Answers)
	links := n.Chain()
	if len(links) < 2 {
		return out
	}
	slices.SortStableFunc(links, func(a, b Link) int { return cmp.Compare(a.Rank, b.Rank) })
	t := paper.Table{ID: "chain", Caption: p.say("screening.paper-chain"), Columns: []paper.Column{{Title: p.say("screening.paper-rank"), Kind: paper.Numbers, Weight: 0.5}, {Title: p.say("screening.paper-party")}, {Title: p.say("screening.paper-via")}, {Title: p.say("screening.paper-law"), Weight: 0.6}}}
	for _, l := range links {
		via := ""
		if up := n.party(l.Via); up != nil && l.Rank > 1 {
			via = up.label().In(p.Lang)
		}
		t.Rows = append(t.Rows, []paper.Cell{paper.Num(float64(l.Rank)), paper.Text(l.label().In(p.Lang)), paper.Text(via), paper.Text(l.Law)})
	}
	return append(out, paper.Heading{Level: 2, Text: p.say("screening.paper-chain")}, t)
}

// course is the steps so far: approval, filing, acceptance.
func (p Paper) course() []paper.Block {
	if len(p.Steps) == 0 {
		return nil
	}
	t := paper.Table{ID: "course", Columns: []paper.Column{{Title: p.say("screening.paper-day"), Weight: 0.7}, {Title: p.say("screening.paper-step")}, {Title: p.say("screening.paper-until"), Weight: 0.7}, {Title: p.say("screening.paper-number")}, {Title: p.say("screening.paper-revision"), Kind: paper.Numbers, Weight: 0.4}}}
	for _, st := range p.Steps {
		t.Rows = append(t.Rows, []paper.Cell{paper.Text(st.On), paper.Text(p.say("screening.step-" + st.Kind)), paper.Text(st.Until), paper.Text(st.Reference), paper.Num(float64(st.Revision))})
	}
	return []paper.Block{paper.Heading{Level: 1, Text: p.say("screening.paper-course")}, t}
}
