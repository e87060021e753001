/** A real server on this machine, and a client of an http effect that may reach it. */

import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { httpClient, type RecordingClient } from "../../../src/capabilities/remote/http-client.ts";
import { readHttpPolicy } from "../../../src/capabilities/remote/http-policy.ts";
import type { JsonObject } from "../../../src/json/value.ts";
import { openRemote } from "../../../src/platform/remote.ts";

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface TestServer {
  readonly origin: string;
  readonly port: number;
  readonly server: Server;
  readonly received: readonly Received[];
}

/** Answers each request once its body is there. */
export async function httpServer(
  t: TestContext,
  answer: (request: Received, response: ServerResponse) => void,
): Promise<TestServer> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    if (body === null) return;
    const { method = "", url = "", headers } = request;
    const one = { method, url, headers, body };
    received.push(one);
    answer(one, response);
  });
  return { ...(await listening(t, server)), received };
}

/** Null where the request broke off. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  let body = "";
  try {
    for await (const piece of request.setEncoding("utf8")) body += piece;
  } catch {
    return null;
  }
  return body;
}

/** Hands over each connection when something came in on it. */
export async function tcpServer(t: TestContext, talk: (socket: Socket) => void) {
  return listening(
    t,
    createTcpServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => talk(socket));
    }),
  );
}

async function listening(t: TestContext, server: Server): Promise<Omit<TestServer, "received">> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = server.address() as AddressInfo;
  return { server, origin: `http://127.0.0.1:${port}`, port };
}

/** The client of an operation whose binding has this policy. */
export function clientFor(
  policy: JsonObject,
  env: Readonly<Record<string, string>> = {},
  isReading = false,
): RecordingClient {
  const read = readHttpPolicy(policy);
  if ("flaws" in read) throw new Error(JSON.stringify(read.flaws));
  return httpClient({ policy: read.policy, http: openRemote(env).http, effectKey: "key", isReading });
}
