// The policy as look-ups and closures: casbin's answers without reading every rule for each.
import { compileTest, type MatcherParts } from "./matcher/compile-matcher.ts";
import { type PolicyEngine, RuleError, type Verdict } from "./engine.ts";
import { type AccessPath, accessPathOf } from "./image/access-path.ts";
import { alternativesOf } from "./image/alternatives.ts";
import type { AttachedPolicy } from "./image/attached-policy.ts";
import { Candidates } from "./image/candidates.ts";
import { IndexSearch, numberedBy } from "./image/index-search.ts";
import { RequestIds } from "./image/request-ids.ts";
import { byText, compileRowTest, type RowTest, type RowTestParts } from "./image/row-test.ts";
import { givesNumbers } from "./matcher/expression-kinds.ts";
import { EFFECTS, type PolicyModel } from "./model/model.ts";
import { isPlain, type RequestTuple } from "./request/tuple.ts";

const DENIED: Verdict = { allowed: false, rule: null };
const ALLOWED: Verdict = { allowed: true, rule: null };

/** A matcher that gives effects by number is casbin's to fold. */
export function isCompilable({ matcher }: PolicyModel): boolean {
  return !givesNumbers(matcher);
}

/**
 * Candidates come from an index that may give too many and never too few; each is checked by the whole
 * matcher, in rule order, and effects are folded as casbin's stream folds them.
 */
export function createCompiledEngine(policy: AttachedPolicy, parts: MatcherParts): PolicyEngine {
  const { model, usesRules } = policy;
  if (usesRules) return new CompiledEngine(policy, parts);
  const test = compileTest(model.matcher, parts);
  return { evaluate: (request) => withoutRules(test(request, []), model) };
}

/** Casbin asks a matcher without p once; what it says counts as one rule that allows. */
function withoutRules(holds: boolean, { effect }: PolicyModel): Verdict {
  return holds || effect === EFFECTS.denyOverride ? ALLOWED : DENIED;
}

const NO_ROW = -1;

/** Which rules are looked for. */
type Wanted = "any" | "allow" | "deny";

class CompiledEngine implements PolicyEngine {
  readonly #policy: AttachedPolicy;
  readonly #request: RequestIds;
  readonly #found = new Candidates();
  readonly #searches: readonly IndexSearch[];
  /** For requests of strings, and for others. */
  readonly #rowTest: RowTest;
  readonly #textTest: RowTest;
  #test: RowTest;
  /** The column `eft`, and the number of "deny". */
  readonly #effectColumn: number;
  readonly #deny: number;

  constructor(policy: AttachedPolicy, matcher: MatcherParts) {
    const { model, strings } = policy;
    this.#policy = policy;
    const accesses = alternativesOf(model).map((terms) => accessPathOf(terms, model));
    this.#request = new RequestIds(strings, model.request.length, accesses.flatMap(numberedBy));
    const parts: RowTestParts = { policy, request: this.#request, matcher };
    this.#searches = searchesOf(accesses, parts);
    this.#rowTest = compileRowTest(model.matcher, parts);
    this.#textTest = byText(model.matcher, parts);
    this.#test = this.#rowTest;
    this.#effectColumn = model.policy.indexOf("eft");
    this.#deny = strings.find("deny");
  }

  evaluate(tuple: RequestTuple): Verdict {
    this.#request.take(tuple);
    this.#found.clear();
    const plain = isPlain(tuple);
    this.#test = plain ? this.#rowTest : this.#textTest;
    if (plain || this.#searches.every((search) => search.canSearch())) {
      for (const search of this.#searches) search.search(this.#found);
      this.#found.sort();
    } else {
      const { everyRow } = this.#policy;
      this.#found.add(everyRow, 0, everyRow.length);
    }
    return this.#fold();
  }

  #fold(): Verdict {
    const { effect } = this.#policy.model;
    if (effect === EFFECTS.allowOverride) return this.#verdict(this.#first("allow"), DENIED);
    if (effect === EFFECTS.denyOverride) return this.#verdict(this.#first("deny"), ALLOWED);
    if (effect !== EFFECTS.allowAndDeny) return this.#verdict(this.#first("any"), DENIED);
    const denied = this.#first("deny");
    return this.#verdict(denied === NO_ROW ? this.#last() : denied, DENIED);
  }

  #verdict(row: number, otherwise: Verdict): Verdict {
    if (row === NO_ROW) return otherwise;
    return { allowed: !this.#denies(row), rule: this.#policy.ruleAt(row) };
  }

  #denies(row: number): boolean {
    const column = this.#effectColumn;
    const { fields, width } = this.#policy.table;
    return column >= 0 && fields[row * width + column] === this.#deny;
  }

  /** The first rule of some kind that matches; the rest is not looked at. */
  #first(wanted: Wanted): number {
    const { rows, from, to } = this.#found;
    for (let at = from; at < to; at++) {
      const row = rows[at] ?? 0;
      const isWanted = wanted === "any" || this.#denies(row) === (wanted === "deny");
      if (isWanted && this.#matches(row)) return row;
    }
    return NO_ROW;
  }

  /** Of several that allow, casbin names the last; there is no deny among them. */
  #last(): number {
    const { rows, from, to } = this.#found;
    for (let at = to - 1; at >= from; at--) {
      const row = rows[at] ?? 0;
      if (this.#matches(row)) return row;
    }
    return NO_ROW;
  }

  /** @throws RuleError, so that whoever reads of the failure knows where to look. */
  #matches(row: number): boolean {
    try {
      return this.#test(row);
    } catch (error) {
      throw new RuleError(this.#policy.ruleAt(row), error);
    }
  }
}

function searchesOf(
  accesses: readonly AccessPath[],
  { policy, request, matcher }: RowTestParts,
): readonly IndexSearch[] {
  const { strings, walkers, indexes } = policy;
  return accesses.flatMap((access, at) => {
    const index = indexes[at];
    if (index === undefined) return [];
    const walker = walkers.get(access.role?.name ?? "") ?? null;
    const ofRequest = access.ofRequest.map((term) => compileTest(term, matcher));
    return [new IndexSearch({ access, index, strings, walker, ofRequest, request })];
  });
}
