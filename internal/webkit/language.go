package webkit

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"yagura/internal/i18n"
)

const (
	langCookie = "lang"
	langYears  = 365 * 24 * 60 * 60 // seconds that the choice is kept
)

// langCookieName has the prefix that binds a cookie to this host, where TLS allows it.
func (k *Kit) langCookieName() string {
	if k.Plain {
		return langCookie
	}
	return "__Host-" + langCookie
}

func itoa(n int) string { return strconv.Itoa(n) }

// language sets the language of the request: ?lang=, which is kept in a cookie
// and leaves the address again; the cookie; what the browser accepts; Japanese.
func (k *Kit) language(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if lang := i18n.Lang(q.Get("lang")); slices.Contains(i18n.Langs, lang) && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			http.SetCookie(w, &http.Cookie{Name: k.langCookieName(), Value: string(lang), Path: "/", MaxAge: langYears,
				HttpOnly: true, Secure: !k.Plain, SameSite: http.SameSiteLaxMode})
			q.Del("lang")
			// One slash: a path of two would lead to another host.
			to := url.URL{Path: "/" + strings.TrimLeft(r.URL.Path, "/"), RawQuery: q.Encode()}
			http.Redirect(w, r, to.String(), http.StatusSeeOther)
			return
		}
		lang := accepted(r.Header.Get("Accept-Language"))
		if c, err := r.Cookie(k.langCookieName()); err == nil && slices.Contains(i18n.Langs, i18n.Lang(c.Value)) {
			lang = i18n.Lang(c.Value)
		}
		w.Header().Set("Content-Language", string(lang))
		w.Header().Add("Vary", "Accept-Language, Cookie")
		next.ServeHTTP(w, r.WithContext(WithLang(r.Context(), lang)))
	})
}

// accepted is the language that an Accept-Language header wants most (RFC 9110,
// 12.5.4), Japanese when it names neither.
func accepted(header string) i18n.Lang {
	best, most := i18n.JA, 0.0
	for part := range strings.SplitSeq(header, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		weight := 1.0
		if q, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			var err error
			if weight, err = strconv.ParseFloat(q, 64); err != nil {
				continue
			}
		}
		primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if slices.Contains(i18n.Langs, i18n.Lang(primary)) && weight > most {
			best, most = i18n.Lang(primary), weight
		}
	}
	return best
}
