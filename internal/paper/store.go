package paper

import (
	"bytes"
	"compress/gzip"
	"encoding/gob"
	"io"

	"yagura/internal/chart"
	"yagura/internal/errs"
)

func init() {
	for _, v := range []any{
		Heading{}, Paragraph{}, List{}, Letter{}, Table{}, Figure{}, KeyFigures{}, Note{}, PageBreak{},
		chart.Bars{}, chart.Change{}, chart.Heat{}, chart.Histogram{}, chart.MiniStack{}, chart.MiniStrip{}, chart.Spark{}, chart.Stack{}, chart.Strip{}, chart.Trend{},
	} {
		gob.Register(v)
	}
}

// stored is the beginning of a stored document; a change of the format changes it.
const stored = "yagura-document/1\n"

// maxStored bounds the memory that reading a document takes, in bytes.
const maxStored = 64 << 20

// Encode packs a document so that Decode gives one that renders to the same bytes: a
// tenth of the size of the page, from which every rendering can be made when someone wants it.
func Encode(d *Document) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(stored)
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, errs.New(errs.Internal, "paper: %w", err)
	}
	if err := gob.NewEncoder(z).Encode(d); err != nil {
		return nil, errs.New(errs.Internal, "paper: encode a document: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, errs.New(errs.Internal, "paper: %w", err)
	}
	return b.Bytes(), nil
}

// Decode reads what Encode made; the error is Invalid.
func Decode(data []byte) (*Document, error) {
	rest, ok := bytes.CutPrefix(data, []byte(stored))
	if !ok {
		return nil, errs.New(errs.Invalid, "paper: no stored document")
	}
	z, err := gzip.NewReader(bytes.NewReader(rest))
	if err != nil {
		return nil, errs.New(errs.Invalid, "paper: a stored document is damaged: %w", err)
	}
	var d Document
	if err := gob.NewDecoder(io.LimitReader(z, maxStored)).Decode(&d); err != nil {
		return nil, errs.New(errs.Invalid, "paper: a stored document is damaged: %w", err)
	}
	return &d, nil
}
