package offline

import (
	"crypto/ed25519"
	"encoding/base64"
	"maps"

	"yagura/internal/errs"
	"yagura/internal/form"
)

// Issue is what a package is made of. Of Manifest the caller fills what the filing is;
// Format, Form, Edition, FormHash, Scope, ReturnKey and Members are filled here.
type Issue struct {
	Manifest Manifest
	Form     *form.Form
	Org      *form.Org
	Answers  form.Answers
	Previous form.Answers
	Scope    Scope
	Seed     [ed25519.SeedSize]byte // random, for this package alone
}

// Make makes a package; sign signs a text as the server (ledger.Log.Sign). Errors:
// Invalid when the scope names what the form doesn't have.
func Make(in Issue, sign func(text string) (string, error)) (*Package, error) {
	set, ok := in.Scope.set(in.Form)
	if !ok {
		return nil, refuse("offline.scope")
	}
	key := ed25519.NewKeyFromSeed(in.Seed[:])
	public, _ := key.Public().(ed25519.PublicKey)
	m := in.Manifest
	m.Format, m.Form, m.Edition, m.FormHash, m.ReturnKey = Format, in.Form.ID, in.Form.Edition, in.Form.Hash(), public
	m.Scope, m.Versions = scopeOf(in.Form, set), maps.Clone(m.Versions)
	m.DueAt, m.IssuedAt = m.DueAt.UTC(), m.IssuedAt.UTC()
	if m.Versions == nil {
		m.Versions = map[string]int64{}
	}
	if o := in.Org; o != nil {
		m.Facts = Facts{o.Sector, o.Size, o.Group, o.Centre, o.Jurisdiction, o.Flags}
	}
	fixed := map[string][]byte{keyName: []byte(base64.StdEncoding.EncodeToString(in.Seed[:]))}
	for name, write := range map[string]func() ([]byte, error){
		formName:     in.Form.YAML,
		baseName:     func() ([]byte, error) { _, data, err := settled(in.Form, in.Answers); return data, err },
		previousName: func() ([]byte, error) { _, data, err := settled(in.Form, in.Previous); return data, err },
	} {
		data, err := write()
		if err != nil {
			return nil, errs.New(errs.Internal, "offline: %w", err)
		}
		fixed[name] = data
	}
	m.Members = map[string]Digest{}
	for _, name := range hashedNames {
		m.Members[name] = digest(fixed[name])
	}
	manifest, err := writeJSON(m)
	if err != nil {
		return nil, err
	}
	seal, err := sign(sealText(m.ID, manifest))
	if err != nil {
		return nil, err
	}
	fixed[manifestName], fixed[sealName] = manifest, []byte(seal)
	p := &Package{Manifest: m, Form: in.Form, fixed: fixed, key: key, Work: Work{Format: workFormat, Package: m.ID, Scope: m.Scope, Entries: []Entry{}}}
	if p.Answers, err = p.decode(fixed[baseName]); err != nil {
		return nil, err
	}
	data, err := p.Bytes()
	if err != nil {
		return nil, err
	}
	return Open(data) // so that what is given out is what can be read
}

// settled is answers as they are after they were written and read, and how they are
// written then: a list without entries or a text that is no UTF-8 is not what it was.
func settled(f *form.Form, answers form.Answers) (form.Answers, []byte, error) {
	for range 2 {
		data, err := f.EncodeAnswers(answers)
		if err != nil {
			return nil, nil, err
		}
		answers, _ = f.DecodeAnswers(data)
	}
	for id, a := range answers {
		if blank(a) {
			delete(answers, id)
		}
	}
	data, err := f.EncodeAnswers(answers)
	return answers, data, err
}

// Bytes is the package as a file, signed as it is now. Equal packages give equal bytes.
func (p *Package) Bytes() ([]byte, error) {
	mine := form.Answers{}
	for _, it := range p.Items() {
		if a, ok := p.Answers[it.ID]; ok {
			mine[it.ID] = a
		}
	}
	answers, err := p.Form.EncodeAnswers(mine)
	if err != nil {
		return nil, errs.New(errs.Internal, "offline: %w", err)
	}
	work, err := writeJSON(p.Work)
	if err != nil {
		return nil, err
	}
	members := maps.Clone(p.fixed)
	members[answersName], members[workName] = answers, work
	members[signatureName] = []byte(base64.StdEncoding.EncodeToString(ed25519.Sign(p.key, returnText(members))))
	data, err := join(members)
	if err == nil && len(data) > MaxPackage {
		err = refuse("offline.too-large", "max", MaxPackage>>20)
	}
	return data, err
}

// ManifestHash is the SHA-256 of the manifest in hex, by which a server knows again what
// it issued.
func (p *Package) ManifestHash() string { return digest(p.fixed[manifestName]).SHA256 }
