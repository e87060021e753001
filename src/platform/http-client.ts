/** One request over a connection of its own: no redirect, no cookie, nothing of the environment. */

import * as http from "node:http";
import * as https from "node:https";
import { isIP, type Socket } from "node:net";
import * as tls from "node:tls";
import type { HttpAnswer, HttpFailed, HttpFailureCode, HttpLimits, HttpRequest } from "../ports.ts";
import { errnoOf } from "./errno.ts";

/** Resolves in every case. */
export async function send(request: HttpRequest, limits: HttpLimits): Promise<HttpAnswer | HttpFailed> {
  const abort = new AbortController();
  const timeout = setTimeout(() => abort.abort(), limits.timeoutMs);
  const exchange = new Exchange(request, limits, abort.signal);
  try {
    return await exchange.answer();
  } finally {
    clearTimeout(timeout);
    exchange.close();
  }
}

class Exchange {
  readonly #request: HttpRequest;
  readonly #limits: HttpLimits;
  readonly #signal: AbortSignal;
  /** From here on a byte of the request may be on its way. */
  #isSent = false;
  #isBroken = false;
  #status: number | undefined;
  #tunnel: Socket | undefined;
  #outgoing: http.ClientRequest | undefined;

  constructor(request: HttpRequest, limits: HttpLimits, signal: AbortSignal) {
    this.#request = request;
    this.#limits = limits;
    this.#signal = signal;
  }

  async answer(): Promise<HttpAnswer | HttpFailed> {
    try {
      const incoming = await this.#ask(await this.#options());
      this.#status = incoming.statusCode ?? 0;
      return await this.#read(incoming);
    } catch (error) {
      const { failure } = error instanceof Failure ? error : this.#failureIn(error);
      const status = this.#status === undefined ? {} : { status: this.#status };
      return { failure, sent: this.#isSent, ...status };
    }
  }

  close(): void {
    this.#outgoing?.destroy();
    this.#tunnel?.destroy();
  }

  async #options(): Promise<http.RequestOptions> {
    const { method, url, headers, proxy } = this.#request;
    const { protocol, hostname, port, host, pathname, search } = new URL(url);
    const isTls = protocol === "https:";
    const common = {
      method,
      protocol,
      // The brackets belong to the URL, not to the address.
      hostname: hostname.replace(/^\[(.*)\]$/, "$1"),
      port: port === "" ? (isTls ? 443 : 80) : Number(port),
      path: `${pathname}${search}`,
      headers: { ...headers, host, connection: "close" },
      maxHeaderSize: this.#limits.headerBytes,
      signal: this.#signal,
    };
    if (proxy === null) return { ...common, agent: false };
    const through = new URL(proxy);
    const server = { hostname: through.hostname, port: Number(through.port === "" ? 80 : through.port) };
    if (!isTls) return { ...common, ...server, path: url, agent: false };
    const socket = await this.#openTunnel(server, `${common.hostname}:${common.port}`);
    // With an agent, also with `false`, Node would open a connection of its own instead.
    return { ...common, createConnection: () => connectTls(socket, common.hostname) };
  }

  #openTunnel(server: { hostname: string; port: number }, path: string): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const connect = http.request({ ...server, method: "CONNECT", path, agent: false, signal: this.#signal });
      connect.on("connect", ({ statusCode }, socket) => {
        this.#tunnel = socket;
        if (statusCode === 200) resolve(socket);
        else reject(new Failure("HTTP_PROXY_REFUSED"));
      });
      connect.on("response", (response) => {
        response.destroy();
        reject(new Failure("HTTP_PROXY_REFUSED"));
      });
      connect.on("error", reject);
      connect.end();
    });
  }

  #ask(options: http.RequestOptions): Promise<http.IncomingMessage> {
    const { body } = this.#request;
    const isTls = options.protocol === "https:";
    return new Promise((resolve, reject) => {
      const outgoing = (isTls ? https : http).request(options);
      this.#outgoing = outgoing;
      outgoing.on("socket", (socket) => {
        socket.once("error", () => {
          this.#isBroken = true;
        });
        socket.once(isTls ? "secureConnect" : "connect", () => {
          this.#isSent = true;
        });
      });
      outgoing.on("response", resolve);
      outgoing.on("error", reject);
      // Asked for by nobody: a server that switches protocols has not answered.
      outgoing.on("upgrade", (_, socket) => {
        socket.destroy();
        reject(new Failure("HTTP_ANSWER_INVALID"));
      });
      outgoing.on("close", () => reject(new Failure("HTTP_CONNECTION_LOST")));
      outgoing.end(body ?? undefined);
    });
  }

  #read(incoming: http.IncomingMessage): Promise<HttpAnswer> {
    const { answerBytes } = this.#limits;
    return new Promise((resolve, reject) => {
      const pieces: Buffer[] = [];
      let length = 0;
      incoming.on("data", (piece: Buffer) => {
        length += piece.length;
        if (length > answerBytes) reject(new Failure("HTTP_ANSWER_TOO_LARGE"));
        else pieces.push(piece);
      });
      incoming.on("error", reject);
      incoming.on("close", () => reject(new Failure("HTTP_ANSWER_INCOMPLETE")));
      incoming.on("end", () => {
        // A body without a length ends with its connection, however that ended.
        if (this.#signal.aborted) return reject(new Failure("HTTP_TIMEOUT"));
        if (!incoming.complete || this.#isBroken) return reject(new Failure("HTTP_ANSWER_INCOMPLETE"));
        resolve({ status: incoming.statusCode ?? 0, headers: joined(incoming), body: Buffer.concat(pieces) });
      });
    });
  }

  /** By the state of the exchange where the error alone does not say it. */
  #failureIn(error: unknown): Failure {
    if (this.#signal.aborted) return new Failure("HTTP_TIMEOUT");
    const errno = errnoOf(error);
    if (errno === "HPE_HEADER_OVERFLOW") return new Failure("HTTP_HEADERS_TOO_LARGE");
    if (errno.startsWith("HPE_")) return new Failure("HTTP_ANSWER_INVALID");
    if (this.#status !== undefined) return new Failure("HTTP_ANSWER_INCOMPLETE");
    if (this.#isSent) return new Failure("HTTP_CONNECTION_LOST");
    if (errno === "ENOTFOUND" || errno === "EAI_AGAIN") return new Failure("HTTP_NAME_UNKNOWN");
    return new Failure(isOfTls(errno) ? "HTTP_TLS_REFUSED" : "HTTP_NOT_CONNECTED");
  }
}

/** The name is checked against the certificate; an address is no server name, and is checked all the same. */
function connectTls(socket: Socket, hostname: string): Socket {
  return tls.connect({ socket, host: hostname, ...(isIP(hostname) === 0 ? { servername: hostname } : {}) });
}

class Failure extends Error {
  readonly failure: HttpFailureCode;

  constructor(failure: HttpFailureCode) {
    super(failure);
    this.failure = failure;
  }
}

/** OpenSSL's codes name what is wrong with a certificate; the system's begin with E, and Node's others with `ERR_TLS`. */
function isOfTls(errno: string): boolean {
  return /CERT|SIGNATURE|^ERR_TLS|^ERR_SSL|^EPROTO$|ISSUER|CRL/.test(errno);
}

function joined({ headersDistinct }: http.IncomingMessage): Record<string, string> {
  const pairs = Object.entries(headersDistinct).map(
    ([name, values = []]) => [name, values.join(", ")] as const,
  );
  return Object.fromEntries(pairs);
}
