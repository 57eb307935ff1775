package app

import (
	"net/http/httptest"
	"strings"
	"testing"

	"yagura/internal/storetest"
)

// The registers of the demonstration are filled, refer to each other, and can be written
// and read without a change.
func TestDemoRegisters(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		s := small(t, e, 100)
		srv := httptest.NewServer(s.Handler)
		defer srv.Close()
		anna := visit(t, srv, s, respondent)
		if page := anna.get("/registers/ict-contracts"); !strings.Contains(page, "みなと共同センター（架空）") || !strings.Contains(page, "4億2") && !strings.Contains(page, "420,000,000") {
			t.Error(plain(page))
		}
		for _, name := range registerOrder {
			file := anna.get("/registers/" + name + "?format=cp932")
			if page := anna.upload("/registers/"+name+"/import", "file", "a.csv", []byte(file)); !strings.Contains(page, "変更はありません") {
				t.Errorf("%s: %s", name, plain(page))
			}
		}
	})
}
