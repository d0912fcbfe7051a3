// A certificate and its key on disk, replaced so that whoever reads them finds two that belong together, also after a crash.
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFileSync, rmSync, statSync } from "node:fs";
import { createFile } from "../core/create-file.ts";
import { statsOf } from "../core/folder.ts";
import { replaceFile } from "../core/replace-file.ts";
import { CaError } from "./ca-error.ts";

export interface PairFiles {
  readonly cert: string;
  readonly key: string;
}

export interface PairTexts {
  readonly certificate: string;
  readonly key: string;
}

/** Replacing takes milliseconds; what is as old as this was left behind by a crash. */
const STALE_MS = 30_000;
const PRIVATE_FILE = 0o600;
const PUBLIC_FILE = 0o644;

/** Where the new certificate lies while the key is replaced: readers take it if the old one fits the key no more. */
export function nextOf(cert: string): string {
  return `${cert}.new`;
}

/**
 * The new certificate lies beside the old one before the key changes, and until it is in its place; that file is
 * the lock, too. A key that is there keeps its owner, and its permissions but for strangers.
 * @throws CaError where another is at it; what the file system throws, and then the pair is as it was or can be
 * finished by the next try
 */
export function replacePair(files: PairFiles, texts: PairTexts, nowMs: number): void {
  const next = nextOf(files.cert);
  finishReplacement(files, nowMs);
  if (!createFile(next, texts.certificate, PUBLIC_FILE)) throw underWay(next);
  try {
    const mode = (statsOf(files.key)?.mode ?? PRIVATE_FILE) & 0o770;
    replaceFile(files.key, texts.key, { mode });
  } catch (thrown) {
    rmSync(next, { force: true });
    throw thrown;
  }
  const mode = (statsOf(files.cert)?.mode ?? PUBLIC_FILE) & 0o777;
  replaceFile(files.cert, texts.certificate, { mode });
  rmSync(next, { force: true });
}

/** Puts the certificate into its place where a crash left it beside, and clears what leads nowhere. */
function finishReplacement(files: PairFiles, nowMs: number): void {
  const next = nextOf(files.cert);
  const stats = statsOf(next);
  if (stats === undefined) return;
  // Ahead of the clock is what was left before the clock was set back.
  if (Math.abs(nowMs - stats.mtimeMs) < STALE_MS) throw underWay(next);
  const certificate = readFileSync(next, "utf8");
  if (!isPair(files) && fits(certificate, files.key)) replaceFile(files.cert, certificate);
  rmSync(next, { force: true });
}

/** Whether both are there and belong together. */
function isPair({ cert, key }: PairFiles): boolean {
  try {
    return fits(readFileSync(cert, "utf8"), key);
  } catch {
    return false;
  }
}

/** When a pair that does not fit may be replaced: not while somebody copies another into its place. */
export function mendingMs(files: PairFiles): number {
  if (isPair(files)) return Infinity;
  const changedMs = [files.cert, files.key].map((file) => statsOf(file)?.mtimeMs ?? 0);
  return Math.max(...changedMs) + STALE_MS;
}

function fits(certificate: string, keyFile: string): boolean {
  try {
    const key: KeyObject = createPrivateKey(readFileSync(keyFile));
    return new X509Certificate(certificate).checkPrivateKey(key);
  } catch {
    return false;
  }
}

function underWay(next: string): CaError {
  const message = `${next} is there: somebody replaces this pair just now; try again`;
  return new CaError("locked", message);
}

/** @throws CaError for a folder in which anybody could put a file of theirs in the place of these. */
export function checkOutFolder(folder: string): void {
  const { mode } = statSync(folder);
  if ((mode & 0o1002) !== 0o0002) return;
  throw new CaError("unusable_folder", `anybody can change ${folder}; chmod o-w ${folder}`);
}
