// Finds what is written twice and may be there once.
import { formatKeyPath, type Finding, type KeyPath } from "./fault.ts";

/** Points each repeated item at its first; items without an identity ("") are left alone. */
export function findRepeated(
  items: readonly { readonly id: string; readonly path: KeyPath }[],
  what: string,
): Finding[] {
  const first = new Map<string, KeyPath>();
  return items.flatMap(({ id, path }) => {
    const known = first.get(id);
    if (known === undefined) first.set(id, path);
    if (id === "" || known === undefined) return [];
    return [{ path, message: `is the same ${what} as ${formatKeyPath(known)}` }];
  });
}
