package notice_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yagura/internal/db"
	"yagura/internal/errs"
	"yagura/internal/i18n"
	"yagura/internal/notice"
	"yagura/internal/storetest"
)

var update = flag.Bool("update", false, "write the golden files")

func deadlines() []notice.Deadline {
	return []notice.Deadline{
		{
			UID: "01K@yagura", Due: time.Date(2026, 12, 25, 8, 0, 0, 0, time.UTC),
			Title: i18n.Text{JA: "年次点検；回答, 提出", EN: "Annual review; answer, submit"},
			Note:  i18n.Text{JA: "金融庁・日本銀行による点検です。\n部署ごとの回答を集め、再鑑と承認を経て、期限までに提出してください。\\", EN: "First line\r\nsecond line\\"},
			Link:  "https://yagura.example/filing/01", Alarm: 72 * time.Hour, Changed: t0, Sequence: 2,
		},
		{
			UID: "01J@yagura", Due: time.Date(2026, 12, 24, 15, 30, 0, 0, time.UTC), // the 25th, 0:30 in Japan
			Title: i18n.Text{JA: "中止された照会"}, Changed: t0, Cancelled: true, Alarm: time.Hour,
		},
		{UID: "01M@yagura", Due: time.Date(2026, 12, 25, 8, 0, 0, 0, time.UTC), Title: i18n.Text{JA: "予告なし"}, Changed: t0},
	}
}

func TestCalendarGolden(t *testing.T) {
	for _, lang := range i18n.Langs {
		path := "testdata/calendar-" + string(lang) + ".ics"
		got := notice.Calendar(deadlines(), lang)
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s differs:\n%s", path, got)
		}
		turned := deadlines()
		turned[0], turned[2] = turned[2], turned[0]
		if !bytes.Equal(notice.Calendar(turned, lang), want) {
			t.Error("the order of the deadlines changes the bytes")
		}
	}
}

// TestCalendarFolding: lines have at most 75 octets and end with CRLF, no character is
// broken, and unfolding and unescaping give back what was put in.
func TestCalendarFolding(t *testing.T) {
	alphabet := []rune("aZ9 ;,:\\\n\"あ漢𠮟é\t^|")
	rapid.Check(t, func(t *rapid.T) {
		text := func(name string, most int) string {
			return rapid.StringOfN(rapid.SampledFrom(alphabet), 1, most, -1).Draw(t, name)
		}
		d := notice.Deadline{
			UID: text("uid", 120), Due: time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "due"), 0), Changed: t0,
			Title: i18n.Text{JA: text("title", 200)}, Note: i18n.Text{JA: text("note", 400)}, Alarm: time.Duration(rapid.Int64Range(0, 1e16).Draw(t, "alarm")),
		}
		out := notice.Calendar([]notice.Deadline{d}, i18n.JA)
		if !bytes.HasSuffix(out, []byte("END:VCALENDAR\r\n")) {
			t.Fatal("the end is missing")
		}
		for _, line := range strings.Split(strings.TrimSuffix(string(out), "\r\n"), "\r\n") {
			if len(line) > 75 || line == "" || strings.ContainsAny(line, "\r\n") || !utf8.ValidString(line) {
				t.Fatalf("%d octets: %q", len(line), line)
			}
		}
		values := map[string]string{}
		for _, line := range strings.Split(strings.ReplaceAll(string(out), "\r\n ", ""), "\r\n") {
			name, value, _ := strings.Cut(line, ":")
			if _, first := values[name]; !first {
				values[name] = value
			}
		}
		flat := func(s string) string { return strings.NewReplacer("\n", " ", "\t", " ").Replace(s) }
		for name, want := range map[string]string{"UID": flat(d.UID), "SUMMARY": flat(d.Title.JA), "DESCRIPTION": d.Note.JA} {
			if got := unescape(values[name]); got != want {
				t.Fatalf("%s: %q, want %q", name, got, want)
			}
		}
		due, err := time.ParseInLocation("20060102T150405", values["DTSTART;TZID=Asia/Tokyo"], time.FixedZone("JST", 9*3600))
		if err != nil || !due.Equal(d.Due) {
			t.Fatalf("%s, want %s: %v", due, d.Due, err)
		}
	})
}

func unescape(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
			if s[i] == 'n' {
				out.WriteByte('\n')
				continue
			}
		}
		out.WriteByte(s[i])
	}
	return out.String()
}

func TestFeedToken(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		d := open(t, e)
		issue := func(org, person string) string {
			var token string
			err := d.DB.Tenant(org).Tx(ctx, func(tx *db.Tx) error {
				var err error
				token, err = d.NewFeed(ctx, tx, org, person)
				return err
			})
			if err != nil || len(token) < 26 {
				t.Fatal(token, err)
			}
			return token
		}
		opens := func(token, org, person string) {
			t.Helper()
			o, p, err := d.Feed(ctx, token)
			if o != org || p != person || (org == "") != (errs.KindOf(err) == errs.NotFound) {
				t.Errorf("opens the feed of %q in %q: %v", p, o, err)
			}
		}
		first, other := issue(bank, "P-1"), issue(fsa, "P-1")
		opens(first, bank, "P-1")
		opens(other, fsa, "P-1")
		second := issue(bank, "P-1")
		opens(first, "", "")
		opens(second, bank, "P-1")
		opens("", "", "")
		err := d.DB.Tenant(bank).Tx(ctx, func(tx *db.Tx) error {
			had, err := notice.DropFeed(ctx, tx, "P-1")
			if !had {
				t.Error("there was none")
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		opens(second, "", "")
		opens(other, fsa, "P-1")
	})
}

// TestCalendarReadBySomeoneElse: a parser that isn't ours has read the golden calendars
// (testdata/oracle/calendar.mjs) and found what was put in.
func TestCalendarReadBySomeoneElse(t *testing.T) {
	data, err := os.ReadFile("testdata/oracle/calendar.json")
	if err != nil {
		t.Fatal(err)
	}
	type event struct {
		UID, Title, Note, Link        string
		Due, Alarm, Changed, Sequence int64
		Cancelled                     bool
	}
	var read map[i18n.Lang][]event
	if err := json.Unmarshal(data, &read); err != nil {
		t.Fatal(err)
	}
	for _, lang := range i18n.Langs {
		var want []event
		list := deadlines()
		for _, d := range []notice.Deadline{list[1], list[0], list[2]} {
			e := event{
				UID: d.UID, Title: d.Title.In(lang), Note: strings.ReplaceAll(d.Note.In(lang), "\r\n", "\n"), Link: d.Link,
				Due: d.Due.Unix(), Alarm: int64(d.Alarm / time.Second), Changed: d.Changed.Unix(), Sequence: int64(d.Sequence), Cancelled: d.Cancelled,
			}
			if d.Cancelled {
				e.Alarm = 0
			}
			want = append(want, e)
		}
		if diff := cmp.Diff(want, read[lang]); diff != "" {
			t.Errorf("%s (-put in +read):\n%s", lang, diff)
		}
	}
}
