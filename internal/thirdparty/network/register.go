// Package network joins many registers of information into the graph of a
// sector's dependence on third parties, and measures it: who depends on whom
// directly and through chains of subcontractors, how concentrated that is, and
// what stops when a provider, a group or a country fails. It is pure; the same
// registers in the same order give the same results, whatever the number of
// processors.
package network

// Country is a two-letter code of ISO 3166-1; the zero value is unknown.
type Country [2]byte

// CountryOf reads a code; what is no two capital letters is unknown.
func CountryOf(s string) Country {
	if len(s) != 2 || !letters(s) {
		return Country{}
	}
	return Country{s[0], s[1]}
}

func (c Country) String() string {
	if c == (Country{}) {
		return ""
	}
	return string(c[:])
}

// MarshalText writes the code, so that countries may be keys and values of JSON.
func (c Country) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads a code; what is no code is unknown.
func (c *Country) UnmarshalText(text []byte) error {
	*c = CountryOf(string(text))
	return nil
}

// Answer is a yes, a no, or none given.
type Answer uint8

// The answers.
const (
	Unknown Answer = iota
	No
	Yes
)

// Level is a place on one of the register's ordered scales, from 1; 0 is not
// assessed.
type Level uint8

// Scales of Implementing Regulation (EU) 2024/2956.
const (
	// Substitutability (B_07.01 c0050).
	EasilySubstitutable, MediumSubstitutable, HighlyComplexSubstitution, NotSubstitutable Level = 1, 2, 3, 4
	// Reintegration of the service (B_07.01 c0090).
	EasyReintegration, DifficultReintegration, HighlyComplexReintegration Level = 1, 2, 3
	// Impact of discontinuing (B_06.01 c0100, B_07.01 c0100) and sensitiveness of data (B_02.02 c0170).
	LowImpact, MediumImpact, HighImpact Level = 1, 2, 3
	// Reliance of the function on the service (B_02.02 c0180).
	NotSignificant, LowReliance, MaterialReliance, FullReliance Level = 1, 2, 3, 4
)

// NoHours stands for a number of hours that is not known.
const NoHours int32 = -1

// Register is what one institution tells about its third parties. Its parts
// point at each other by position.
type Register struct {
	Institution Institution
	Functions   []Function
	Providers   []Provider
	Contracts   []Contract
	Services    []Service
	Uses        []Use
	Links       []Link
}

// Institution is a financial entity.
type Institution struct {
	ID       string // LEI, or another code that is unique in the sector
	Name     string
	Category string // of DORA Art 2(1), as in the closed list CT
	Country  Country
	Assets   float64 // total assets, in one currency for all registers; 0 when unknown
}

// Function is a function of the institution.
type Function struct {
	ID, Name, Activity string // Activity: the licensed activity, one word for all registers
	Critical           Answer // critical or important
	RTO, RPO           int32  // recovery time and point objectives, hours; NoHours when unknown
	Tolerance          int32  // impact tolerance: longest outage borne, hours; NoHours: the RTO stands for it
	Impact             Level
}

// Provider is a third party as this register names it.
type Provider struct {
	ID, Other Ident // Other: a further identifier; an empty value is none
	Name      string
	LatinName string
	Country   Country // of the head office
	Parent    int32   // ultimate parent, position in Providers; itself or negative when it has none
}

// Contract is a contractual arrangement.
type Contract struct {
	Ref     string
	Expense float64 // per year, in the currency of all registers
}

// Service is one ICT service of a direct provider under a contract, and how it
// is judged.
type Service struct {
	Contract, Provider int32
	Type               string // S01 to S19 of the closed list TA, or another word for all registers
	Substitutability   Level
	Reintegration      Level
	Impact             Level
	ExitPlan           Answer
	Alternatives       Answer // alternative providers were found
	NoAlternative      bool   // reason for the difficulty: no alternative (B_07.01 c0060 ZZ963, ZZ965)
	Migration          bool   // reason for the difficulty: migrating (ZZ964, ZZ965)
	Hours              int32  // to substitute the service; NoHours: by its substitutability
}

// Use is a function's use of a service.
type Use struct {
	Service, Function int32
	Storage           Country // of data at rest
	Processing        Country
	Stored            Answer // data is stored by the provider
	Sensitivity       Level
	Reliance          Level
}

// Link is a step of a service's chain: Provider supplies Recipient. The direct
// provider has rank 1; its suppliers have rank 2.
type Link struct {
	Service, Provider, Recipient int32
	Rank                         int32
	Hours                        int32 // for the recipient to substitute the supplier; NoHours when unknown
}
