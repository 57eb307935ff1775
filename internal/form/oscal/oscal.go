// Package oscal reads and writes the Open Security Controls Assessment
// Language (NIST, https://pages.nist.gov/OSCAL/, versions 1.0 and 1.1): Import
// turns a catalog into a form, ExportCatalog a form into a catalog, and
// ExportResults a form's answers into assessment results.
//
// # What a control becomes
//
// A group is a section; nested groups are flattened, their titles joined with
// " › ". A control, and each of its enhancements, is an item that asks how far
// it is implemented, on one shared scale of four steps with the target
// "implemented". The item's ask is the label in brackets and the title on the
// first line, the statement after it; its help is the guidance; its evidence
// is what the assessment method EXAMINE names. Parameters are replaced by
// their values, their choices or their labels, in square brackets. Withdrawn
// controls are left out. The control's id is kept in the item's maps.
//
// A catalog is in one language (draft.Options.Lang, English unless said): its
// texts stand unchanged in both languages of the form, whose text_mode is
// "full", and one warning tells how many await a translation. Nothing is
// translated or shortened by machine, since the wording is the source's.
package oscal

// Version is the OSCAL version that the exports conform to.
const Version = "1.1.2"

// namespace marks the properties that Yagura adds (OSCAL: prop/@ns).
const namespace = "urn:yagura:ns:oscal"

type document struct {
	Catalog *catalog `json:"catalog"`
}

type catalog struct {
	UUID     string    `json:"uuid"`
	Metadata metadata  `json:"metadata"`
	Params   []param   `json:"params,omitempty"`
	Controls []control `json:"controls,omitempty"`
	Groups   []*group  `json:"groups,omitempty"`
}

type metadata struct {
	Title        string  `json:"title"`
	Published    string  `json:"published,omitempty"`
	LastModified string  `json:"last-modified"`
	Version      string  `json:"version"`
	OSCALVersion string  `json:"oscal-version"`
	Props        []prop  `json:"props,omitempty"`
	Parties      []party `json:"parties,omitempty"`
}

type party struct {
	UUID string `json:"uuid"`
	Type string `json:"type"`
	Name string `json:"name,omitempty"`
}

type prop struct {
	Name  string `json:"name"`
	NS    string `json:"ns,omitempty"`
	Value string `json:"value"`
	Class string `json:"class,omitempty"`
}

type group struct {
	ID       string    `json:"id,omitempty"`
	Title    string    `json:"title"`
	Params   []param   `json:"params,omitempty"`
	Props    []prop    `json:"props,omitempty"`
	Parts    []part    `json:"parts,omitempty"`
	Groups   []*group  `json:"groups,omitempty"`
	Controls []control `json:"controls,omitempty"`
}

type control struct {
	ID       string    `json:"id"`
	Title    string    `json:"title"`
	Params   []param   `json:"params,omitempty"`
	Props    []prop    `json:"props,omitempty"`
	Links    []link    `json:"links,omitempty"`
	Parts    []part    `json:"parts,omitempty"`
	Controls []control `json:"controls,omitempty"`
}

type link struct {
	HRef string `json:"href"`
	Rel  string `json:"rel,omitempty"`
}

type param struct {
	ID     string     `json:"id"`
	Label  string     `json:"label,omitempty"`
	Values []string   `json:"values,omitempty"`
	Select *selection `json:"select,omitempty"`
}

type selection struct {
	HowMany string   `json:"how-many,omitempty"`
	Choice  []string `json:"choice,omitempty"`
}

type part struct {
	ID    string `json:"id,omitempty"`
	Name  string `json:"name"`
	NS    string `json:"ns,omitempty"`
	Title string `json:"title,omitempty"`
	Props []prop `json:"props,omitempty"`
	Prose string `json:"prose,omitempty"`
	Parts []part `json:"parts,omitempty"`
}

// value returns the first property of a name without a class, or else the
// first of the name.
func value(props []prop, name string) string {
	first := ""
	for _, p := range props {
		if p.Name != name {
			continue
		}
		if p.Class == "" {
			return p.Value
		}
		if first == "" {
			first = p.Value
		}
	}
	return first
}

// own returns the first property of a name that Yagura wrote.
func own(props []prop, name string) string {
	for _, p := range props {
		if p.NS == namespace && p.Name == name {
			return p.Value
		}
	}
	return ""
}
