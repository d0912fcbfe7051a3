// A TCP proxy a test controls: passes bytes, cuts everything off, or swallows replies to INSERTs.
import { connect, createServer, type Server, type Socket } from "node:net";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

export interface TcpProxy {
  readonly port: number;
  /** Closes what is open and refuses what comes, until `mend`. */
  readonly cut: () => void;
  readonly mend: () => void;
  /** The replies to the next `count` INSERTs are lost: the connection dies once the server answered. */
  readonly dropReplies: (count: number) => void;
  /** Replies lost so far. */
  readonly dropped: () => number;
  readonly close: () => Promise<void>;
}

/** In front of 127.0.0.1:`target`. */
export async function startTcpProxy(target: number): Promise<TcpProxy> {
  const open = new Set<Socket>();
  let isCut = false;
  let toDrop = 0;
  let dropped = 0;
  const serve = (client: Socket): void => {
    if (isCut) return void client.resetAndDestroy();
    const server = connect(target, "127.0.0.1");
    let inserting = false;
    const end = (): void => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      open.add(socket);
      socket.on("error", end);
      socket.on("close", () => {
        open.delete(socket);
        end();
      });
    }
    client.on("data", (chunk: Buffer) => {
      // The statement is in the request's target: a head that names INSERT begins one.
      const head = /^(?:POST|GET|PUT) (\S+)/.exec(chunk.toString("latin1", 0, 4096))?.[1];
      if (head !== undefined) inserting = /INSERT/i.test(head);
      server.write(chunk);
    });
    server.on("data", (chunk: Buffer) => {
      if (inserting && toDrop > 0) {
        toDrop -= 1;
        dropped += 1;
        client.resetAndDestroy();
        server.destroy();
      } else client.write(chunk);
    });
  };
  const listener: Server = createServer(serve).listen(0, "127.0.0.1");
  await once(listener, "listening");
  const reset = (): void => {
    for (const socket of open) socket.resetAndDestroy();
  };
  return {
    port: (listener.address() as AddressInfo).port,
    cut: () => {
      isCut = true;
      reset();
    },
    mend: () => void (isCut = false),
    dropReplies: (count) => void (toDrop = count),
    dropped: () => dropped,
    close: async () => {
      isCut = true;
      reset();
      listener.close();
      await once(listener, "close");
    },
  };
}
