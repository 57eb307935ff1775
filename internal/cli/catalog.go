package cli

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/mattn/go-runewidth"

	"yagura/internal/catalog"
	"yagura/internal/finding"
	"yagura/internal/form"
	"yagura/internal/i18n"
)

type catalogCmd struct {
	List      catalogListCmd  `cmd:"" help:"${cli_help_catalog_list}"`
	Show      catalogShowCmd  `cmd:"" help:"${cli_help_catalog_show}"`
	Crosswalk crosswalkCmd    `cmd:"" help:"${cli_help_catalog_crosswalk}"`
	Cases     catalogCasesCmd `cmd:"" help:"${cli_help_catalog_cases}"`
}

// openCatalog loads the embedded catalog; its faults are ours.
func (r *run) openCatalog() (*catalog.Catalog, error) {
	c, found := catalog.Load(r.env.Catalog)
	if finding.HasErrors(found) {
		return nil, fmt.Errorf("the embedded catalog is faulty: %s", found[0].Line(i18n.EN))
	}
	return c, nil
}

type catalogListCmd struct{}

// Run lists frameworks and forms.
func (catalogListCmd) Run(r *run) error {
	c, err := r.openCatalog()
	if err != nil {
		return err
	}
	forms, err := r.catalogForms(c)
	if err != nil {
		return err
	}
	if r.json {
		return r.print(map[string]any{"frameworks": c.Frameworks(), "forms": forms, "references": c.References()})
	}
	w := tabwriter.NewWriter(r.env.Out, 0, 4, 2, ' ', 0)
	for _, f := range forms {
		fmt.Fprintf(w, "%s\t%s\t%s\n", f.Name(), i18n.T(r.lang, "cli.catalog.items", "n", len(f.Items())), f.Title.In(r.lang))
	}
	for _, f := range c.Frameworks() {
		fmt.Fprintf(w, "%s\t%s\t%s\n", f.ID, i18n.T(r.lang, "cli.catalog.items", "n", len(f.Items)), f.Title.In(r.lang))
	}
	return w.Flush()
}

func (r *run) catalogForms(c *catalog.Catalog) ([]*form.Form, error) {
	var forms []*form.Form
	for _, file := range c.Forms() {
		f, err := r.openForm(strings.TrimSuffix(file, ".yaml"))
		if err != nil {
			return nil, err
		}
		forms = append(forms, f)
	}
	return forms, nil
}

type catalogShowCmd struct {
	ID string `arg:"" help:"${cli_help_arg_catalog_id}"`
}

// Run shows a framework, one of its items ("framework:item"), or a form.
func (c catalogShowCmd) Run(r *run) error {
	cat, err := r.openCatalog()
	if err != nil {
		return err
	}
	if strings.Contains(c.ID, ":") {
		return r.showItem(cat, c.ID)
	}
	if f, ok := cat.Framework(c.ID); ok {
		return r.showFramework(f)
	}
	f, err := r.openForm(c.ID)
	if err != nil {
		return err
	}
	return r.showForm(f)
}

func (r *run) showItem(cat *catalog.Catalog, ref string) error {
	f, it, err := cat.Resolve(ref)
	if err != nil {
		return fail("cli.catalog.no-item", "ref", ref)
	}
	if r.json {
		return r.print(it)
	}
	fmt.Fprintf(r.env.Out, "%s\n%s %s\n%s\n", f.Title.In(r.lang), it.Name().In(r.lang), it.Title.In(r.lang), it.Text.In(r.lang))
	return nil
}

func (r *run) showFramework(f *catalog.Framework) error {
	if r.json {
		return r.print(f)
	}
	fmt.Fprintf(r.env.Out, "%s\n%s\n%s\n%s\n\n", f.Title.In(r.lang), f.Document.In(r.lang),
		i18n.T(r.lang, "cli.catalog.edition", "edition", f.Edition, "published", f.Published, "mark", f.Verification), f.Source)
	for _, it := range f.Items {
		depth := 0
		for up := it; up.Parent != ""; depth++ {
			up, _ = f.Item(up.Parent)
		}
		fmt.Fprintf(r.env.Out, "%s%s  %s\n", strings.Repeat("  ", depth), pad(it.Name().In(r.lang), 10), it.Title.In(r.lang))
	}
	if n := f.Notes.In(r.lang); n != "" {
		fmt.Fprintf(r.env.Out, "\n%s\n", n)
	}
	return nil
}

func (r *run) showForm(f *form.Form) error {
	if r.json {
		return r.print(f)
	}
	fmt.Fprintf(r.env.Out, "%s\n%s\n", f.Title.In(r.lang), f.Name())
	for _, s := range f.Sections {
		fmt.Fprintf(r.env.Out, "\n%s\n", s.Title.In(r.lang))
		for _, it := range s.Items {
			fmt.Fprintf(r.env.Out, "  %s  %s\n", pad(it.ID, 26), it.Ask.In(r.lang))
		}
	}
	return nil
}

// pad fills a text with spaces to a width in terminal columns.
func pad(s string, width int) string { return runewidth.FillRight(s, width) }

type crosswalkCmd struct {
	From string `arg:"" name:"a" help:"${cli_help_arg_framework}"`
	To   string `arg:"" name:"b" help:"${cli_help_arg_framework}"`
}

// Run shows how two frameworks relate, with the coverage of each.
func (c crosswalkCmd) Run(r *run) error {
	cat, err := r.openCatalog()
	if err != nil {
		return err
	}
	x, err := cat.Crosswalk(c.From, c.To)
	if err != nil {
		return fail("cli.catalog.no-crosswalk", "a", c.From, "b", c.To)
	}
	if r.json {
		return json.NewEncoder(r.env.Out).Encode(x)
	}
	w := tabwriter.NewWriter(r.env.Out, 0, 4, 2, ' ', 0)
	for _, rel := range x.Relations {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\n", rel.From, r.word("cli.relation.", string(rel.Type)), rel.To, rel.Strength, rel.Reason.In(r.lang))
	}
	for _, h := range x.Suggested {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\n", h.From, r.word("cli.relation.", string(h.Type)), h.To, h.Strength, i18n.T(r.lang, "cli.catalog.suggested", "via", h.Via))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, cover := range x.Coverage {
		fmt.Fprintln(r.env.Out, i18n.T(r.lang, "cli.catalog.coverage", "framework", cover.Framework, "total", cover.Total,
			"related", len(cover.Related), "above", len(cover.ByAncestor), "suggested", len(cover.Suggested), "missing", len(cover.Missing)))
	}
	return nil
}

// word looks a technical word up, and shows it as it is when it has no message.
func (r *run) word(prefix, id string) string {
	if i18n.Has(prefix + id) {
		return i18n.T(r.lang, prefix+id)
	}
	return id
}
