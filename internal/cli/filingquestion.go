package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"yagura/internal/errs"
	"yagura/internal/form"
)

// question shows the present item and takes one line; false ends the interview.
func (v *interview) question() (bool, error) {
	it := v.p.Form.Item(v.at)
	v.show(it)
	line, ok := v.read("cli.ask.prompt")
	if !ok {
		return false, nil
	}
	text := strings.TrimSpace(line)
	if text == "" {
		return v.move(1), nil
	}
	if rest, is := strings.CutPrefix(strings.Replace(text, "：", ":", 1), ":"); is && strings.HasPrefix(form.Normalise(text), ":") {
		name, arg, _ := strings.Cut(strings.TrimSpace(rest), " ")
		return v.command(it, strings.ToLower(form.Normalise(name)), strings.TrimSpace(arg))
	}
	return v.answer(it, text, "")
}

// show writes a question with its place, guidance, last year's and the present answer.
func (v *interview) show(it *form.Item) {
	items := v.asked()
	done := 0
	for _, one := range items {
		if !v.open(one) {
			done++
		}
	}
	fmt.Fprintln(v.env.Out, "\n"+strings.Repeat("-", v.width))
	v.say("cli.ask.place", "n", slices.Index(items, it)+1, "of", len(items), "section", it.Section().Title, "done", done)
	v.put("", it.Ask.In(v.lang))
	if !it.Help.IsZero() {
		v.put("  ", it.Help.In(v.lang))
	}
	now, answered := v.p.Answers[it.ID]
	if last, ok := v.p.Previous[it.ID]; ok {
		v.put("  ", v.text("cli.ask.last", "answer", v.words(it, last)))
	}
	switch {
	case answered && now.Carried:
		v.put("  ", v.text("cli.ask.carried", "answer", v.words(it, now)))
	case answered:
		v.put("  ", v.text("cli.ask.now", "answer", v.words(it, now)))
	case it.Optional:
		v.put("  ", v.text("cli.ask.optional"))
	default:
		v.put("  ", v.text("cli.ask.none"))
	}
	for i, o := range v.choices(it) {
		v.put(fmt.Sprintf("  %2d) ", i+1), o)
	}
	v.put("  ", v.text("cli.ask.hint."+hintOf(it)))
}

// choices are what may be chosen by number.
func (v *interview) choices(it *form.Item) []string {
	if it.Type == form.TypeYesNo {
		return []string{v.text("webkit.yes"), v.text("webkit.no")}
	}
	var out []string
	for _, o := range it.Options {
		out = append(out, o.Label().In(v.lang))
	}
	return out
}

func hintOf(it *form.Item) string {
	switch it.Type {
	case form.TypeChoice, form.TypeYesNo:
		return "one"
	case form.TypeMulti:
		return "many"
	case form.TypeTable, form.TypeFile, form.TypeDate, form.TypeDateTime, form.TypeDuration, form.TypeMoney, form.TypePercent:
		return string(it.Type)
	case form.TypeInteger, form.TypeDecimal:
		return "number"
	}
	return "text"
}

// answer takes what was typed as the item's value.
func (v *interview) answer(it *form.Item, text string, state form.State) (bool, error) {
	value, err := v.value(it, text)
	if err != nil {
		v.put("  ! ", message(v.lang, err))
		return true, nil
	}
	ok, err := v.store(it, form.Answer{Value: value, State: state, Comment: v.p.Answers[it.ID].Comment})
	if !ok || err != nil {
		return true, err
	}
	return v.move(1), nil
}

// value reads a value: the numbers of options where there are any, else what people write.
func (v *interview) value(it *form.Item, text string) (any, error) {
	if it.Type == form.TypeTable || it.Type == form.TypeFile {
		return nil, errs.New(errs.Invalid, "%s", "cli.ask.hint."+string(it.Type))
	}
	choices := v.choices(it)
	if len(choices) == 0 {
		return it.ParseValue(text)
	}
	plain := form.Normalise(text)
	if it.Type == form.TypeMulti {
		return v.several(it, plain)
	}
	n, err := strconv.Atoi(plain)
	switch {
	case err != nil:
		return it.ParseValue(text)
	case n < 1 || n > len(choices):
		return nil, errs.New(errs.Invalid, "value.option")
	case it.Type == form.TypeYesNo:
		return n == 1, nil
	}
	return it.Options[n-1].ID, nil
}

