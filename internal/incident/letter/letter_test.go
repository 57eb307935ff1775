package letter

import (
	"strings"
	"testing"

	"yagura/catalog"
	"yagura/internal/errs"
)

const toy = `communication: toy
edition: "1"
audience: media
title: {ja: 題, en: Title}
subject: {ja: "{event.kind}のお知らせ", en: "On {event.kind}"}
body: {ja: "{time.detected}に検知。", en: "Detected {time.detected}."}
effective: "2026-01-01"
source: 試験
licence: Apache-2.0
mark: open
`

func TestParse(t *testing.T) {
	known := func(id string) bool { return id == "event.kind" || id == "time.detected" }
	l, err := Parse([]byte(toy), known)
	if err != nil || l.Name() != "toy@1" {
		t.Fatal(l, err)
	}
	if got := Fill(l.Body.JA+"{}{X}", strings.ToUpper); got != "TIME.DETECTEDに検知。{}{X}" {
		t.Error(got)
	}
	for _, c := range [][2]string{{"media", "friends"}, {"time.detected", "time.detect"}, {"mark: open", "mark: sure"}, {"en: Title", "en: \"\""}, {"2026-01-01", "soon"}, {"source:", "sauce:"}} {
		if _, err := Parse([]byte(strings.Replace(toy, c[0], c[1], 1)), known); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%q for %q is taken: %v", c[1], c[0], err)
		}
	}
}

// Every audience has a template.
func TestCatalog(t *testing.T) {
	list, err := Load(catalog.FS, func(string) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range Audiences {
		n := 0
		for _, l := range list {
			if l.Audience == a {
				n++
			}
		}
		if n == 0 {
			t.Errorf("nothing for %s", a)
		}
	}
}
