// Opens TLS connections to one endpoint: trusts whom it was told to, and resumes what it verified a short while ago.
import { isIP, type Socket, type TcpNetConnectOpts } from "node:net";
import type { ConnectionOptions, PeerCertificate, SecureContext, TLSSocket } from "node:tls";
import { parseAltNames } from "../core/alt-names.ts";
import type { UpstreamTls } from "./options.ts";
import { WrongPeer } from "./tls-failure.ts";

export interface SecureTarget {
  readonly host: string;
  readonly tls: UpstreamTls | null;
}

export interface SecureDialer {
  /** Opens a socket; `base` says where to, and how it is read. */
  readonly open: (base: TcpNetConnectOpts) => Socket;
  /** When the certificate of a socket's peer ends, on the axis of Date.now. */
  readonly endMs: (socket: Socket) => number;
  /** Why the peer may have closed a socket without a word; "" where nothing speaks for it. */
  readonly suspicion: (socket: Socket) => string;
}

/**
 * A resumed connection is not verified again, so none is begun later than this after the handshake
 * that was: the longest that an expired certificate goes unnoticed.
 */
const TRUST_MS = 300_000;

/** What came of a handshake in which the peer was verified; times are on the axis of Date.now. */
interface Handshake {
  /** Of the certificate, which a resumed connection does not show. */
  readonly endMs: number;
  /** The last moment at which a connection may resume it. */
  readonly untilMs: number;
  /** The peer asked for a certificate, which it doesn't do anew of who resumes. */
  readonly isMutual: boolean;
}

interface Session {
  readonly ticket: Buffer;
  readonly handshake: Handshake;
}

export function createSecureDialer(target: SecureTarget): SecureDialer {
  let options: ConnectionOptions | null = null;
  let kept: Session | null = null;
  const handshakes = new WeakMap<Socket, Handshake>();
  const handshakeOf = (socket: TLSSocket, from: Session | null): Handshake => {
    const resumed = socket.isSessionReused() ? from : null;
    const handshake = handshakes.get(socket) ?? resumed?.handshake ?? readHandshake(socket);
    handshakes.set(socket, handshake);
    return handshake;
  };
  return {
    open(base) {
      options ??= secureOptions(target);
      if (kept !== null && kept.handshake.untilMs <= Date.now()) kept = null;
      const from = kept;
      // Only where there is such an endpoint: a worker should listen soon.
      const { connect } = process.getBuiltinModule("node:tls");
      const socket = connect({ ...options, ...base, ...(from && { session: from.ticket }) });
      // Node gives a ticket out only once its connection is verified; it may be before it says so.
      socket.on("session", (ticket) => (kept = { ticket, handshake: handshakeOf(socket, from) }));
      socket.once("secureConnect", () => void handshakeOf(socket, from));
      if (from !== null) forgetUnlessSecure(socket, () => (kept = null));
      return socket;
    },
    endMs: (socket) => handshakes.get(socket)?.endMs ?? Infinity,
    suspicion(socket) {
      if (handshakes.get(socket)?.isMutual !== true) return "";
      const ours = target.tls?.cert ? "may have refused weir's" : "weir has none for it";
      return `the endpoint asked for a client certificate, and ${ours}`;
    },
  };
}

function readHandshake(socket: TLSSocket): Handshake {
  const endMs = Date.parse(socket.getPeerCertificate().valid_to);
  return {
    endMs,
    untilMs: Math.min(Date.now() + TRUST_MS, endMs),
    // Of a client's socket only a CertificateRequest brings the peer's list (RFC 8446 section 4.3.2).
    isMutual: socket.getSharedSigalgs().length > 0,
  };
}

/** Maybe it failed for what it resumed: the next one begins anew. */
function forgetUnlessSecure(socket: TLSSocket, forget: () => void): void {
  socket.once("close", forget);
  socket.once("secureConnect", () => socket.off("close", forget));
}

/** Whom to trust and by which name, and who weir is. @throws Error where certificates can't be used. */
export function secureOptions({ host, tls }: SecureTarget): ConnectionOptions {
  const name = tls?.serverName || host;
  return {
    // SNI names hosts, never addresses (RFC 6066 section 3).
    servername: isIP(name) === 0 ? name : "",
    ALPNProtocols: ["http/1.1"],
    secureContext: contextOf(tls),
    ...(tls?.serverId ? { checkServerIdentity: expecting(tls.serverId) } : {}),
  };
}

/** One for all connections: making it costs as much as a handshake. */
function contextOf(tls: UpstreamTls | null): SecureContext {
  const { createSecureContext } = process.getBuiltinModule("node:tls");
  if (tls === null) return createSecureContext({ minVersion: "TLSv1.2" });
  const { ca, cert, key, crls, minVersion } = tls;
  return createSecureContext({
    minVersion,
    ...(ca === "" ? {} : { ca }),
    ...(cert === "" ? {} : { cert, key }),
    ...(crls.length === 0 ? {} : { crl: [...crls] }),
  });
}

/** X509-SVIDs have one URI and no other (SPIFFE X509-SVID section 2). */
function expecting(id: string): (host: string, certificate: PeerCertificate) => Error | undefined {
  return (_, { subjectaltname = "" }) => {
    const { uris } = parseAltNames(subjectaltname);
    if (uris.length === 1 && uris[0] === id) return undefined;
    return new WrongPeer(`the certificate is for ${uris.join(" and ") || "no URI"}, not for ${id}`);
  };
}
