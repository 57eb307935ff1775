package api

import (
	"net/http"

	"yagura/internal/form"
	"yagura/internal/i18n"
)

func (s *server) formOperations() {
	add(s, op(http.MethodGet, "/api/forms", "form-list"), "work.read", (*call).formList)
	add(s, op(http.MethodGet, "/api/forms/{id}/{edition}", "form-get"), "work.read", (*call).formGet)
	add(s, op(http.MethodGet, "/api/forms/{id}/{edition}/schema", "form-schema"), "work.read", (*call).formSchema)
}

// FormHead is a form in a list.
type FormHead struct {
	ID         string    `json:"id"`
	Edition    string    `json:"edition"`
	Supersedes string    `json:"supersedes,omitempty" doc:"the edition before"`
	Kind       string    `json:"kind"`
	Title      i18n.Text `json:"title"`
	Hash       string    `json:"hash" doc:"SHA-256 of the form's canonical text"`
}

// FormDefinition is a form with its items.
type FormDefinition struct {
	FormHead
	Sections []FormSection `json:"sections"`
}

// FormSection is a section of a form.
type FormSection struct {
	ID    string     `json:"id"`
	Title i18n.Text  `json:"title"`
	Items []FormItem `json:"items"`
}

// FormItem is a question.
type FormItem struct {
	ID       string       `json:"id"`
	Type     string       `json:"type"`
	Ask      i18n.Text    `json:"ask"`
	Optional bool         `json:"optional"`
	Options  []FormOption `json:"options,omitempty"`
}

// FormOption is what may be chosen.
type FormOption struct {
	ID    string    `json:"id"`
	Label i18n.Text `json:"label"`
}

type formPath struct {
	ID      string `path:"id" maxLength:"100"`
	Edition string `path:"edition" maxLength:"100"`
}

func formHead(f *form.Form) FormHead {
	return FormHead{ID: f.ID, Edition: f.Edition, Supersedes: f.Supersedes, Kind: string(f.Kind), Title: f.Title, Hash: f.Hash()}
}

// anyone lets everybody with a role read what is the same for all: the catalog's forms.
func (c *call) anyone() error {
	_, err := c.Policies.Decide(c.actor, "work.read", c.own("form"))
	return err
}

func (c *call) formList(w *Window) (*list[FormHead], error) {
	if err := c.anyone(); err != nil {
		return nil, err
	}
	var all []*form.Form
	for _, id := range c.Forms.IDs() {
		for _, edition := range c.Forms.Editions(id) {
			f, err := c.Forms.Form(id, edition)
			if err != nil {
				return nil, err
			}
			all = append(all, f)
		}
	}
	return cut(all, *w, (*form.Form).Name, formHead)
}

func (c *call) formGet(p *formPath) (*one[FormDefinition], error) {
	if err := c.anyone(); err != nil {
		return nil, err
	}
	f, err := c.Forms.Form(p.ID, p.Edition)
	if err != nil {
		return nil, err
	}
	out := FormDefinition{FormHead: formHead(f)}
	for _, sec := range f.Sections {
		fs := FormSection{ID: sec.ID, Title: sec.Title}
		for _, it := range sec.Items {
			fi := FormItem{ID: it.ID, Type: string(it.Type), Ask: it.Ask, Optional: it.Optional}
			for i := range it.Options {
				fi.Options = append(fi.Options, FormOption{it.Options[i].ID, it.Options[i].Label()})
			}
			fs.Items = append(fs.Items, fi)
		}
		out.Sections = append(out.Sections, fs)
	}
	return &one[FormDefinition]{Body: out}, nil
}

type schemaOut struct {
	Body map[string]any `contentType:"application/schema+json"`
}

func (c *call) formSchema(p *formPath) (*schemaOut, error) {
	if err := c.anyone(); err != nil {
		return nil, err
	}
	f, err := c.Forms.Form(p.ID, p.Edition)
	if err != nil {
		return nil, err
	}
	return &schemaOut{Body: f.JSONSchema(c.lang)}, nil
}
