// What the config says about the collector.

export interface CollectorOptions {
  readonly listen: { readonly host: string; readonly port: number };
  /** Of which one must come in x-api-key; empty: everybody may send. Secret. */
  readonly keys: readonly string[];
  /** Of one request, also once it is inflated. */
  readonly max_body_bytes: number;
  /** null: plain HTTP. */
  readonly tls: TlsOptions | null;
  /** null: all spans are kept. */
  readonly sampling: SamplingOptions | null;
  readonly files: readonly FileOptions[];
  readonly syslog: readonly SyslogOptions[];
}

export interface TlsOptions {
  /** Absolute paths. */
  readonly cert: string;
  readonly key: string;
  /** Whoever has a certificate of theirs may send, without a key, too; null: nobody is asked for one. Absolute paths. */
  readonly client_certificates: { readonly ca: string; readonly crl: string } | null;
  readonly min_version: "1.2" | "1.3";
}

/** What is said of all that comes by one input. */
interface InputOptions {
  /** Empty: none, or as messages say. */
  readonly service: string;
  /** Of the resource. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** Files that are followed as they grow, and as they are rotated. */
export interface FileOptions extends InputOptions {
  /** Absolute; may have * and ? in it. */
  readonly path: string;
  /** Of files that are there when they are first looked for; later ones are read whole. */
  readonly from: "start" | "end";
  /** indented: what is indented, and the rest of a stack trace, belongs to the line before. */
  readonly join: "none" | "indented";
}

export interface SyslogOptions extends InputOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly protocol: "udp" | "tcp";
  /** Of times that name none (RFC 3164): a name of the IANA database. */
  readonly zone: string;
  /** Addresses and blocks that may send; none: everybody. */
  readonly senders: readonly string[];
}

export interface SamplingOptions {
  /** Of the traces that no rule is for, in [0, 1]. */
  readonly share: number;
  /** Since a trace's first span, for the others. */
  readonly wait_ms: number;
  /** Of spans that wait. */
  readonly max_bytes: number;
  /** The first that is for any span of a trace decides; none: nothing waits. */
  readonly rules: readonly SamplingRule[];
}

/** Is for a span that meets all that it says. */
export interface SamplingRule {
  readonly name: string;
  /** In [0, 1] */
  readonly share: number;
  /** Empty: of any service. */
  readonly service: string;
  /** Of the span; empty: any. */
  readonly span: string;
  /** Only where the span's status is Error. */
  readonly error: boolean;
  /** 0: however short. */
  readonly min_ms: number;
  /** Of the span or its resource; empty: whatever they are. */
  readonly attribute: string;
  /** Of the attribute; none: it is enough that it is there. */
  readonly values: readonly string[];
}
