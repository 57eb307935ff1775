package paper

import (
	"fmt"

	"yagura/internal/chart"
	"yagura/internal/i18n"
)

// sample is a document with every block and every chart, as a feedback report has them.
func sample(lang i18n.Lang) *Document {
	t := func(ja, en string) string { return i18n.Text{JA: ja, EN: en}.In(lang) }
	return &Document{
		Lang:     lang,
		Title:    t("サイバーセキュリティ自己評価 還元資料", "Cybersecurity self-assessment: feedback"),
		Subtitle: t("見本信用金庫（2026年度）", "Sample Shinkin Bank (fiscal 2026)"),
		Marking:  t("取扱注意 TLP:AMBER", "TLP:AMBER"),
		Notice:   t("この資料は合成データで作成した見本であり、実在の金融機関とは関係ありません。", "Sample made of synthetic data; no relation to any real institution."),
		Footer:   "R2026-01 sha256:4d7f1a0c93be",
		Author:   t("自己評価事務局", "Self-assessment secretariat"),
		Date:     t("2027年3月15日", "15 March 2027"),
		Blocks:   sampleBlocks(lang, t),
	}
}

func sampleBlocks(lang i18n.Lang, t func(ja, en string) string) []Block {
	strip, data := sampleStrip(lang, t)
	return []Block{
		Letter{
			Number: t("自評第26号", "Ref. 26"), Date: t("2027年3月15日", "15 March 2027"),
			To: []string{t("見本信用金庫", "Sample Shinkin Bank"), t("理事長 殿", "The President")}, From: []string{t("自己評価事務局", "Self-assessment secretariat")},
			Subject: t("2026年度サイバーセキュリティ自己評価の結果の還元について", "Results of the fiscal 2026 cybersecurity self-assessment"),
			Body: []string{
				t("平素より金融行政へのご理解とご協力を賜り、厚く御礼申し上げます。", "Thank you for taking part in this year's self-assessment."),
				t("ご提出いただいた自己評価の集計結果を、別添のとおり還元いたします。貴金庫の位置を同業態・同規模の先と比べ、優先して取り組む事項の検討にお役立てください。", "The results are attached. Please use your position among institutions of the same sector and size to decide what to work on first."),
			},
			Closing: t("以上", "Yours faithfully"),
		},
		Heading{Level: 1, Text: t("結果の概要", "Summary"), ID: "summary"},
		KeyFigures{
			{Label: t("総合点", "Overall score"), Value: "62.5", Unit: t("点", "points"), Note: t("前回 58.0点", "58.0 last year")},
			{Label: t("同業態の中央値", "Median of the sector"), Value: "57.5", Unit: t("点", "points"), Note: t("信用金庫 n=200～299", "Shinkin banks, n=200–299")},
			{Label: t("目標未達の設問", "Items below target"), Value: "18", Unit: t("問／84問", "of 84")},
			{Label: t("前回から改善した設問", "Items improved"), Value: "12", Unit: t("問", "items")},
		},
		Paragraph{t("総合点は62.5点で、同業態の中央値を5.0点上回りました。検知・ログの領域は中央値を下回っており、優先して取り組むことが望まれます。", "The overall score is 62.5, 5.0 above the sector's median. Detection and logs lie below the median and should come first.")},
		Note{Tone: Info, Text: t("分布は5先以上・3グループ以上の場合に限り表示しています。", "Distributions are shown only for at least five institutions of at least three groups.")},
		Note{Tone: Warning, Text: t("回答の一部に相互に矛盾する可能性のある組合せがあります。「回答の品質」をご確認ください。", "Some answers may contradict each other; see the section on answer quality.")},
		Heading{Level: 1, Text: t("領域別の位置", "Position by section"), ID: "position"},
		Figure{Chart: strip, Caption: t("領域別の得点と同業態の分布", "Score by section and distribution in the sector"), Data: data, Source: t("得点は0～100点。", "Scores run from 0 to 100.")},
		Figure{Chart: sampleStack(lang, t), Caption: t("経営層への報告頻度の分布", "How often the board is informed")},
		Heading{Level: 2, Text: t("前回からの変化", "Change since last year")},
		Figure{Chart: sampleChange(lang, t), Caption: t("改善・変化なし・低下の設問数", "Items that got better, stayed, got worse")},
		Figure{Chart: sampleTrend(lang, t), Caption: t("総合点の推移", "Overall score over time")},
		Heading{Level: 1, Text: t("設問別の結果", "Results by item"), ID: "items"},
		sampleTable(t),
		Heading{Level: 1, Text: t("次に取り組む事項", "What to do next"), ID: "next"},
		List{Ordered: true, Items: []string{
			t("特権IDの利用を申請・承認制とし、操作ログを月次で点検する（NIST CSF 2.0 PR.AA-05）。", "Grant privileged ids on request only and review their logs monthly (NIST CSF 2.0 PR.AA-05)."),
			t("バックアップの1つをネットワークから切り離し、復元試験を年1回以上実施する。", "Keep one backup off the network and test a restore at least once a year."),
		}},
		List{Items: []string{t("重要度：高", "Priority: high"), t("到達可能性：高（同水準の先の72%が実施済み）", "Within reach: 72% of institutions at this level already do it")}},
		Heading{Level: 1, Text: t("業態別の状況", "State of the sectors"), ID: "sectors"},
		Figure{Chart: sampleHeat(lang, t), Caption: t("業態別・領域別の中央値", "Median by sector and section")},
		Figure{Chart: sampleBars(lang, t), Caption: t("対策の実施率", "Measures in place")},
		Figure{Chart: sampleHistogram(lang, t), Caption: t("総合点の分布", "Distribution of the overall score")},
	}
}

