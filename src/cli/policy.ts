// `weir policy ...`: tests, checks and asks a policy; one file a command in policy/.
import { Command } from "commander";
import { canCommand } from "./policy/can.ts";
import { decideCommand } from "./policy/decide.ts";
import { diffCommand } from "./policy/diff.ts";
import { explainCommand } from "./policy/explain.ts";
import { lintCommand } from "./policy/lint.ts";
import { proposeCommand } from "./policy/propose.ts";
import { replayCommand } from "./policy/replay.ts";
import { saveCommand } from "./policy/save.ts";
import { testCommand } from "./policy/test.ts";
import { whoCommand } from "./policy/who.ts";

export function policyCommand(): Command {
  return new Command("policy")
    .description("test a policy, ask it, and see what a new one would change")
    .addCommand(testCommand())
    .addCommand(lintCommand())
    .addCommand(decideCommand())
    .addCommand(explainCommand())
    .addCommand(replayCommand())
    .addCommand(saveCommand())
    .addCommand(proposeCommand())
    .addCommand(diffCommand())
    .addCommand(whoCommand())
    .addCommand(canCommand());
}
