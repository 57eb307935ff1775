package app

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"yagura/internal/authz"
	"yagura/internal/storetest"
)

// uploads are the addresses that take files, with the name of the field.
func (h house) uploads() map[string]string {
	return map[string]string{
		"/filings/" + h.filing + "/import":                        "file",
		"/filings/" + h.filing + "/items/" + firstItem + "/files": "file",
		h.section():                     firstItem + "~upload",
		"/registers/ict-vendors/import": "file",
	}
}

// zipped is an archive with one entry.
func zipped(t *testing.T, name string, content io.Reader) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(name)
	if err == nil {
		_, err = io.Copy(w, content)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// upload posts a file as a house's respondent.
func (s *twins) upload(h house, path, field, name string, content []byte) reply {
	s.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile(field, name)
	if err == nil {
		_, err = part.Write(content)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return s.ask(http.MethodPost, path, "", b.String(), "Cookie: session="+h.sessions[authz.Respondent], "Content-Type: "+w.FormDataContentType())
}

// Hostile files at every address that takes one: none is a fault of the server, none
// changes an answer or leaves a file behind, none is named as its sender wishes.
func TestHostileUploads(t *testing.T) {
	spool := t.TempDir()
	t.Setenv("TMPDIR", spool)
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		s := twinSite(t, e)
		h := s.banks[0]
		s.sit(&h)
		const part = "xl/worksheets/sheet1.xml"
		files := map[string][]byte{
			"zip bomb":     zipped(t, part, io.LimitReader(zeros{}, 300<<20)),
			"nested XML":   zipped(t, part, strings.NewReader(strings.Repeat("<a>", 100_000))),
			"no workbook":  zipped(t, "../../etc/passwd", strings.NewReader("root")),
			"truncated":    zipped(t, part, strings.NewReader("<a/>"))[:40],
			"program":      []byte("MZ\x90\x00\x03"),
			"web page":     []byte("<!doctype html><script>alert(1)</script>"),
			"nested JSON":  []byte(strings.Repeat("[", 100_000)),
			"formula":      []byte("ID,名称\r\n=cmd|'/c calc'!A1,@SUM(1)\r\n"),
			"binary noise": bytes.Repeat([]byte{0xff, 0x00}, 1000),
		}
		before := len(s.answers(h))
		names := []string{"a.xlsx", `..\..\..\evil.csv`, "/etc/cron.d/x\x00.xlsx", strings.Repeat("長", 400) + ".xlsx"}
		for what, content := range files {
			for _, name := range names[:1+3*strings.Count(what, "no workbook")] {
				for path, field := range h.uploads() {
					if r := s.upload(h, path, field, name, content); r.status >= 500 || r.status < 200 || strings.Contains(r.body, "<script>alert") {
						t.Errorf("%s as %.20q at %s: %d", what, name, path, r.status)
					}
				}
			}
		}
		if after := len(s.answers(h)); after != before {
			t.Errorf("%d answers were changed", after-before)
		}
		rows, err := s.Filings.Get(context.Background(), h.actor(authz.Respondent), h.filing)
		if err != nil {
			t.Fatal(err)
		}
		kept, err := s.Filings.Files(context.Background(), h.actor(authz.Respondent), rows)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range kept {
			if strings.ContainsAny(f.Name, "/\\\x00") || len([]rune(f.Name)) > 255 {
				t.Errorf("a file is kept as %q", f.Name)
			}
		}
		if left, err := filepath.Glob(filepath.Join(spool, "multipart-*")); err != nil || len(left) > 0 {
			t.Errorf("left in the temporary folder: %v %v", left, err)
		}
	})
}

// answers is the document of a house's filing.
func (s *twins) answers(h house) map[string]int64 {
	s.t.Helper()
	sh, err := s.Filings.Sheet(context.Background(), h.actor(authz.Respondent), h.filing)
	if err != nil {
		s.t.Fatal(err)
	}
	return sh.Draft.Versions
}

// A file of 2 GB is refused before it is read when it is announced, and at the limit
// when it is not; the memory and the disk of the server stay as they are.
func TestTwoGigabytes(t *testing.T) {
	spool := t.TempDir()
	t.Setenv("TMPDIR", spool)
	s := twinSite(t, storetest.Engine{Kind: "sqlite", DSN: filepath.Join(t.TempDir(), "yagura.db")})
	h := s.banks[0]
	s.sit(&h)
	var most, now runtime.MemStats
	runtime.ReadMemStats(&most)
	paths := h.uploads()
	paths["/api/filings/"+h.filing+"/files"] = "file"
	for path, field := range paths {
		for _, announced := range []bool{true, false} {
			head := "--part\r\nContent-Disposition: form-data; name=\"" + field + "\"; filename=\"a.xlsx\"\r\n\r\n"
			req, err := http.NewRequest(http.MethodPost, s.url+path, io.MultiReader(strings.NewReader(head), io.LimitReader(zeros{}, 2<<30)))
			if err != nil {
				t.Fatal(err)
			}
			if req.ContentLength = -1; announced {
				req.ContentLength = int64(len(head)) + 2<<30
			}
			req.Header.Set("Content-Type", "multipart/form-data; boundary=part")
			req.Header.Set("Cookie", "session="+h.sessions[authz.Respondent])
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Errorf("%s, announced %t: %v", path, announced, err)
				continue
			}
			body, err := io.ReadAll(res.Body)
			_ = res.Body.Close() // it was read
			if err != nil || res.StatusCode != http.StatusRequestEntityTooLarge && res.StatusCode != http.StatusUnsupportedMediaType || len(body) > 10_000 {
				t.Errorf("%s, announced %t: %d %v %.300s", path, announced, res.StatusCode, err, plain(string(body)))
			}
			if !strings.HasPrefix(path, "/api/") && !strings.Contains(plain(string(body)), "大きすぎます") {
				t.Errorf("%s, announced %t: the page doesn't say why: %.300s", path, announced, plain(string(body)))
			}
			runtime.ReadMemStats(&now)
		}
	}
	if grown := int64(now.HeapInuse) - int64(most.HeapInuse); grown > 200<<20 {
		t.Errorf("the heap grew by %d MB", grown>>20)
	}
	left, err := os.ReadDir(spool)
	if err != nil || len(left) > 0 {
		t.Error(fmt.Sprint("left in the temporary folder: ", left), err)
	}
}
