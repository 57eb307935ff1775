package roi

import "io"

// ahead reads a file in a goroutine of its own, so that unpacking and checking
// of one file share two processors. At most three blocks are under way.
type ahead struct {
	full, free chan []byte
	stop       chan struct{}
	cur, rest  []byte
	err        error // valid once full is closed
}

const block = 128 << 10

func readAhead(src io.Reader) *ahead {
	a := &ahead{full: make(chan []byte, 3), free: make(chan []byte, 3), stop: make(chan struct{})}
	for range 3 {
		a.free <- make([]byte, block)
	}
	go func() {
		defer close(a.full)
		for {
			select {
			case <-a.stop:
				return
			case b := <-a.free:
				n, err := io.ReadFull(src, b[:block])
				if n > 0 {
					a.full <- b[:n]
				}
				if err != nil {
					if err == io.ErrUnexpectedEOF {
						err = io.EOF
					}
					a.err = err
					return
				}
			}
		}
	}()
	return a
}

func (a *ahead) Read(p []byte) (int, error) {
	if len(a.rest) == 0 {
		if a.cur != nil {
			a.free <- a.cur
			a.cur = nil
		}
		b, ok := <-a.full
		if !ok {
			return 0, a.err
		}
		a.cur, a.rest = b, b
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// Close ends the goroutine and waits for it, so that the source may be closed.
func (a *ahead) Close() error {
	close(a.stop)
	for range a.full {
	}
	return nil
}
