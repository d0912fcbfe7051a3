// Clients that count as one: all of an IPv6 network, however its addresses are written.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { sourceOf } from "../../src/core/client-source.ts";

it.each([
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::9", "2001:db8:1:2::/64"],
  ["2001:0DB8:0001:0002::", "2001:db8:1:2::/64"],
  ["2001:db8::9", "2001:db8:0:0::/64"],
  ["2001:db8::1:2:3:4:5", "2001:db8:0:1::/64"],
  ["::1", "0:0:0:0::/64"],
  ["::", "0:0:0:0::/64"],
  ["64:ff9b::192.0.2.1", "64:ff9b:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["", ""],
  ["unknown", "unknown"],
])("%s is of %s", (address, source) => expect(sourceOf(address)).toBe(source));

it("fast-check prints the seed: the same for all of a network, however written", () => {
  const written = (groups: readonly number[]): string =>
    URL.parse(`http://[${groups.map((group) => group.toString(16)).join(":")}]`)!.hostname.slice(
      1,
      -1,
    );
  const group = fc.oneof(fc.constant(0), fc.nat(0xffff));
  const four = fc.array(group, { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(four, four, (network, host) => {
      fc.pre(network.some((each) => each !== 0));
      expect(sourceOf(written([...network, ...host]))).toBe(
        `${network.map((each) => each.toString(16)).join(":")}::/64`,
      );
    }),
  );
});
