// Package i18n holds every message a person reads, in Japanese and English.
// Messages are data (messages/*.yaml, one file per area); a test fails when a
// key lacks a language or two languages name different placeholders.
package i18n

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// Lang is a language of the product: JA or EN.
type Lang string

// The two languages. Japanese is the first language of screens and reports.
const (
	JA Lang = "ja"
	EN Lang = "en"
)

// Langs lists the languages in the order in which they are shown.
var Langs = []Lang{JA, EN}

// Text is one text in both languages.
type Text struct {
	JA string `yaml:"ja" json:"ja"`
	EN string `yaml:"en" json:"en"`
}

// In returns the text in lang, or in the other language when that one is empty.
func (t Text) In(lang Lang) string {
	if lang == EN && t.EN != "" || t.JA == "" {
		return t.EN
	}
	return t.JA
}

// IsZero reports whether the text is empty in both languages.
func (t Text) IsZero() bool { return t.JA == "" && t.EN == "" }

//go:embed messages/*.yaml
var files embed.FS

var catalogue = sync.OnceValue(func() map[string]Text {
	m, err := load(files)
	if err != nil {
		panic(err) // embedded data; TestMessages reads it first
	}
	return m
})

func load(fsys fs.FS) (map[string]Text, error) {
	names, err := fs.Glob(fsys, "messages/*.yaml")
	if err != nil {
		return nil, err
	}
	all := map[string]Text{}
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		var part map[string]Text
		if err := yaml.Unmarshal(data, &part); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for key, text := range part {
			if _, dup := all[key]; dup {
				return nil, fmt.Errorf("%s: key %s is defined twice", name, key)
			}
			all[key] = text
		}
	}
	return all, nil
}

// Both returns the message of key in both languages with its placeholders
// filled. args alternate names and values: Both("x.y", "n", 3) fills {n}.
// A value that is itself a Text is filled in the language of each side.
// An unknown key yields the key itself in brackets, so that it shows.
func Both(key string, args ...any) Text {
	text, ok := catalogue()[key]
	if !ok {
		return Text{JA: "[" + key + "]", EN: "[" + key + "]"}
	}
	return Text{JA: fill(text.JA, JA, args), EN: fill(text.EN, EN, args)}
}

// Has reports whether key is defined.
func Has(key string) bool {
	_, ok := catalogue()[key]
	return ok
}

// Keys lists the keys that begin with prefix, sorted.
func Keys(prefix string) []string {
	var keys []string
	for key := range catalogue() {
		if strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// T returns the message of key in one language; see Both.
func T(lang Lang, key string, args ...any) string { return Both(key, args...).In(lang) }

func fill(s string, lang Lang, args []any) string {
	if len(args) == 0 {
		return s
	}
	pairs := make([]string, 0, len(args))
	for i := 0; i+1 < len(args); i += 2 {
		value := args[i+1]
		if t, ok := value.(Text); ok {
			value = t.In(lang)
		}
		pairs = append(pairs, "{"+fmt.Sprint(args[i])+"}", fmt.Sprint(value))
	}
	return strings.NewReplacer(pairs...).Replace(s)
}
