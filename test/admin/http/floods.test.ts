// Connections that say nothing: bounded, counted, and gone in time, so that others find room again.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { startTestAdmin } from "../support/admin-kit.ts";

const MOST = 256;

async function open(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1").on("error", () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  return socket;
}

test("more silent connections than there is room for are closed and counted; room comes back", async () => {
  const { address, url } = await startTestAdmin();
  const silent = await Promise.all(Array.from({ length: MOST }, () => open(address.port)));
  const late = await Promise.all([1, 2, 3].map(() => open(address.port)));
  for (const socket of late) if (!socket.closed) await once(socket, "close");
  expect(silent.filter((socket) => socket.destroyed)).toEqual([]);
  for (const socket of silent.slice(0, 10)) socket.destroy();
  await expect
    .poll(async () => fetch(`${url}/metrics`).then((answer) => answer.text(), String))
    .toMatch(/weir_admin_refused_total\{code="too_many_connections"\} [3-9]/);
});
