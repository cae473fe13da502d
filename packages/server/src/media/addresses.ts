/**
 * Which addresses are on the public internet. Everything that is private, local to a link or a machine, shared,
 * reserved, for documentation, multicast, or a way to write one of these in IPv6 is not. Source: IANA's IPv4 and IPv6
 * Special-Purpose Address Registries (RFC 6890 and its updates).
 */

import { BlockList, isIPv4, isIPv6 } from "node:net";

const NOT_PUBLIC_V4 = [
	["0.0.0.0", 8],
	["10.0.0.0", 8],
	["100.64.0.0", 10],
	["127.0.0.0", 8],
	["169.254.0.0", 16],
	["172.16.0.0", 12],
	["192.0.0.0", 24],
	["192.0.2.0", 24],
	["192.31.196.0", 24],
	["192.52.193.0", 24],
	["192.88.99.0", 24],
	["192.168.0.0", 16],
	["192.175.48.0", 24],
	["198.18.0.0", 15],
	["198.51.100.0", 24],
	["203.0.113.0", 24],
	["224.0.0.0", 3],
] as const;

/** Global unicast; what lies outside (loopback, link-local, unique local, IPv4 written in IPv6, NAT64) is not public. */
const GLOBAL_V6 = ["2000::", 3] as const;
const NOT_PUBLIC_V6 = [
	["2001::", 23],
	["2001:db8::", 32],
	["2002::", 16],
	["2620:4f:8000::", 48],
	["3fff::", 20],
] as const;

const refused = new BlockList();
for (const [network, prefix] of NOT_PUBLIC_V4) refused.addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of NOT_PUBLIC_V6) refused.addSubnet(network, prefix, "ipv6");
const global = new BlockList();
global.addSubnet(...GLOBAL_V6, "ipv6");

/** Whether an IP address, in any spelling, is one of the public internet. Anything else is not. */
export function isPublicAddress(address: string): boolean {
	if (isIPv4(address)) return !refused.check(address, "ipv4");
	// A zone (fe80::1%eth0) names a link of this machine.
	if (!isIPv6(address) || address.includes("%")) return false;
	return global.check(address, "ipv6") && !refused.check(address, "ipv6");
}
