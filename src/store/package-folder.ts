// Where the package's own files lie, from the sources as from dist/.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** The folder that holds package.json. */
export function packageFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, "package.json")) && dirname(folder) !== folder) {
    folder = dirname(folder);
  }
  return folder;
}
