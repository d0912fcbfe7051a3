// The users file: what it may say, that faults quote nothing of it, and that a change touches one line.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readUsers, withoutUser, withUser } from "../../src/identity/users-text.ts";

const HASH = `$argon2id$v=19$m=19456,t=2,p=1$${"A".repeat(22)}$${"B".repeat(43)}`;
const OTHER = HASH.replaceAll("B", "C");
const changed = (part: string, other: string): string => `alice:${HASH.replace(part, other)}`;

describe("a users file", () => {
  it("has a user a line, with roles or none, among comments and blank lines", () => {
    const text = `# staff\r\n\nalice:${HASH}:admin,dev\r\njörg x:${OTHER}\n`;
    expect(readUsers(text)).toEqual({
      ok: true,
      users: [
        { name: "alice", hash: HASH, roles: ["admin", "dev"] },
        { name: "jörg x", hash: OTHER, roles: [] },
      ],
    });
  });

  it.each([
    ["alice", "must be NAME:HASH"],
    ["alice:", "must be NAME:HASH"],
    [`alice:${HASH}:a:b`, "must be NAME:HASH"],
    [`:${HASH}`, "a subject must not be empty"],
    [`anonymous:${HASH}`, '"anonymous" is what policies call'],
    [`role:admin`, "the hash must be $argon2id$"],
    [` alice:${HASH}`, "must not begin or end with a blank"],
    [`jo\u0308rg:${HASH}`, "NFC"],
    [`alice:${HASH}:a b`, "a role has letters"],
    [`alice:${HASH}:admin,`, "a role has letters"],
    ["alice:secret", "the hash must be $argon2id$"],
    ["alice:$2y$05$abcdefghijklmnopqrstuv", "the hash must be $argon2id$"],
    [changed("argon2id", "argon2i"), "the hash must be $argon2id$"],
    [changed("v=19", "v=16"), "the hash must be $argon2id$"],
    [changed("m=19456", "m=1024"), "the hash's m must be from 4096 to 262144"],
    [changed("m=19456", "m=9999999"), "the hash's m must be from 4096 to 262144"],
    [changed("t=2", "t=999"), "the hash's t must be from 1 to 16"],
    [changed("p=1", "p=64"), "the hash's p must be from 1 to 4"],
    [changed("A".repeat(22), "AAAA"), "the hash must be $argon2id$"],
  ])("may not say %j", (line, message) => {
    const read = readUsers(`# a comment\n${line}\n`);
    expect(read).toMatchObject({ ok: false, faults: [{ line: 2 }] });
    const text = JSON.stringify(read);
    expect(text).toContain(JSON.stringify(message).slice(1, -1));
    for (const secret of ["AAAA", "BBBB", "secret", "2y$05"]) expect(text).not.toContain(secret);
  });

  it("has each user once, and not too many", () => {
    expect(readUsers(`alice:${HASH}\nalice:${OTHER}\n`)).toMatchObject({ ok: false });
    const many = Array.from({ length: 10_001 }, (_, at) => `u${at}:${HASH}`).join("\n");
    expect(readUsers(many)).toMatchObject({
      ok: false,
      faults: [{ message: "has more than 10000 users" }],
    });
  });
});

it("a change touches one user's line, and leaves all the rest as it is", () => {
  const name = fc.stringMatching(/^[a-z]{1,3}$/);
  const role = fc.stringMatching(/^[a-z]{1,3}$/);
  const user = fc.record({ name, hash: fc.constantFrom(HASH, OTHER), roles: fc.array(role) });
  fc.assert(
    fc.property(fc.uniqueArray(user, { selector: (each) => each.name }), user, (users, changed) => {
      let text = "# kept\n";
      for (const each of users) text = withUser(text, each);
      expect(readUsers(text)).toEqual({ ok: true, users });
      const before = users.filter((each) => each.name !== changed.name);
      const read = readUsers(withUser(text, changed));
      if (!read.ok) throw new Error("a changed file is faulty");
      expect(read.users).toHaveLength(before.length + 1);
      expect(read.users.find((each) => each.name === changed.name)).toEqual(changed);
      const without = withoutUser(text, changed.name);
      expect(readUsers(without)).toEqual({ ok: true, users: before });
      expect(without.startsWith("# kept\n")).toBe(true);
    }),
  );
});
