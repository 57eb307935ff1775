package sheet

import (
	"crypto/sha256"
	"errors"
	"io"
)

// The sizes of the pipeline that feeds the CSV scanner. What the scanner leaves
// unread of one block is copied into the headroom of the next.
const (
	blockSize = 256 << 10
	headroom  = 16 << 10
	blocks    = 4
)

// block is one piece of the stream, at buf[headroom:headroom+n].
type block struct {
	buf []byte
	n   int
}

// pipe reads and hashes a stream ahead of the scanner, on its own goroutine, so
// that neither costs the scanner time.
type pipe struct {
	full     chan *block
	free     chan *block
	stop     chan struct{}
	finished chan struct{}
	sum      [sha256.Size]byte // set when full is closed
	err      error             // likewise
}

func newPipe(r io.Reader) *pipe {
	p := &pipe{
		full: make(chan *block, blocks), free: make(chan *block, blocks),
		stop: make(chan struct{}), finished: make(chan struct{}),
	}
	for range blocks {
		p.free <- &block{buf: make([]byte, headroom+blockSize)}
	}
	go p.run(r)
	return p
}

func (p *pipe) run(r io.Reader) {
	defer close(p.finished)
	defer close(p.full)
	hash := sha256.New()
	for {
		var b *block
		select {
		case b = <-p.free:
		case <-p.stop:
			return
		}
		n, err := io.ReadFull(r, b.buf[headroom:])
		hash.Write(b.buf[headroom : headroom+n])
		b.n = n
		p.full <- b
		if err != nil {
			hash.Sum(p.sum[:0])
			if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				p.err = err
			}
			return
		}
	}
}

// close ends the reading; the stream is not touched after it returns.
func (p *pipe) close() {
	close(p.stop)
	<-p.finished
}
