package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// marker is the file that tells a folder written by this program, which may be
// replaced, from any other, which may not. It lists the folder's files.
const marker = ".yagura-output"

// writeDir builds a folder beside dir and puts it in dir's place when all of it
// is written. A folder that holds anything this program did not write there is
// never replaced.
func (r *run) writeDir(dir string, write func(tmp string) error) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if ours, err := replaceable(dir); err != nil || !ours {
		return errors.Join(err, fail("cli.dir-not-ours", "dir", dir))
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(filepath.Dir(dir), ".yagura-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	if err = errors.Join(os.Chmod(tmp, 0o755), write(tmp), r.ctx.Err()); err != nil {
		return err
	}
	names, err := filesOf(tmp)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(tmp, marker), []byte(strings.Join(append(names, ""), "\n")), 0o644); err != nil {
		return err
	}
	return swap(tmp, dir)
}

// swap puts tmp in the place of dir; where that fails, dir stays as it was.
func swap(tmp, dir string) error {
	old := tmp + ".old"
	if err := os.Rename(dir, old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(tmp, dir); err != nil {
		return errors.Join(err, os.Rename(old, dir))
	}
	return os.RemoveAll(old)
}

// replaceable reports whether dir is absent, empty, or holds nothing but what
// this program wrote.
func replaceable(dir string) (bool, error) {
	info, err := os.Lstat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil || !info.IsDir() {
		return false, err
	}
	names, err := filesOf(dir)
	if err != nil || len(names) == 0 {
		return err == nil, err
	}
	list, err := os.ReadFile(filepath.Join(dir, marker))
	if err != nil {
		return false, nil //nolint:nilerr // without its list a folder is not ours, whatever the reason
	}
	ours := append(strings.Split(string(list), "\n"), marker)
	return !slices.ContainsFunc(names, func(name string) bool { return !slices.Contains(ours, name) }), nil
}

// filesOf lists everything below dir that is no folder, by its path in dir.
func filesOf(dir string) ([]string, error) {
	var names []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		names = append(names, filepath.ToSlash(name))
		return err
	})
	return names, err
}

// apart refuses an output folder that holds one of the inputs: it would be
// replaced together with them.
func apart(dir string, inputs ...string) error {
	root, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	for _, name := range inputs {
		if _, err := os.Stat(name); err != nil {
			continue // not given, the id of a form, or said to be missing later
		}
		path, err := filepath.Abs(name)
		if err != nil {
			return err
		}
		if rel, err := filepath.Rel(root, path); err == nil && filepath.IsLocal(rel) {
			return fail("cli.input-in-out", "name", name, "dir", dir)
		}
	}
	return nil
}
