package storetest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// postgres is a server on which tests make databases.
type postgres struct {
	admin    string // URL of a role that may create databases
	role     string // the ordinary role that databases belong to
	password string // of role; "" when role is the one of admin
	run      int64  // tells the databases of test processes apart
}

// server is the PostgreSQL of this test process, found or started on first use.
var server = sync.OnceValues(func() (*postgres, error) {
	admin := os.Getenv("YAGURA_TEST_POSTGRES")
	if admin == "" {
		var err error
		if admin, err = start(); err != nil {
			return nil, err
		}
	}
	s, err := ordinary(admin)
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL can't be used: %w", err)
	}
	return s, nil
})

// ordinary makes sure of a role that row-level security binds.
func ordinary(admin string) (*postgres, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close(ctx) }()
	s := &postgres{admin: admin, run: int64(os.Getpid())}
	var free bool
	if err := conn.QueryRow(ctx, `select rolname, rolsuper or rolbypassrls from pg_roles where rolname = current_user`).Scan(&s.role, &free); err != nil || !free {
		return s, err
	}
	s.role, s.password = fmt.Sprintf("yagura_test_%d", s.run), rand.Text()
	for _, text := range []string{
		"drop role if exists " + s.role,
		fmt.Sprintf("create role %s login nosuperuser nobypassrls password '%s'", s.role, s.password),
	} {
		if _, err := conn.Exec(ctx, text); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// keeper holds the server up for as long as its standard input is open: when the test
// process ends, even by a signal, the pipe closes, and the server goes with its files.
// The line "stop" ends the server at once, as a crash would, "start" starts it again.
const keeper = `
set -eu
trap '' INT HUP
dir=$1 bin=$2 port=$3
trap 'rm -rf "$dir"' EXIT
"$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C -N >"$dir/log" 2>&1
start() {
	"$bin/postgres" -D "$dir/data" -k '' -c listen_addresses=127.0.0.1 -c port="$port" -c fsync=off -c max_connections=200 >>"$dir/log" 2>&1 &
	pid=$!
}
end() {
	kill -"$1" $pid 2>/dev/null || true
	wait $pid || true
}
start
while read -r order; do
	case $order in
	stop) end QUIT ;;
	start) start ;;
	esac
done
end INT
`

// start runs a private server on a port of the loopback interface and tells its URL.
func start() (string, error) {
	dsn, _, err := launch()
	return dsn, err
}

// launch is start with the keeper's ear. PostgreSQL refuses to run as root, so root
// runs it as the user postgres, which the package makes.
func launch() (dsn string, orders io.Writer, err error) {
	bin, err := installation()
	if err != nil {
		return "", nil, err
	}
	dir, err := os.MkdirTemp("", "yagura-postgres-")
	if err != nil {
		return "", nil, err
	}
	port, err := freePort()
	if err != nil {
		return "", nil, err
	}
	args := []string{"sh", "-c", keeper, "keeper", dir, bin, strconv.Itoa(port)}
	if os.Geteuid() == 0 {
		if out, err := exec.Command("chown", "postgres", dir).CombinedOutput(); err != nil {
			return "", nil, fmt.Errorf("as root it runs as the user postgres: %s", bytes.TrimSpace(out))
		}
		args = append([]string{"runuser", "-u", "postgres", "--"}, args...)
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = dir
	if orders, err = cmd.StdinPipe(); err != nil { // stays open until this process ends
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	gone := make(chan error, 1)
	go func() { gone <- cmd.Wait() }()
	dsn = (&url.URL{Scheme: "postgres", User: url.User("postgres"), Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), Path: "/postgres",
		RawQuery: "sslmode=disable"}).String()
	return dsn, orders, await(dsn, filepath.Join(dir, "log"), gone)
}

func await(dsn, log string, gone <-chan error) error {
	for range 1200 { // a busy machine needs its time
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		conn, err := pgx.Connect(ctx, dsn)
		if err == nil {
			err = conn.Close(ctx)
		}
		cancel()
		if err == nil {
			return nil
		}
		select {
		case err := <-gone:
			return fmt.Errorf("the private server didn't start: %w", err)
		case <-time.After(100 * time.Millisecond):
		}
	}
	text, _ := os.ReadFile(log)
	return fmt.Errorf("the private server didn't answer in two minutes: %s", bytes.TrimSpace(text))
}

// installation is the newest one where Debian's packages put it.
func installation() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errors.New("YAGURA_TEST_POSTGRES is not set and there is no installation in /usr/lib/postgresql (Debian: apt-get install postgresql)")
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(strings.Split(path, "/")[4])
		return n
	}
	return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })), nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil
}
