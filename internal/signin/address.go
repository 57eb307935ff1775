package signin

import "net/netip"

// networkOf is what failures are counted by: an IPv4 address, or the /64 of an IPv6
// address, since one machine has a whole /64 to choose from. A port is left out; a
// text that is no address stands for itself.
func networkOf(from string) string {
	addr, err := netip.ParseAddr(from)
	if err != nil {
		port, err := netip.ParseAddrPort(from)
		if err != nil {
			return from
		}
		addr = port.Addr()
	}
	addr = addr.Unmap().WithZone("")
	if addr.Is4() {
		return addr.String()
	}
	network, err := addr.Prefix(64)
	if err != nil {
		return addr.String()
	}
	return network.String()
}
