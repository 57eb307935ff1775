package offline

import (
	"bytes"
	"maps"

	"yagura/internal/finding"
	"yagura/internal/form"
)

// Open reads a package and verifies all that it claims: its form, the signature over all
// members by its own key, the hashes of the manifest, and, when public keys of the server
// are given, that one of them signed the manifest. Nothing of the content is read before
// its signature holds. Errors are Invalid, with the reason as a message.
func Open(data []byte, keys ...string) (*Package, error) {
	if len(data) > MaxPackage {
		return nil, refuse("offline.too-large", "max", MaxPackage>>20)
	}
	members, err := split(data)
	if err != nil {
		return nil, err
	}
	p := &Package{fixed: map[string][]byte{}}
	for _, name := range fixedNames {
		p.fixed[name] = members[name]
	}
	if err := p.openManifest(keys); err != nil {
		return nil, err
	}
	if p.key, err = checkReturn(&p.Manifest, members); err != nil {
		return nil, err
	}
	if err := p.openForm(); err != nil {
		return nil, err
	}
	if err := readJSON(members[workName], &p.Work); err != nil {
		return nil, err
	}
	if err := p.Work.check(p); err != nil {
		return nil, err
	}
	return p, p.openAnswers(members[answersName])
}

func (p *Package) openManifest(keys []string) error {
	data, m := p.fixed[manifestName], &p.Manifest
	if err := readJSON(data, m); err != nil {
		return err
	}
	if m.Format != Format {
		return refuse("offline.format", "format", Format)
	}
	var err error
	if p.Issuer, p.Verified, err = checkSeal(m.ID, data, p.fixed[sealName], keys); err != nil {
		return err
	}
	if len(m.Members) != len(hashedNames) {
		return refuse("offline.altered")
	}
	for _, name := range hashedNames {
		if m.Members[name] != digest(p.fixed[name]) {
			return refuse("offline.altered")
		}
	}
	return nil
}

func (p *Package) openForm() error {
	f, found := form.Parse(formName, p.fixed[formName])
	if f == nil || finding.HasErrors(found) || f.ID != p.Manifest.Form || f.Edition != p.Manifest.Edition || f.Hash() != p.Manifest.FormHash {
		return refuse("offline.form")
	}
	p.Form = f
	set, ok := p.Manifest.Scope.set(f)
	if !ok || !sameScope(scopeOf(f, set), p.Manifest.Scope) {
		return refuse("offline.scope")
	}
	return nil
}

func (p *Package) openAnswers(answers []byte) error {
	var err error
	if p.Base, err = p.decode(p.fixed[baseName]); err != nil {
		return err
	}
	if p.Previous, err = p.decode(p.fixed[previousName]); err != nil {
		return err
	}
	mine, err := p.decode(answers)
	if err != nil {
		return err
	}
	in, _ := p.Work.Scope.set(p.Form)
	p.Answers = maps.Clone(p.Base)
	for id := range in {
		delete(p.Answers, id)
	}
	for id, a := range mine {
		if !in[id] {
			return refuse("offline.outside", "item", id)
		}
		p.Answers[id] = a
	}
	return nil
}

// decode reads answers in the one way in which they are written.
func (p *Package) decode(data []byte) (form.Answers, error) {
	answers, found := p.Form.DecodeAnswers(data)
	if answers == nil || len(found) > 0 {
		return nil, refuse("offline.unreadable")
	}
	again, err := p.Form.EncodeAnswers(answers)
	if err != nil || !bytes.Equal(again, data) {
		return nil, refuse("offline.unreadable")
	}
	return answers, nil
}
