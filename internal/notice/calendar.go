package notice

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"yagura/internal/i18n"
)

// Deadline is one entry of a calendar feed.
type Deadline struct {
	UID       string        // the same in every edition of the feed: an id of the product's
	Due       time.Time     // shown in Japan Standard Time
	Title     i18n.Text     // one line
	Note      i18n.Text     // may be empty
	Link      string        // absolute; may be empty
	Alarm     time.Duration // before Due; 0: no alarm
	Changed   time.Time     // when the deadline was last changed, or made
	Sequence  int           // number of changes
	Cancelled bool
}

// zoneLines is Japan's time: nine hours ahead of UTC, without summer time since 1952.
const zoneLines = `BEGIN:VTIMEZONE
TZID:Asia/Tokyo
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0900
TZOFFSETTO:+0900
TZNAME:JST
END:STANDARD
END:VTIMEZONE`

// Calendar is an iCalendar object (RFC 5545) of deadlines, for calendar programs that
// subscribe to a feed; they ask again after an hour (RFC 7986). The same deadlines make
// the same bytes, whatever their order. An entry takes up no time in the calendar: it
// doesn't make its person busy.
func Calendar(deadlines []Deadline, lang i18n.Lang) []byte {
	list := slices.Clone(deadlines)
	slices.SortFunc(list, func(a, b Deadline) int { return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.UID, b.UID)) })
	name := escaped(i18n.T(lang, "notice.calendar.name"))
	var c calendar
	c.lines("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Yagura//Yagura//"+strings.ToUpper(string(lang)), "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
		"NAME:"+name, "X-WR-CALNAME:"+name, "X-WR-TIMEZONE:Asia/Tokyo", "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H")
	c.lines(strings.Split(zoneLines, "\n")...)
	for _, d := range list {
		c.event(d, lang)
	}
	c.lines("END:VCALENDAR")
	return c.out
}

// calendar is the object as far as it is written.
type calendar struct{ out []byte }

func (c *calendar) lines(lines ...string) {
	for _, l := range lines {
		c.out = append(c.out, folded(l)...)
	}
}

func (c *calendar) event(d Deadline, lang i18n.Lang) {
	title := oneLine(d.Title.In(lang))
	changed := d.Changed.UTC().Format("20060102T150405Z")
	c.lines("BEGIN:VEVENT", "UID:"+escaped(oneLine(d.UID)), "DTSTAMP:"+changed, "LAST-MODIFIED:"+changed, fmt.Sprint("SEQUENCE:", d.Sequence),
		"DTSTART;TZID=Asia/Tokyo:"+d.Due.In(jst).Format("20060102T150405"), "SUMMARY:"+escaped(title), "TRANSP:TRANSPARENT")
	if note := d.Note.In(lang); note != "" {
		c.lines("DESCRIPTION:" + escaped(note))
	}
	if d.Link != "" {
		c.lines("URL:" + strings.ReplaceAll(oneLine(d.Link), " ", "%20"))
	}
	switch {
	case d.Cancelled:
		c.lines("STATUS:CANCELLED")
	case d.Alarm > 0:
		c.lines("STATUS:CONFIRMED", "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-"+duration(d.Alarm),
			"DESCRIPTION:"+escaped(i18n.T(lang, "notice.calendar.alarm", "title", title)), "END:VALARM")
	default:
		c.lines("STATUS:CONFIRMED")
	}
	c.lines("END:VEVENT")
}

// duration is d as RFC 5545, 3.3.6 writes it, in whole minutes, at least one.
func duration(d time.Duration) string {
	minutes := max(1, int(d/time.Minute))
	if minutes%(24*60) == 0 {
		return fmt.Sprintf("P%dD", minutes/(24*60))
	}
	if minutes%60 == 0 {
		return fmt.Sprintf("PT%dH", minutes/60)
	}
	return fmt.Sprintf("PT%dM", minutes)
}

// escaped is a TEXT value (RFC 5545, 3.3.11). Control characters other than the end of
// a line and the tabulator have no place in one and are left out.
func escaped(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	var out strings.Builder
	for _, r := range s {
		switch {
		case r == '\\' || r == ';' || r == ',':
			out.WriteByte('\\')
			out.WriteRune(r)
		case r == '\n':
			out.WriteString(`\n`)
		case r < ' ' && r != '\t' || r == 0x7f:
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}

// oneLine makes spaces of line breaks and other control characters.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// lineOctets is the most that a line may have, without its end (RFC 5545, 3.1).
const lineOctets = 75

// folded ends a content line with CRLF and breaks it where it is longer than allowed,
// never inside a character: programs that decode before they unfold exist.
func folded(line string) string {
	var out strings.Builder
	width := 0
	for _, r := range line {
		n := utf8.RuneLen(r)
		if width+n > lineOctets {
			out.WriteString("\r\n ")
			width = 1
		}
		out.WriteRune(r)
		width += n
	}
	return out.String() + "\r\n"
}
