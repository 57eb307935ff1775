package form_test

import (
	"strings"
	"testing"

	"yagura/internal/form"
)

// next is the sample's following edition: rec.copies has a successor with a
// new meaning, rec.note one with the same meaning, rec.rate is retired.
func nextEdition(t *testing.T) *form.Form {
	src := strings.NewReplacer(
		`edition: "2026"`, `edition: "2027"`,
		`{id: rec.copies, ask`, `{id: rec.copies3, successor_of: rec.copies, series_break: true, ask`,
		`rec.copies`, `rec.copies3`,
		`{id: rec.note,`, `{id: rec.remark, successor_of: rec.note,`,
		`{id: rec.rate,`, `{id: rec.share,`,
		"retired:\n", "retired:\n  - {id: rec.rate, edition: \"2026\", why: {ja: 廃止, en: Dropped}}\n",
		`[{id: disk, score: 1, ja: ディスク, en: Disk}, `, `[`,
	).Replace(sampleSource(t))
	return mustParse(t, src)
}

func TestLineage(t *testing.T) {
	prev, cur := mustParse(t, sampleSource(t)), nextEdition(t)
	links, found := form.Lineage(prev, cur)
	if len(found) > 0 {
		t.Fatalf("findings: %s", lines(found))
	}
	want := map[string]form.LinkKind{"gov.policy": form.LinkSame, "rec.copies3": form.LinkSeriesBreak, "rec.remark": form.LinkSuccessor, "rec.share": form.LinkNew}
	for _, l := range links {
		if kind, ok := want[l.ID]; ok && l.Kind != kind {
			t.Errorf("%s: %s, want %s", l.ID, l.Kind, kind)
		}
	}
	_, found = form.Lineage(prev, mustParse(t, strings.Replace(sampleSource(t), "{id: rec.rate,", "{id: rec.share,", 1)))
	if len(found) != 1 || found[0].Rule != "form.vanished-item" {
		t.Errorf("a vanished item gave %s", lines(found))
	}
}

func TestCarryMarksAndLeavesOut(t *testing.T) {
	prev, cur := mustParse(t, sampleSource(t)), nextEdition(t)
	a := full()
	a["rec.note"] = form.Answer{Value: "memo"}
	a["rec.rate"] = form.Answer{Value: 50.0}
	got := form.Carry(prev, a, cur)
	if c := got["rec.remark"]; c.Value != "memo" || !c.Carried {
		t.Errorf("rec.remark = %+v, want the carried memo", c)
	}
	for id, why := range map[string]string{"rec.copies3": "a new series", "rec.share": "a new item", "rec.media": "an option that is gone"} {
		if _, ok := got[id]; ok {
			t.Errorf("%s was carried in spite of %s", id, why)
		}
	}
	if _, ok := got["gov.policy"]; !ok {
		t.Error("gov.policy was not carried")
	}
}
