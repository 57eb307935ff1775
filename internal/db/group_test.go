package db_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"yagura/internal/db"
	"yagura/internal/errs"
)

// line is a SQLite database whose writers come one after the other: the first keeps its
// turn until go is called, so that the others share its transaction.
type line struct {
	*db.DB
	t     *testing.T
	first chan struct{}
	all   sync.WaitGroup
	mu    sync.Mutex
	errs  map[string]error // of those that have returned
}

func newLine(t *testing.T, setup ...string) *line {
	t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, filepath.Join(t.TempDir(), "line.db"), module())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() }) // the folder goes away
	if err := d.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	for _, text := range setup {
		if err := d.Raw(ctx, text); err != nil {
			t.Fatal(err)
		}
	}
	l := &line{DB: d, t: t, first: make(chan struct{}), errs: map[string]error{}}
	held := make(chan struct{})
	var once sync.Once
	l.add("first", func(tx *db.Tx) error {
		once.Do(func() { close(held) }) // it may have to run again
		<-l.first
		return put1(tx, "first")
	})
	<-held
	return l
}

func (l *line) add(name string, fn func(tx *db.Tx) error) { l.addUnder(context.Background(), name, fn) }

// addUnder puts a writer at the end of the line.
func (l *line) addUnder(ctx context.Context, name string, fn func(tx *db.Tx) error) {
	l.t.Helper()
	before := l.Waiting()
	began := make(chan struct{}, 9)
	l.all.Go(func() {
		err := errors.New("it panicked")
		defer func() {
			if what := recover(); what != nil && what != "boom" {
				panic(what)
			}
			l.mu.Lock()
			defer l.mu.Unlock()
			l.errs[name] = err
		}()
		err = l.Tenant("b1").Tx(ctx, func(tx *db.Tx) error {
			began <- struct{}{}
			return fn(tx)
		})
	})
	for l.Waiting() == before && len(began) == 0 {
		time.Sleep(time.Millisecond)
	}
}

// goOn lets the first finish and waits for all.
func (l *line) goOn() {
	close(l.first)
	l.all.Wait()
}

func (l *line) returned() (names []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for n := range l.errs {
		names = append(names, n)
	}
	return names
}

func (l *line) stored(want ...string) {
	l.t.Helper()
	got, err := db.All[string](context.Background(), l.System("test"), `select id from doc order by id`, nil)
	slices.Sort(want)
	if err != nil || !slices.Equal(got, want) {
		l.t.Errorf("stored %v, want %v: %v", got, want, err)
	}
}

func put1(tx *db.Tx, id string) error {
	_, err := tx.Exec(context.Background(), insertDoc, doc{ID: id})
	return err
}

// Each member of a shared transaction stands or falls alone, however it ends.
func TestGroupMembersFallAlone(t *testing.T) {
	var kinds strings.Builder
	for i := range 40 {
		fmt.Fprintf(&kinds, ", ('k%d', '')", i)
	}
	l := newLine(t, "insert into kind (id, label) values ('k', '')"+kinds.String())
	mine := errors.New("mine")
	ended, end := context.WithCancel(context.Background())
	tries := 0
	l.add("good", func(tx *db.Tx) error { tries++; return put1(tx, "good") })
	l.add("fails", func(tx *db.Tx) error { return errors.Join(put1(tx, "fails"), mine) })
	l.add("panics", func(tx *db.Tx) error { _ = put1(tx, "panics"); panic("boom") })
	l.addUnder(ended, "ends", func(tx *db.Tx) error {
		time.AfterFunc(5*time.Millisecond, end)
		// It takes some tenths of a second; cut off in the middle, it would take the others with it.
		if _, err := tx.Exec(ended, `insert into doc (tenant, id, title) select :tenant, 'ends' || count(*), '' from kind a, kind b, kind c, kind d`, nil); err != nil {
			return err
		}
		_, err := tx.Exec(ended, insertDoc, doc{ID: "ends"})
		return err
	})
	l.add("twice", func(tx *db.Tx) error { return put1(tx, "good") })
	l.add("recovers", func(tx *db.Tx) error {
		if put1(tx, "good") == nil {
			return mine
		}
		return put1(tx, "recovers")
	})
	l.add("reads", func(tx *db.Tx) error {
		n, err := db.One[int64](context.Background(), tx, `select count(*) from doc where tenant = :tenant`, nil)
		if n != 3 {
			err = fmt.Errorf("it sees %d rows", n)
		}
		return err
	})
	l.goOn()
	l.stored("first", "good", "recovers")
	if tries != 1 {
		t.Errorf("another's end made it run %d times", tries)
	}
	for _, n := range []string{"first", "good", "recovers", "reads"} {
		if l.errs[n] != nil {
			t.Errorf("%s: %v", n, l.errs[n])
		}
	}
	if l.errs["fails"] == nil || !errors.Is(l.errs["fails"], mine) || l.errs["panics"] == nil {
		t.Errorf("%v", l.errs)
	}
	wantKind(t, l.errs["ends"], errs.Unavailable)
	wantKind(t, l.errs["twice"], errs.Conflict)
}

// Nobody is told that it is stored, and nobody sees it, before the commit.
func TestGroupAnswersAfterTheCommit(t *testing.T) {
	l := newLine(t)
	inside, leave := make(chan struct{}), make(chan struct{})
	l.add("early", func(tx *db.Tx) error { return put1(tx, "early") })
	l.add("refused", func(tx *db.Tx) error { return put1(tx, "early") })
	l.add("late", func(tx *db.Tx) error { close(inside); <-leave; return put1(tx, "late") })
	close(l.first)
	<-inside
	time.Sleep(50 * time.Millisecond)
	if r := l.returned(); len(r) > 0 {
		t.Errorf("%v were told before the commit", r)
	}
	l.stored()
	close(leave)
	l.all.Wait()
	l.stored("first", "early", "late")
}

