package notice_test

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
)

// smtpServer is a mail server (RFC 5321) that keeps what it is given. Its listener can
// be closed and opened again on the same port.
type smtpServer struct {
	addr string
	mu   sync.Mutex
	lis  net.Listener
	got  []received
	rcpt func(to string) string // the reply to RCPT; nil takes everybody
	data string                 // the reply after the content; empty accepts
	drop bool                   // hang up instead of taking the content
	conn map[net.Conn]bool
	wg   sync.WaitGroup
}

type received struct {
	from, to string
	raw      string
}

func newSMTP(t *testing.T) *smtpServer {
	s := &smtpServer{addr: "127.0.0.1:0", conn: map[net.Conn]bool{}}
	s.up(t)
	t.Cleanup(s.down)
	return s
}

func (s *smtpServer) up(t *testing.T) {
	t.Helper()
	lis, err := net.Listen("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	s.lis, s.addr = lis, lis.Addr().String()
	s.mu.Unlock()
	s.wg.Go(func() {
		for {
			c, err := lis.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conn[c] = true
			s.mu.Unlock()
			s.wg.Go(func() { s.serve(c) })
		}
	})
}

func (s *smtpServer) down() {
	s.mu.Lock()
	_ = s.lis.Close()
	for c := range s.conn {
		_ = c.Close()
	}
	s.mu.Unlock()
	s.wg.Wait()
}

func (s *smtpServer) port(t *testing.T) int {
	t.Helper()
	_, p, err := net.SplitHostPort(s.addr)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	if _, err := fmt.Sscan(p, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func (s *smtpServer) serve(c net.Conn) {
	defer func() {
		_ = c.Close()
		s.mu.Lock()
		delete(s.conn, c)
		s.mu.Unlock()
	}()
	r := bufio.NewReader(c)
	say := func(line string) { _, _ = io.WriteString(c, line+"\r\n") }
	say("220 mail.example ESMTP")
	var m received
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		verb, _, _ := strings.Cut(strings.ToUpper(line), " ")
		switch verb {
		case "EHLO", "HELO":
			say("250-mail.example\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES")
		case "MAIL":
			m = received{from: inAngles(line)}
			say("250 2.1.0 ok")
		case "RCPT":
			m.to = inAngles(line)
			say(s.reply(m.to))
		case "DATA":
			if s.drop {
				return
			}
			say("354 go on")
			s.take(r, &m, say)
		case "QUIT":
			say("221 2.0.0 bye")
			return
		default: // NOOP, RSET
			say("250 2.0.0 ok")
		}
	}
}

func (s *smtpServer) reply(to string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rcpt != nil {
		return s.rcpt(to)
	}
	return "250 2.1.5 ok"
}

func (s *smtpServer) take(r *bufio.Reader, m *received, say func(string)) {
	var raw strings.Builder
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		if line == ".\r\n" {
			break
		}
		raw.WriteString(strings.TrimPrefix(line, "."))
	}
	m.raw = raw.String()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.data != "" {
		say(s.data)
		return
	}
	s.got = append(s.got, *m)
	say("250 2.0.0 taken")
}

func inAngles(line string) string {
	_, rest, _ := strings.Cut(line, "<")
	addr, _, _ := strings.Cut(rest, ">")
	return addr
}

// letters are the mails so far, decoded.
func (s *smtpServer) letters(t *testing.T) []decoded {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []decoded
	for _, m := range s.got {
		msg, err := mail.ReadMessage(strings.NewReader(m.raw))
		if err != nil {
			t.Fatal(err)
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject"))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, msg.Body))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, decoded{received: m, header: msg.Header, subject: subject, body: strings.ReplaceAll(string(body), "\r\n", "\n")})
	}
	return out
}

type decoded struct {
	received
	header        mail.Header
	subject, body string
}
