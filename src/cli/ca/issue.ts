// `weir ca issue`: a certificate for one service, with a key of its own.
import { Command, InvalidArgumentError } from "commander";
import { openAuthority } from "../../ca/authority.ts";
import { issueInto, type LeafIssue } from "../../ca/issue.ts";
import { leafNames } from "../../ca/leaf-names.ts";
import { SHORTEST_LIFE_MS } from "../../ca/lifetime.ts";
import { type CaOptions, telling, type Told, utc, withFolder } from "./command.ts";
import { type TimeUnit, timeSpanMs } from "../../core/time-span.ts";

interface IssueOptions extends CaOptions {
  readonly spiffePath?: string;
  readonly dns: readonly string[];
  readonly ip: readonly string[];
  readonly ttl: number;
  readonly out: string;
}

const TTL_UNITS: readonly TimeUnit[] = ["s", "m", "h", "d"];
const USUAL_TTL = "24h";

export function issueCommand(): Command {
  return withFolder(new Command("issue"))
    .description("issue a certificate for servers and clients: NAME.crt, NAME.key and ca.crt")
    .argument("<name>", "of the files, and the certificate's common name")
    .option(
      "--spiffe-path <path>",
      "of its SPIFFE ID, such as /ns/default/sa/orders (default: /NAME)",
    )
    .option("--dns <name>", "a DNS name it answers to; once for each", collected, [])
    .option("--ip <address>", "an address it answers to; once for each", collected, [])
    .option(
      "--ttl <time>",
      "how long it lives, such as 90s, 24h or 30d",
      milliseconds,
      milliseconds(USUAL_TTL),
    )
    .option("--out <folder>", "where the files go", ".")
    .action((name: string, options: IssueOptions) =>
      telling(options, async () => toldOf(await issue(name, options))),
    );
}

function issue(name: string, options: IssueOptions): Promise<LeafIssue> {
  const { dir, out, dns, ip: ips, ttl: lifeMs, spiffePath = `/${name}` } = options;
  const nowMs = Date.now();
  const authority = openAuthority(dir, nowMs);
  const names = leafNames({ name, spiffePath, dns, ips }, authority.trustDomain);
  return issueInto(authority, { names, lifeMs, out, nowMs });
}

function toldOf({ names, cert, key, ca, serial, notAfterMs }: LeafIssue): Told {
  const hosts = [...names.dns, ...names.ips];
  return {
    json: {
      action: "issued",
      name: names.name,
      spiffe_id: names.spiffeId,
      dns: names.dns,
      ips: names.ips,
      serial,
      certificate: cert,
      key,
      ca,
      not_after: new Date(notAfterMs).toISOString(),
    },
    lines: [
      `${names.spiffeId}, until ${utc(notAfterMs)}`,
      ...(hosts.length === 0 ? [] : [`  names            ${hosts.join(" ")}`]),
      `  certificate      ${cert}`,
      `  private key      ${key}`,
      `  trusts           ${ca}`,
      `  serial number    ${serial}`,
    ],
  };
}

function collected(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function milliseconds(text: string): number {
  const ms = timeSpanMs(text, TTL_UNITS) ?? 0;
  if (ms >= SHORTEST_LIFE_MS) return ms;
  throw new InvalidArgumentError("Give a time of 2s or more, such as 90s, 30m, 24h or 30d.");
}
