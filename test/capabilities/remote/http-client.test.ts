import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { CapabilityError } from "../../../src/capabilities/capability-error.ts";
import { httpClient } from "../../../src/capabilities/remote/http-client.ts";
import { readHttpPolicy } from "../../../src/capabilities/remote/http-policy.ts";
import { HttpFailure } from "../../../src/errors/ports.ts";
import { sha256 } from "../../../src/json/canonical.ts";
import { HTTP } from "../../../src/json/limits.ts";
import { unicodeEscape } from "../../../src/json/text.ts";
import type { Http } from "../../../src/ports.ts";
import { takingTurns } from "../../support/portion.ts";
import { clientFor, httpServer, tcpServer } from "./server.ts";

const it = takingTurns(import.meta.url);

/** The code of the failure, and whether anything was sent. */
async function failureOf(work: Promise<unknown>): Promise<readonly [string, boolean]> {
  try {
    await work;
  } catch (error) {
    if (error instanceof HttpFailure) return [error.code, error.sent];
    throw error;
  }
  return ["answered", true];
}

it("a request arrives as it was given, and is recorded without its bodies", async (t) => {
  const server = await httpServer(t, (_, response) => {
    response.writeHead(201, { "x-id": "7", "content-type": "application/json" });
    response.end('{"id":7}');
  });
  const { client, requests } = clientFor({ allowed_origins: [server.origin] });
  const answer = await client.send({
    method: "POST",
    url: `${server.origin}/hooks?a=1#part`,
    query: { b: "ä" },
    headers: { "Idempotency-Key": client.effectKey },
    json: { amount: 5 },
  });
  assert.deepEqual([answer.status, answer.headers["x-id"], answer.json()], [201, "7", { id: 7 }]);
  const [received] = server.received;
  assert.deepEqual(
    [received?.method, received?.url, received?.body, received?.headers["idempotency-key"]],
    ["POST", "/hooks?a=1&b=%C3%A4", '{"amount":5}', "key"],
  );
  assert.deepEqual(requests, [
    {
      method: "POST",
      url: `${server.origin}/hooks?a=1&b=%C3%A4`,
      sent: true,
      request_digest: sha256('{"amount":5}'),
      status: 201,
      answer_digest: sha256('{"id":7}'),
    },
  ]);
});

it("secrets reach the server, and neither the record nor the operation when the server repeats them", async (t) => {
  const server = await httpServer(t, ({ headers, url }, response) => {
    response.setHeader("x-echo", String(headers.authorization));
    response.end(`${headers.authorization} ${url}`);
  });
  const policy = {
    allowed_origins: [server.origin],
    secret_headers: { Authorization: { environment: "HOOK_TOKEN", prefix: "Bearer " } },
    secret_query: { key: { environment: "HOOK_KEY" } },
    hidden_query: ["signature"],
  };
  const env = { HOOK_TOKEN: "t0ken-of-the-test", HOOK_KEY: "k3y of the test" };
  const { client, requests } = clientFor(policy, env);
  const answer = await client.send({ url: `${server.origin}/?signature=51gn&open=yes&key=other` });
  const [received] = server.received;
  assert.equal(received?.headers.authorization, "Bearer t0ken-of-the-test");
  assert.equal(received?.url, "/?signature=51gn&open=yes&key=k3y+of+the+test");
  assert.equal(answer.headers["x-echo"], "Bearer ***");
  assert.equal(requests[0]?.url, `${server.origin}/?signature=***&open=yes&key=***`);
  const kept = JSON.stringify([requests, answer]);
  for (const secret of ["t0ken", "k3y of", "k3y+of", "other"]) assert.ok(!kept.includes(secret), secret);
  const poor = clientFor(policy, {});
  assert.deepEqual(await failureOf(poor.client.send({ url: server.origin })), ["HTTP_SECRET_MISSING", false]);
  for (const HOOK_TOKEN of ["short", "with a line\nmore", "wïth an umlaut"]) {
    const { client: other } = clientFor(policy, { ...env, HOOK_TOKEN });
    assert.deepEqual(await failureOf(other.send({ url: server.origin })), ["HTTP_SECRET_INVALID", false]);
  }
  assert.equal(server.received.length, 1);
});

const SECRET = "Sup3r/Secret+Tok=en9";

