package paper

import "io"

var renderers = map[string]func(io.Writer, *Document) error{"html": HTML, "pdf": PDF, "xlsx": XLSX}
