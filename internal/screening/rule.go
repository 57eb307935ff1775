package screening

import (
	"bytes"
	"io/fs"
	"slices"

	"go.yaml.in/yaml/v3"

	"yagura/internal/calendar"
	"yagura/internal/errs"
	"yagura/internal/i18n"
)

// Rule is one rule of an edition: its words, what they rest on (catalog/FORMAT.md), and
// its number.
type Rule struct {
	Days     int       `yaml:"days"`
	Months   int       `yaml:"months"`
	Percent  float64   `yaml:"percent"`
	Years    int       `yaml:"years"`
	FirstDay bool      `yaml:"first_day"` // the day it runs from is day 1
	Mark     string    `yaml:"mark"`      // verified, secondary, general or open
	Text     i18n.Text `yaml:"text"`
}

// Edition is the rules from a day on.
type Edition struct {
	ID         string    `yaml:"id"`
	Effective  string    `yaml:"effective"`
	Status     string    `yaml:"status"` // final or draft
	Form       string    `yaml:"form"`   // edition of the form
	Source     string    `yaml:"source"`
	Unverified i18n.Text `yaml:"unverified"` // what a reader must be told; empty: nothing

	Review      Rule `yaml:"review"`
	Extension   Rule `yaml:"extension"`
	Shortening  Rule `yaml:"shortening"`
	Answer      Rule `yaml:"answer"`
	Change      Rule `yaml:"change"`
	Urgent      Rule `yaml:"urgent"`
	Holder      Rule `yaml:"holder"`
	Government  Rule `yaml:"government"`
	effective   calendar.Day
	businessDay *calendar.Calendar
}

// Rules lists the rules in the order in which they are shown.
func (e *Edition) Rules() []Rule {
	return []Rule{e.Review, e.Shortening, e.Extension, e.Answer, e.Change, e.Urgent, e.Holder, e.Government}
}

// Calendar is whose business days are told.
func (e *Edition) Calendar() *calendar.Calendar { return e.businessDay }

// Regime is a law's screening with its editions, oldest first.
type Regime struct {
	ID       string     `yaml:"screening"`
	Title    i18n.Text  `yaml:"title"`
	Law      i18n.Text  `yaml:"law"`
	Calendar string     `yaml:"calendar"`
	Licence  string     `yaml:"licence"`
	Editions []*Edition `yaml:"editions"`
}

// Load reads the regime of the catalog. Errors are faults of the catalog, of kind internal.
func Load(fsys fs.FS, calendars calendar.Set) (*Regime, error) {
	data, err := fs.ReadFile(fsys, "screening/jp-economic-security.yaml")
	if err != nil {
		return nil, errs.New(errs.Internal, "screening: %w", err)
	}
	return parseRegime(data, calendars)
}

func parseRegime(data []byte, calendars calendar.Set) (*Regime, error) {
	var r Regime
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&r); err != nil {
		return nil, errs.New(errs.Internal, "screening: %w", err)
	}
	cal, err := calendars.Get(r.Calendar)
	if err != nil || len(r.Editions) == 0 {
		return nil, errs.New(errs.Internal, "screening: no edition, or no calendar %q", r.Calendar)
	}
	for i, e := range r.Editions {
		e.businessDay = cal
		if e.effective, err = calendar.ParseDay(e.Effective); err != nil {
			return nil, errs.New(errs.Internal, "screening: %s: %w", e.ID, err)
		}
		if i > 0 && e.effective <= r.Editions[i-1].effective {
			return nil, errs.New(errs.Internal, "screening: %s does not follow the edition before it", e.ID)
		}
		for _, rule := range e.Rules() {
			if !slices.Contains([]string{"verified", "secondary", "general", "open"}, rule.Mark) || rule.Text.JA == "" || rule.Text.EN == "" {
				return nil, errs.New(errs.Internal, "screening: %s: a rule without mark or words", e.ID)
			}
		}
		if e.Review.Days < 1 || e.Extension.Months < 1 || e.Answer.Days < 1 || e.Holder.Percent <= 0 {
			return nil, errs.New(errs.Internal, "screening: %s: a period without length", e.ID)
		}
	}
	return &r, nil
}

// On is the edition in force on a day, the first one before its day.
func (r *Regime) On(d calendar.Day) *Edition {
	e := r.Editions[0]
	for _, next := range r.Editions[1:] {
		if next.effective <= d {
			e = next
		}
	}
	return e
}
