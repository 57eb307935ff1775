package notice

// For the tests of this package.
var (
	Reachable = reachable
	Signature = signature
)
