package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"time"

	"yagura/internal/errs"
	"yagura/internal/filing"
	"yagura/internal/form"
	"yagura/internal/offline"
)

func (s *server) packageOperations() {
	add(s, op(http.MethodGet, "/api/filings/{id}/packages", "filing-packages"), "filing.read", (*call).packages)
	add(s, op(http.MethodPost, "/api/filings/{id}/packages", "filing-package"), "filing.answer", (*call).packageIssue)
	up := op(http.MethodPost, "/api/filings/{id}/packages/return", "filing-return")
	up.MaxBodyBytes, up.BodyReadTimeout = offline.MaxPackage+1, 2*time.Minute
	add(s, up, "filing.answer", (*call).packageReturn)
	add(s, op(http.MethodPost, "/api/filings/{id}/packages/return/{sha256}", "filing-take-in"), "filing.answer", (*call).packageTakeIn)
}

// Parcel is an offline package that was issued.
type Parcel struct {
	ID         string     `json:"id"`
	Manifest   string     `json:"manifest" doc:"SHA-256 of its manifest"`
	Sections   []string   `json:"sections" doc:"that may be answered in it; none for the whole form or single items"`
	IssuedAt   *time.Time `json:"issued_at"`
	IssuedTo   string     `json:"issued_to"`
	Items      int        `json:"items" doc:"that may be answered in it"`
	Returned   int        `json:"returned" doc:"items that came back"`
	ReturnedAt *time.Time `json:"returned_at"`
	ReturnedBy string     `json:"returned_by"`
}

func (c *call) packages(in *windowOf) (*list[Parcel], error) {
	sh, err := c.Filings.Sheet(c.ctx, c.actor, in.ID)
	if err != nil {
		return nil, err
	}
	all, err := c.Filings.Parcels(c.ctx, c.actor, in.ID)
	if err != nil {
		return nil, err
	}
	return cut(all, in.Window, func(p filing.Parcel) string { return p.ID }, func(p filing.Parcel) Parcel {
		back, of := p.Back(sh.FormDef)
		return Parcel{p.ID, p.Manifest, append([]string{}, p.Sections()...), stamp(p.IssuedAt), p.Name, of, back, stamp(p.ReturnedAt), p.ReturnedBy}
	})
}

// Issued is a package as it was made. The server doesn't keep it: it has the key with
// which the answers are signed.
type Issued struct {
	Name    string `json:"name" doc:"for the file"`
	SHA256  string `json:"sha256"`
	Package []byte `json:"package" doc:"the file, as base64"`
}

type packageIn struct {
	ByID
	Body struct {
		Sections []string `json:"sections,omitempty" maxItems:"500" doc:"that may be answered"`
		Items    []string `json:"items,omitempty" maxItems:"5000" doc:"that may be answered; with no section and no item, all may"`
	}
}

func (c *call) packageIssue(in *packageIn) (*one[Issued], error) {
	sh, data, err := c.Filings.Issue(c.ctx, c.actor, in.ID, offline.Scope{Sections: in.Body.Sections, Items: in.Body.Items}, c.Ledger)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	return &one[Issued]{etag(sh.Version), Issued{sh.PackageName(), hex.EncodeToString(sum[:]), data}}, nil
}

// PackagePlan is what a package that comes back would change.
type PackagePlan struct {
	SHA256    string          `json:"sha256" doc:"of the file, which is kept as evidence; names it when it is taken over"`
	Digest    string          `json:"digest" doc:"stands for the plan; send it back to have it carried out"`
	Package   string          `json:"package" doc:"its id"`
	Same      int             `json:"same" doc:"changes that the server has already"`
	Changes   []PackageChange `json:"changes"`
	Conflicts []PackageChange `json:"conflicts" doc:"answers that were changed on the server too; the server's stay unless they are named"`
	Errors    []Flaw          `json:"errors" doc:"while there are any, nothing can be taken over"`
	Work      []PackageWork   `json:"work" doc:"log of the work; the names are as they were typed"`
}