/** What a server may answer that repeats the secret. */
const REPEATED: Readonly<Record<string, string>> = {
  "as it is": JSON.stringify({ a: [SECRET] }),
  "as the name of a member": JSON.stringify({ a: { [SECRET]: 1 } }),
  "with escaped slashes": `{"a":"${SECRET.replaceAll("/", "\\/")}"}`,
  "with all escaped": `{"a":"${Array.from(SECRET, unicodeEscape).join("")}"}`,
  "with one escaped, in capitals": `{"a":"${SECRET.replace("/", "\\u002F")}"}`,
  "in JSON within JSON": JSON.stringify({ a: `{"a":"${SECRET.replaceAll("/", "\\/")}"}` }),
  "for an address": JSON.stringify({ a: encodeURIComponent(SECRET) }),
  "for an address, in small letters": JSON.stringify({ a: encodeURIComponent(SECRET).toLowerCase() }),
  "for an address, twice": JSON.stringify({ a: encodeURIComponent(encodeURIComponent(SECRET)) }),
  "in capitals": JSON.stringify({ a: SECRET.toUpperCase() }),
  ...Object.fromEntries(
    ["", "a", "ab", "abc:"].flatMap((before) =>
      (["base64", "base64url"] as const).map((encoding) => [
        `in ${encoding} after ${before}`,
        JSON.stringify({ a: Buffer.from(`${before}${SECRET}, too`).toString(encoding) }),
      ]),
    ),
  ),
};

it("a secret is hidden however the server spells it, in text, JSON and headers", async (t) => {
  const server = await httpServer(t, ({ url }, response) => {
    const answer = Object.values(REPEATED)[Number(url?.slice(1))] ?? "";
    response.writeHead(200, { "x-text": answer, "x-name": SECRET });
    response.end(answer);
  });
  const secret_headers = { authorization: { environment: "TOKEN" } };
  const { client } = clientFor({ allowed_origins: [server.origin], secret_headers }, { TOKEN: SECRET });
  for (const [index, [about, sent]] of Object.entries(REPEATED).entries()) {
    const { text, headers, json } = await client.send({ url: `${server.origin}/${index}` });
    const value = JSON.stringify(json());
    for (const shown of [text, headers["x-text"] ?? sent, value, JSON.stringify(JSON.parse(text))]) {
      assert.match(shown, /\*\*\*/, about);
      const decoded = Buffer.from(shown.replace(/^.*?:"|"}$/g, ""), "base64").toString("latin1");
      for (const one of [shown, decodeURIComponent(shown), decoded]) assert.doesNotMatch(one, /secret/i, about);
    }
  }
});

test("a number is hidden when it spells a secret, and names of headers are looked at, too", async (t) => {
  const server = await httpServer(t, (_, response) => {
    response.setHeader("x-1234567890", "1");
    response.end('{"a":1234567890,"b":1.23456789e9,"c":12}');
  });
  const secret_headers = { authorization: { environment: "TOKEN" } };
  const { client } = clientFor({ allowed_origins: [server.origin], secret_headers }, { TOKEN: "1234567890" });
  const answer = await client.send({ url: server.origin });
  assert.deepEqual(answer.json(), { a: "***", b: "***", c: 12 });
  assert.equal(answer.headers["x-***"], "1");
});

test("an address is limited in length, its query included", async () => {
  const { client } = clientTo("https://hooks.example.org", []);
  const long = { url: "https://hooks.example.org/", query: { a: "ä".repeat(2000) } };
  assert.deepEqual(await failureOf(client.send(long)), ["HTTP_URL_INVALID", false]);
});

test("a secret does not cross a network in clear text", async () => {
  const secret_headers = { authorization: { environment: "TOKEN" } };
  const { client } = clientFor(
    { allowed_origins: ["http://hooks.example.org"], secret_headers },
    { TOKEN: "t0ken-of-the-test" },
  );
  assert.deepEqual(await failureOf(client.send({ url: "http://hooks.example.org/" })), [
    "HTTP_SECRET_IN_CLEAR",
    false,
  ]);
});

