// `weir users`: who may log in with a password; adds, changes, removes and lists the lines of a users file.
import { existsSync } from "node:fs";
import { Command, InvalidArgumentError } from "commander";
import { formatFaults } from "../config/fault.ts";
import { usersFileIn } from "../config/load.ts";
import { hashPassword } from "../identity/password-hash.ts";
import {
  roleFault,
  type User,
  userNameFault,
  withoutUser,
  withUser,
} from "../identity/users-text.ts";
import { CommandError, tellingFaults } from "./command-error.ts";
import { harmless } from "./format-text.ts";
import { editUsers, openUsers } from "./users/edit-file.ts";
import { readPassword } from "./users/read-password.ts";

const USUAL_CONFIG = "weir.yaml";

interface FileOptions {
  readonly config?: string;
  readonly file?: string;
  readonly json?: true;
}

interface PasswordOptions extends FileOptions {
  readonly passwordStdin?: true;
}

interface AddOptions extends PasswordOptions {
  readonly role: readonly string[];
}

export function usersCommand(): Command {
  return new Command("users")
    .description("who may log in with a password")
    .addCommand(addCommand())
    .addCommand(passwdCommand())
    .addCommand(removeCommand())
    .addCommand(listCommand());
}

function addCommand(): Command {
  return withPassword(new Command("add"))
    .description("add a user to the users file; asks for the password, and makes the file")
    .argument("<name>", "who", named)
    .option("--role <role>", "a role of the user; once for each", collected, [])
    .action((name: string, options: AddOptions) =>
      telling(options, async (file) => {
        mustBe(openUsers(file).users, name, false);
        const hash = await newHash(options);
        editUsers(file, ({ text, users }) => {
          mustBe(users, name, false);
          return withUser(text, { name, hash, roles: options.role });
        });
        return { action: "added", name };
      }),
    );
}

function passwdCommand(): Command {
  return withPassword(new Command("passwd"))
    .description("change a user's password")
    .argument("<name>", "who", named)
    .action((name: string, options: PasswordOptions) =>
      telling(options, async (file) => {
        mustBe(openUsers(file).users, name, true);
        const hash = await newHash(options);
        editUsers(file, ({ text, users }) => {
          const { roles = [] } = mustBe(users, name, true) ?? {};
          return withUser(text, { name, hash, roles });
        });
        return { action: "changed", name };
      }),
    );
}

function removeCommand(): Command {
  return withFile(new Command("remove"))
    .description("remove a user from the users file")
    .argument("<name>", "who")
    .action((name: string, options: FileOptions) =>
      telling(options, (file) => {
        editUsers(file, ({ text, users }) => {
          mustBe(users, name, true);
          return withoutUser(text, name);
        });
        return Promise.resolve({ action: "removed", name });
      }),
    );
}

function listCommand(): Command {
  return withFile(new Command("list"))
    .description("list the users of the users file, and their roles")
    .action((options: FileOptions) =>
      telling(options, (file) => {
        const users = openUsers(file).users.map(({ name, roles }) => ({ name, roles }));
        return Promise.resolve({ users });
      }),
    );
}

function withFile(command: Command): Command {
  return command
    .option(
      "-c, --config <file>",
      `the config that names the users file (default: ${USUAL_CONFIG})`,
    )
    .option("--file <file>", "the users file itself")
    .option("--json", "print JSON");
}

function withPassword(command: Command): Command {
  return withFile(command).option("--password-stdin", "read the password from a pipe");
}

function newHash({ passwordStdin }: PasswordOptions): Promise<string> {
  const source = { input: process.stdin, output: process.stderr };
  return readPassword(source, passwordStdin === true).then((password) => hashPassword(password));
}

function named(name: string): string {
  const normal = name.normalize("NFC");
  const fault = userNameFault(normal);
  if (fault !== "") throw new InvalidArgumentError(fault);
  return normal;
}

function collected(role: string, before: readonly string[]): readonly string[] {
  const fault = roleFault(role);
  if (fault !== "") throw new InvalidArgumentError(fault);
  return [...before, role];
}

function mustBe(users: readonly User[], name: string, isExpected: boolean): User | undefined {
  const user = users.find((each) => each.name === name);
  if ((user !== undefined) === isExpected) return user;
  const message = isExpected ? `there is no user ${name}` : `there is a user ${name} already`;
  throw new CommandError(isExpected ? "unknown_user" : "known_user", message);
}

type Told =
  | { readonly action: string; readonly name: string }
  | { readonly users: readonly Pick<User, "name" | "roles">[] };

async function telling(options: FileOptions, act: (file: string) => Promise<Told>): Promise<void> {
  const isJson = options.json === true;
  await tellingFaults(isJson, async () => {
    const file = fileOf(options);
    const told = await act(file);
    const lines = isJson ? [JSON.stringify({ ok: true, file, ...told })] : linesOf(told, file);
    process.stdout.write(lines.map((line) => `${line}\n`).join(""));
  });
}

function fileOf({ config, file }: FileOptions): string {
  if (file !== undefined) return file;
  const named = config ?? USUAL_CONFIG;
  if (config === undefined && !existsSync(named)) {
    throw new CommandError(
      "no_users_file",
      `there is no ${named}; name the users file: --file FILE`,
    );
  }
  const found = usersFileIn(named, process.env);
  if (!found.ok) throw new CommandError("bad_config", formatFaults(found.faults));
  if (found.users !== null) return found.users;
  const message = `${named} names no users file; add identity.users: { file: FILE }, or give --file`;
  throw new CommandError("no_users_file", message);
}

function linesOf(told: Told, file: string): readonly string[] {
  if ("action" in told) return [harmless(`${told.name}: ${told.action} in ${file}`)];
  return told.users.map(({ name, roles }) => harmless([name, ...roles].join(" ")));
}
