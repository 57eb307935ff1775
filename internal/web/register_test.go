package web_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"yagura/internal/authz"
	"yagura/internal/org"
)

// A register that is one YAML file, of which this package knows nothing, has its list,
// form, history, files, schema and rights.
func TestScreensOfARegister(t *testing.T) {
	eachAsker(t, org.Institution, func(b *askerBench) {
		b.person(b.asker, "anna", authz.Respondent)
		b.person(b.asker, "aoi", authz.Auditor)
		b.person(b.parties[0], "hana", authz.Respondent)
		b.has(b.page("anna", "/registers", 200), "印章台帳", "印章とその保管を記録します。")
		b.has(b.page("anna", "/registers/toy-seals", 200), "記録を追加", "記録はまだありません")
		b.has(b.page("anna", "/registers/toy-seals/new", 200), "丸印", "作成日")
		at := b.post("anna", "/registers/toy-seals/new", "_item", "seal.name", "seal.name", "代表者印", "_item", "seal.kind", "seal.kind", "round", "_save", "next")
		record, section, _ := strings.Cut(at, "/sections/")
		if section != "custody" {
			t.Fatal(at)
		}
		b.has(b.page("anna", at, 200), "施錠保管", "保管部署")
		if w := b.send("anna", at, fieldsOf("_item", "seal.count", "seal.count", "多数")); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "多数") {
			t.Errorf("bad input: %d", w.Code)
		}
		if w := b.send("anna", at, fieldsOf("_item", "seal.count", "seal.count", "-1")); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("input out of range: %d", w.Code)
		}
		if to := b.post("anna", at, "_item", "seal.keeper", "seal.keeper", "総務部", "_item", "seal.locked", "seal.locked", "yes", "_save", "next"); to != record {
			t.Errorf("saving the last section leads to %s", to)
		}
		b.has(b.page("aoi", record, 200), "代表者印", "丸印", "総務部")
		b.has(b.page("aoi", record+"/history", 200), "総務部", "anna")
		b.has(b.page("aoi", "/registers/toy-seals", 200), "代表者印", "丸印", "入力済")
		b.page("aoi", "/registers/toy-seals/new", 403)
		b.page("aoi", record+"/sections/seal", 403)
		b.page("hana", record, 404)
		b.page("mana", "/registers", 403)
		var schema map[string]any
		b.must(json.Unmarshal([]byte(b.page("aoi", "/registers/toy-seals/schema.json", 200)), &schema))
		if schema["properties"] == nil {
			t.Error("no properties in the JSON Schema")
		}
		if book := b.page("aoi", record+"/workbook.xlsx", 200); !strings.HasPrefix(book, "PK") {
			t.Error("no workbook")
		}
	})
}

func TestImportOfARegister(t *testing.T) {
	eachAsker(t, org.Institution, func(b *askerBench) {
		b.person(b.asker, "anna", authz.Respondent)
		b.post("anna", "/registers/toy-seals/new", "_item", "seal.name", "seal.name", "代表者印", "_save", "next")
		for _, format := range []string{"xlsx", "csv", "cp932"} {
			file := b.page("anna", "/registers/toy-seals?format="+format, 200)
			b.has(b.uploaded("anna", "/registers/toy-seals/import", "a."+format, []byte(file)), "変更はありません")
		}
		file := b.page("anna", "/registers/toy-seals?format=csv", 200)
		wrong := b.uploaded("anna", "/registers/toy-seals/import", "a.csv", []byte(file+",部長印,三角\r\n"))
		b.has(wrong, "選択肢", "seal.kind", "三角")
		page := b.uploaded("anna", "/registers/toy-seals/import", "a.csv", []byte(file+",部長印,角印\r\n"))
		b.has(page, "追加：部長印", "追加1件", "変更なし1件")
		fields := url.Values{}
		for _, m := range hidden.FindAllStringSubmatch(page, -1) {
			fields.Set(m[1], strings.ReplaceAll(m[2], "&#43;", "+"))
		}
		if w := b.send("anna", "/registers/toy-seals/import/apply", fields); w.Code != http.StatusSeeOther {
			t.Fatalf("apply: %d %s", w.Code, plain(w.Body.String()))
		}
		b.has(b.page("anna", "/registers/toy-seals", 200), "部長印", "角印")
		fields.Set("digest", "0")
		if w := b.send("anna", "/registers/toy-seals/import/apply", fields); w.Code != http.StatusConflict {
			t.Errorf("changes that nobody looked at: %d", w.Code)
		}
	})
}

// uploaded is the page that answers a file, as a browser sends it.
func (b *askerBench) uploaded(name, address, file string, data []byte) string {
	b.t.Helper()
	w := b.upload(name, address, file, string(data))
	if w.Code != http.StatusOK {
		b.t.Fatalf("upload to %s: %d\n%s", address, w.Code, plain(w.Body.String()))
	}
	return w.Body.String()
}
