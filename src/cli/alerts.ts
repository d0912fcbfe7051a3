// `weir alerts ...`: what fires, and when a rule would have fired; one file a command in alerts/.
import { Command } from "commander";
import { alertsListCommand } from "./alerts/list.ts";
import { alertsTestCommand } from "./alerts/test.ts";

export function alertsCommand(): Command {
  return new Command("alerts")
    .description("see what fires, and try rules on the past")
    .addCommand(alertsListCommand())
    .addCommand(alertsTestCommand());
}
