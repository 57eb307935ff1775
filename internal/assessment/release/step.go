package release

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"yagura/internal/assessment"
	"yagura/internal/errs"
	"yagura/internal/form"
	"yagura/internal/i18n"
)

// maxSteps is how many next steps a feedback keeps.
const maxSteps = 8

// steps are what party p could do next, in words.
func steps(res *assessment.Result, p int) []Step {
	var out []Step
	for _, s := range res.NextSteps(p) {
		if len(out) == maxSteps {
			break
		}
		out = append(out, Step{Item: s.Item.ID, Ask: s.Item.Ask, Now: category(s.Item, s.Now), Next: category(s.Item, s.Next), Advice: s.Item.Next, Share: s.Share})
	}
	return out
}

// category is a level of an item in words: the option's label where it has options.
func category(it *form.Item, k int) i18n.Text {
	switch {
	case it.Type == form.TypeChoice && k >= 0 && k < len(it.Options):
		return it.Options[k].Label()
	case it.Type == form.TypeYesNo:
		return i18n.Both([]string{"release.no", "release.yes"}[min(max(k, 0), 1)])
	}
	return i18n.Both("release.level", "n", k)
}

// Steps are the next steps that a kept feedback holds.
func (m *Maker) Steps(data []byte) ([]Step, error) {
	var k kept
	if err := json.Unmarshal(data, &k); err != nil {
		return nil, errs.New(errs.Internal, "release: a kept document can't be read: %w", err)
	}
	return k.Steps, nil
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
