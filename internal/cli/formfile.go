package cli

import (
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"yagura/internal/finding"
	"yagura/internal/form"
)

// maxInput limits what a command reads into memory of one file, in bytes.
const maxInput = 64 << 20

// readInput reads a file that a person named, up to maxInput.
func readInput(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, fail("cli.is-dir", "name", name)
	}
	if info.Size() > maxInput {
		return nil, fail("cli.too-large", "name", name, "max", maxInput>>20)
	}
	return os.ReadFile(name)
}

// openForm finds a form: a YAML file, or "id" or "id@edition" in the catalog
// (the newest edition when none is named).
func (r *run) openForm(name string) (*form.Form, error) {
	data, file, err := r.formSource(name)
	if err != nil {
		return nil, err
	}
	f, found := form.Parse(file, data)
	if f == nil {
		r.report(found)
		return nil, fail("cli.form-unusable", "name", name)
	}
	return f, nil
}

func (r *run) formSource(name string) (data []byte, file string, err error) {
	if strings.ContainsAny(name, `/\`) || strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml") {
		data, err = readInput(name)
		return data, name, err
	}
	matches := r.editions(name)
	if len(matches) == 0 {
		return nil, "", fail("cli.no-form", "name", name)
	}
	file = matches[len(matches)-1]
	data, err = fs.ReadFile(r.env.Catalog, file)
	return data, file, err
}

// editions lists the catalog's files of a form, oldest edition first.
func (r *run) editions(name string) []string {
	files, _ := fs.Glob(r.env.Catalog, "forms/*.yaml")
	slices.Sort(files)
	return slices.DeleteFunc(files, func(file string) bool {
		base := strings.TrimSuffix(path.Base(file), ".yaml")
		id, _, _ := strings.Cut(base, "@")
		return base != name && id != name
	})
}

// predecessor opens the edition that f supersedes: beside its file, or in the
// catalog; nil when it supersedes none or none is found.
func (r *run) predecessor(f *form.Form, file string) *form.Form {
	if f.Supersedes == "" {
		return nil
	}
	name := f.ID + "@" + f.Supersedes
	data, err := os.ReadFile(path.Join(path.Dir(file), name+".yaml"))
	if err != nil {
		if data, _, err = r.formSource(name); err != nil {
			return nil
		}
	}
	prev, _ := form.Parse(name, data)
	return prev
}

// checkForm parses a form and its succession.
func (r *run) checkForm(name string) ([]finding.Finding, error) {
	data, file, err := r.formSource(name)
	if err != nil {
		return nil, err
	}
	f, found := form.Parse(file, data)
	if f == nil {
		return found, nil
	}
	if prev := r.predecessor(f, file); prev != nil {
		_, more := form.Lineage(prev, f)
		for _, fd := range more {
			fd.File = file
			found = append(found, fd)
		}
	}
	return found, nil
}