// Members take their turns in the order they came, and what one undid is not seen by the next.
func TestGroupOrder(t *testing.T) {
	l := newLine(t, `insert into kind (id, label) values ('n', '')`)
	want := ""
	for i := range 40 { // more than share one transaction
		name := string(rune('A' + i))
		if i%5 != 4 {
			want += name
		}
		l.add(name, func(tx *db.Tx) error {
			_, err := tx.Exec(context.Background(), `update kind set label = label || :name where id = 'n'`, db.Args{"name": name})
			if i%5 == 4 {
				err = errors.Join(err, errors.New("mine"))
			}
			return err
		})
	}
	l.goOn()
	got, err := db.One[string](context.Background(), l.Common(), `select label from kind where id = 'n'`, nil)
	if err != nil || got != want {
		t.Errorf("%s, want %s: %v", got, want, err)
	}
}

// A commit that fails fails all, also one that was refused for what another had changed.
func TestGroupCommitFailsForAll(t *testing.T) {
	// No migration may have a deferred constraint: it is the one way to make a commit fail.
	l := newLine(t, `drop table remark`, `create table remark (tenant text not null, id text not null, about text not null,
		foreign key (tenant, about) references doc (tenant, id) deferrable initially deferred)`)
	l.add("good", func(tx *db.Tx) error { return put1(tx, "good") })
	l.add("deferred", func(tx *db.Tx) error {
		_, err := tx.Exec(context.Background(), `insert into remark (tenant, id, about) values (:tenant, 'r', 'nowhere')`, nil)
		return err
	})
	l.add("refused", func(tx *db.Tx) error { return put1(tx, "good") })
	l.goOn()
	l.stored()
	for _, n := range []string{"first", "good", "deferred", "refused"} {
		wantKind(t, l.errs[n], errs.Invalid)
	}
	if err := l.Tenant("b1").Tx(context.Background(), func(tx *db.Tx) error { return put1(tx, "after") }); err != nil {
		t.Error(err)
	}
	l.stored("after")
}

// When the engine gives the transaction up because of one member, the others are stored
// by another transaction, once.
func TestGroupOutlivesAFullDisk(t *testing.T) {
	l := newLine(t, `pragma max_page_count = 60`)
	l.add("good", func(tx *db.Tx) error { return put1(tx, "good") })
	l.add("big", func(tx *db.Tx) error {
		_, err := tx.Exec(context.Background(), insertDoc, doc{ID: "big", Body: make([]byte, 1<<20)})
		if err == nil {
			return nil
		}
		return put1(tx, "on") // it must not be stored alone
	})
	l.add("last", func(tx *db.Tx) error { return put1(tx, "last") })
	l.goOn()
	l.stored("first", "good", "last")
	wantKind(t, l.errs["big"], errs.Unavailable)
	if l.errs["good"] != nil || l.errs["last"] != nil || l.errs["first"] != nil {
		t.Errorf("%v", l.errs)
	}
}

// A context that ends while waiting gives the place up; one that ends at any other
// moment either stored what it was told or nothing.
func TestGroupWhileContextsEnd(t *testing.T) {
	l := newLine(t)
	ctx, end := context.WithCancel(context.Background())
	l.addUnder(ctx, "gone", func(tx *db.Tx) error { return put1(tx, "gone") })
	l.add("stays", func(tx *db.Tx) error { return put1(tx, "stays") })
	end()
	for len(l.returned()) == 0 {
		time.Sleep(time.Millisecond)
	}
	wantKind(t, l.errs["gone"], errs.Unavailable)
	l.goOn()
	l.stored("first", "stays")
	var all sync.WaitGroup
	for i := range 8 {
		random := rand.New(rand.NewPCG(1, uint64(i)))
		all.Go(func() {
			for n := range 60 {
				ctx, end := context.WithTimeout(context.Background(), time.Duration(random.IntN(3000))*time.Microsecond)
				id := fmt.Sprintf("%d-%d", i, n)
				_, err := l.Tenant("b2").Exec(ctx, insertDoc, doc{ID: id})
				end()
				there, err2 := db.One[int64](context.Background(), l.Tenant("b2"), `select count(*) from doc where tenant = :tenant and id = :id`, db.Args{"id": id})
				if err2 != nil || (there == 1) != (err == nil) {
					t.Errorf("%d rows, and it was told %v (%v)", there, err, err2)
				}
			}
		})
	}
	all.Wait()
	if l.Waiting() != 0 {
		t.Error("somebody still waits")
	}
}

// A transaction that was kept beyond its end can't reach into the next member's.
func TestGroupMemberIsOver(t *testing.T) {
	l := newLine(t)
	var kept *db.Tx
	l.add("keeps", func(tx *db.Tx) error { kept = tx; return put1(tx, "keeps") })
	l.add("next", func(tx *db.Tx) error {
		if err := put1(kept, "late"); !errors.Is(err, db.ErrRefused) || !strings.Contains(err.Error(), "over") {
			return fmt.Errorf("it is still open: %w", err)
		}
		return put1(tx, "next")
	})
	l.goOn()
	if l.errs["next"] != nil {
		t.Error(l.errs["next"])
	}
	l.stored("first", "keeps", "next")
}
