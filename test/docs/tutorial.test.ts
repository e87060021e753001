/** Everything that the tutorial asks for is done, in its order, in one empty folder; what it shows is what is printed. */

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { PROJECT, type Workspace, workspace } from "../sessions/world.ts";
import { newSigner } from "../sign/signers.ts";
import { takingTurns } from "../support/portion.ts";
import { type Action, actionsIn, blocksIn, type Command, shownLine } from "./page.ts";

const it = takingTurns(import.meta.url);

/** Where the page's server listens; the test takes a free one. */
const PORT = "8787";

const page = readFileSync(join(PROJECT, "docs/tutorial.md"), "utf8");

it("the tutorial works from its first line to its last", async (t) => {
  const port = await freePort();
  const place = workspace(t, { snapshot: null, capabilities: false });
  for (const action of actionsIn(page.replaceAll(PORT, port))) await perform(action, place, t);
});

test("a reader sees which file each block of the tutorial is for", () => {
  const blocks = blocksIn(page).filter(({ path }) => path !== undefined);
  assert.ok(blocks.length > 5);
  const hidden = blocks.filter(({ path, preceding }) => !lastParagraph(preceding).includes(`\`${path}\``));
  assert.deepEqual(
    hidden.map(({ path }) => path),
    [],
  );
});

test("only the installation, which needs a registry, is left to the test of the package", () => {
  const lines = blocksIn(page)
    .filter(({ language }) => language === "sh")
    .flatMap(({ text }) => text.trimEnd().split("\n"));
  assert.ok(lines.length > 0);
  for (const line of lines) assert.match(line, /^(cd|mkdir|cp|npm (ci|pack|install))\b/);
});

const lastParagraph = (text: string) => text.trimEnd().split("\n\n").at(-1) ?? "";

async function perform(action: Action, place: Workspace, t: TestContext): Promise<void> {
  if (action.kind === "command") {
    const printed = await run(action.line, place, t);
    assert.match(printed, patternOf(action), `$ ${action.line}\n${printed}`);
    return;
  }
  const file = place.path(action.path);
  mkdirSync(dirname(file), { recursive: true });
  if (action.kind === "file") return writeFileSync(file, action.text);
  const parts = readFileSync(file, "utf8").split(action.before);
  assert.equal(parts.length, 2, `${action.path} has these lines once:\n${action.before}`);
  writeFileSync(file, parts.join(action.after));
}

function patternOf({ shown }: Command): RegExp {
  const lines = shown.map((line) => (line === "…" ? "(?:.*\n)*?" : `${shownLine(line)}\n`));
  return new RegExp(`^${lines.join("")}$`);
}

/** `pgs` in this process, a server in one of its own, everything else in a shell. */
async function run(line: string, place: Workspace, t: TestContext): Promise<string> {
  if (line.endsWith("&")) return serve(line.slice(0, -1), place, t);
  const [, command] = /^npx pgs (.*)$/.exec(line) ?? [];
  if (command === undefined) return shell(line, place);
  const argv = shell(`printf '%s\\n' ${command}`, place).trimEnd().split("\n");
  const { out, err } = await place.sessionIn({ env: { npm_command: "exec" } }, ...argv);
  return err + out;
}

function shell(line: string, { folder, path }: Workspace): string {
  if (line.startsWith("openssl ") && spawnSync("openssl", ["version"]).error !== undefined) {
    const { privatePem, publicPem } = newSigner("signer");
    writeFileSync(path("signing.pem"), privatePem);
    writeFileSync(path("signer.pem"), publicPem);
    return "";
  }
  const { stdout, stderr, status } = spawnSync("sh", ["-c", line], { cwd: folder, encoding: "utf8" });
  assert.equal(status, 0, `$ ${line}\n${stderr}`);
  return stdout;
}

/** Starts the server, and waits until it listens. */
async function serve(line: string, { folder }: Workspace, t: TestContext): Promise<string> {
  const [, program = "", log = ""] = /^node (\S+) > (\S+) $/.exec(line) ?? assert.fail(line);
  const output = openSync(join(folder, log), "w");
  const server = spawn(process.execPath, [program], { cwd: folder, stdio: ["ignore", output, "inherit"] });
  t.after(() => server.kill());
  closeSync(output);
  while (statSync(join(folder, log)).size === 0) {
    assert.equal(server.exitCode, null, `${program} ended`);
    await setTimeout(10);
  }
  return "";
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  assert.ok(typeof address === "object" && address !== null);
  return String(address.port);
}
