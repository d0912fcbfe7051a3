// Which addresses are this machine's own (RFC 6890).
import { createBlockTest } from "./address-blocks.ts";

/** Of an IP address, IPv4 in IPv6 included; a name is none. */
export const isLoopback = createBlockTest(["127.0.0.0/8", "::1"]);
