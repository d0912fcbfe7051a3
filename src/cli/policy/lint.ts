// `weir policy lint`: warns of rules that load and may not mean what they say.
import { Command } from "commander";
import { lintPolicy } from "../../policy/lint/lint.ts";
import { type TierGroup, tiersOf } from "../../policy/lint/tiers.ts";
import { faultText } from "../../policy/source.ts";
import { answering, EXIT_FINDING, type FileOptions, print, withFiles } from "./command.ts";
import { loadInput } from "./input.ts";

export function lintCommand(): Command {
  return withFiles(new Command("lint"))
    .description(
      "warn of rules that may not mean what they say, and tell how rules are found; exit code 1 if it warns",
    )
    .argument("[dir]", "folder of model.conf and policy.csv", "policies")
    .action((dir: string, options: FileOptions) =>
      answering(options, async () => {
        const { source, snapshot, policy } = await loadInput(dir, options);
        const warnings = lintPolicy(source, policy);
        const tiers = tiersOf(policy);
        if (warnings.length > 0) process.exitCode = EXIT_FINDING;
        if (options.json)
          return print(JSON.stringify({ ok: warnings.length === 0, warnings, tiers }));
        for (const warning of warnings) print(faultText(warning));
        print(`${snapshot.rules} rules, ${warnings.length} warnings`);
        for (const line of tierLines(tiers)) print(line);
      }),
    );
}

/** Reasons shown; --json has all. */
const MAX_SHOWN = 10;

/** "99.7 % of 12,000 rules indexed; 12 scanned", and why those are not. */
function tierLines(tiers: readonly TierGroup[]): readonly string[] {
  const countOf = (wanted: string): number =>
    tiers.reduce((sum, { tier, rules }) => sum + (tier === wanted ? rules : 0), 0);
  const all = tiers.reduce((sum, { rules }) => sum + rules, 0);
  if (all === 0) return [];
  const share = Math.floor((countOf("indexed") / all) * 1000) / 10;
  const others = (["scanned", "casbin"] as const)
    .filter((tier) => countOf(tier) > 0)
    .map((tier) => `; ${countOf(tier).toLocaleString("en")} ${WORDS[tier]}`);
  const slow = tiers.filter(({ tier }) => tier !== "indexed");
  const lines = slow
    .slice(0, MAX_SHOWN)
    .map(({ rules, reason, examples: [first = ""] }) => `  ${rules}: ${reason} (${first})`);
  const rest = slow.length > MAX_SHOWN ? [`  and ${slow.length - MAX_SHOWN} reasons more`] : [];
  const head = `${share} % of ${all.toLocaleString("en")} p rules indexed${others.join("")}`;
  return [head, ...lines, ...rest];
}

const WORDS = { scanned: "scanned for each request", casbin: "decided by casbin" } as const;
