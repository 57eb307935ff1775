package chart

import (
	"fmt"
	"math"
	"strconv"
)

// Color is an opaque sRGB colour written "#rrggbb"; "" is no colour.
type Color string

// The colours of figures, from the primitive colours of the Digital Agency
// Design System (design-tokens 1.1.9): blue for peers, neutral for frames and
// orange for the own value, a pair that people with colour vision deficiencies
// tell apart.
const (
	None     Color = ""
	White    Color = "#ffffff"
	Black    Color = "#000000"
	Ink      Color = "#1a1a1a" // solid-gray-900, text
	Muted    Color = "#595959" // text of less weight, 7.0:1 on white
	Axis     Color = "#767676" // solid-gray-536, 4.5:1 on white
	Grid     Color = "#e6e6e6" // solid-gray-100
	Neutral  Color = "#cccccc" // solid-gray-200
	Paper    Color = "#f2f2f2" // solid-gray-50
	Blue100  Color = "#d9e6ff"
	Blue200  Color = "#c5d7fb"
	Blue400  Color = "#7096f8"
	Blue800  Color = "#0031d8"
	Blue900  Color = "#0017c1"
	Blue1100 Color = "#000071"
	Own      Color = "#c74700" // orange-800, 4.8:1 on white
)

// RGB gives the three channels, 0–255. It panics on a malformed colour, which
// is a fault of the program.
func (c Color) RGB() (r, g, b uint8) {
	if len(c) != 7 || c[0] != '#' {
		panic("chart: malformed colour " + string(c))
	}
	n, err := strconv.ParseUint(string(c[1:]), 16, 32)
	if err != nil {
		panic("chart: malformed colour " + string(c))
	}
	return uint8(n >> 16), uint8(n >> 8), uint8(n)
}

// Luminance is the relative luminance of WCAG 2.2, 0 (black) to 1 (white).
func (c Color) Luminance() float64 {
	r, g, b := c.RGB()
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}

func linear(v uint8) float64 {
	s := float64(v) / 255
	if s <= 0.04045 {
		return s / 12.92
	}
	return math.Pow((s+0.055)/1.055, 2.4)
}

// Contrast is the contrast ratio of WCAG 2.2 between two colours, 1 to 21.
func Contrast(a, b Color) float64 {
	x, y := a.Luminance(), b.Luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// MinContrast is the least contrast of text with its background (WCAG 2.2, 1.4.3).
const MinContrast = 4.5

// InkOn is the text colour for a background; its contrast is at least
// MinContrast, because either black or white has 4.58:1 on every colour.
func InkOn(background Color) Color {
	for _, ink := range []Color{Ink, White} {
		if Contrast(ink, background) >= MinContrast {
			return ink
		}
	}
	return Black
}

// ramp are the stops of the sequential palette, light to dark (blue 50 to 1100).
var ramp = []Color{"#e8f1fe", "#c5d7fb", "#9db7f9", "#7096f8", "#4979f5", "#264af4", "#0017c1", "#000071"}

// Shade is the colour of the sequential palette at t, 0 (least) to 1 (most).
func Shade(t float64) Color {
	if math.IsNaN(t) {
		t = 0
	}
	at := clamp(t, 0, 1) * float64(len(ramp)-1)
	i := min(int(at), len(ramp)-2)
	return mix(ramp[i], ramp[i+1], at-float64(i))
}

func mix(a, b Color, t float64) Color {
	ar, ag, ab := a.RGB()
	br, bg, bb := b.RGB()
	f := func(x, y uint8) int { return int(math.Round(float64(x) + (float64(y)-float64(x))*t)) }
	return Color(fmt.Sprintf("#%02x%02x%02x", f(ar, br), f(ag, bg), f(ab, bb)))
}

// Steps is the sequential palette for n ordered options, least to most.
func Steps(n int) []Color {
	colors := make([]Color, n)
	for i := range colors {
		t := 0.5
		if n > 1 {
			t = float64(i) / float64(n-1)
		}
		colors[i] = Shade(0.04 + 0.9*t)
	}
	return colors
}