/** By what is allowed: addresses that lead there, and addresses that do not although they look like it. */
const ORIGINS: readonly (readonly [string, readonly string[], Readonly<Record<string, string>>])[] = [
  [
    "https://hooks.example.org",
    [
      "https://hooks.example.org",
      "https://HOOKS.Example.org/a",
      "https://hooks.example.org:443/a",
      "https://hooks.ex%61mple.org/",
      "https:\\\\hooks.example.org\\a",
    ],
    {
      "http://hooks.example.org/": "HTTP_ORIGIN_NOT_ALLOWED",
      "https://hooks.example.org:8443/": "HTTP_ORIGIN_NOT_ALLOWED",
      "https://hooks.example.org./": "HTTP_ORIGIN_NOT_ALLOWED",
      "https://hooks.example.org.evil.example/": "HTTP_ORIGIN_NOT_ALLOWED",
      "https://evil.example/hooks.example.org": "HTTP_ORIGIN_NOT_ALLOWED",
      "https://evil.example#@hooks.example.org": "HTTP_ORIGIN_NOT_ALLOWED",
      "https://evil.example\\@hooks.example.org": "HTTP_ORIGIN_NOT_ALLOWED",
      "https://hooks.example.org@evil.example/": "HTTP_URL_CREDENTIALS",
      "https://hooks.example.org:443@evil.example/": "HTTP_URL_CREDENTIALS",
      "https://user:pass@hooks.example.org/": "HTTP_URL_CREDENTIALS",
      "https://hооks.example.org/": "HTTP_ORIGIN_NOT_ALLOWED",
      "https://hooks.example.org%2eevil.example/": "HTTP_ORIGIN_NOT_ALLOWED",
      "https://hooks.example.org%00/": "HTTP_URL_INVALID",
      "//hooks.example.org/": "HTTP_URL_INVALID",
      "file://hooks.example.org/": "HTTP_URL_INVALID",
      "javascript:alert(1)": "HTTP_URL_INVALID",
      "": "HTTP_URL_INVALID",
      [`https://hooks.example.org/${"a".repeat(9000)}`]: "HTTP_URL_INVALID",
    },
  ],
  [
    "http://127.0.0.1:8080",
    ["http://127.0.0.1:8080/", "http://127.1:8080/", "http://0x7f000001:8080/", "http://2130706433:8080/"],
    {
      "http://localhost:8080/": "HTTP_ORIGIN_NOT_ALLOWED",
      "http://127.0.0.1/": "HTTP_ORIGIN_NOT_ALLOWED",
      "http://[::1]:8080/": "HTTP_ORIGIN_NOT_ALLOWED",
      "http://[::ffff:127.0.0.1]:8080/": "HTTP_ORIGIN_NOT_ALLOWED",
    },
  ],
  ["http://[::1]:8080", ["http://[::1]:8080/", "http://[0:0:0:0:0:0:0:1]:8080/"], {}],
];

test("a request goes to an allowed origin, however it is spelled, and to no other", async () => {
  for (const [allowed, same, other] of ORIGINS) {
    const asked: string[] = [];
    const { client } = clientTo(allowed, asked);
    for (const url of same) assert.equal((await client.send({ url })).status, 204, url);
    assert.equal(asked.length, same.length);
    for (const [url, code] of Object.entries(other))
      assert.deepEqual(await failureOf(client.send({ url })), [code, false], url);
    assert.equal(asked.length, same.length, "something was sent");
  }
});

/** A client whose every request is answered without being sent. */
function clientTo(allowed: string, asked: string[]) {
  const read = readHttpPolicy({ allowed_origins: [allowed] });
  assert.ok("policy" in read);
  const http: Http = {
    variable: () => undefined,
    async send({ url }) {
      asked.push(url);
      return { status: 204, headers: {}, body: new Uint8Array() };
    },
  };
  return httpClient({ policy: read.policy, http, effectKey: "key", isReading: false });
}

const OK = "HTTP/1.1 200 OK\r\n";

