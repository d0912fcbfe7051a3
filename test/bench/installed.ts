// Whether this machine has a program.
import { execFileSync } from "node:child_process";

export function installed(program: string): boolean {
  try {
    execFileSync("which", [program], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
