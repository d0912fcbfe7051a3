// Whether an IP address is in one of some blocks.
import { BlockList, isIP } from "node:net";

const ALL_BITS = { 4: 32, 6: 128 } as const;

/** The test for blocks in CIDR notation, or single addresses. IPv4 in IPv6 counts as IPv4; a name is in none. */
export function createBlockTest(blocks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const block of blocks) {
    const [network = "", prefix] = block.split("/");
    const family = isIP(network) === 6 ? 6 : 4;
    list.addSubnet(network, Number(prefix ?? ALL_BITS[family]), typeOf(family));
  }
  return (address) => {
    const family = isIP(address);
    return family !== 0 && list.check(address, typeOf(family));
  };
}

function typeOf(family: number): "ipv4" | "ipv6" {
  return family === 6 ? "ipv6" : "ipv4";
}
