package web

import (
	"context"
	"strconv"
	"strings"
	"time"

	"yagura/internal/i18n"
	"yagura/internal/webkit"
)

// yesNo is one of two messages.
func yesNo(ctx context.Context, ok bool, yes, no string) string {
	if ok {
		return webkit.T(ctx, yes)
	}
	return webkit.T(ctx, no)
}

// momentOr is a moment, or the word for one that never was.
func momentOr(ctx context.Context, t time.Time) string {
	if t.IsZero() {
		return webkit.T(ctx, "web.settings.never")
	}
	return webkit.Clock(t)
}

func scopeWords(ctx context.Context, keys []string) string {
	words := make([]string, len(keys))
	for i, k := range keys {
		words[i] = webkit.T(ctx, "web.settings.scope."+k)
	}
	return strings.Join(words, webkit.T(ctx, "webkit.list"))
}

func dayOptions(ctx context.Context) []webkit.SelectOption {
	var out []webkit.SelectOption
	for _, n := range tokenDays {
		out = append(out, webkit.SelectOption{Value: strconv.Itoa(n), Text: webkit.T(ctx, "web.settings.days", "n", n)})
	}
	return out
}

func languageOptions() []webkit.SelectOption {
	return []webkit.SelectOption{{Value: string(i18n.JA), Text: "日本語"}, {Value: string(i18n.EN), Text: "English"}}
}
