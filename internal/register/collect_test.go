package register_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"yagura/internal/form"
	"yagura/internal/i18n"
	"yagura/internal/register"
)

// The joined table has a row for each organisation's records, in words.
func TestJoined(t *testing.T) {
	lib, err := form.NewLibrary(os.DirFS("testdata"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := lib.Form(form.CollectionID("toy-seals"), "")
	if err != nil {
		t.Fatal(err)
	}
	row := form.Row{"seal.name": {Value: "代表者印"}, "seal.kind": {Value: "round"}, "seal.locked": {Value: false}, "seal.keeper": {State: form.Unknown, Comment: "調査中"}, form.RecordColumn: {Value: "r1"}}
	a := form.Answers{form.CollectedRecords: {Value: []form.Row{row, {form.RecordColumn: {Value: "r2"}}}}, form.CollectedFilled: {Value: 62.5}}
	parts := []register.Part{{"B01", "甲銀行", "地域銀行", a}, {"B02", "乙銀行", "地域銀行", form.Answers{}}}
	head, rows := register.Joined(c, form.CollectedRecords, parts, i18n.JA)
	if len(rows) != 2 || len(rows[0]) != len(head) || head[0] != "コード" || head[len(head)-1] != "記録ID" {
		t.Fatal(head, rows)
	}
	text := fmt.Sprint(rows[0]...)
	for _, want := range []string{"B01", "甲銀行", "代表者印", "丸印", "いいえ", "不明（調査中）", "r1"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not in %s", want, text)
		}
	}
	if n := parts[0].Count(form.CollectedRecords); n != 2 || parts[1].Count(form.CollectedRecords) != 0 {
		t.Error(n)
	}
	if got := parts[0].Figure(c, form.CollectedFilled, i18n.EN); got != "62.5%" || parts[1].Figure(c, form.CollectedFilled, i18n.EN) != "" {
		t.Error(got)
	}
}
