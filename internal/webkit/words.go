package webkit

import (
	"context"
	"strconv"
	"strings"
)

// soon is from how many business days left a deadline is shown as near.
const soon = 3

func daysLeft(ctx context.Context, days int) string {
	switch {
	case days == -1:
		return T(ctx, "webkit.days.late.one")
	case days == 1:
		return T(ctx, "webkit.days.left.one")
	case days < 0:
		return T(ctx, "webkit.days.late", "n", -days)
	case days == 0:
		return T(ctx, "webkit.days.today")
	}
	return T(ctx, "webkit.days.left", "n", days)
}

func stepMark(i int, s StepState) string {
	switch s {
	case StepDone:
		return "✓"
	case StepBack:
		return "!"
	}
	return strconv.Itoa(i + 1)
}

func sortMark(sorted string) string {
	switch sorted {
	case "ascending":
		return "▲"
	case "descending":
		return "▼"
	}
	return "⇅"
}

func bannerRole(t Tone) string {
	if t == Danger {
		return "alert"
	}
	return "status"
}

func confirmKind(danger bool) Kind {
	if danger {
		return DangerButton
	}
	return Primary
}

func emptyText(ctx context.Context, text string) string {
	if text == "" {
		return T(ctx, "webkit.table.empty")
	}
	return text
}

func inputType(t string) string {
	if t == "" {
		return "text"
	}
	return t
}

// percent is whole, rounded down, so that 100 says that all is done.
func percent(done, total int) int {
	if total <= 0 {
		return 0
	}
	return done * 100 / total
}

var idSafe = strings.NewReplacer(".", "--", "~", "---")

// fieldID is the id of the field of a name: names hold "." and "~", ids that
// CSS and fragments address do better without.
func fieldID(name string) string {
	return "f-" + idSafe.Replace(name)
}

func describedBy(id string, help, fault bool) string {
	var ids []string
	if help {
		ids = append(ids, id+"-help")
	}
	if fault {
		ids = append(ids, id+"-error")
	}
	return strings.Join(ids, " ")
}
