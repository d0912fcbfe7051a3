// node:http without what its ES module brings along: that one reads every export as it is loaded, and
// WebSocket is one of them, so that a whole HTTP client comes too: 70 ms of each start, in each thread.

export const { Agent, createServer, request, STATUS_CODES } = process.getBuiltinModule("node:http");
