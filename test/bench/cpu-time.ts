// Processor time of a process and its children or of one thread, from /proc (proc(5)).
import { readdirSync, readFileSync } from "node:fs";

/** sysconf(_SC_CLK_TCK) on Linux. */
const TICKS_PER_SECOND = 100;
const MICROS = 1e6;

/** Microseconds of user and system time of all threads, reaped ones included. */
export function processMicros(pid: number): number {
  return ticksOf(`/proc/${pid}/stat`);
}

/** The same of one thread, by its name. 0 where there is none. */
export function threadMicros(pid: number, name: string): number {
  const tid = threadOf(pid, name);
  return tid === undefined ? 0 : ticksOf(`/proc/${pid}/task/${tid}/stat`);
}

/** Thread id by the name that the kernel shows. */
export function threadOf(pid: number, name: string): string | undefined {
  return readdirSync(`/proc/${pid}/task`).find(
    (tid) => readFileSync(`/proc/${pid}/task/${tid}/comm`, "utf8").trim() === name,
  );
}

/** Resident memory in bytes. */
export function residentBytes(pid: number): number {
  const pages = readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1];
  return Number(pages) * 4096;
}

/** Processes whose parent this is. */
export function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
    .split(" ")
    .filter(Boolean)
    .map(Number);
}

function ticksOf(file: string): number {
  const stat = readFileSync(file, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * MICROS;
}
