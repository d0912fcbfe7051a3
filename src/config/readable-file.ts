// Whether a name stands for a file that can be read.
import { accessSync, constants, statSync } from "node:fs";

export function isReadableFile(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
