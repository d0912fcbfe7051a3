// `weir ca`: a small CA of one's own, for what runs behind and beside weir; each of its commands is a file in ca/.
import { Command } from "commander";
import { initCommand } from "./ca/init.ts";
import { issueCommand } from "./ca/issue.ts";
import { listCommand } from "./ca/list.ts";
import { renewCommand } from "./ca/renew.ts";
import { revokeCommand } from "./ca/revoke.ts";

export function caCommand(): Command {
  return new Command("ca")
    .description("issue, renew and revoke certificates with a small CA of your own")
    .addCommand(initCommand())
    .addCommand(issueCommand())
    .addCommand(listCommand())
    .addCommand(renewCommand())
    .addCommand(revokeCommand());
}
