// Who holds which role: walks up the links from a name, by its number or by its text.
import { LINK, type RoleLinks } from "../image/role-links.ts";
import { NO_PAIR, PairTable } from "../image/pair-table.ts";
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
  readonly #byDomain: PairTable | null;
  readonly #strings: Strings;
  /** Whose roles `held` are. */
  #name = UNKNOWN;
  #domain = UNKNOWN;
  /** Numbers of names: what the name holds, nearest first, and itself. */
  held: Int32Array = new Int32Array(64);
  count = 0;
  /** Lists of links that the last walk came to, each once: what is behind a list is found the first time. */
  #queue = new Int32Array(64);
  #queued = 0;
  /** By list: the walk that came to it; only of walks that come to a second one. */
  #listStamps: Int32Array | null = null;
  /** By name: the walk that found it; only of walks that find more than a few. */
  #stamps: Int32Array | null = null;
  #stamp = 0;
  /** By list: the names behind it. */
  #remembered = new Map<number, Int32Array>();
  #rememberedNames = 0;

  constructor(links: RoleLinks, strings: Strings) {
    this.#links = links;
    this.#byDomain = links.byDomain === null ? null : new PairTable(links.byDomain);
    this.#strings = strings;
  }

  /** Makes `held` what a name holds in a domain; both by number, UNKNOWN where the policy has none. */
  walk(name: number, domain: number): void {
    if (name === this.#name && domain === this.#domain && this.count > 0) return;
    this.#name = name;
    this.#domain = domain;
    this.count = 0;
    const list = this.#listOf(name, domain);
    if (list !== 0) this.#climbFrom(list);
    if (!this.has(name)) this.#add(name);
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
    return new Set([name, ...held]);
  }

  path(name: string, role: string, domain: string): readonly string[] | null {
    if (name === role) return [name];
    if (!this.holds(name, role, domain)) return null;
    const start = this.#strings.find(name);
    const end = this.#strings.find(role);
    const below = this.#namesBelow(start, end, this.#strings.find(domain));
    const chain: string[] = [];
    for (let at = end; at !== start; at = below.get(at) ?? start) {
      chain.push(this.#strings.text(at));
    }
    return [...chain, name].reverse();
  }

  #walkText(name: string, domain: string): void {
    this.walk(this.#strings.find(name), this.#strings.find(domain));
  }

  #listOf(name: number, domain: number): number {
    if (this.#byDomain === null) return this.#links.lists[name] ?? 0;
    const at = this.#byDomain.find(domain, name);
    return at === NO_PAIR ? 0 : this.#byDomain.first(at);
  }

  #climbFrom(list: number): void {
    this.#nextStamp();
    const remembered = this.#rememberedNames === 0 ? undefined : this.#remembered.get(list);
    if (remembered !== undefined) return this.#restore(remembered);
    this.#queue[0] = list;
    this.#queued = 1;
    const walked = this.#climb();
    if (walked > LONG_WALK) this.#remember(list);
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
    const { above } = this.#links;
    const links = above[list] ?? 0;
    for (let at = list + 1; at < list + links * LINK; at += LINK) {
      const name = above[at] ?? 0;
      if (this.has(name)) continue;
      this.#add(name);
      this.#enqueue(above[at + 1] ?? 0);
    }
    return links;
  }

  #add(name: number): void {
    if (this.count === this.held.length) this.held = grown(this.held);
    this.held[this.count] = name;
    this.count += 1;
    if (this.count === FEW + 1) this.#stampAll();
    else if (this.count > FEW && this.#stamps !== null) this.#stamps[name] = this.#stamp;
  }

  #enqueue(list: number): void {
    if (list === 0) return;
    const stamps = (this.#listStamps ??= new Int32Array(this.#links.above.length));
    if (stamps[list] === this.#stamp) return;
    stamps[list] = this.#stamp;
    if (this.#queued === this.#queue.length) this.#queue = grown(this.#queue);
    this.#queue[this.#queued] = list;
    this.#queued += 1;
  }

  /** Each walk has its own, so that nothing needs to be cleared before it. */
  #nextStamp(): void {
    if (this.#stamp === LAST_STAMP) {
      this.#stamps?.fill(0);
      this.#listStamps?.fill(0);
      this.#stamp = 0;
    }
    this.#stamp += 1;
  }

  #stampAll(): void {
    const stamps = (this.#stamps ??= new Int32Array(this.#strings.count));
    for (let at = 0; at < this.count; at++) stamps[this.held[at] ?? 0] = this.#stamp;
  }

  #remember(list: number): void {
    if (this.#rememberedNames + this.count > MAX_REMEMBERED) {
      this.#remembered = new Map();
      this.#rememberedNames = 0;
    }
    this.#remembered.set(list, this.held.slice(0, this.count));
    this.#rememberedNames += this.count;
  }

  #restore(names: Int32Array): void {
    while (this.held.length < names.length) this.held = grown(this.held);
    this.held.set(names);
    this.count = names.length;
    if (this.count > FEW) this.#stampAll();
  }

  /** For each name of the search from `start` the one it was found from. */
  #namesBelow(start: number, end: number, domain: number): ReadonlyMap<number, number> {
    const { above } = this.#links;
    const below = new Map([[start, start]]);
    for (const name of below.keys()) {
      if (name === end) break;
      const list = this.#listOf(name, domain);
      for (let at = list + 1; at < list + (above[list] ?? 0) * LINK; at += LINK) {
        const next = above[at] ?? 0;
        if (!below.has(next)) below.set(next, name);
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
