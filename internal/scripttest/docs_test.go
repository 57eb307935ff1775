package scripttest

import (
	"bufio"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

const root = "../.."

// documents are the pages that show command lines.
func documents(t *testing.T) []string {
	t.Helper()
	guides, err := filepath.Glob(filepath.Join(root, "docs/guide/*.md"))
	if err != nil {
		t.Fatal(err)
	}
	return append([]string{filepath.Join(root, "README.md"), filepath.Join(root, "README.ja.md")}, guides...)
}

var (
	shellBlock = regexp.MustCompile("(?ms)^```sh\n(.*?)^```")
	inlineCode = regexp.MustCompile("`([^`\n]+)`")
	written    = regexp.MustCompile(`\s(?:--out|-o|--annotate)[ =](\S+)`)
	server     = regexp.MustCompile(`^yagura (demo --serve|serve)\b`)
	ready      = regexp.MustCompile(`http://\S+`)
	fullDemo   = regexp.MustCompile(`^yagura demo( --|$)`)
)

// TestDocumentedCommands runs what each document tells a reader to type, in the
// order of the document and in a folder of its own, and wants to find what is
// said to be written.
func TestDocumentedCommands(t *testing.T) {
	n, all := 0, &whole{dir: t.TempDir(), made: map[string]bool{}}
	for _, doc := range documents(t) {
		text, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range shellBlock.FindAllStringSubmatch(string(text), -1) {
			n += len(commandsOf(block[1]))
		}
		t.Run(filepath.Base(doc), func(t *testing.T) {
			t.Parallel()
			follow(t, all, string(text))
		})
	}
	if n < 10 {
		t.Errorf("the documents show %d commands: the test has lost them", n)
	}
}

// commandsOf are the lines of a block, continued lines joined, the program by its name.
func commandsOf(block string) []string {
	var list []string
	for line := range strings.Lines(strings.ReplaceAll(block, "\\\n", " ")) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "#") {
			list = append(list, strings.Replace(line, "go run ./cmd/yagura", "yagura", 1))
		}
	}
	return list
}

func follow(t *testing.T, all *whole, text string) {
	t.Helper()
	dir := t.TempDir()
	outputs := map[string]bool{}
	for _, block := range shellBlock.FindAllStringSubmatch(text, -1) {
		for _, line := range commandsOf(block[1]) {
			if fullDemo.MatchString(line) && os.Getenv("YAGURA_SYSTEM_TESTS") != "1" {
				t.Logf("left out, it takes a minute: %s (YAGURA_SYSTEM_TESTS=1 runs it)", line)
				continue
			}
			if target, ok := strings.CutPrefix(line, "make "); ok {
				hasTarget(t, target)
				continue
			}
			switch {
			case server.MatchString(line):
				serves(t, dir, line)
			case fullDemo.MatchString(line):
				all.run(t, dir, line)
			default:
				shell(t, dir, line)
			}
			for _, out := range written.FindAllStringSubmatch(line, -1) {
				outputs[out[1]] = true
				exists(t, dir, out[1], line)
			}
		}
	}
	for _, code := range inlineCode.FindAllStringSubmatch(text, -1) {
		top, rest, below := strings.Cut(code[1], "/")
		if below && outputs[top] && !strings.ContainsAny(rest, " *…<{") {
			exists(t, dir, code[1], "the text")
		}
	}
}

// serves starts a server on a port of its own, opens the page that it names, and
// stops it as Ctrl-C does.
func serves(t *testing.T, dir, line string) {
	t.Helper()
	cmd := exec.Command("sh", "-c", "exec "+line+" --addr 127.0.0.1:0")
	cmd.Dir = dir
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	opened := false
	for lines := bufio.NewScanner(said); lines.Scan(); {
		if url := ready.FindString(lines.Text()); url != "" && !opened {
			res, err := http.Get(url + "/signin")
			if err != nil || res.StatusCode != http.StatusOK {
				t.Errorf("%s: %s: %v %v", line, url, res, err)
			}
			opened = true
			_ = cmd.Process.Signal(os.Interrupt) // if it has gone already, Wait tells
		}
	}
	if err := cmd.Wait(); err != nil || !opened {
		t.Errorf("%s: %v; opened: %t", line, err, opened)
	}
}

func shell(t *testing.T, dir, line string) {
	t.Helper()
	cmd := exec.Command("sh", "-c", line)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", line, err, out)
	}
}

// whole makes the demo of the whole sector once for all documents: every
// institution gets its feedback in three forms.
type whole struct {
	sync.Mutex
	dir  string
	made map[string]bool // by command line
}

func (w *whole) run(t *testing.T, dir, line string) {
	t.Helper()
	w.Lock()
	defer w.Unlock()
	out := written.FindStringSubmatch(line)[1]
	if !w.made[line] {
		shell(t, w.dir, line)
		w.made[line] = true
		for _, ext := range []string{".html", ".pdf", ".xlsx"} {
			if files, _ := filepath.Glob(filepath.Join(w.dir, out, "reports/feedback/*"+ext)); len(files) != 498 {
				t.Errorf("%s wrote %d feedback files %s", line, len(files), ext)
			}
		}
	}
	if err := os.Symlink(filepath.Join(w.dir, out), filepath.Join(dir, out)); err != nil {
		t.Fatal(err)
	}
}

func exists(t *testing.T, dir, name, where string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
		t.Errorf("%s names %s, which was not written", where, name)
	}
}

func hasTarget(t *testing.T, target string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), "\n"+target+":") {
		t.Errorf("the Makefile has no target %q", target)
	}
}
