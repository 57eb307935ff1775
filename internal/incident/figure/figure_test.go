package figure

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"pgregory.net/rapid"
)

func (f Figure) said() string {
	switch f.Kind {
	case Number:
		return strings.TrimRight(fmt.Sprintf("%s=%g %s%s", f.Text, f.Value, f.Unit, map[bool]string{true: "!" + f.Sense}[f.Sense != ""]), " ")
	case Date:
		return fmt.Sprintf("%s=%d/%d/%d", f.Text, f.Year, f.Month, f.Day)
	case Clock:
		return fmt.Sprintf("%s=%d:%d", f.Text, f.Hour, f.Minute)
	}
	return f.Text
}

func TestFind(t *testing.T) {
	for text, want := range map[string]string{
		"1万2千件の取引":                                                     "1万2千件=12000 count",
		"約３，０００名のお客さま":                                                 "３，０００名=3000 count!about",
		"被害額は1億2,000万円、うち3千万円を回収":                                      "1億2,000万円=1.2e+08 money|3千万円=3e+07 money",
		"一万二千三百四十五件":                                                   "一万二千三百四十五件=12345 count",
		"5割のお客さま、12.5％の取引":                                             "5割=50 %|12.5％=12.5 %",
		"停止は2時間（120分）":                                                 "2時間=2 hours|120分=2 hours",
		"十分に一部のお客さまに一時的な影響。一日も早く":                                      "",
		"令和8年11月24日（火）2時10分":                                           "令和8年11月24日=2026/11/24|2時10分=2:10",
		"令和元年5月1日、R8.11.24、平成三十年四月一日":                                  "令和元年5月1日=2019/5/1|R8.11.24=2026/11/24|平成三十年四月一日=2018/4/1",
		"2026/11/24 02:10、二〇二六年十一月二十四日":                                "2026/11/24=2026/11/24|02:10=2:10|二〇二六年十一月二十四日=2026/11/24",
		"11月24日午後3時半":                                                  "11月24日=-1/11/24|午後3時半=15:30",
		"24日から3日間":                                                     "24日=-1/-1/24|3日間=72 hours",
		"第1報、第26条、A4、SHA256、Article 5":                                 "",
		"03-0000-0001、https://bank.example/1":                          "03-0000-0001|https://bank.example/1",
		"INC-2026-0001は10万人以上に影響":                                      "INC-2026-0001|10万人=100000 count!least",
		"On 24 November 2026 at 2:10 a.m., about 12,000 customers":     "24 November 2026=2026/11/24|2:10 a.m.=2:10|12,000 customers=12000 count!about",
		"November 24, 2026, 3 pm: 1.2 million yen, more than 40 cases": "November 24, 2026=2026/11/24|3 pm=15:-1|1.2 million yen=1.2e+06 money|40 cases=40 count!more",
		"¥1,500 と €2.5":                                                "¥1,500=1500 money|€2.5=2.5 money",
		"1．検知\n2) 5件\n（3）6件":                                           "5件=5 count|6件=6 count",
		"14時頃":                                                         "14時=14:-1",
		"12万～40万人":                                                     "12万=120000|40万人=400000 count",
		"":                                                             "",
	} {
		var got []string
		for _, f := range Find(text) {
			got = append(got, f.said())
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%s\n got %s\nwant %s", text, strings.Join(got, "|"), want)
		}
	}
}

func known() []Known {
	tokyo := time.FixedZone("JST", 9*3600)
	return []Known{
		{ID: "clients", Kind: Number, Unit: Count, Low: 12000, High: 12000, Cues: []string{"顧客", "お客さま", "customers"}},
		{ID: "transactions", Kind: Number, Unit: Count, Low: 2400, High: 2400, Cues: []string{"取引", "transactions"}},
		{ID: "persons", Kind: Number, Unit: Count, Low: 120000, High: 400000, Cues: []string{"個人情報"}},
		{ID: "amount", Kind: Number, Unit: Money, Low: 1.2e8, High: 1.2e8, Cues: []string{"被害額"}},
		{ID: "downtime", Kind: Number, Unit: Hours, Low: 2, High: 2, Cues: []string{"停止"}},
		{ID: "detected", Kind: Date, At: time.Date(2026, 11, 24, 2, 10, 0, 0, tokyo), Cues: []string{"検知"}},
		{ID: "recovered", Kind: Date, At: time.Date(2026, 11, 25, 9, 0, 0, 0, tokyo), Cues: []string{"復旧"}},
		{ID: "phone", Kind: Code, Text: "０３-0000-0000"},
	}
}

