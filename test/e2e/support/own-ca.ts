// Certificates of a CA of weir's own, issued as `weir ca issue` does, and a service that tells who asks it.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { openAuthority } from "../../../src/ca/authority.ts";
import { issueInto } from "../../../src/ca/issue.ts";
import { leafNames } from "../../../src/ca/leaf-names.ts";
import type { Site } from "../../support/weir-process.ts";
import type { Upstream } from "./upstream.ts";

export interface Asked {
  /** Of its files, and its path as a SPIFFE ID. */
  readonly name: string;
  readonly dns: string;
  readonly out: Site;
  readonly lifeMs: number;
  /** How long ago it began. */
  readonly ageMs?: number;
}

/** Of the CA in the folder `ca` of a site. */
export async function issueFrom({ folder }: Site, asked: Asked): Promise<void> {
  const { name, dns, out, lifeMs, ageMs = 0 } = asked;
  const nowMs = Date.now() - ageMs;
  const authority = openAuthority(join(folder, "ca"), nowMs);
  const names = leafNames(
    { name, spiffePath: `/${name}`, dns: [dns], ips: [] },
    authority.trustDomain,
  );
  await issueInto(authority, { names, lifeMs, out: out.folder, nowMs });
}

/** Answers with the caller that weir names. */
export async function startTeller(): Promise<Upstream> {
  const server = createServer((asked, reply) => {
    reply.end(String(asked.headers["x-weir-subject"]));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => void server.close() };
}