/** By what the server does: how the request ends. */
const HOSTILE: readonly (readonly [string, (socket: Socket) => void, string])[] = [
  ["never answers", () => undefined, "HTTP_TIMEOUT"],
  ["closes at once", (socket) => socket.destroy(), "HTTP_CONNECTION_LOST"],
  ["resets the connection", (socket) => socket.resetAndDestroy(), "HTTP_CONNECTION_LOST"],
  ["speaks another protocol", (socket) => socket.end("220 mail.example.org ESMTP\r\n"), "HTTP_ANSWER_INVALID"],
  ["breaks off in its headers", (socket) => socket.end(`${OK}content-type: te`), "HTTP_CONNECTION_LOST"],
  ["sends headers without end", (socket) => pour(socket, `${OK}`, "x-a: b\r\n"), "HTTP_HEADERS_TOO_LARGE"],
  ["sends one huge header", (socket) => pour(socket, `${OK}x-a: `, "b".repeat(999)), "HTTP_HEADERS_TOO_LARGE"],
  ["sends a body without end", (socket) => pour(socket, `${OK}\r\n`, "b".repeat(999)), "HTTP_ANSWER_TOO_LARGE"],
  [
    "sends chunks without end",
    (socket) => pour(socket, `${OK}transfer-encoding: chunked\r\n\r\n`, "5\r\nabcde\r\n"),
    "HTTP_ANSWER_TOO_LARGE",
  ],
  [
    "resets the connection in its body",
    (socket) => socket.write(`${OK}\r\nabc`, () => setTimeout(() => socket.resetAndDestroy(), 20)),
    "HTTP_ANSWER_INCOMPLETE",
  ],
  ["sends a drop at a time", (socket) => drip(socket, `${OK}\r\n`, "b"), "HTTP_TIMEOUT"],
  [
    "promises more than it sends",
    (socket) => socket.end(`${OK}content-length: 9\r\n\r\nshort`),
    "HTTP_ANSWER_INCOMPLETE",
  ],
  [
    "breaks off in a chunk",
    (socket) => socket.end(`${OK}transfer-encoding: chunked\r\n\r\nff\r\nshort`),
    "HTTP_ANSWER_INCOMPLETE",
  ],
  [
    "has a length that is none",
    (socket) => socket.end(`${OK}content-length: -1\r\n\r\n`),
    "HTTP_ANSWER_INVALID",
  ],
  [
    "has two lengths",
    (socket) => socket.end(`${OK}content-length: 1\r\ncontent-length: 2\r\n\r\nab`),
    "HTTP_ANSWER_INVALID",
  ],
  [
    "has a length and chunks",
    (socket) => socket.end(`${OK}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`),
    "HTTP_ANSWER_INVALID",
  ],
  [
    "switches protocols",
    (socket) => socket.write("HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"),
    "HTTP_ANSWER_INVALID",
  ],
  [
    "compresses what nobody asked it to",
    (socket) => socket.end(`${OK}content-encoding: gzip\r\ncontent-length: 1\r\n\r\na`),
    "HTTP_ANSWER_ENCODED",
  ],
];

function pour(socket: Socket, begin: string, piece: string): void {
  const more = () => {
    if (socket.destroyed) return;
    if (socket.write(piece.repeat(64))) setImmediate(more);
    else socket.once("drain", more);
  };
  socket.write(begin);
  more();
}

function drip(socket: Socket, begin: string, piece: string): void {
  socket.write(begin);
  const drops = setInterval(() => socket.write(piece), 5);
  socket.on("close", () => clearInterval(drops));
}

for (const [what, talk, code] of HOSTILE) {
  test(`a server that ${what} gives ${code}`, async (t) => {
    const server = await tcpServer(t, talk);
    const limits = { timeout: "PT0.3S", max_answer_bytes: 5000 };
    const { client, requests } = clientFor({ allowed_origins: [server.origin], ...limits });
    assert.deepEqual(await failureOf(client.send({ url: server.origin })), [code, true]);
    const isEncoded = code === "HTTP_ANSWER_ENCODED";
    assert.deepEqual([requests[0]?.failure, requests[0]?.sent], [isEncoded ? undefined : code, true]);
  });
}

test("a redirect is an answer like any other, and is not followed", async (t) => {
  const server = await httpServer(t, (_, response) => {
    response.writeHead(302, { location: "/other" });
    response.end();
  });
  const { client } = clientFor({ allowed_origins: [server.origin] });
  const { status, headers } = await client.send({ url: server.origin });
  assert.deepEqual([status, headers["location"], server.received.length], [302, "/other", 1]);
});

test("an answer that is no JSON is text, and a failure when JSON is asked for", async (t) => {
  const texts = ["", "<html>", '{"a":1,"a":2}', '{"a":1e400}', `${"[".repeat(700)}${"]".repeat(700)}`];
  for (const text of texts) {
    const server = await httpServer(t, (_, response) => response.end(text));
    const { client } = clientFor({ allowed_origins: [server.origin] });
    const answer = await client.send({ url: server.origin });
    assert.equal(answer.text, text);
    assert.deepEqual(await failureOf((async () => answer.json())()), ["HTTP_ANSWER_NOT_JSON", true]);
  }
});

test("where nothing listens, nothing was sent", async (t) => {
  const port = await closedPort(t);
  const { client, requests } = clientFor({ allowed_origins: [`http://127.0.0.1:${port}`] });
  const url = `http://127.0.0.1:${port}/`;
  assert.deepEqual(await failureOf(client.send({ url })), ["HTTP_NOT_CONNECTED", false]);
  assert.deepEqual(requests, [{ method: "GET", url, sent: false, failure: "HTTP_NOT_CONNECTED" }]);
});

