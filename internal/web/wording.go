package web

import (
	"context"
	"strconv"
	"strings"
	"time"

	"yagura/internal/authz"
	"yagura/internal/i18n"
	"yagura/internal/org"
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

func roleWords(ctx context.Context, roles []authz.Role) string {
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = webkit.T(ctx, "web.role."+string(r))
	}
	return strings.Join(words, webkit.T(ctx, "webkit.list"))
}

func unitOptions(ctx context.Context, units []org.Unit) []webkit.SelectOption {
	var out []webkit.SelectOption
	for _, u := range units {
		out = append(out, webkit.SelectOption{Value: u.ID, Text: webkit.Say(ctx, u.Name())})
	}
	return out
}

// memberTable lists people with what an administrator looks for first.
func memberTable(ctx context.Context, members []memberView, total int) webkit.TableView {
	t := webkit.TableView{Caption: webkit.T(ctx, "web.people.members", "n", total), Columns: []webkit.Column{
		{Title: webkit.T(ctx, "web.people.name")}, {Title: webkit.T(ctx, "web.signin.login")}, {Title: webkit.T(ctx, "web.people.unit")},
		{Title: webkit.T(ctx, "web.people.roles")}, {Title: webkit.T(ctx, "web.people.second")}, {Title: webkit.T(ctx, "web.people.seen")}}}
	for _, m := range members {
		t.Rows = append(t.Rows, []webkit.Cell{{Text: m.Name, URL: "/people/" + m.Person, Head: true}, {Text: m.Email}, {Text: m.UnitName},
			{Text: roleWords(ctx, m.Roles())}, {Text: yesNo(ctx, m.Second, "web.settings.set", "web.settings.unset")}, {Text: momentOr(ctx, m.Seen)}})
	}
	return t
}
