// Entry of an upstream in a process of its own, to be killed: argv is its port, 0 for a free one.
import { startUpstream } from "./upstream.ts";

const { url } = await startUpstream(Number(process.argv[2] ?? 0));
process.on("disconnect", () => process.exit(0));
process.send?.(url);
