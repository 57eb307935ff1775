package notice

import (
	"net/netip"
	"syscall"

	"yagura/internal/errs"
)

// special are the address ranges that aren't of the public internet, where a webhook
// of ours would reach the operator's own machines or nobody. Sources: the IANA
// registries of special-purpose addresses for IPv4 and IPv6 (RFC 6890 and successors),
// and multicast (RFC 5771, RFC 4291). Ranges that carry an IPv4 address inside an
// IPv6 one are refused as a whole.
var special = prefixes(
	"0.0.0.0/8",       // this network (RFC 791)
	"10.0.0.0/8",      // private (RFC 1918)
	"100.64.0.0/10",   // shared by carriers (RFC 6598)
	"127.0.0.0/8",     // loopback (RFC 1122)
	"169.254.0.0/16",  // link-local (RFC 3927), clouds' metadata services among them
	"172.16.0.0/12",   // private (RFC 1918)
	"192.0.0.0/24",    // protocol assignments (RFC 6890)
	"192.0.2.0/24",    // documentation (RFC 5737)
	"192.88.99.0/24",  // 6to4 relays, withdrawn (RFC 7526)
	"192.168.0.0/16",  // private (RFC 1918)
	"198.18.0.0/15",   // benchmarks (RFC 2544)
	"198.51.100.0/24", // documentation (RFC 5737)
	"203.0.113.0/24",  // documentation (RFC 5737)
	"224.0.0.0/4",     // multicast (RFC 5771)
	"240.0.0.0/4",     // reserved, broadcast (RFC 1112, RFC 919)
	"::/96",           // unspecified, loopback, IPv4-compatible (RFC 4291)
	"64:ff9b::/96",    // translation to IPv4 (RFC 6052)
	"64:ff9b:1::/48",  // the same, for local use (RFC 8215)
	"100::/64",        // discarded (RFC 6666)
	"2001::/23",       // protocol assignments, Teredo (RFC 2928, RFC 4380)
	"2001:db8::/32",   // documentation (RFC 3849)
	"2002::/16",       // 6to4 (RFC 3056)
	"3fff::/20",       // documentation (RFC 9637)
	"5f00::/16",       // segment routing (RFC 9602)
	"fc00::/7",        // unique local (RFC 4193)
	"fe80::/10",       // link-local (RFC 4291)
	"fec0::/10",       // site-local, withdrawn (RFC 3879)
	"ff00::/8",        // multicast (RFC 4291)
)

func prefixes(list ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, s := range list {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

// reachable tells whether a webhook may go to an address: one of the public internet,
// or one that the operator allows.
func reachable(a netip.Addr, allowed []netip.Prefix) bool {
	a = a.Unmap().WithZone("")
	within := func(list []netip.Prefix) bool {
		for _, p := range list {
			if p.Contains(a) {
				return true
			}
		}
		return false
	}
	return a.IsValid() && (within(allowed) || !within(special))
}

// dialControl judges the address that is really dialled, after the name was resolved:
// a name can't be changed between the judgement and the connection.
func dialControl(allowed []netip.Prefix) func(network, address string, _ syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		ap, err := netip.ParseAddrPort(address)
		if err != nil || !reachable(ap.Addr(), allowed) {
			return errs.New(errs.Forbidden, "notice: webhooks must not go to %s, which is not an address of the public internet", address)
		}
		return nil
	}
}
