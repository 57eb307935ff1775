package roi

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// packed is the directory of an opened package.
type packed struct {
	root  string
	files map[string]*zip.File // by path below the root folder
}

const (
	metaFile       = "META-INF/reportPackage.json"
	reportFile     = "reports/report.json"
	parametersFile = "reports/parameters.csv"
	indicatorsFile = "reports/FilingIndicators.csv"
	maxSmall       = 1 << 20 // bytes of each of these
)

// open reads the directory: rules zip, limit, 103, 104, 701 and 720. It reports
// whether there is anything to check.
func (c *checker) open(pkg io.ReaderAt, size int64) bool {
	zr, err := zip.NewReader(pkg, size)
	if err != nil {
		c.out.add("zip", at{}, "why", err)
		return false
	}
	c.zipped = size
	if len(zr.File) > c.o.Limits.Entries {
		c.out.add("limit.entries", at{}, "n", len(zr.File), "max", c.o.Limits.Entries)
		return false
	}
	c.pack = &packed{files: map[string]*zip.File{}}
	c.findRoot(zr)
	for _, f := range zr.File {
		c.enter(f)
	}
	for _, want := range []string{reportFile, parametersFile, indicatorsFile} {
		if c.entry(want) == nil {
			c.out.add("701", at{file: want})
		}
	}
	c.checkMeta()
	return true
}

// findRoot takes the folder that holds reports/ or META-INF/ as the root.
func (c *checker) findRoot(zr *zip.Reader) {
	for _, f := range zr.File {
		for _, dir := range []string{"reports/", "META-INF/"} {
			if i := strings.Index(f.Name, dir); i == 0 || i > 0 && f.Name[i-1] == '/' {
				c.pack.root = strings.TrimSuffix(f.Name[:i], "/")
				c.checkRoot()
				return
			}
		}
	}
	c.out.add("103", at{})
}

func (c *checker) checkRoot() {
	want := strings.TrimSuffix(path.Base(c.o.Name), ".zip")
	switch root := c.pack.root; {
	case root == "" || strings.Contains(root, "/"):
		c.out.add("103", at{file: root, value: []byte(root)})
	case c.o.Name != "" && root != want:
		c.out.add("103.name", at{file: root, value: []byte(root)}, "want", want)
	}
}

// enter files one entry under its path below the root.
func (c *checker) enter(f *zip.File) {
	if !plainName(f.Name) {
		c.out.add("104", at{file: f.Name, value: []byte(f.Name)})
	}
	if strings.HasSuffix(f.Name, "/") {
		return
	}
	rel, ok := f.Name, c.pack.root == ""
	if !ok {
		rel, ok = strings.CutPrefix(f.Name, c.pack.root+"/")
	}
	known := rel == metaFile || rel == reportFile || rel == parametersFile || rel == indicatorsFile
	if dir, base := path.Split(rel); dir == "reports/" && c.schema.byFile[base] != nil {
		known = true
	}
	switch {
	case !ok || !known:
		c.out.add("720", at{file: f.Name, value: []byte(f.Name)})
	case c.pack.files[rel] != nil:
		c.out.add("720.twice", at{file: rel, value: []byte(rel)})
	default:
		c.pack.files[rel] = f
	}
}

// plainName reports whether a path has only the characters of rule 104.
func plainName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte("._-/", c) >= 0) {
			return false
		}
	}
	return !strings.Contains("/"+s+"/", "/../") && !strings.HasPrefix(s, "/")
}

// errLimit is a limit that a file broke while it was read.
type errLimit struct {
	variant string
	max     int64
}

func (e *errLimit) Error() string { return fmt.Sprintf("limit %s: %d", e.variant, e.max) }

// meter counts what is unpacked and stops at the limits.
type meter struct {
	c    *checker
	f    *zip.File
	src  io.Reader
	read int64
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.src.Read(p)
	m.read += int64(n)
	lim := m.c.o.Limits
	if m.c.unpackd.Add(int64(n)) > lim.Bytes {
		return 0, &errLimit{"bytes", lim.Bytes}
	}
	if m.read > 16<<20 && m.read/lim.Ratio > int64(m.f.CompressedSize64) {
		return 0, &errLimit{"ratio", lim.Ratio}
	}
	return n, err
}

// unpack opens an entry for reading within the limits.
func (c *checker) unpack(f *zip.File) (io.ReadCloser, error) {
	if f.Flags&1 != 0 {
		return nil, errors.New("encrypted")
	}
	rc, err := f.Open()
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{&meter{c: c, f: f, src: rc}, rc}, nil
}

// broken reports an error of reading a file.
func (o *collector) broken(file string, row int, err error) {
	var lim *errLimit
	if errors.As(err, &lim) {
		o.add("limit."+lim.variant, at{file: file, row: row}, "max", lim.max)
		return
	}
	o.add("zip.entry", at{file: file, row: row}, "why", err)
}

// small reads a whole small file of the package; nil when it cannot be read.
func (c *checker) small(rel string) []byte {
	f := c.entry(rel)
	if f == nil {
		return nil
	}
	rc, err := c.unpack(f)
	if err != nil {
		c.out.broken(rel, 0, err)
		return nil
	}
	defer rc.Close()
	data, err := io.ReadAll(io.LimitReader(rc, maxSmall+1))
	if err == nil && len(data) > maxSmall {
		err = &errLimit{"bytes", maxSmall}
	}
	if err != nil {
		c.out.broken(rel, 0, err)
		return nil
	}
	return data
}
