package scripttest

import (
	"os"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/mod/sumdb/note"

	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/offline"
)

// issue makes an offline package as a server would, and writes the server's public key:
// issue FORM PACKAGE KEY.
func issue(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) == 3, "issue FORM PACKAGE KEY")
	def, found := form.Parse(args[0], []byte(ts.ReadFile(args[0])))
	if def == nil {
		ts.Fatalf("%v", found)
	}
	private, public, err := note.GenerateKey(strings.NewReader(strings.Repeat("story", 20)), "story.example/yagura")
	ts.Check(err)
	signer, err := note.NewSigner(private)
	ts.Check(err)
	at := time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC)
	p, err := offline.Make(offline.Issue{
		Manifest: offline.Manifest{ID: "01J0000000000000000000PACK", Org: "bank", OrgName: "合成地域銀行", Filing: "filing", Campaign: "campaign",
			Title: i18n.Text{JA: "小調査", EN: "Small survey"}, Asker: i18n.Text{JA: "当局", EN: "Authority"}, Code: "B001", Marking: "TLP:AMBER",
			DueAt: at.AddDate(0, 1, 0), IssuedAt: at, IssuedTo: "回答担当", Versions: map[string]int64{"gov.policy": 1, "gov.officer": 2}},
		Form: def, Org: &form.Org{Sector: "regional_bank", Size: "large"},
		Answers:  form.Answers{"gov.policy": {Value: "part", Carried: true}, "gov.officer": {Value: true}},
		Previous: form.Answers{"gov.policy": {Value: "part"}, "rec.test": {Value: "most", State: form.Estimated}},
		Seed:     [32]byte{1},
	}, func(text string) (string, error) {
		signed, err := note.Sign(&note.Note{Text: text}, signer)
		return string(signed), err
	})
	ts.Check(err)
	data, err := p.Bytes()
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), data, 0o600))
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(public+"\n"), 0o600))
}
