package screening

import (
	"yagura/internal/form"
	"yagura/internal/record"
)

// Books are the registers from which a notification is filled.
var Books = []string{"ict-vendors", "ict-contracts", "ict-services"}

// SourceOf is what registers (register.Store.Books) know of a service; false when it is
// not there.
func SourceOf(books map[string][]record.Full, service string) (Source, bool) {
	find := func(book, id string) form.Answers {
		for _, r := range books[book] {
			if r.ID == id {
				return r.Draft.Answers
			}
		}
		return nil
	}
	srv := find("ict-services", service)
	if srv == nil {
		return Source{}, false
	}
	s := Source{Service: service, Function: word(srv, "srv.function"), Name: word(srv, "srv.name")}
	vendor := word(find("ict-contracts", word(srv, "srv.contract")), "con.vendor")
	if ven := find("ict-vendors", vendor); ven != nil {
		s.Provider = Company{Vendor: vendor, Name: word(ven, "ven.name"), Country: word(ven, "ven.country"), Number: word(ven, "ven.corporate_number")}
	}
	for _, r := range rows(srv, "srv.chain") {
		rank, _ := r["rank"].Value.(int64)
		s.Chain = append(s.Chain, Company{Name: word(r, "name"), Country: word(r, "country"), Number: word(r, "number"), Task: word(r, "task"), Rank: int(max(rank, 2))})
	}
	return s, true
}
