/** 127.0.0.0/8 in dotted decimals (RFC 1122, 3.2.1.3), each at most 255. */
const IPV4_LOOPBACK = /^127(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}$/;
/** An IPv4 address in IPv6 (RFC 4291, 2.5.5.2): `::ffff:127.0.0.1`, which URL writes `::ffff:7f00:1`. */
const IPV4_MAPPED_PREFIX = "::ffff:";
const MAPPED_LOOPBACK = /^7f[0-9a-f]{2}:[0-9a-f]{1,4}$/;

/**
 * Whether only processes of this machine can reach `host`: a name or an address, an IPv6 one with or
 * without the brackets of a URL. Looks nothing up, and takes a way of writing an address that is not
 * usual (`0:0:0:0:0:0:0:1`) for one that others can reach, which is the safe mistake.
 */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  const address = name.startsWith("[") && name.endsWith("]") ? name.slice(1, -1) : name;
  if (address === "localhost" || address === "::1") return true;
  if (!address.startsWith(IPV4_MAPPED_PREFIX)) return IPV4_LOOPBACK.test(address);
  const mapped = address.slice(IPV4_MAPPED_PREFIX.length);
  return IPV4_LOOPBACK.test(mapped) || MAPPED_LOOPBACK.test(mapped);
}
