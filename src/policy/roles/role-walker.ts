// Who holds which role: walks up the links from a name, by its number or by its text.
import type { RoleLinks } from "../image/role-links.ts";
import { PairTable } from "../image/pair-table.ts";
import { type Strings, UNKNOWN } from "../image/strings.ts";
import { MAX_ROLE_LINKS } from "../limits.ts";

export interface RoleGraph {
  /** Casbin's hasLink: true for equal names, else if `role` is at most 10 links up from `name`. */
  readonly holds: (name: string, role: string, domain: string) => boolean;
  /** All it holds, itself among them; null for a name without links, which holds itself alone. */
  readonly above: (name: string, domain: string) => ReadonlySet<string> | null;
  /** A shortest chain of links [name, ..., role]; null where `holds` is false. */
  readonly path: (name: string, role: string, domain: string) => readonly string[] | null;
}

/** So few names are looked through faster than any table is asked. */
const FEW = 16;
/** A walk over more links than this is worth remembering. */
const LONG_WALK = 256;
/** Names in all remembered walks together; 4 bytes each. */
const MAX_REMEMBERED = 1 << 20;
const LAST_STAMP = 0x7fff_ffff;

/**
 * Breadth-first with a visited set: linear in the lists of links, where casbin's depth-first search takes width^10
 * on a layered graph. The answers are the same: a chain of at most 10 links exists exactly if the
 * shortest has at most 10. The last walk is kept, so that many questions about one name are one walk.
 */
export class RoleWalker implements RoleGraph {
  readonly #links: RoleLinks;
  readonly #nodes: PairTable | null;
  readonly #strings: Strings;
  /** Whose roles `held` are. */
  #name = UNKNOWN;
  #domain = UNKNOWN;
  /** Numbers of names: the name itself, then what it holds, nearest first. */
  held: Int32Array = new Int32Array(64);
  count = 0;
  /** Lists of links that the last walk came to, each once: what is behind a list is found the first time. */
  #queue = new Int32Array(64);
  #queued = 0;
  /** By list: the walk that came to it. */
  readonly #listStamps: Int32Array;
  /** By name: the walk that found it; only of walks that find more than a few. */
  #stamps: Int32Array | null = null;
  #stamp = 0;
  #remembered = new Map<number, Int32Array>();
  #rememberedNames = 0;

  constructor(links: RoleLinks, strings: Strings) {
    this.#links = links;
    this.#nodes = links.byDomain === null ? null : new PairTable(links.byDomain.nodes);
    this.#strings = strings;
    this.#listStamps = new Int32Array(links.starts.length);
  }

  /** Makes `held` what a name holds in a domain; both by number, UNKNOWN where the policy has none. */
  walk(name: number, domain: number): void {
    if (name === this.#name && domain === this.#domain && this.count > 0) return;
    this.#name = name;
    this.#domain = domain;
    this.count = 0;
    this.#queued = 0;
    this.#nextStamp();
    const node = this.#nodeOf(name, domain);
    const remembered = this.#rememberedNames === 0 ? undefined : this.#remembered.get(node);
    if (remembered !== undefined) return this.#restore(remembered);
    this.#add(name, node);
    const walked = this.#climb();
    if (walked > LONG_WALK) this.#remember(node);
  }

  /** Whether the last walk found a name. */
  has(name: number): boolean {
    if (this.count > FEW) return this.#stamps?.[name] === this.#stamp;
    for (let at = 0; at < this.count; at++) if (this.held[at] === name) return true;
    return false;
  }

  holds(name: string, role: string, domain: string): boolean {
    if (name === role) return true;
    const wanted = this.#strings.find(role);
    if (wanted === UNKNOWN) return false;
    this.#walkText(name, domain);
    return this.has(wanted);
  }

  above(name: string, domain: string): ReadonlySet<string> | null {
    this.#walkText(name, domain);
    if (this.count === 1) return null;
    const held = Array.from(this.held.subarray(0, this.count), (id) => this.#strings.text(id));
    return new Set(held);
  }

  path(name: string, role: string, domain: string): readonly string[] | null {
    if (name === role) return [name];
    if (!this.holds(name, role, domain)) return null;
    const domainId = this.#strings.find(domain);
    const start = this.#nodeOf(this.#strings.find(name), domainId);
    const end = this.#nodeOf(this.#strings.find(role), domainId);
    const chain: string[] = [];
    const below = this.#chainBelow(start, end);
    for (let node = end; node !== start; node = below.get(node) ?? start) {
      chain.push(this.#strings.text(this.#nameOf(node)));
    }
    return [...chain, name].reverse();
  }

  #walkText(name: string, domain: string): void {
    this.walk(this.#strings.find(name), this.#strings.find(domain));
  }

  #nodeOf(name: number, domain: number): number {
    return this.#nodes === null ? name : this.#nodes.find(domain, name);
  }

  #nameOf(node: number): number {
    const { byDomain } = this.#links;
    return byDomain === null ? node : (byDomain.names[node] ?? UNKNOWN);
  }

  /** One level of the search after the other; how many links were walked. */
  #climb(): number {
    let from = 0;
    let walked = 0;
    for (let distance = 0; distance < MAX_ROLE_LINKS && from < this.#queued; distance++) {
      for (const level = this.#queued; from < level; from++) {
        walked += this.#climbList(this.#queue[from] ?? 0);
      }
    }
    return walked;
  }

