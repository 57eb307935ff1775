// Package offline is the package in which a filing leaves the server, is worked on
// without a network, and comes back as one file: a ZIP of nine members in a fixed order.
//
// The server makes five of them once and for all: the manifest (what the package is of,
// for whom, which answers may be changed, the version of each answer), its signature by
// the key of the ledger, the form, the answers as they were and those of last year. The
// manifest has the hash of each. The sixth is the seed of an Ed25519 key that was made for
// this package; its public key stands in the manifest. The others change with the work:
// the answers, the log of the work, and the signature over all members by that key.
//
// The return signature therefore proves that the file is whole since it was packed and
// belongs to a package that the server issued. It proves no person: whoever has the
// package has the seed. Who answers for what came back is the person who takes it over
// on the server (docs/decisions/0007).
//
// The package knows no file, clock or network.
package offline

import (
	"crypto/ed25519"
	"time"

	"yagura/internal/errs"
	"yagura/internal/form"
	"yagura/internal/i18n"
)

// Format is the version of the package that this program makes and reads.
const Format = "yagura-offline-package/1"

// Limits of a package: a filing of 500 items with texts has less than 2 MB.
const (
	MaxPackage = 12 << 20 // bytes of the file, which are those of its members: nothing is compressed
	maxEntries = 2000     // of the log of the work
	maxPerson  = 80       // characters of a name in the log
)

// Manifest says what a package is. It is signed, and never changes.
type Manifest struct {
	Format    string            `json:"format"`
	ID        string            `json:"id"`       // of the package
	Org       string            `json:"org"`      // whose filing it is
	OrgName   string            `json:"org_name"` //
	Filing    string            `json:"filing"`
	Campaign  string            `json:"campaign"`
	Title     i18n.Text         `json:"title"` // of the campaign
	Asker     i18n.Text         `json:"asker"`
	Code      string            `json:"code"`    // what the asker calls the organisation
	Marking   string            `json:"marking"` // handling
	DueAt     time.Time         `json:"due_at"`
	Form      string            `json:"form"`
	Edition   string            `json:"edition"`
	FormHash  string            `json:"form_hash"`
	Facts     Facts             `json:"facts"`      // what conditions of the form read of the organisation
	Scope     Scope             `json:"scope"`      // what may be changed
	Versions  map[string]int64  `json:"versions"`   // by item, of the answers as they were; without an entry it was never answered
	IssuedAt  time.Time         `json:"issued_at"`  //
	IssuedTo  string            `json:"issued_to"`  // name of the person who downloaded it
	ReturnKey []byte            `json:"return_key"` // Ed25519 public key of this package
	Members   map[string]Digest `json:"members"`    // those that never change
}

// Facts are the attributes of an organisation that a form's conditions may read.
type Facts struct {
	Sector       string   `json:"sector,omitempty"`
	Size         string   `json:"size,omitempty"`
	Group        string   `json:"group,omitempty"`
	Centre       string   `json:"centre,omitempty"`
	Jurisdiction string   `json:"jurisdiction,omitempty"`
	Flags        []string `json:"flags,omitempty"`
}

// Digest is what a manifest says of a member.
type Digest struct {
	Size   int64  `json:"size"`   // bytes
	SHA256 string `json:"sha256"` // hex
}

// Package is a package that was made or opened, with the work that was done on it.
type Package struct {
	Manifest Manifest
	Form     *form.Form
	Base     form.Answers // as they were when it was issued
	Previous form.Answers // of last year, under this edition's ids
	Answers  form.Answers // as they are now; outside the scope they are those of Base
	Work     Work
	Issuer   string // name of the key that signed the manifest
	Verified bool   // Open was given that key and it has signed

	fixed map[string][]byte // members that never change, byte for byte
	key   ed25519.PrivateKey
}

// Org is the organisation as the form's expressions see it.
func (p *Package) Org() *form.Org {
	f := p.Manifest.Facts
	return &form.Org{ID: p.Manifest.Code, Name: p.Manifest.OrgName, Sector: f.Sector, Size: f.Size, Group: f.Group, Centre: f.Centre, Jurisdiction: f.Jurisdiction, Flags: f.Flags}
}

// Eval is what the form says of the present answers.
func (p *Package) Eval() *form.Evaluation { return p.Form.Evaluate(p.Answers, p.Previous, p.Org()) }

// refuse is the error (kind invalid) of a package that can't be used, as a message.
func refuse(key string, args ...any) error {
	return errs.New(errs.Invalid, "%w", i18n.NewError(key, args...))
}

// same reports whether two answers say the same, the carried mark included.
func same(a, b form.Answer) bool { return a.Equal(b) && a.Carried == b.Carried }

// blank reports whether an answer says nothing: it was taken back, or never given.
func blank(a form.Answer) bool { return a.Value == nil && a.State == "" && a.Comment == "" }
