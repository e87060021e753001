import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { csSendEmail } from "../../../src/capabilities/effects/cs-send-email.ts";
import type { JsonObject } from "../../../src/json/value.ts";
import { openMail } from "../../../src/platform/smtp.ts";
import { portion, takingTurns } from "../../support/portion.ts";

const it = takingTurns(import.meta.url);

interface Received {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
}

interface Server {
  readonly port: number;
  readonly received: Received[];
}

const LETTER = { recipient: "ada@example.org", subject: "Parcel weighed", body: "It is 5 g.\nThe clerk" };

/** A real SMTP server on this machine, gone after the test. */
async function server(t: TestContext, options: SMTPServerOptions = {}): Promise<Server> {
  const received: Received[] = [];
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? "" : mailFrom.address;
        received.push({
          from,
          to: rcptTo.map(({ address }) => address),
          text: Buffer.concat(chunks).toString(),
        });
        done();
      });
    },
    ...options,
  });
  smtp.on("error", () => undefined);
  smtp.listen(0, "127.0.0.1");
  await once(smtp.server, "listening");
  t.after(() => new Promise<void>((resolve) => smtp.close(resolve)));
  return { port: (smtp.server.address() as AddressInfo).port, received };
}

function send(input: JsonObject, env: Record<string, string> = {}, policy: JsonObject = {}) {
  const operation = csSendEmail.operations["SEND"];
  assert.ok(operation);
  return operation.perform(input, openMail(env), policy);
}

const at = ({ port }: Pick<Server, "port">, more: Record<string, string> = {}) => ({
  SMTP_HOST: "127.0.0.1",
  SMTP_PORT: String(port),
  ...more,
});

it("a letter reaches the server with its subject and its body", async (t) => {
  const smtp = await server(t);
  const performed = await send(LETTER, at(smtp));
  assert.deepEqual(performed, { outcome: "SUCCESS", result: { delivery_status: "sent" } });
  assert.equal(smtp.received.length, 1);
  const [letter] = smtp.received;
  assert.deepEqual([letter?.from, letter?.to], ["noreply@pgs.local", ["ada@example.org"]]);
  assert.match(letter?.text ?? "", /^Subject: Parcel weighed\r$/m);
  assert.match(letter?.text ?? "", /\r\n\r\nIt is 5 g\.\r\nThe clerk\r\n$/);
});

test("the policy of the runtime binding goes before the environment", async (t) => {
  const [smtp, other] = [await server(t), await server(t)];
  const policy = { smtp_host: "127.0.0.1", smtp_port: smtp.port, sender: "clerk@example.org" };
  await send(LETTER, at(other), policy);
  assert.deepEqual([smtp.received.map(({ from }) => from), other.received], [["clerk@example.org"], []]);
});

test("it logs in where a user is named, and says so when the server will not have it", async (t) => {
  const onAuth: SMTPServerOptions["onAuth"] = ({ username, password }, _, done) =>
    username === "u" && password === "right" ? done(null, { user: "u" }) : done(new Error("not you"));
  const smtp = await server(t, { authOptional: false, allowInsecureAuth: true, onAuth });
  const login = (pass: string) => send(LETTER, at(smtp, { SMTP_USER: "u", SMTP_PASS: pass }));
  assert.equal((await login("right")).outcome, "SUCCESS");
  assert.deepEqual(await login("wrong"), {
    outcome: "BACKEND_ERROR",
    reason: { code: "SMTP_EAUTH", reply: 535 },
  });
  assert.equal(smtp.received.length, 1);
});

it("a login goes only to the host that its own source names, whatever the other source has", async (t) => {
  const seen: string[] = [];
  const witness = (source: string) =>
    server(t, {
      allowInsecureAuth: true,
      onAuth({ username, password }, _, done) {
        seen.push(`${source} was given ${username} ${password}`);
        done(null, { user: "any" });
      },
    });
  const servers = { policy: await witness("policy"), environment: await witness("environment") };
  for (const given of portion(t, COMBINATIONS, 16)) {
    const settings = (source: "policy" | "environment", name: (setting: string) => string) =>
      Object.fromEntries([
        [name("port"), String(servers[source].port)],
        ...["host", "user", "pass"]
          .filter((setting) => given.includes(`${source} ${setting}`))
          .map((setting) => [name(setting), setting === "host" ? "127.0.0.1" : `${source}-${setting}`]),
      ]);
    const env = settings("environment", (setting) => `SMTP_${setting.toUpperCase()}`);
    const { outcome, reason } = await send(
      LETTER,
      env,
      settings("policy", (setting) => `smtp_${setting}`),
    );
    const received = Object.entries(servers).flatMap(([source, one]) =>
      one.received.splice(0).map(() => source),
    );
    const found = { outcome, code: reason?.["code"], received, login: seen.splice(0) };
    assert.deepEqual(found, expectedOf(given), `given ${given.join(", ")}`);
  }
});

