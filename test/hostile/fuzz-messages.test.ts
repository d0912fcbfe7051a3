// Made-up bytes at whatever reads heads, bodies, targets and hosts: a WeirError or one reading, soon, and the same
// one however the bytes are split.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { WeirError } from "../../src/core/errors.ts";
import { HeaderList } from "../../src/core/header-list.ts";
import { serverNameOf } from "../../src/downstream/client-hello.ts";
import { normalAuthority } from "../../src/proxy/authority.ts";
import { readTarget } from "../../src/proxy/path.ts";
import { createPropagation } from "../../src/telemetry/propagation.ts";
import { createSampler } from "../../src/telemetry/sampler.ts";
import { createIds } from "../../src/telemetry/span-ids.ts";
import { ResponseParser } from "../../src/upstream/response-parser.ts";
import { ALLOWED_SETS } from "../proxy/support/path-readings.ts";
import { cutAt, readRequests } from "../downstream/support.ts";
import { fuzz, mutated, mutatedBytes } from "./support/fuzz.ts";

const FIXTURES = join(import.meta.dirname, "../fixtures/hostile");
const SHARE = 1 / 16;
const MAX_HEAD_BYTES = 2_048;

interface Fixture {
  readonly bytes: string;
  readonly before?: string;
  readonly after?: string;
}

function corpusOf(isWanted: (file: string) => boolean): string[] {
  return readdirSync(FIXTURES)
    .filter(isWanted)
    .flatMap((file) => parse(readFileSync(join(FIXTURES, file), "utf8")) as Fixture[])
    .map(({ before = "", bytes, after = "" }) => before + bytes + after);
}

const requests = corpusOf((file) => file !== "responses.yaml");
const responses = corpusOf((file) => file === "responses.yaml");
const targets = requests.flatMap((text) => /^[A-Z]+ ([^ ]+) HTTP/.exec(text)?.[1] ?? []);
const hosts = requests.flatMap((text) => /^Host: (.*)\r$/m.exec(text)?.[1] ?? []);
const cuts = fc.array(fc.nat(2_000), { maxLength: 6 });

/** null where it is refused as what it is; throws what no parser may throw. */
function refusedOr<T>(read: () => T): T | null {
  try {
    return read();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(WeirError);
    expect((thrown as WeirError).code).not.toBe("internal");
    return null;
  }
}

test("requests, split anywhere", () => {
  const inputs = fc.tuple(mutatedBytes(requests), cuts);
  fuzz(
    inputs,
    ([text, at]) => {
      const whole = readRequests([text], MAX_HEAD_BYTES);
      const split = readRequests(
        cutAt(
          text,
          at.map((cut) => cut % (text.length + 1)),
        ),
        MAX_HEAD_BYTES,
      );
      // How much of a body came before its fault depends on the splits,
      // and so does which of two faults is seen first.
      const facts = ({ requests: all, end }: typeof whole): unknown => [
        /_/.test(end) ? "refused" : end,
        all.map((one) => (one.whole ? one : { ...one, body: "" })),
      ];
      expect(facts(split)).toEqual(facts(whole));
    },
    SHARE,
  );
});

test("responses, split anywhere", () => {
  const methods = fc.constantFrom("GET", "HEAD", "OPTIONS");
  fuzz(
    fc.tuple(mutatedBytes(responses), cuts, methods, fc.boolean()),
    ([text, at, method, upgrade]) => {
      const pieces = cutAt(
        text,
        at.map((cut) => cut % (text.length + 1)),
      );
      const read = (parts: readonly string[]): unknown => readResponse(parts, method, upgrade);
      expect(read(pieces)).toEqual(read([text]));
    },
    SHARE,
  );
});

function readResponse(pieces: readonly string[], method: string, upgrade: boolean): unknown {
  const statuses: number[] = [];
  let body = "";
  const parser = new ResponseParser(
    {
      onHead: ({ status }) => void statuses.push(status),
      onBody: (bytes, { start, end }) => void (body += bytes.toString("latin1", start, end)),
    },
    MAX_HEAD_BYTES,
  );
  parser.start(method, upgrade);
  const good = refusedOr(() => {
    for (const piece of pieces) {
      const bytes = Buffer.from(piece, "latin1");
      const used = parser.feed(bytes, bytes.length);
      expect(used).toBeLessThanOrEqual(bytes.length);
    }
    return true;
  });
  return good === null
    ? { statuses }
    : { statuses, body, stage: parser.stage, trailers: parser.trailers };
}

test.each(ALLOWED_SETS)("targets with %j allowed: one normal form, which is its own", (allowed) => {
  fuzz(
    mutatedBytes([
      ...targets,
      "/a%2e%2e/b;x=%C3%A9/..%2f?q#f",
      "/a%2fb/%2f/c;v=1.0/d%2F?q",
      "http://a.test:80/x?y",
    ]),
    (raw) => {
      const read = refusedOr(() => readTarget(raw, "OPTIONS", allowed));
      if (read === null || read.path === "*") return;
      expect(read.path).toMatch(/^\/(?!\/)/);
      expect(read.path).not.toMatch(/\/\/|\/\.\.?(?:\/|$)|[^\x21-\x7e]/);
      const { path } = read;
      expect(path).not.toMatch(/(?:\/|%2F)\.{0,2};|\.(?:%2F|;)|%2F\.\.?(?:%2F|;|\/|$)/);
      expect(readTarget(path, "GET", allowed)).toEqual({ path, query: "", authority: "" });
    },
    SHARE / ALLOWED_SETS.length,
  );
});

test("hosts: one normal form, which is its own", () => {
  fuzz(
    mutated([...hosts, "xn--a.test", "[::ffff:1.2.3.4]:80", "127.0.0.1:65535"]),
    (sent) => {
      const normal = normalAuthority(sent);
      if (normal === null) return;
      expect(normalAuthority(normal)).toBe(normal);
      expect(URL.parse(`http://${normal}`)?.host.replace(/^\[(.*)\]$/, "[$1]")).toBe(
        normal.replace(/:80$/, ""),
      );
    },
    SHARE,
  );
});

test("greetings of TLS", () => {
  const hello =
    "\x16\x03\x01\0\x45\x01\0\0\x41\x03\x03" +
    "r".repeat(32) +
    "\0\0\x02\x13\x01\x01\0\0\x16\0\0\0\x12\0\x10\0\0\x0da.test.exampl";
  fuzz(
    mutatedBytes([hello, hello.slice(0, 60), "\x16\x03\x01\xff\xff\x01\xff\xff\xff"]),
    (text) => {
      const name = serverNameOf(Buffer.from(text, "latin1"));
      expect(name === null || typeof name === "string").toBe(true);
    },
    SHARE,
  );
});

test("trace context", () => {
  const propagation = createPropagation({
    propagators: ["tracecontext", "baggage"],
    sampler: createSampler({}, () => undefined),
    ids: createIds(),
    warn: () => undefined,
  });
  const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const fields = fc.tuple(mutatedBytes([parent]), mutatedBytes(["a=1,b@c=2", "k=v;p=%20,l=w"]));
  fuzz(
    fields,
    ([traceparent, rest]) => {
      const raw = ["traceparent", traceparent, "tracestate", rest, "baggage", rest];
      const { traceId } = propagation.extract(new HeaderList(raw));
      expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    },
    SHARE,
  );
});
