package record

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"path"
	"slices"
	"strings"
	"unicode"

	"yagura/internal/clock"
	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/form"
	"yagura/internal/i18n"
)

// MaxFile is the largest file that can be attached, in bytes.
const MaxFile = 20 << 20

// File is an attached file.
type File struct {
	Item   string `db:"item"`
	SHA256 string `db:"sha256"` // hex
	Name   string `db:"name"`
	Type   string `db:"type"` // media type, from the content
	Size   int64  `db:"size"` // bytes
	At     int64  `db:"at"`
	Person string `db:"person"`
}

// box encrypts files at rest: AES-256-GCM under the installation's key, bound to
// tenant and hash, so that a row can't be moved to another organisation.
type box struct{ aead cipher.AEAD }

func newBox(key []byte) (*box, error) {
	if len(key) != 32 {
		return nil, errs.New(errs.Invalid, "record: the key has %d bytes; it needs 32", len(key))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, errs.New(errs.Internal, "record: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	return &box{aead}, err
}

func (b *box) seal(data []byte, tenant, sum string) []byte {
	nonce := make([]byte, b.aead.NonceSize())
	rand.Read(nonce) // never fails
	return b.aead.Seal(nonce, nonce, data, []byte(tenant+"/"+sum))
}

func (b *box) open(sealed []byte, tenant, sum string) ([]byte, error) {
	n := b.aead.NonceSize()
	if len(sealed) < n {
		return nil, errs.New(errs.Internal, "record: a stored file is damaged")
	}
	data, err := b.aead.Open(nil, sealed[:n], sealed[n:], []byte(tenant+"/"+sum))
	if err != nil {
		return nil, errs.New(errs.Internal, "record: a stored file is damaged or was stored under another key")
	}
	return data, nil
}

// kinds are the types of file that may be attached: by extension, what the content
// must begin with or be detected as. Macros and scripts have no place here.
var kinds = map[string]func(data []byte) bool{
	"pdf":  func(d []byte) bool { return bytes.HasPrefix(d, []byte("%PDF-")) },
	"png":  func(d []byte) bool { return http.DetectContentType(d) == "image/png" },
	"jpg":  func(d []byte) bool { return http.DetectContentType(d) == "image/jpeg" },
	"jpeg": func(d []byte) bool { return http.DetectContentType(d) == "image/jpeg" },
	"xlsx": zipped, "docx": zipped, "pptx": zipped, "zip": zipped,
	"txt": plainText, "csv": plainText, "json": plainText,
}

func zipped(d []byte) bool { return bytes.HasPrefix(d, []byte("PK\x03\x04")) }

func plainText(d []byte) bool { return !bytes.ContainsRune(d, 0) }

// Types lists the extensions that may be attached.
func Types() []string {
	out := make([]string, 0, len(kinds))
	for ext := range kinds {
		out = append(out, ext)
	}
	slices.Sort(out)
	return out
}

// Attach stores a file with a record's item (Item "" for the whole). The same content
// is stored once for an organisation. accept narrows the types (empty: all of Types).
// The error is Invalid and says what can be done.
func (s *Store) Attach(ctx context.Context, tx *db.Tx, tenant, record, item, person, name string, accept []string, data []byte) (form.FileRef, error) {
	name = CleanName(name)
	ext := strings.ToLower(strings.TrimPrefix(path.Ext(name), "."))
	looks, known := kinds[ext]
	switch {
	case len(data) == 0:
		return form.FileRef{}, errs.New(errs.Invalid, "%w", i18n.NewError("record.file-empty", "name", name))
	case len(data) > MaxFile:
		return form.FileRef{}, errs.New(errs.Invalid, "%w", i18n.NewError("record.file-large", "name", name, "max", MaxFile>>20))
	case !known || len(accept) > 0 && !slices.Contains(accept, ext):
		if len(accept) == 0 {
			accept = Types()
		}
		return form.FileRef{}, errs.New(errs.Invalid, "%w", i18n.NewError("record.file-type", "name", name, "types", strings.Join(accept, ", ")))
	case !looks(data):
		return form.FileRef{}, errs.New(errs.Invalid, "%w", i18n.NewError("record.file-content", "name", name, "type", ext))
	}
	sum := sha256.Sum256(data)
	ref := form.FileRef{Name: name, Size: int64(len(data)), SHA256: hex.EncodeToString(sum[:])}
	args := db.Args{"tenant": tenant, "record": record, "item": item, "sha256": ref.SHA256, "name": name, "size": ref.Size, "person": person,
		"type": http.DetectContentType(data), "at": clock.Micros(s.now.Now()), "sealed": s.box.seal(data, tenant, ref.SHA256)}
	if _, err := tx.Exec(ctx, `insert into record_blob (tenant, sha256, sealed) values (:tenant, :sha256, :sealed) on conflict (tenant, sha256) do nothing`, args); err != nil {
		return ref, err
	}
	_, err := tx.Exec(ctx, `insert into record_file (tenant, record, item, sha256, name, type, size, at, person, removed_at)
		values (:tenant, :record, :item, :sha256, :name, :type, :size, :at, :person, 0)
		on conflict (tenant, record, item, sha256) do update set name = excluded.name, removed_at = 0`, args)
	return ref, err
}

// Files lists the files of a record, oldest first.
func (s *Store) Files(ctx context.Context, q db.Querier, tenant, record string) ([]File, error) {
	return db.All[File](ctx, q, `select item, sha256, name, type, size, at, person from record_file
		where tenant = :tenant and record = :record and removed_at = 0 order by item, at, sha256`, db.Args{"tenant": tenant, "record": record})
}

// Open is the content of a record's file, or NotFound.
func (s *Store) Open(ctx context.Context, q db.Querier, tenant, record, sum string) (File, []byte, error) {
	args := db.Args{"tenant": tenant, "record": record, "sha256": sum}
	f, err := db.One[File](ctx, q, `select item, sha256, name, type, size, at, person from record_file
		where tenant = :tenant and record = :record and sha256 = :sha256 order by at`, args)
	if err != nil {
		return f, nil, err
	}
	sealed, err := db.One[[]byte](ctx, q, `select sealed from record_blob where tenant = :tenant and sha256 = :sha256`, args)
	if err != nil {
		return f, nil, err
	}
	data, err := s.box.open(sealed, tenant, sum)
	return f, data, err
}

// Detach takes a file off an item; its content stays with revisions that name it.
func (s *Store) Detach(ctx context.Context, q db.Querier, tenant, record, item, sum string) error {
	_, err := q.Exec(ctx, `update record_file set removed_at = :at where tenant = :tenant and record = :record and item = :item and sha256 = :sha256`,
		db.Args{"tenant": tenant, "record": record, "item": item, "sha256": sum, "at": clock.Micros(s.now.Now())})
	return err
}

// CleanName is the last part of an uploaded file's name, without control characters.
func CleanName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '"' || r == 0x202E { // U+202E turns the extension round
			return -1
		}
		return r
	}, name)
	if r := []rune(name); len(r) > 120 {
		name = string(r[:60]) + "…" + string(r[len(r)-59:])
	}
	return strings.TrimLeft(name, ". ")
}