func TestCheck(t *testing.T) {
	for text, want := range map[string]string{
		"お客さま1万2千名に影響":                         "1万2千名 consistent clients",
		"お客さま1万3千名に影響":                         "1万3千名 differs clients",
		"お客さま約1万人に影響":                          "1万人 consistent clients",
		"お客さま約2万人に影響":                          "2万人 differs clients",
		"お客さま1万人以上、取引2,400件":                   "1万人 consistent clients|2,400件 consistent transactions",
		"取引12,000件":                            "12,000件 differs transactions",
		"個人情報は最大40万人":                          "40万人 consistent persons",
		"個人情報は12万～40万人":                        "12万 consistent persons|40万人 consistent persons",
		"個人情報は5万人":                             "5万人 differs persons",
		"被害額は1億2,000万円です。":                     "1億2,000万円 consistent amount",
		"被害額は1億円です。":                           "1億円 differs amount",
		"500円の手数料":                             "500円 absent ",
		"停止は120分、約2時間":                         "120分 consistent downtime|2時間 consistent downtime",
		"令和8年11月24日2時10分に検知":                   "令和8年11月24日 consistent detected|2時10分 consistent detected",
		"11月24日の午前2時12分に検知":                    "11月24日 consistent detected|午前2時12分 differs detected",
		"2026年11月25日（水）09:00に検知":               "2026年11月25日 differs detected|09:00 differs detected",
		"11月24日に復旧":                            "11月24日 differs recovered",
		"detected on 3 May 2026":               "3 May 2026 absent ",
		"11月25日9時":                             "11月25日 consistent recovered|9時 consistent recovered",
		"電話 03-0000-0000":                      "03-0000-0000 consistent phone",
		"電話 03-0000-0001":                      "03-0000-0001 absent ",
		"12,000 customers, 2,400 transactions": "12,000 customers consistent clients|2,400 transactions consistent transactions",
	} {
		var got []string
		for _, m := range Check(text, known()) {
			id := ""
			if m.Against != nil {
				id = m.Against.ID
			}
			got = append(got, m.Text+" "+string(m.Verdict)+" "+id)
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%s\n got %s\nwant %s", text, strings.Join(got, "|"), want)
		}
	}
}

// words writes a number in Japanese words, digit by digit of each group of four: another
// way than Numeral goes.
func kanjiWords(n int) string {
	if n == 0 {
		return "〇"
	}
	out := ""
	for _, g := range []struct {
		size int
		word string
	}{{1e12, "兆"}, {1e8, "億"}, {1e4, "万"}, {1, ""}} {
		group := n / g.size % 10000
		if group == 0 {
			continue
		}
		for _, p := range []struct {
			size int
			word string
		}{{1000, "千"}, {100, "百"}, {10, "十"}, {1, ""}} {
			d := group / p.size % 10
			if d == 0 {
				continue
			}
			if d > 1 || p.size == 1 {
				out += string([]rune("〇一二三四五六七八九")[d])
			}
			out += p.word
		}
		out += g.word
	}
	return out
}

// However a number is written, it is read as the same.
func TestNumeralRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 9_999_999_999_999).Draw(t, "n")
		comma := message.NewPrinter(language.English).Sprintf("%d", n)
		wide := strings.Map(func(r rune) rune { return r - '0' + '０' }, fmt.Sprint(n))
		mixed := fmt.Sprint(n)
		if n >= 10000 {
			mixed = fmt.Sprintf("%d万", n/10000)
			if n%10000 > 0 {
				mixed += fmt.Sprint(n % 10000)
			}
		}
		for _, text := range []string{fmt.Sprint(n), comma, wide, mixed, kanjiWords(n)} {
			list := Find("影響は" + text + "件です")
			if len(list) != 1 || math.Abs(list[0].Value-float64(n)) > .5 || list[0].Text != text+"件" {
				t.Fatalf("%s of %d: %+v", text, n, list)
			}
		}
	})
}

func FuzzFind(f *testing.F) {
	for _, s := range []string{"1万2千件", "令和8年11月24日2時10分", "約３，０００名", "万億兆", "1,2,3", "午後99時", "R0.0.0", "$", "12:99 pm", "\xff1件", "第"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		last := 0
		for _, g := range Find(text) {
			if g.Start < last || g.End <= g.Start || g.End > len(text) || g.Text != text[g.Start:g.End] || utf8.ValidString(text) && !utf8.ValidString(g.Text) || math.IsNaN(g.Value) || math.IsInf(g.Value, 0) {
				t.Fatalf("%q: %+v", text, g)
			}
			last = g.End
		}
		Check(text, known())
	})
}