// several reads "1,3"; 0 is the answer that none holds.
func (v *interview) several(it *form.Item, plain string) (any, error) {
	chosen := map[int]bool{}
	for _, part := range strings.FieldsFunc(plain, func(c rune) bool { return strings.ContainsRune(",、;・ ", c) }) {
		n, err := strconv.Atoi(part)
		if err != nil {
			return it.ParseValue(plain)
		}
		if n < 0 || n > len(it.Options) {
			return nil, errs.New(errs.Invalid, "value.option")
		}
		chosen[n] = true
	}
	ids := []string{}
	for i, o := range it.Options {
		if chosen[i+1] {
			ids = append(ids, o.ID)
		}
	}
	return ids, nil
}

// command carries out a word that begins with a colon.
func (v *interview) command(it *form.Item, name, arg string) (bool, error) {
	now := v.p.Answers[it.ID]
	last, had := v.p.Previous[it.ID]
	switch name {
	case "q":
		return false, nil
	case "n":
		return v.move(1), nil
	case "b":
		v.move(-1)
		return true, nil
	case "g":
		return true, v.jump(arg)
	case "l":
		v.list()
		return true, nil
	case "p":
		if !had {
			v.say("cli.ask.no-last")
			return true, nil
		}
		last.Carried = false
		return v.storeAndGo(it, last)
	case "k":
		now.Carried = false
		return v.storeAndGo(it, now)
	case "u":
		return v.storeAndGo(it, form.Answer{State: form.Unknown, Comment: arg})
	case "x":
		return v.storeAndGo(it, form.Answer{State: form.NotApplicable, Comment: arg})
	case "e":
		return v.answer(it, arg, form.Estimated)
	case "c":
		now.Comment, now.Carried = arg, false
		_, err := v.store(it, now)
		return true, err
	case "d":
		_, err := v.store(it, form.Answer{})
		return true, err
	case "a":
		return true, v.addRow(it, now)
	case "r":
		return true, v.dropRow(it, now, arg)
	case "h":
		v.guidance(it)
		return true, nil
	}
	v.say("cli.ask.help")
	return true, nil
}

func (v *interview) storeAndGo(it *form.Item, a form.Answer) (bool, error) {
	ok, err := v.store(it, a)
	if !ok || err != nil {
		return true, err
	}
	return v.move(1), nil
}

func (v *interview) jump(arg string) error {
	items := v.asked()
	n, err := strconv.Atoi(form.Normalise(arg))
	if err != nil || n < 1 || n > len(items) {
		v.say("cli.ask.no-such", "of", len(items))
		return nil
	}
	v.at = items[n-1].ID
	return nil
}

// list writes all items with their state.
func (v *interview) list() {
	for i, it := range v.asked() {
		mark := "cli.ask.mark-done"
		switch a, ok := v.p.Answers[it.ID]; {
		case ok && a.Carried:
			mark = "cli.ask.mark-carried"
		case !ok:
			mark = "cli.ask.mark-none"
		}
		v.put(fmt.Sprintf("%3d ", i+1), v.text(mark)+" "+it.Ask.In(v.lang))
	}
}

func (v *interview) guidance(it *form.Item) {
	if it.Evidence.IsZero() && it.Next.IsZero() {
		v.say("cli.ask.no-guidance")
	}
	if !it.Evidence.IsZero() {
		v.put("  ", v.text("webkit.evidence")+": "+it.Evidence.In(v.lang))
	}
	if !it.Next.IsZero() {
		v.put("  ", v.text("webkit.next-step")+": "+it.Next.In(v.lang))
	}
}

// addRow asks for the columns of one more row of a table; an empty line leaves one out.
func (v *interview) addRow(it *form.Item, now form.Answer) error {
	row := form.Row{}
	for _, col := range it.Columns {
		for i, o := range v.choices(col) {
			v.put(fmt.Sprintf("  %2d) ", i+1), o)
		}
		for {
			line, ok := v.read("cli.ask.column", "name", col.Ask)
			if !ok {
				return nil
			}
			if strings.TrimSpace(line) == "" {
				break
			}
			value, err := v.value(col, line)
			if err == nil {
				row[col.ID] = form.Answer{Value: value}
				break
			}
			v.put("  ! ", message(v.lang, err))
		}
	}
	rows, _ := now.Value.([]form.Row)
	if it.Type != form.TypeTable || len(row) == 0 {
		return nil
	}
	_, err := v.store(it, form.Answer{Value: append(slices.Clone(rows), row), Comment: now.Comment})
	return err
}

// dropRow takes a row off a table, by its number from 1.
func (v *interview) dropRow(it *form.Item, now form.Answer, arg string) error {
	rows, _ := now.Value.([]form.Row)
	n, err := strconv.Atoi(form.Normalise(arg))
	if err != nil || n < 1 || n > len(rows) {
		v.say("cli.ask.no-such", "of", len(rows))
		return nil
	}
	_, err = v.store(it, form.Answer{Value: slices.Delete(slices.Clone(rows), n-1, n), Comment: now.Comment})
	return err
}
