// Many files read as one: every fault is noted, none stops the rest, and a broken file counts as it was before.
import { createHash } from "node:crypto";
import type { Fault } from "../../config/fault.ts";
import type { CertificatePair } from "../../downstream/options.ts";
import {
  type CertificateFacts,
  type NamedFile,
  PemFault,
  type ReadList,
  type ReadPair,
  readAuthorities,
  readLists,
  readPair,
} from "./pem-files.ts";

/** What files held when they could last be used, by the keys of the config and the paths that name them. Secret. */
export interface HeldPems {
  readonly pairs: ReadonlyMap<string, ReadPair>;
  readonly authorities: ReadonlyMap<string, ReadList<string>>;
  readonly lists: ReadonlyMap<string, ReadList<readonly string[]>>;
  readonly shown: ReadonlyMap<string, CertificateFacts>;
}

/** Each way to read gives null where there is nothing to go on with: then its fault is among `faults`. */
export class PemReading {
  readonly faults: Fault[] = [];
  /** Of files that are used as they were before. */
  readonly kept: Fault[] = [];
  readonly certificates: CertificateFacts[] = [];
  readonly #before: HeldPems | undefined;
  readonly #pairs = new Map<string, ReadPair>();
  readonly #authorities = new Map<string, ReadList<string>>();
  readonly #lists = new Map<string, ReadList<readonly string[]>>();
  readonly #shown = new Map<string, CertificateFacts>();

  constructor(before?: HeldPems) {
    this.#before = before;
  }

  get held(): HeldPems {
    const [pairs, authorities, lists, shown] = [
      this.#pairs,
      this.#authorities,
      this.#lists,
      this.#shown,
    ];
    return { pairs, authorities, lists, shown };
  }

  pair(cert: NamedFile, key: NamedFile): CertificatePair | null {
    const name = `${nameOf(cert)} ${nameOf(key)}`;
    const place = { name, before: this.#before?.pairs, now: this.#pairs };
    const found = this.#read(() => readPair(cert, key), place);
    if (found === null) return null;
    this.certificates.push(found.facts);
    return found.pair;
  }

  authorities(named: NamedFile): string | null {
    const place = {
      name: nameOf(named),
      before: this.#before?.authorities,
      now: this.#authorities,
    };
    return this.#told(this.#read(() => readAuthorities(named), place));
  }

  lists(named: NamedFile): readonly string[] | null {
    const place = { name: nameOf(named), before: this.#before?.lists, now: this.#lists };
    return this.#told(this.#read(() => readLists(named), place));
  }

  /** Of what is only shown. */
  facts(name: string, step: () => CertificateFacts): CertificateFacts | null {
    const found = this.#read(step, { name, before: this.#before?.shown, now: this.#shown });
    if (found !== null) this.certificates.push(found);
    return found;
  }

  #told<T>(found: ReadList<T> | null): T | null {
    this.certificates.push(...(found?.facts ?? []));
    return found?.pem ?? null;
  }

  #read<T>(step: () => T, { name, before, now }: Place<T>): T | null {
    const found = this.#try(step, before?.get(name) ?? null);
    if (found !== null) now.set(name, found);
    return found;
  }

  #try<T>(step: () => T, before: T | null): T | null {
    try {
      return step();
    } catch (thrown) {
      if (!(thrown instanceof PemFault)) throw thrown;
      (before === null ? this.faults : this.kept).push(thrown.fault);
      return before;
    }
  }
}

/** Where something read is remembered. */
interface Place<T> {
  readonly name: string;
  readonly before: ReadonlyMap<string, T> | undefined;
  readonly now: Map<string, T>;
}

function nameOf({ file, keyPath }: NamedFile): string {
  return JSON.stringify([keyPath, file]);
}

/** A short name for what was read, secrets included. */
export function digestOf(material: unknown): string {
  return createHash("sha256").update(JSON.stringify(material)).digest("hex").slice(0, 12);
}
