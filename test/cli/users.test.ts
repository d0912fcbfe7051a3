// `weir users` as people and scripts see it: the file it keeps, the passwords it asks for and never shows.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readPassword } from "../../src/cli/users/read-password.ts";
import { readUsers } from "../../src/identity/users-text.ts";
import { parsePasswordHash, verifyNow } from "../../src/identity/password-hash.ts";
import type { Ended } from "./support/weir.ts";
import { weirInProcess } from "./support/in-process.ts";

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "weir-users-"));
  file = join(folder, "users");
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** With this on standard input, where it asks for a password. */
async function users(args: readonly string[], piped?: string): Promise<Ended> {
  if (piped === undefined) return weirInProcess(["users", ...args], folder);
  const input = new PassThrough();
  input.end(piped);
  vi.spyOn(process, "stdin", "get").mockReturnValue(input as unknown as typeof process.stdin);
  return weirInProcess(["users", ...args, "--password-stdin"], folder);
}

async function opens(name: string, password: string): Promise<boolean> {
  const read = readUsers(readFileSync(file, "utf8"));
  const user = read.ok ? read.users.find((each) => each.name === name) : undefined;
  const hash = parsePasswordHash(user?.hash ?? "");
  return typeof hash !== "string" && verifyNow(password, hash);
}

describe("weir users", () => {
  it("adds, changes, lists and removes, in a file for its owner alone", async () => {
    const added = await users(
      ["add", "alice", "--role", "admin", "--role", "dev", "--file", file],
      "correct horse\n",
    );
    expect(added).toEqual({ status: 0, out: `alice: added in ${file}\n`, err: "" });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await opens("alice", "correct horse")).toBe(true);
    writeFileSync(file, `# staff\n${readFileSync(file, "utf8")}`);
    expect((await users(["passwd", "alice", "--file", file], "battery staple")).status).toBe(0);
    expect(await opens("alice", "correct horse")).toBe(false);
    expect(await opens("alice", "battery staple")).toBe(true);
    expect(readFileSync(file, "utf8")).toMatch(
      /^# staff\nalice:\$argon2id\$v=19\$m=19456,t=2,p=1\$[^:]+:admin,dev\n$/,
    );
    expect((await users(["list", "--file", file])).out).toBe("alice admin dev\n");
    const listed = await users(["list", "--file", file, "--json"]);
    expect(JSON.parse(listed.out)).toEqual({
      ok: true,
      file,
      users: [{ name: "alice", roles: ["admin", "dev"] }],
    });
    expect((await users(["remove", "alice", "--file", file])).out).toBe(
      `alice: removed in ${file}\n`,
    );
    expect(readFileSync(file, "utf8")).toBe("# staff\n");
    expect(existsSync(`${file}.lock`)).toBe(false);
  });

  it("finds the file in the config, whatever else is unsound there", async () => {
    writeFileSync(
      join(folder, "weir.yaml"),
      "identity: { keys: [{ key: '${env:NOT_SET}' }], users: { file: secret/../users } }\nnonsense: 1\n",
    );
    expect((await users(["add", "alice"], "correct horse")).status).toBe(0);
    expect(await opens("alice", "correct horse")).toBe(true);
  });

  it.each([
    [["add", "bob"], "short", "bad_password", "at least 8"],
    [["add", "bob"], "", "bad_password", "at least 8"],
    [["add", "alice"], "correct horse", "known_user", "there is a user alice already"],
    [["passwd", "bob"], "correct horse", "unknown_user", "there is no user bob"],
    [["remove", "bob"], undefined, "unknown_user", "there is no user bob"],
  ])("%j with %j: %s", async (...[args, piped, code, message]) => {
    await users(["add", "alice", "--file", file], "battery staple");
    const before = readFileSync(file, "utf8");
    const ended = await users([...args, "--file", file, "--json"], piped);
    expect(ended).toMatchObject({ status: 2, out: "" });
    const said = JSON.parse(ended.err) as { readonly message: string };
    expect(said).toMatchObject({ ok: false, code });
    expect(said.message).toContain(message);
    expect(readFileSync(file, "utf8")).toBe(before);
  });

  it.each([["a:b"], ["anonymous"], ["role:x"], [""]])("takes no user %j", async (name) => {
    const ended = await users(["add", name, "--file", file], "correct horse");
    expect(ended.status).toBe(2);
    expect(existsSync(file)).toBe(false);
  });

  it("changes no faulty file, and none that another command changes", async () => {
    writeFileSync(file, "alice:secret\n");
    const faulty = await users(["add", "bob", "--file", file], "correct horse");
    expect(faulty).toMatchObject({
      status: 2,
      err: expect.stringContaining(`${file}:1: `) as string,
    });
    expect(faulty.err).not.toContain("secret");
    writeFileSync(file, "");
    writeFileSync(`${file}.lock`, "");
    const locked = await users(["add", "bob", "--file", file], "correct horse");
    expect(locked).toMatchObject({
      status: 2,
      err: expect.stringContaining("is at work") as string,
    });
    expect(existsSync(`${file}.lock`)).toBe(true);
  });

  it("says how a password comes in where there is no terminal, and where the file is to be named", async () => {
    vi.spyOn(process, "stdin", "get").mockReturnValue(
      new PassThrough() as unknown as typeof process.stdin,
    );
    expect((await users(["add", "bob", "--file", file])).err).toContain("--password-stdin");
    expect((await users(["list"])).err).toContain("--file FILE");
  });
});

describe("a typed password", () => {
  async function typed(
    ...keys: string[]
  ): Promise<{ password: string; shown: string; raw: boolean[] }> {
    const raw: boolean[] = [];
    const input = Object.assign(new PassThrough(), {
      isTTY: true,
      setRawMode: (on: boolean) => raw.push(on),
    });
    let shown = "";
    const output = new Writable({
      write(chunk, _, done) {
        shown += String(chunk);
        done();
      },
    });
    const reading = readPassword({ input, output }, false).catch((thrown: Error) => thrown.message);
    for (const each of keys) {
      input.write(each);
      await new Promise(setImmediate);
    }
    return { password: await reading, shown, raw };
  }

  it.each([
    ["twice the same", ["correct horse\r", "correct horse\r"], "correct horse"],
    ["key by key", Array.from("password\npassword\n"), "password"],
    ["pasted at once", ["password\npassword\n"], "password"],
    ["with a key taken back", ["passwörds\u007f\r", "passwörd\r"], "passwörd"],
    ["with the line taken back", ["oh no\u0015password\r", "password\r"], "password"],
    ["differently", ["password\r", "passw0rd\r"], "the two are not the same; nothing is changed"],
    ["too short", ["pass\r", "pass\r"], "a password has at least 8 characters"],
    ["not at all", ["passwo\u0003"], "nothing is changed"],
    ["not again", ["password\r", "\u0004"], "nothing is changed"],
  ])("%s", async (_, keys, result) => {
    const { password, shown, raw } = await typed(...keys);
    expect(password).toBe(result);
    expect(shown).not.toContain("pass");
    expect(raw).toEqual([true, false]);
  });
});
