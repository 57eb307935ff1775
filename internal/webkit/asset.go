package webkit

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"

	"yagura/internal/errs"
)

//go:embed static
var static embed.FS

const staticRoot = "/static/"

// staticHash names the whole set of assets by its content, so that an address
// never shows different bytes.
var staticHash = sync.OnceValue(func() string {
	sum := sha256.New()
	err := fs.WalkDir(static, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := static.ReadFile(name)
		sum.Write([]byte(name + "\x00"))
		sum.Write(data)
		return err
	})
	if err != nil {
		panic(err) // embedded data
	}
	return hex.EncodeToString(sum.Sum(nil))[:16]
})

// Asset is the address of an embedded asset: "/static/HASH/app.css".
func Asset(name string) string { return staticRoot + staticHash() + "/" + name }

// assetTypes are the types that are served, by extension; others are not found.
var assetTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

// Assets serves /static/HASH/…: immutable under the present hash, not found
// under any other.
func Assets() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, ok := strings.CutPrefix(r.URL.Path, staticRoot+staticHash()+"/")
		kind := assetTypes[path.Ext(name)]
		data, err := static.ReadFile("static/" + name)
		if name == markingFile {
			data, err = []byte(markingSheet(r.URL.Query().Get("m"))), nil
		}
		if !ok || kind == "" || err != nil {
			ShowError(w, r, errs.New(errs.NotFound, "asset %q", r.URL.Path))
			return
		}
		h := w.Header()
		h.Set("Content-Type", kind)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("Vary", "Accept-Encoding") // in no language, for no session
		h.Del("Content-Language")
		tag := `W/"` + staticHash() + `"` // weak: the bytes differ when compressed
		h.Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		if r.Method == http.MethodHead {
			return
		}
		if _, err := w.Write(data); err != nil {
			noteError(r, errs.New(errs.Unavailable, "the reader is gone: %w", err))
		}
	})
}
