package screening

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestChainProperties: of any table of parties, what the chain does not reach has exactly
// one finding at its entrusting code or hangs below one that has; what it reaches comes
// after the one who entrusts it, one rank below.
func TestChainProperties(t *testing.T) {
	e := edition(t)
	rapid.Check(t, func(t *rapid.T) {
		n := Notification{Kind: Maintenance}
		size := rapid.IntRange(1, 8).Draw(t, "size")
		code := rapid.Custom(func(t *rapid.T) string { return fmt.Sprintf("P%d", rapid.IntRange(0, size).Draw(t, "i")) })
		for i := range size {
			p := Party{No: fmt.Sprintf("P%d", i), Name: fmt.Sprint(i), Role: rapid.SampledFrom([]Role{Entrusted, Reentrusted, Reentrusted, Supplier}).Draw(t, "role")}
			if p.Role == Reentrusted && rapid.IntRange(0, 9).Draw(t, "gap") > 0 {
				p.Via = code.Draw(t, "via")
			}
			n.Parties = append(n.Parties, p)
		}
		rank := map[string]int{}
		for _, l := range n.Chain() {
			if l.Role == Entrusted && l.Rank != 1 || l.Role == Reentrusted && rank[l.Via] != l.Rank-1 {
				t.Fatalf("%+v", l)
			}
			rank[l.No] = l.Rank
		}
		c := &checker{n: &n, e: e}
		c.chain()
		faulty := map[string]bool{}
		for _, f := range c.found {
			faulty[f.Pointer] = true
		}
		for i, p := range n.Parties {
			if p.Role != Reentrusted {
				continue
			}
			here := faulty[row("fac.parties", i, "via")]
			if rank[p.No] > 0 && here {
				t.Fatalf("%s is reached and faulty: %v", p.No, n.Parties)
			}
			if rank[p.No] == 0 && !here && !blamed(&n, p, faulty) {
				t.Fatalf("%s is lost without a finding: %v", p.No, n.Parties)
			}
		}
	})
}

// blamed reports whether a party above p has a finding.
func blamed(n *Notification, p Party, faulty map[string]bool) bool {
	for range n.Parties {
		for i, up := range n.Parties {
			if up.No == p.Via {
				if faulty[row("fac.parties", i, "via")] {
					return true
				}
				p = up
				break
			}
		}
	}
	return false
}

func FuzzDecode(f *testing.F) {
	data, err := os.ReadFile("testdata/both.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"form":"facility-notifications@2024","answers":{"fac.kind":"both","fac.parties":[{"no":"A"}]}}`))
	f.Add([]byte("answers: {fac.parties: [1], fac.kind: {state: unknown}, x: }\n"))
	f.Add([]byte("a: &a [*a, *a]\n"))
	f.Add([]byte("events: [{kind: filed, on: x}]\nanswers:\n  fac.start: [a]\n"))
	fm, e := theForm(f), edition(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		x, found := Decode("f", data)
		if (x == nil) == (len(found) == 0) {
			t.Fatal("neither a file nor a finding")
		}
		if x == nil {
			return
		}
		a, found := x.Answers("f", fm)
		for _, fd := range append(found, e.Check(fm, a, nil, today)...) {
			if strings.Contains(fd.Message.JA, "{") && !strings.Contains(string(data), "{") || fd.Message.JA == "" {
				t.Fatalf("%+v", fd)
			}
		}
		if events, err := x.Review(); err == nil {
			_, _ = e.Clock(events, today)
		}
	})
}