function expectedOf(given: readonly string[]) {
  const source = ["policy", "environment"].find((one) => given.includes(`${one} host`));
  const outcome = "SUCCESS";
  const nothing = { received: [], login: [] };
  if (source === undefined) return { outcome, code: "SMTP_NOT_CONFIGURED", ...nothing };
  const login = ["user", "pass"].filter((setting) => given.includes(`${source} ${setting}`));
  if (login.length === 1) return { outcome: "BACKEND_ERROR", code: "SMTP_LOGIN_INCOMPLETE", ...nothing };
  const attempts = login.length === 0 ? [] : [`${source} was given ${source}-user ${source}-pass`];
  return { outcome, code: undefined, received: [source], login: attempts };
}

/** Every subset of the settings that a source may have, each of both sources. */
const COMBINATIONS = Array.from({ length: 2 ** 6 }, (_, bits) =>
  ["host", "user", "pass"]
    .flatMap((setting) => [`policy ${setting}`, `environment ${setting}`])
    .filter((__, i) => (bits >> i) % 2 === 1),
);

test("a server that asks for the login that is not sent refuses, and the trace has its reply", async (t) => {
  const smtp = await server(t, { authOptional: false, allowInsecureAuth: true });
  const policy = { smtp_host: "127.0.0.1", smtp_port: smtp.port };
  const { outcome, reason } = await send(LETTER, { SMTP_USER: "u", SMTP_PASS: "p" }, policy);
  assert.deepEqual([outcome, reason], ["BACKEND_ERROR", { code: "SMTP_EENVELOPE", reply: 530 }]);
});

test("a recipient that the server refuses is its failure, told without its words", async (t) => {
  const smtp = await server(t, { onRcptTo: (_, __, done) => done(new Error("a secret of the server")) });
  const performed = await send(LETTER, at(smtp));
  assert.deepEqual(performed, { outcome: "BACKEND_ERROR", reason: { code: "SMTP_EENVELOPE", reply: 550 } });
});

test("where nothing listens the outcome is BACKEND_ERROR", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  await new Promise((resolve) => taken.close(resolve));
  await assert.rejects(once(connect(port, "127.0.0.1"), "connect"));
  const performed = await send(LETTER, at({ port }));
  assert.deepEqual(performed, { outcome: "BACKEND_ERROR", reason: { code: "SMTP_ESOCKET" } });
  assert.equal((await send(LETTER, { ...at({ port }), SMTP_PORT: "no number" })).outcome, "BACKEND_ERROR");
});

test("without a host, or where the policy says no, the letter is skipped and the reason recorded", async (t) => {
  const smtp = await server(t);
  const skipped = (code: string) => ({
    outcome: "SUCCESS",
    result: { delivery_status: "skipped" },
    reason: { code },
  });
  assert.deepEqual(await send(LETTER), skipped("SMTP_NOT_CONFIGURED"));
  assert.deepEqual(await send(LETTER, { SMTP_HOST: "" }), skipped("SMTP_NOT_CONFIGURED"));
  assert.deepEqual(await send(LETTER, at(smtp), { enabled: false }), skipped("DISABLED"));
  assert.deepEqual(smtp.received, []);
});

const refused: readonly (readonly [about: string, input: JsonObject, code: string])[] = [
  ["no recipient", { subject: "x" }, "RECIPIENT_INVALID"],
  ["a recipient that is no address", { ...LETTER, recipient: "ada" }, "RECIPIENT_INVALID"],
  [
    "a recipient that brings its own header",
    { ...LETTER, recipient: "a@b.cc\nBcc: x@y.zz" },
    "RECIPIENT_INVALID",
  ],
  ["two recipients", { ...LETTER, recipient: "a@b.cc,x@y.zz" }, "RECIPIENT_INVALID"],
  ["a template that nobody declares", { recipient: "a@b.cc", body_template: "welcome" }, "TEMPLATE_UNKNOWN"],
  ["a body that is no text", { ...LETTER, body: 7 }, "INPUT_VIOLATION"],
];

for (const [about, input, code] of refused) {
  test(`${about} is a violation, and nothing is sent`, async (t) => {
    const smtp = await server(t);
    const { outcome, reason } = await send(input, at(smtp));
    assert.deepEqual([outcome, reason?.["code"], smtp.received], ["VIOLATION", code, []]);
  });
}

test("a subject cannot end its header", async (t) => {
  const smtp = await server(t);
  await send({ ...LETTER, subject: "hi\r\nBcc: eve@example.org" }, at(smtp));
  assert.deepEqual(smtp.received[0]?.to, ["ada@example.org"]);
  assert.doesNotMatch(smtp.received[0]?.text ?? "", /^Bcc:/m);
});

test("a password is not sent to another machine in the clear", async (t) => {
  // The server is the same machine under another name; the rule goes by the name.
  const smtp = await server(t, { allowInsecureAuth: true, onAuth: (_, __, done) => done(null, { user: "u" }) });
  const env = { ...at(smtp, { SMTP_USER: "u", SMTP_PASS: "p" }), SMTP_HOST: "0.0.0.0" };
  const { outcome, reason } = await send(LETTER, env);
  assert.deepEqual([outcome, smtp.received], ["BACKEND_ERROR", []], JSON.stringify(reason));
});
