package web

import (
	"bytes"
	"errors"
	"net/url"
	"strings"

	"yagura/internal/calendar"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/sheet"
	"yagura/internal/webkit"
)

// formats are how a list may be saved: what the query says (format=), its file's
// extension and its media type.
var formats = []struct{ id, ext, media string }{
	{"xlsx", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
	{"csv", "csv", "text/csv; charset=utf-8"},
	{"cp932", "csv", "text/csv; charset=shift_jis"},
}

// exports are the links by which a list is saved; the address is that of the list's
// page with its filter, and path the one that answers with the file.
func (c *call) exports(path string, query url.Values) []webkit.Link {
	var out []webkit.Link
	for _, f := range formats {
		q := url.Values{}
		for k, v := range query {
			if k != "page" && k != "size" {
				q[k] = v
			}
		}
		q.Set("format", f.id)
		out = append(out, webkit.Link{Text: i18n.T(c.lang, "web.export."+f.id), URL: path + "?" + q.Encode()})
	}
	return out
}

// export answers with a list as a file, in the format that the request names. Cells
// are texts, whole numbers or numbers (sheet.WriteList).
func (c *call) export(name string, columns []string, rows [][]any) error {
	for _, f := range formats {
		if f.id != c.r.FormValue("format") {
			continue
		}
		var b bytes.Buffer
		var err error
		switch f.id {
		case "xlsx":
			err = sheet.WriteListXLSX(&b, columns, rows)
		case "cp932":
			err = sheet.WriteList(&b, columns, rows, sheet.CSVOptions{Encoding: sheet.CP932})
		default:
			err = sheet.WriteList(&b, columns, rows, sheet.CSVOptions{})
		}
		var lacks *sheet.Unencodable
		if errors.As(err, &lacks) {
			chars := make([]string, len(lacks.Findings))
			for i, l := range lacks.Findings {
				chars[i] = l.Value
			}
			return errs.New(errs.Invalid, "%w", i18n.NewError("web.export.unencodable", "chars", strings.Join(chars, " ")))
		}
		if err != nil {
			return err
		}
		day := c.Clock.Now().In(calendar.Tokyo).Format("20060102")
		return webkit.Download(c.w, name+"_"+day+"."+f.ext, f.media, b.Bytes())
	}
	return errs.New(errs.NotFound, "web: no such format")
}
