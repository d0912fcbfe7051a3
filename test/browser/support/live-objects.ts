// How many objects a page's scripts keep: unlike bytes, no matter how much code the engine has made of them by then.
import type { CDPSession } from "playwright-core";

/** After garbage is collected; functions count as well. */
export async function liveObjects(session: CDPSession): Promise<number> {
  await session.send("HeapProfiler.collectGarbage");
  const { result: prototype } = await session.send("Runtime.evaluate", {
    expression: "Object.prototype",
    objectGroup: GROUP,
  });
  const { objects } = await session.send("Runtime.queryObjects", {
    prototypeObjectId: prototype.objectId ?? "",
    objectGroup: GROUP,
  });
  const { result } = await session.send("Runtime.callFunctionOn", {
    functionDeclaration: "function () { return this.length; }",
    objectId: objects.objectId ?? "",
    returnByValue: true,
  });
  await session.send("Runtime.releaseObjectGroup", { objectGroup: GROUP });
  return Number(result.value);
}

const GROUP = "live-objects";
