package api

import (
	"bytes"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"yagura/internal/i18n"
	"yagura/internal/webkit"
)

// pageText is the page of the API. It needs neither script nor style of its own.
var pageText = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="{{.Lang}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}}</title>{{range .Styles}}<link rel="stylesheet" href="{{.}}">{{end}}</head>
<body><main><h1>{{.Title}}</h1><p>{{.About}}</p><p><a href="/openapi.json">openapi.json</a></p>
{{range .Groups}}<h2 id="{{.Tag}}">{{.Tag}}</h2>
{{range .Operations}}<section id="{{.ID}}"><h3><code>{{.Method}} {{.Path}}</code></h3><p>{{.Summary}}</p>
{{if .Parameters}}<dl>{{range .Parameters}}<dt><code>{{.Name}}</code> ({{.In}}{{if .Required}}, {{$.Required}}{{end}})</dt><dd>{{.Description}}</dd>{{end}}</dl>{{end}}
{{if .Body}}<details><summary>{{$.Body}}</summary><pre><code>{{.Body}}</code></pre></details>{{end}}
{{if .Answer}}<details><summary>{{$.Answer}}</summary><pre><code>{{.Answer}}</code></pre></details>{{end}}</section>
{{end}}{{end}}<h2>{{.Problems}}</h2><dl>{{range .Kinds}}<dt id="{{.ID}}"><code>{{.Status}} {{.ID}}</code> {{.Title}}</dt><dd>{{.Detail}}</dd>{{end}}</dl>
</main></body></html>
`))

type pageView struct {
	Lang                                           i18n.Lang
	Title, About, Required, Body, Answer, Problems string
	Styles                                         []string
	Groups                                         []pageGroup
	Kinds                                          []pageKind
}

type pageGroup struct {
	Tag        string
	Operations []pageOperation
}

type pageOperation struct {
	ID, Method, Path, Summary, Body, Answer string
	Parameters                              []*huma.Param
}

type pageKind struct {
	ID, Title, Detail string
	Status            int
}

// page shows the OpenAPI document as a page.
func (s *server) page(w http.ResponseWriter, r *http.Request) {
	var b bytes.Buffer
	if err := pageText.Execute(&b, s.pageView()); err != nil {
		webkit.ShowError(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(b.Bytes()) // the reader may be gone
}

func (s *server) pageView() pageView {
	t := func(key string) string { return i18n.T(s.lang, key) }
	v := pageView{Lang: s.lang, Title: t("api.page.title"), About: t("api.about"), Required: t("api.page.required"), Body: t("api.page.body"),
		Answer: t("api.page.answer"), Problems: t("api.page.problems"), Styles: []string{webkit.Asset("app.css")}}
	for _, o := range s.list {
		item := s.huma.OpenAPI().Paths[o.Path]
		described := map[string]*huma.Operation{http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPut: item.Put, http.MethodPatch: item.Patch, http.MethodDelete: item.Delete}[o.Method]
		tag := described.Tags[0]
		i := slices.IndexFunc(v.Groups, func(g pageGroup) bool { return g.Tag == tag })
		if i < 0 {
			i, v.Groups = len(v.Groups), append(v.Groups, pageGroup{Tag: tag})
		}
		v.Groups[i].Operations = append(v.Groups[i].Operations, s.pageOperation(described))
	}
	for _, k := range kinds {
		v.Kinds = append(v.Kinds, pageKind{string(k), t("api.title." + string(k)), t("api.detail." + string(k)), k.status()})
	}
	return v
}

func (s *server) pageOperation(o *huma.Operation) pageOperation {
	out := pageOperation{ID: o.OperationID, Method: o.Method, Path: o.Path, Summary: o.Summary, Parameters: o.Parameters}
	if o.RequestBody != nil {
		out.Body = s.outline(o.RequestBody.Content)
	}
	for status, answer := range o.Responses {
		if strings.HasPrefix(status, "2") {
			out.Answer = s.outline(answer.Content)
		}
	}
	return out
}

// outline writes a body as indented fields with their types.
func (s *server) outline(content map[string]*huma.MediaType) string {
	var b strings.Builder
	for name, media := range content {
		b.WriteString(name + "\n")
		s.fields(&b, media.Schema, "  ", 0)
	}
	return b.String()
}

func (s *server) fields(b *strings.Builder, schema *huma.Schema, indent string, depth int) {
	const deepest = 6
	if schema == nil || depth > deepest {
		return
	}
	if schema.Ref != "" {
		schema = s.huma.OpenAPI().Components.Schemas.SchemaFromRef(schema.Ref)
	}
	if schema.Items != nil {
		s.fields(b, schema.Items, indent, depth+1)
	}
	for _, name := range sortedNames(schema.Properties) {
		p := schema.Properties[name]
		if p.Ref != "" {
			p = s.huma.OpenAPI().Components.Schemas.SchemaFromRef(p.Ref)
		}
		b.WriteString(indent + name + ": " + p.Type)
		if p.Format != "" {
			b.WriteString(" (" + p.Format + ")")
		}
		if slices.Contains(schema.Required, name) {
			b.WriteString(" *")
		}
		if p.Description != "" {
			b.WriteString(" — " + p.Description)
		}
		b.WriteString("\n")
		s.fields(b, p, indent+"  ", depth+1)
	}
}

func sortedNames(m map[string]*huma.Schema) []string {
	out := make([]string, 0, len(m))
	for name := range m {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}