/** A port on which nothing listens any more. */
async function closedPort(t: TestContext): Promise<number> {
  const { port, server } = await tcpServer(t, () => undefined);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test("a server without a certificate gets nothing of the request", async (t) => {
  const heard: string[] = [];
  const server = await tcpServer(t, (socket) => {
    heard.push("hello");
    socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  const origin = server.origin.replace("http", "https");
  const { client } = clientFor({ allowed_origins: [origin] });
  assert.deepEqual(await failureOf(client.send({ url: `${origin}/secret` })), ["HTTP_TLS_REFUSED", false]);
  assert.deepEqual(heard, ["hello"]);
});

test("a proxy of the environment is used only when the policy declares it", async (t) => {
  const server = await httpServer(t, (_, response) => response.end("direct"));
  const proxy = await httpServer(t, (_, response) => response.end("by proxy"));
  const env = { HTTP_PROXY: proxy.origin, http_proxy: proxy.origin, NODE_USE_ENV_PROXY: "1" };
  const policy = { allowed_origins: [server.origin] };
  const url = `${server.origin}/a`;
  assert.equal((await clientFor(policy, env).client.send({ url })).text, "direct");
  const through = clientFor({ ...policy, proxy: { environment: "HTTP_PROXY" } }, env);
  assert.equal((await through.client.send({ url })).text, "by proxy");
  assert.equal(proxy.received[0]?.url, url);
});

test("a proxy that opens no tunnel, or one to another server, gets nothing of the request", async (t) => {
  const answers: Readonly<Record<string, RegExp>> = {
    "HTTP/1.1 403 Forbidden\r\n\r\n": /^HTTP_PROXY_REFUSED$/,
    // Whether the end or the bytes are noticed first is up to the system.
    "HTTP/1.1 200 OK\r\n\r\nnot TLS": /^HTTP_(TLS_REFUSED|NOT_CONNECTED)$/,
    "SSH-2.0\r\n": /^HTTP_(NOT_CONNECTED|ANSWER_INVALID)$/,
  };
  for (const [answer, expected] of Object.entries(answers)) {
    const proxy = await tcpServer(t, (socket) => socket.end(answer));
    const policy = { allowed_origins: ["https://hooks.example.org"], proxy: { environment: "PROXY" } };
    const { client } = clientFor(policy, { PROXY: proxy.origin });
    const [code, sent] = await failureOf(client.send({ url: "https://hooks.example.org/" }));
    assert.match(code, expected);
    assert.equal(sent, false);
  }
});

test("a secret does not go to a proxy in clear text either", async () => {
  const policy = {
    allowed_origins: ["http://127.0.0.1:1"],
    secret_headers: { authorization: { environment: "TOKEN" } },
    proxy: { environment: "PROXY" },
  };
  const { client } = clientFor(policy, { TOKEN: "t0ken-of-the-test", PROXY: "http://proxy.example.org" });
  assert.deepEqual(await failureOf(client.send({ url: "http://127.0.0.1:1/" })), [
    "HTTP_SECRET_IN_CLEAR",
    false,
  ]);
});

test("what is no request is a defect of the capability", async () => {
  const { client } = clientFor({ allowed_origins: ["http://127.0.0.1:1"] });
  const url = "http://127.0.0.1:1/";
  const wrong: readonly object[] = [
    { url: 7 },
    { url, method: "TRACE" },
    { url, method: "GET\r\nX: y" },
    { url, headers: { host: "other" } },
    { url, headers: { "Transfer-Encoding": "chunked" } },
    { url, headers: { "bad name": "x" } },
    { url, headers: { a: 7 } },
    { url, text: "a", json: {} },
    { url, query: { a: null } },
  ];
  for (const request of wrong)
    await assert.rejects(client.send(request as never), CapabilityError, JSON.stringify(request));
  const split = client.send({ url, headers: { a: "b\r\nc: d" } });
  assert.deepEqual(await failureOf(split), ["HTTP_HEADER_INVALID", false]);
});

test("a probe sends only what changes nothing", async () => {
  const { client, requests } = clientFor({ allowed_origins: ["http://127.0.0.1:1"] }, {}, true);
  await assert.rejects(
    client.send({ url: "http://127.0.0.1:1/", method: "POST" }),
    /a probe sends GET or HEAD/,
  );
  assert.deepEqual(requests, []);
});

test("one operation sends so many requests and no more, and none after it has ended", async (t) => {
  const server = await httpServer(t, (_, response) => response.end());
  const { client, close } = clientFor({ allowed_origins: [server.origin] });
  for (let i = 0; i < HTTP.requests; i++) await client.send({ url: server.origin });
  assert.deepEqual(await failureOf(client.send({ url: server.origin })), ["HTTP_TOO_MANY_REQUESTS", false]);
  close();
  await assert.rejects(client.send({ url: server.origin }), /after it had ended/);
  assert.equal(server.received.length, HTTP.requests);
});