var sections = [][2]string{
	{"経営・ガバナンス", "Governance"}, {"リスクの特定", "Risk identification"}, {"資産・脆弱性管理", "Assets and vulnerabilities"},
	{"アクセス管理・特権ID", "Access and privileged ids"}, {"防御・バックアップ", "Protection and backup"}, {"検知・ログ", "Detection and logs"},
	{"対応・復旧", "Response and recovery"}, {"サードパーティ・クラウド", "Third parties and cloud"}, {"人材・教育訓練", "People and training"}, {"監査", "Audit"},
}

func sampleStrip(lang i18n.Lang, t func(ja, en string) string) (chart.Strip, *Table) {
	s := chart.Strip{Lang: lang, Label: t("領域別の得点。10領域のうち検知・ログが中央値を下回る。", "Score by section; of ten sections detection and logs lies below the median."), Max: 100, Digits: 1}
	data := &Table{ID: t("領域別の得点", "Score by section"), Caption: t("領域別の得点", "Score by section"), Columns: []Column{
		{Title: t("領域", "Section"), Weight: 3}, {Title: t("自機関", "Own"), Kind: Numbers, Digits: 1}, {Title: t("第1四分位", "25th"), Kind: Numbers, Digits: 1},
		{Title: t("中央値", "Median"), Kind: Numbers, Digits: 1}, {Title: t("第3四分位", "75th"), Kind: Numbers, Digits: 1},
	}}
	for i, name := range sections {
		m := 40 + float64(i*7%31)
		row := chart.StripRow{Label: t(name[0], name[1]), Own: chart.Of(m + float64(i*13%29) - 8), Position: fmt.Sprintf(t("上位%d%%", "top %d%%"), 20+i*5)}
		if i != 9 {
			row.P10, row.P25, row.Median, row.P75, row.P90 = chart.Of(m-20), chart.Of(m-9), chart.Of(m), chart.Of(m+11), chart.Of(m+22)
		} else {
			row.Position = ""
		}
		if i < 4 {
			row.Previous, row.Target = chart.Of(row.Own.V-11), chart.Of(75)
		}
		s.Rows = append(s.Rows, row)
		data.Rows = append(data.Rows, []Cell{Text(row.Label), Val(row.Own), Val(row.P25), Val(row.Median), Val(row.P75)})
	}
	return s, data
}

func sampleStack(lang i18n.Lang, t func(ja, en string) string) chart.Stack {
	part := func(shares ...float64) []chart.Part {
		var out []chart.Part
		for _, s := range shares {
			out = append(out, chart.Part{Share: s})
		}
		return out
	}
	small := part(0.05, 0.35, 0.4, 0.2)
	small[0].Text = "<10%"
	return chart.Stack{
		Lang: lang, Label: t("経営層への報告頻度の分布", "Distribution of how often the board is informed"),
		Options: []string{t("報告していない", "Never"), t("事案発生時のみ報告している", "After incidents only"), t("年1回以上、定期的に報告している", "At least once a year"), t("四半期に1回以上、指標を用いて報告している", "Every quarter, with indicators")},
		Rows: []chart.StackRow{
			{Label: t("全体", "All"), Parts: part(0.12, 0.3, 0.38, 0.2), Own: 2, Note: "n=400～499"},
			{Label: t("信用金庫", "Shinkin banks"), Parts: small, Own: 2, Note: "n=200～299"},
			{Label: t("同業態・同規模", "Same sector and size"), Own: chart.NoOwn},
		},
	}
}

func sampleChange(lang i18n.Lang, t func(ja, en string) string) chart.Change {
	c := chart.Change{Lang: lang, Label: t("領域別の改善・変化なし・低下の設問数", "Items better, unchanged and worse by section")}
	for i, name := range sections[:5] {
		c.Rows = append(c.Rows, chart.ChangeRow{Label: t(name[0], name[1]), Worse: chart.Of(float64(i * 2 % 3)), Same: chart.Of(float64(6 - i)), Better: chart.Of(float64(1 + i))})
	}
	c.Rows = append(c.Rows, chart.ChangeRow{Label: t("監査", "Audit")})
	return c
}