// PackageChange is an answer that was changed in a package; null where there is none.
type PackageChange struct {
	Item    string          `json:"item"`
	Base    json.RawMessage `json:"base" doc:"when the package was issued"`
	Now     json.RawMessage `json:"now" doc:"on the server"`
	New     json.RawMessage `json:"new" doc:"in the package"`
	Version int64           `json:"version" doc:"of the server's answer"`
}

// PackageWork is who worked on a package, when and on what.
type PackageWork struct {
	Person string    `json:"person"`
	From   time.Time `json:"from"`
	Until  time.Time `json:"until"`
	Items  []string  `json:"items"`
}

type packageReturnIn struct {
	ByID
	Name    string `query:"name" maxLength:"255" default:"package.zip" doc:"of the file"`
	RawBody []byte
}

func (c *call) packageReturn(in *packageReturnIn) (*one[PackagePlan], error) {
	ref, err := c.Filings.Attach(c.ctx, c.actor, in.ID, filing.Package, in.Name, []string{"zip"}, in.RawBody)
	if err != nil {
		return nil, err
	}
	r, err := c.Filings.Unpack(c.ctx, c.actor, in.ID, in.RawBody, c.Ledger)
	if err != nil {
		return nil, err
	}
	view, err := c.packagePlan(r, ref.SHA256)
	return &one[PackagePlan]{etag(r.Sheet.Version), view}, err
}

func (c *call) packagePlan(r filing.Return, sum string) (PackagePlan, error) {
	v := PackagePlan{SHA256: sum, Digest: r.Plan.Digest(), Package: r.Package.Manifest.ID, Same: r.Plan.Same, Errors: flaws(r.Plan.Faults, c.lang), Work: []PackageWork{}}
	var err error
	if v.Changes, err = packageChanges(r.Sheet.FormDef, r.Plan.Changes); err != nil {
		return v, err
	}
	if v.Conflicts, err = packageChanges(r.Sheet.FormDef, r.Plan.Conflicts); err != nil {
		return v, err
	}
	for _, e := range r.Package.Work.Entries {
		v.Work = append(v.Work, PackageWork{e.Person, e.From, e.Until, e.Items})
	}
	return v, nil
}

func packageChanges(f *form.Form, list []offline.Change) ([]PackageChange, error) {
	out := make([]PackageChange, len(list))
	for i, ch := range list {
		out[i] = PackageChange{Item: ch.Item.ID, Version: ch.Version}
		for _, side := range []struct {
			to     *json.RawMessage
			answer form.Answer
		}{{&out[i].Base, ch.Base}, {&out[i].Now, ch.Now}, {&out[i].New, ch.New}} {
			var err error
			if *side.to, err = encoded(f, ch.Item.ID, side.answer); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

type packageTakeInIn struct {
	ByID
	SHA256 string `path:"sha256" pattern:"^[0-9a-f]{64}$"`
	Body   struct {
		Digest string   `json:"digest" maxLength:"64" doc:"of the plan that was seen"`
		Take   []string `json:"take,omitempty" maxItems:"5000" doc:"items of the conflicts for which the package's answer holds"`
	}
}

// TakenIn is what became of a package.
type TakenIn struct {
	Stored int    `json:"stored" doc:"answers that were changed"`
	Filing Filing `json:"filing"`
}

func (c *call) packageTakeIn(in *packageTakeInIn) (*one[TakenIn], error) {
	_, data, err := c.Filings.OpenFile(c.ctx, c.actor, in.ID, in.SHA256)
	if err != nil {
		return nil, err
	}
	take := map[string]bool{}
	for _, item := range in.Body.Take {
		take[item] = true
	}
	sh, n, err := c.Filings.TakeIn(c.ctx, c.actor, in.ID, data, c.Ledger, in.Body.Digest, take)
	if errs.KindOf(err) == errs.Conflict {
		if r, again := c.Filings.Unpack(c.ctx, c.actor, in.ID, data, c.Ledger); again == nil {
			now, encoding := c.packagePlan(r, in.SHA256)
			if encoding != nil {
				return nil, encoding
			}
			return nil, &fault{kind: conflict, current: now, flaws: now.Errors}
		}
	}
	if err != nil {
		return nil, err
	}
	return &one[TakenIn]{etag(sh.Version), TakenIn{n, filingView(sh.Filing)}}, nil
}
