package offline

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"

	"yagura/internal/errs"
)

// The members, in their order.
const (
	manifestName  = "manifest.json"
	sealName      = "manifest.sig"
	formName      = "form.yaml"
	baseName      = "base.json"
	previousName  = "previous.json"
	keyName       = "return.key"
	answersName   = "answers.json"
	workName      = "work.json"
	signatureName = "return.sig"
)

var memberNames = []string{manifestName, sealName, formName, baseName, previousName, keyName, answersName, workName, signatureName}

// fixedNames are the members that never change; hashedNames those that the manifest
// has the hash of (its key's seed is bound by the public key).
var (
	fixedNames  = memberNames[:6]
	hashedNames = []string{formName, baseName, previousName}
)

// join writes the members as a ZIP. Nothing is compressed and nothing but names, sizes,
// checksums and content is written, so equal members give equal bytes.
func join(members map[string][]byte) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range memberNames {
		data := members[name]
		n := uint64(len(data))
		w, err := z.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Store, CRC32: crc32.ChecksumIEEE(data), CompressedSize64: n, UncompressedSize64: n})
		if err == nil {
			_, err = w.Write(data)
		}
		if err != nil {
			return nil, errs.New(errs.Internal, "offline: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, errs.New(errs.Internal, "offline: %w", err)
	}
	return b.Bytes(), nil
}

// The local file header of a ZIP (APPNOTE.TXT 6.3.10, 4.3.7): its signature, its length
// without name and extra field, and where the uncompressed size and the name's length are.
const (
	localHeader = "PK\x03\x04"
	localLength = 30
	localSize   = 22
	localName   = 26
)

// split takes a package apart. It reads the members one after the other and then wants
// the very bytes that join makes of them: so there is one form of each package, with no
// room for a further, repeated, hidden, renamed or compressed member, for a second
// directory or for bytes that nobody signs.
func split(data []byte) (map[string][]byte, error) {
	if !bytes.HasPrefix(data, []byte(localHeader)) {
		return nil, refuse("offline.no-package")
	}
	members := map[string][]byte{}
	rest := data
	for _, name := range memberNames {
		if len(rest) < localLength+len(name) || !bytes.HasPrefix(rest, []byte(localHeader)) ||
			int(binary.LittleEndian.Uint16(rest[localName:])) != len(name) || string(rest[localLength:localLength+len(name)]) != name {
			return nil, refuse("offline.repacked")
		}
		size := int64(binary.LittleEndian.Uint32(rest[localSize:]))
		rest = rest[localLength+len(name):]
		if size > int64(len(rest)) {
			return nil, refuse("offline.repacked")
		}
		members[name], rest = rest[:size:size], rest[size:]
	}
	again, err := join(members)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(again, data) {
		return nil, refuse("offline.repacked")
	}
	return members, nil
}

// Read reads a package from a reader, no further than a package may be long. Errors are
// the reader's, and Open's.
func Read(r io.Reader, keys ...string) (*Package, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxPackage+1))
	if err != nil {
		return nil, err
	}
	return Open(data, keys...)
}
