// How servers behind a proxy read the path they are sent, and ways to spell one.
import express, { type Request } from "express";
import * as fc from "fast-check";
import { PATH_FORMS, type PathForm } from "../../../src/core/normal-path.ts";

/** The segments a server goes by. */
type Reading = (path: string) => readonly string[];

const decode = decodeURIComponent;
const segmentsOf = (path: string): string[] => path.split("/").slice(1);

/** Dot segments as RFC 3986 has them; over the root is the root. */
function resolved(segments: readonly string[]): string[] {
  const kept: string[] = [];
  for (const [at, segment] of segments.entries()) {
    if (segment === "..") kept.pop();
    else if (segment !== ".") kept.push(segment);
    if (/^\.\.?$/.test(segment) && at === segments.length - 1) kept.push("");
  }
  return kept;
}

function decodedAgain(path: string): string {
  const once = decode(path).replace(/%u([0-9a-f]{4})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return once.replace(/(?:%[0-9a-f]{2})+/gi, (triplets) => {
    return Buffer.from(triplets.replaceAll("%", ""), "hex").toString("latin1");
  });
}

let splat: readonly string[] = [];
const router = express.Router();
router.get("/{*splat}", (request) => {
  splat = (request.params as { splat?: readonly string[] }).splat ?? [""];
});

/** As their documentation and sources have it; Express and Node's URL are asked themselves. */
export const READINGS: Readonly<Record<string, Reading>> = {
  "RFC 3986": (path) => resolved(segmentsOf(path).map(decode)),
  nginx: (path) => resolved(segmentsOf(decode(path).replace(/\/\/+/g, "/"))),
  HAProxy: (path) => segmentsOf(path).map(decode),
  "Node's URL": (path) => segmentsOf(new URL(`http://a.test${path}`).pathname).map(decode),
  Express(path) {
    const request = { method: "GET", url: path } as Request;
    router(request, {} as never, (error?: unknown) => {
      throw new Error(`no route for ${path}: ${String(error)}`);
    });
    return splat;
  },
  "a servlet container": (path) => {
    const cut = segmentsOf(path).map((segment) => decode(segment.replace(/;.*/s, "")));
    return resolved(segmentsOf(`/${cut.join("/")}`)).map((segment) => segment.replace(/;.*/s, ""));
  },
  "one that decodes slashes, then cuts": (path) => {
    const cut = segmentsOf(decode(path)).map((segment) => segment.replace(/;.*/s, ""));
    return resolved(cut.map((segment) => segment.replace(/(?<=[^. ])[. ]+$/, "")));
  },
  "one that cuts, then decodes slashes and merges them": (path) => {
    const cut = segmentsOf(path).map((segment) => segment.replace(/;.*/s, ""));
    return resolved(segmentsOf(decode(`/${cut.join("/")}`).replace(/\/\/+/g, "/")));
  },
  "a server on Windows": (path) => {
    const text = decode(path).replace(/[\\\u2044\u2215\u2216]/g, "/");
    return resolved(segmentsOf(text)).map((segment) => segment.replace(/[. ]+$/, ""));
  },
  "a server in C": (path) => segmentsOf(decode(path).replace(/[\0\r\n].*/s, "")),
  "a server that decodes twice": (path) => resolved(segmentsOf(decodedAgain(path))),
  "a server that folds Unicode": (path) => {
    const text = decode(path).normalize("NFKC").replaceAll("\\", "/");
    return resolved(segmentsOf(text)).map((segment) => segment.replace(/;.*/s, ""));
  },
};

export const words = (...lines: readonly string[]): string[] =>
  lines.flatMap((line) => line.split(" "));

/** What anything that is no spelling at all may be made of. */
const PIECES = words(
  "/ / / a b admin ~ %7e %41 + = : @ %2B . .. ... %2e %2E%2e /./ /../ // /.. ; ;x=1 %3b %3B",
  "%2f %2F %5c \\ %25 %252e %252f %25%32%65 %u002e %25u002e % %2 %zz %00 %0a %7f %c2%85",
  '%e2%80%a8 %20 %c2%a0 %3f %23 ? # { | " %c0%ae %c0%af %e0%80%af %ff %ed%a0%80 %c3 %a9',
  "\xe9 %c3%a9 e%cc%81 %e2%80%a6 %c2%bd %f0%9f%9a%b0 %ef%bd%81 %e2%84%aa %ef%bc%8f",
  "%ef%bc%8e %e2%80%a5 %ef%bc%bc %ef%bc%9b %ef%bc%85 %e2%84%80 %e2%88%95",
);

/** Few pieces, so that each meets each: what ends a name, and what no name may be. */
const NEAR_MISSES = words("/ / /a /.. a . .. %2e %2f ; %20 %ef%bc%8e");

export const nearMiss: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...NEAR_MISSES), { maxLength: 7 })
  .map((pieces) => `/b${pieces.join("")}`);

