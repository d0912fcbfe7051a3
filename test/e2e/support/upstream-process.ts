// Entry of an upstream in a process of its own, to be killed: argv is its port, 0 for a free one.
// Says its URL, then how many it holds with each that comes; lets them go when told anything.
import { startUpstream } from "./upstream.ts";

const upstream = await startUpstream(Number(process.argv[2] ?? 0), () => {
  process.send?.(upstream.held());
});
process.on("disconnect", () => process.exit(0));
process.on("message", upstream.release);
process.send?.(upstream.url);
