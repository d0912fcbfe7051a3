// Secrets that stand in the config itself, for whoever reads the file, its backups or its history.
import { formatKeyPath, type KeyPath } from "./fault.ts";
import { listOf, mappingOf, textOf } from "./raw.ts";

const EACH = "[]";

/** Where secrets are asked for. */
export const SECRET_KEYS: readonly (readonly string[])[] = [
  ["identity", "keys", EACH, "key"],
  ["identity", "tokens", EACH, "secrets", EACH],
  ["identity", "tokens", EACH, "introspection", "client_secret"],
  ["collector", "keys", EACH],
  ["admin", "token"],
  ["admin", "tokens", EACH, "token"],
  ["telemetry", "protect", "key"],
  ["store", "url"],
];

/** Key paths such as identity.keys[0].key, of a document whose references are still there. */
export function openSecrets(root: unknown): readonly string[] {
  return SECRET_KEYS.flatMap((steps) => textsAt(root, steps, []))
    .filter(({ text }) => text !== "" && !text.includes("${") && !isPublicUrl(text))
    .map(({ path }) => formatKeyPath(path));
}

interface Text {
  readonly path: KeyPath;
  readonly text: string;
}

function textsAt(value: unknown, steps: readonly string[], path: KeyPath): Text[] {
  const [step, ...rest] = steps;
  if (step === undefined) return [{ path, text: textOf(value) }];
  if (step !== EACH) return textsAt(mappingOf(value)[step], rest, [...path, step]);
  return listOf(value).flatMap((each, at) => textsAt(each, rest, [...path, at]));
}

/** Only its password is one. */
function isPublicUrl(text: string): boolean {
  return /^https?:/i.test(text) && (URL.parse(text)?.password ?? "") === "";
}