  #climbList(list: number): number {
    const { starts, above } = this.#links;
    const first = starts[list] ?? 0;
    const end = starts[list + 1] ?? 0;
    for (let link = first; link < end; link++) {
      const node = above[link] ?? 0;
      const name = this.#nameOf(node);
      if (!this.has(name)) this.#add(name, node);
    }
    return end - first;
  }

  #add(name: number, node: number): void {
    if (this.count === this.held.length) this.held = grown(this.held);
    this.held[this.count] = name;
    this.count += 1;
    if (this.count === FEW + 1) this.#stampAll();
    else if (this.count > FEW && this.#stamps !== null) this.#stamps[name] = this.#stamp;
    if (node !== UNKNOWN) this.#enqueue(this.#links.lists[node] ?? 0);
  }

  #enqueue(list: number): void {
    if (list === 0 || this.#listStamps[list] === this.#stamp) return;
    this.#listStamps[list] = this.#stamp;
    if (this.#queued === this.#queue.length) this.#queue = grown(this.#queue);
    this.#queue[this.#queued] = list;
    this.#queued += 1;
  }

  /** Each walk has its own, so that nothing needs to be cleared before it. */
  #nextStamp(): void {
    if (this.#stamp === LAST_STAMP) {
      this.#stamps?.fill(0);
      this.#listStamps.fill(0);
      this.#stamp = 0;
    }
    this.#stamp += 1;
  }

  #stampAll(): void {
    const stamps = (this.#stamps ??= new Int32Array(this.#strings.count));
    for (let at = 0; at < this.count; at++) stamps[this.held[at] ?? 0] = this.#stamp;
  }

  #remember(node: number): void {
    if (this.#rememberedNames + this.count > MAX_REMEMBERED) {
      this.#remembered = new Map();
      this.#rememberedNames = 0;
    }
    this.#remembered.set(node, this.held.slice(0, this.count));
    this.#rememberedNames += this.count;
  }

  #restore(names: Int32Array): void {
    while (this.held.length < names.length) this.held = grown(this.held);
    this.held.set(names);
    this.count = names.length;
    if (this.count > FEW) this.#stampAll();
  }

  /** For each node of the search from `start` the one it was found from. */
  #chainBelow(start: number, end: number): ReadonlyMap<number, number> {
    const { lists, starts, above } = this.#links;
    const below = new Map([[start, start]]);
    for (const node of below.keys()) {
      if (node === end) break;
      const list = lists[node] ?? 0;
      for (const next of above.subarray(starts[list], starts[list + 1])) {
        if (!below.has(next)) below.set(next, node);
      }
    }
    return below;
  }
}

function grown(values: Int32Array): Int32Array<ArrayBuffer> {
  const twice = new Int32Array(values.length * 2);
  twice.set(values);
  return twice;
}