func sampleTrend(lang i18n.Lang, t func(ja, en string) string) chart.Trend {
	v := func(values ...float64) (out []chart.Value) {
		for _, x := range values {
			out = append(out, chart.Of(x))
		}
		return out
	}
	return chart.Trend{
		Lang: lang, Label: t("総合点の推移", "Overall score over time"), Times: []string{t("2024年度", "FY2024"), t("2025年度", "FY2025"), t("2026年度", "FY2026")}, Max: 100, Digits: 1,
		Series: []chart.Series{
			{Label: t("自機関", "Own value"), Values: v(51, 58, 62.5), Own: true},
			{Label: t("信用金庫（中央値）", "Shinkin banks (median)"), Values: v(50, 54, 57.5)},
			{Label: t("全体（中央値）", "All (median)"), Values: v(55, 52, 59), Break: 1},
		},
	}
}

func sampleTable(t func(ja, en string) string) Table {
	table := Table{ID: t("設問別", "Items"), Caption: t("設問別の回答と同業態の分布", "Own answers and distribution by item"), Columns: []Column{
		{Title: t("番号", "Id"), Weight: 1.1}, {Title: t("設問", "Item"), Weight: 3.2}, {Title: t("自機関の回答", "Own answer"), Weight: 2.4},
		{Title: t("分布", "Distribution"), Weight: 2}, {Title: t("同水準以上の割合", "At or above"), Kind: Percents, Weight: 1.2}, {Title: t("点", "Points"), Kind: Numbers, Digits: 1},
	}, Source: t("「－」は回答なしまたは非表示。", "“－” is no answer or not shown.")}
	for i := range 14 {
		shares := []chart.Part{{Share: 0.1 + float64(i%3)*0.1}, {Share: 0.3}, {Share: 0.4}, {Share: 0.2}}
		share := Num(0.35 + float64(i)*0.04)
		if i == 3 {
			shares, share = nil, Text(t("非表示", "not shown"))
		}
		row := []Cell{
			{Text: fmt.Sprintf("GOV-%02d", i+1), Strong: true},
			Text(t("経営層は、サイバーセキュリティに関する方針を承認し、少なくとも年1回その有効性を確認していますか。", "Does the board approve the cybersecurity policy and review how well it works at least once a year?")),
			Text(t("年1回以上、取締役会に報告し、承認を得ている", "Reported to and approved by the board at least once a year")),
			{Chart: chart.MiniStack{Parts: shares, Own: i % 4}}, share, Num(float64(i) * 7.5),
		}
		if i == 5 {
			row[2] = Text("=HYPERLINK(\"x\")")
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}

func sampleHeat(lang i18n.Lang, t func(ja, en string) string) chart.Heat {
	h := chart.Heat{Lang: lang, Label: t("業態別・領域別の中央値の一覧", "Median by sector and section"), Max: 100, Digits: 0}
	for _, name := range sections {
		h.Columns = append(h.Columns, t(name[0], name[1]))
	}
	for i, name := range [][2]string{{"地方銀行", "Regional banks"}, {"信用金庫", "Shinkin banks"}, {"信用組合（大規模）", "Credit cooperatives (large)"}} {
		row := chart.HeatRow{Label: t(name[0], name[1])}
		for k := range sections {
			row.Cells = append(row.Cells, chart.Of(float64((i*37+k*23)%101)))
		}
		h.Rows = append(h.Rows, row)
	}
	h.Rows[2].Cells[4] = chart.Value{}
	return h
}

func sampleBars(lang i18n.Lang, t func(ja, en string) string) chart.Bars {
	return chart.Bars{Lang: lang, Label: t("対策の実施率", "Measures in place"), Max: 100, Unit: "%", MarkName: t("全国の公表値", "Published figure for all"), Rows: []chart.Bar{
		{Label: t("多要素認証", "Multi-factor authentication"), Value: chart.Of(78), Mark: chart.Of(70)},
		{Label: t("オフラインバックアップ", "Offline backup"), Value: chart.Of(54), Marked: true},
		{Label: t("復元試験", "Restore test"), Text: "<10%", Value: chart.Of(5)},
		{Label: t("脅威ベースのペネトレーションテスト", "Threat-led penetration test")},
	}}
}

func sampleHistogram(lang i18n.Lang, t func(ja, en string) string) chart.Histogram {
	h := chart.Histogram{Lang: lang, Label: t("総合点の分布", "Distribution of the overall score")}
	for i, n := range []float64{8, 12, 31, 55, 90, 121, 88, 52, 27, 14} {
		h.Classes = append(h.Classes, chart.Class{Label: fmt.Sprintf("%d–%d", i*10, i*10+10), Count: chart.Of(n), Own: i == 6})
	}
	h.Classes[0].Count = chart.Value{}
	h.Classes[1] = chart.Class{Label: "10–20", Count: chart.Of(12), Text: "10–19"}
	return h
}
