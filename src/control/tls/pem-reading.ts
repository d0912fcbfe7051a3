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

/** Absolute paths. */
export interface PairFiles {
  readonly cert: string;
  readonly key: string;
}

/** Absolute paths. */
export interface TrustFiles {
  readonly ca: string;
  readonly crl: string;
}

/** In PEM. */
interface Trust {
  readonly ca: string;
  readonly crls: readonly string[];
}

/** Each way to read gives null where there is nothing to go on with: then its fault is among `faults`. */
export class PemReading {
  readonly faults: Fault[] = [];
  /** Of files that are used as they were before. */
  readonly kept: Fault[] = [];
  readonly certificates: CertificateFacts[] = [];
  readonly held = {
    pairs: new Map<string, ReadPair>(),
    authorities: new Map<string, ReadList<string>>(),
    lists: new Map<string, ReadList<readonly string[]>>(),
    shown: new Map<string, CertificateFacts>(),
  };
  readonly #before: HeldPems | undefined;

  constructor(before?: HeldPems) {
    this.#before = before;
  }

  /** What `keyPath` names by cert and key. */
  pair({ cert, key }: PairFiles, keyPath: string): CertificatePair | null {
    const [certFile, keyFile] = [
      { file: cert, keyPath: `${keyPath}.cert` },
      { file: key, keyPath: `${keyPath}.key` },
    ];
    const name = `${nameOf(certFile)} ${nameOf(keyFile)}`;
    const place = { name, before: this.#before?.pairs, now: this.held.pairs };
    const found = this.#read(() => readPair(certFile, keyFile), place);
    if (found === null) return null;
    this.certificates.push(found.facts);
    return found.pair;
  }

  /** What `keyPath` names by ca and crl; no lists where crl is empty. */
  trust({ ca, crl }: TrustFiles, keyPath: string): Trust | null {
    const authorities = this.#authorities({ file: ca, keyPath: `${keyPath}.ca` });
    const crls = crl === "" ? [] : this.#lists({ file: crl, keyPath: `${keyPath}.crl` });
    return authorities === null || crls === null ? null : { ca: authorities, crls };
  }

  /** Of what is only shown. */
  facts(name: string, step: () => CertificateFacts): CertificateFacts | null {
    const found = this.#read(step, { name, before: this.#before?.shown, now: this.held.shown });
    if (found !== null) this.certificates.push(found);
    return found;
  }

  #authorities(named: NamedFile): string | null {
    const [before, now] = [this.#before?.authorities, this.held.authorities];
    return this.#told(
      this.#read(() => readAuthorities(named), { name: nameOf(named), before, now }),
    );
  }

  #lists(named: NamedFile): readonly string[] | null {
    const [before, now] = [this.#before?.lists, this.held.lists];
    return this.#told(this.#read(() => readLists(named), { name: nameOf(named), before, now }));
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
