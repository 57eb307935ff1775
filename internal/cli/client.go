package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"yagura/internal/errs"
)

// remote names the server that commands work on for a person of an organisation. The
// token stands in the environment alone, where no list of processes shows it.
type remote struct {
	Server string `required:"" env:"YAGURA_SERVER" help:"${cli_help_flag_server}"`
}

// client is a server with the token of who asks.
type client struct {
	*run
	base, token string
	http        http.Client
}

// patience is how long an answer may take.
const patience = 2 * time.Minute

func (c remote) client(r *run) (*client, error) {
	token := r.secret("YAGURA_TOKEN")
	if token == "" {
		return nil, fail("cli.register.no-token")
	}
	u, err := url.Parse(c.Server)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fail("cli.register.bad-server", "value", c.Server)
	}
	return &client{r, strings.TrimSuffix(c.Server, "/"), token, http.Client{Timeout: patience}}, nil
}

// answer is what came back.
type answer struct {
	body []byte
	name string // of a file, as the server calls it
}

// refusal is a problem (RFC 9457) with which the server refused.
type refusal struct {
	Title   string          `json:"title"`
	Detail  string          `json:"detail"`
	Current json.RawMessage `json:"current"`
	Errors  []struct {
		At      string `json:"at"`
		Message string `json:"message"`
	} `json:"errors"`
}

// ask sends a request to the API. The error is Invalid when the request is refused, with
// the server's own words, Unavailable when there is no answer.
func (c *client) ask(method, path string, query url.Values, body []byte) (answer, error) {
	at := c.base + "/api" + path
	if len(query) > 0 {
		at += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(c.ctx, method, at, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Accept-Language", string(c.lang))
	res, err := c.http.Do(req)
	if err != nil {
		if c.ctx.Err() != nil {
			return answer{}, c.ctx.Err()
		}
		var of *url.Error
		if errors.As(err, &of) {
			err = of.Err
		}
		return answer{}, errs.New(errs.Unavailable, "%w", fail("cli.register.no-answer", "server", c.base, "why", err))
	}
	defer func() { _ = res.Body.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(res.Body, 256<<20))
	if err != nil {
		return answer{}, err
	}
	if res.StatusCode >= 400 {
		return answer{}, c.refused(res.StatusCode, data)
	}
	out := answer{body: data}
	if _, params, err := mime.ParseMediaType(res.Header.Get("Content-Disposition")); err == nil {
		out.name = params["filename"]
	}
	return out, nil
}

func (c *client) refused(status int, data []byte) error {
	var p refusal
	if json.Unmarshal(data, &p) != nil || p.Detail == "" {
		return fail("cli.register.not-yagura", "server", c.base, "status", status)
	}
	text := p.Detail
	for _, e := range p.Errors {
		text += "\n  " + strings.TrimSpace(e.At+" "+e.Message)
	}
	return fail("cli.register.refused", "why", text)
}

// get reads a JSON answer.
func (c *client) get(path string, query url.Values, into any) error {
	a, err := c.ask(http.MethodGet, path, query, nil)
	if err != nil {
		return err
	}
	if json.Unmarshal(a.body, into) != nil {
		return fail("cli.register.not-yagura", "server", c.base, "status", http.StatusOK)
	}
	return nil
}

// pages goes through all parts of a list.
func (c *client) pages(path string, query url.Values, each func(json.RawMessage) error) error {
	for {
		var part struct {
			Items []json.RawMessage `json:"items"`
			Next  string            `json:"next"`
		}
		if err := c.get(path, query, &part); err != nil {
			return err
		}
		for _, item := range part.Items {
			if err := each(item); err != nil {
				return err
			}
		}
		if part.Next == "" {
			return nil
		}
		query.Set("after", part.Next)
	}
}
