// Makes a small file where there is none: of two who try at once one succeeds, and half a file is not left behind.
import { closeSync, fchmodSync, fsyncSync, openSync, rmSync, writeFileSync } from "node:fs";

/**
 * False where there is one, or a link, and nothing is changed then. Once this returns true, the text is on disk.
 * @throws what the file system throws; then there is no file
 */
export function createFile(path: string, text: string, mode: number): boolean {
  let handle: number;
  try {
    handle = openSync(path, "wx", mode);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw thrown;
  }
  try {
    // Whatever the umask is.
    fchmodSync(handle, mode);
    writeFileSync(handle, text);
    fsyncSync(handle);
    return true;
  } catch (thrown) {
    rmSync(path, { force: true });
    throw thrown;
  } finally {
    closeSync(handle);
  }
}