/** Mostly refused, since two of three pieces have more than one reading. */
export const anyTarget: fc.Arbitrary<string> = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }).map((pieces) => `/${pieces.join("")}`),
  fc
    .array(fc.integer({ min: 0x21, max: 0xff }), { maxLength: 20 })
    .map((codes) => `/${String.fromCharCode(...codes)}`),
  fc
    .array(fc.integer({ min: 0, max: 0xff }), { maxLength: 6 })
    .map((bytes) => `/${bytes.map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("")}`),
  // Every character of Unicode, alone and between others.
  fc
    .string({ unit: "binary", minLength: 1, maxLength: 4 })
    .map((text) => `/a${encodeURIComponent(text.toWellFormed())}b/c`),
);

export interface Spelling {
  readonly normal: string;
  readonly spelled: string;
}

/** What `paths.allow` may be. */
export const ALLOWED_SETS: readonly [readonly PathForm[]][] = [
  [[]],
  [["encoded_slash"]],
  [["semicolon"]],
  [PATH_FORMS],
];

/** Segments with a form that a config may let through. */
const WITH_FORM: Readonly<Record<PathForm, readonly string[]>> = {
  encoded_slash: words("a%2Fb %2F orders%2F17 %2Fadmin admin%2F x%2F%2Fy %2Fa%20b%2F..c"),
  semicolon: words("a;x=1 admin; orders;v=1.0;w %3F;%3F .a;b"),
};
const SEGMENTS = words(
  "orders 17 admin secret open a.b ..x ~me A x:y a+b (1) $& %C3%A9 a%20b c%23 50%25 %3F",
  "__proto__",
);
const SEPARATORS = words("/ / / / // /./ /%2e/ /no/../ /no/%2E%2e/ /no/n/.././.%2e/ ///");
const ENDS = ["", "", "", "/", "//", "/.", "/%2E", "/no/..", "/./"];

/** A path and another way to write it that is no less clear, where `allowed` is let through. */
export function spellingWith(allowed: readonly PathForm[]): fc.Arbitrary<Spelling> {
  const segments = [...SEGMENTS, ...allowed.flatMap((form) => WITH_FORM[form])];
  const part = fc.tuple(
    fc.constantFrom(...SEPARATORS),
    fc.constantFrom(...segments),
    fc.nat(2 ** 31 - 1),
  );
  return fc.array(part, { minLength: 1, maxLength: 5 }).chain((parts) =>
    fc.constantFrom(...ENDS).map((end) => ({
      normal: parts.map(([, segment]) => `/${segment}`).join("") + (end === "" ? "" : "/"),
      spelled:
        parts.map(([before, segment, dice]) => before + respelled(segment, dice)).join("") + end,
    })),
  );
}

/** One bit of `dice` for each character: encoded, or another case of its encoding. */
function respelled(segment: string, dice: number): string {
  return segment.replace(/%[0-9A-F]{2}|[A-Za-z0-9\-._~]/g, (unit, at: number) => {
    if (((dice >> at) & 1) === 0) return unit;
    if (unit.startsWith("%")) return unit.toLowerCase();
    return `%${unit.charCodeAt(0).toString(16)}`;
  });
}

/** What a client may send: mostly spellings. */
export function targetWith(allowed: readonly PathForm[]): fc.Arbitrary<string> {
  return fc.oneof(
    { arbitrary: spellingWith(allowed).map(({ spelled }) => spelled), weight: 4 },
    { arbitrary: anyTarget, weight: 1 },
  );
}
