// Fields that say who is calling come from weir alone, under whatever spelling an upstream would take.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ANONYMOUS, type Identity } from "../../src/core/identity.ts";
import { createIdentityHeaders } from "../../src/identity/identity-headers.ts";

const headers = createIdentityHeaders(
  { subject: "X-Caller", roles: "X-Caller-Roles" },
  new Set(["x-api-key"]),
);

const caller = (subject: string, roles: readonly string[] = []): Identity => ({
  ...ANONYMOUS,
  kind: "key",
  subject,
  roles,
});

describe("reserved fields", () => {
  it.each([
    "x-caller",
    "X-Caller",
    "X_Caller",
    "x.caller",
    "x_caller-roles",
    "X-Weir-Subject",
    "X_WEIR_SUBJECT",
    "x-weir-anything",
    "x_weir_anything",
    "x-api-key",
    "X_API_KEY",
    "x-forwarded-user",
    "Remote-User",
    "remote_user",
  ])("%s", (name) => {
    expect(headers.isReserved(name)).toBe(true);
    expect(headers.isReserved(name)).toBe(true);
  });

  it.each([
    "accept",
    "authorization",
    "x-caller-id",
    "xcaller",
    "cookie",
    "x-forwarded-for",
    "",
    "constructor",
  ])("not %j", (name) => {
    expect(headers.isReserved(name)).toBe(false);
    expect(headers.isReserved(name)).toBe(false);
  });

  it("stay so after more names than are remembered", () => {
    for (let at = 0; at < 3000; at++) headers.isReserved(`x-other-${at}`);
    expect(headers.isReserved("x-WEIR-late")).toBe(true);
    expect(headers.isReserved("x-late")).toBe(false);
  });
});

describe("what an upstream is told", () => {
  it.each([
    [ANONYMOUS, []],
    [caller("alice"), ["X-Caller", "alice"]],
    [caller("alice", ["a", "b,c"]), ["X-Caller", "alice", "X-Caller-Roles", "a,b%2Cc"]],
    [caller("jörg 100%"), ["X-Caller", "j%C3%B6rg%20100%25"]],
    [caller("a\r\nX-Admin: 1"), ["X-Caller", "a%0D%0AX-Admin:%201"]],
    [caller("\u{d800}"), ["X-Caller", "%EF%BF%BD"]],
  ])("%j", (identity, fields) => {
    expect(headers.fieldsOf(identity)).toEqual(fields);
  });

  it("is nothing where the config names no field", () => {
    const silent = createIdentityHeaders({ subject: "", roles: "" }, new Set());
    expect(silent.fieldsOf(caller("alice", ["a"]))).toEqual([]);
    expect(silent.isReserved("")).toBe(false);
  });

  it("is visible ASCII that decodes to the name and the roles again", () => {
    const text = fc.string({ unit: "grapheme", minLength: 1 });
    fc.assert(
      fc.property(text, fc.array(text, { minLength: 1 }), (subject, roles) => {
        const [, name = "", , list = ""] = headers.fieldsOf(caller(subject, roles));
        expect(`${name}${list}`).toMatch(/^[\x21-\x7e]*$/);
        expect(decodeURIComponent(name)).toBe(subject);
        expect(list.split(",").map(decodeURIComponent)).toEqual(roles);
      }),
    );
  });
});
