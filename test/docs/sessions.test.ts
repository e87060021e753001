/** Every session that a document shows is what the program prints. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { runCli } from "../../src/cli/program.ts";
import { realPlatform } from "../../src/main.ts";
import { checks, evaluated } from "../sessions/world.ts";
import { newSigner } from "../sign/signers.ts";
import { takingTurns } from "../support/portion.ts";
import { actionsIn, shownLine } from "./page.ts";

const it = takingTurns(import.meta.url);

const root = join(import.meta.dirname, "../..");

interface Session {
  readonly line: string;
  /** Of its output, without what `…` leaves out. */
  readonly shown: readonly string[];
}

function sessionsIn(document: string): readonly Session[] {
  const actions = actionsIn(readFileSync(join(root, document), "utf8"));
  return actions
    .filter((action) => action.kind === "command")
    .map(({ line, shown }) => ({ line, shown: shown.filter((text) => text !== "…") }));
}

/** Its sessions need one another: `tutorial.test.ts` has them. */
const TUTORIAL = "docs/tutorial.md";

const pages = readdirSync(join(root, "docs"), { recursive: true }).map((name) => join("docs", String(name)));
const documents = ["README.md", ...pages.filter((name) => name.endsWith(".md")).sort()]
  .map((name) => ({ name, sessions: sessionsIn(name) }))
  .filter(({ name, sessions }) => sessions.length > 0 && name !== TUTORIAL);

/** What the documents' commands need. */
const PARTS = [
  ...["pgs.json", "capabilities", "protocol", "protocol_snapshot"],
  ...["fixtures", "traces/example", "test/vectors/good", "scenarios", "docs"],
];

function workspace(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "pgs-document-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const part of PARTS) cpSync(join(root, part), join(folder, part), { recursive: true });
  cpSync(join(root, "fixtures/data"), join(folder, "data"), { recursive: true });
  const signer = newSigner("signer");
  writeFileSync(join(folder, "signing.pem"), signer.privatePem);
  writeFileSync(join(folder, "signer.pem"), signer.publicPem);
  return folder;
}

/** The workspace has what these leave. */
const PREPARED = /^(cp -r fixtures\/data data|openssl|npm|npx|git|cd) ?/;

const isThere = (program: string) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;

/** The programs of these lines that may be absent. */
const MAYBE_ABSENT = ["python3", "sha256sum"];

for (const { name, sessions } of documents) {
  const play = name === "README.md" ? test : it;
  play(`what ${name} shows of a session is what the programs print`, async (suite) => {
    const folder = workspace(suite);
    for (const { line, shown } of sessions) {
      if (PREPARED.test(line)) continue;
      const absent = MAYBE_ABSENT.filter((program) => line.includes(program)).find((one) => !isThere(one));
      await suite.test(line, { skip: absent === undefined ? false : `${absent} is not there` }, async () => {
        const printed = (await run(line, folder)).split("\n");
        for (const expected of shown)
          assert.match(printed.join("\n"), new RegExp(`^${shownLine(expected)}$`, "m"), expected);
      });
    }
  });
}

/** What the line prints: `pgs` in this process, everything before it in a shell. */
async function run(line: string, folder: string): Promise<string> {
  const match = /^(?:(.*); )?pgs (.*)$/.exec(line);
  const shell = match === null ? line : (match[1] ?? "");
  const { stdout, stderr } = spawnSync("sh", ["-c", shell], { cwd: folder, encoding: "utf8" });
  assert.equal(stderr, "");
  return match === null ? stdout : pgs(match[2] ?? "", folder);
}

/** The files that the shell finds by a pattern. */
function matching(pattern: string, folder: string): readonly string[] {
  return spawnSync("sh", ["-c", `echo ${pattern}`], { cwd: folder, encoding: "utf8" })
    .stdout.trim()
    .split(" ");
}

async function pgs(command: string, folder: string): Promise<string> {
  const argv = command
    .split(" ")
    .flatMap((word) => (/\*.*\.jsonl$/.test(word) ? matching(word, folder) : [word]));
  let printed = "";
  const print = (text: string) => {
    printed += text;
  };
  const real = realPlatform(join(root, "src/render/fonts"));
  const platform = { ...real, cwd: folder, env: {}, openCheckCache: () => checks, evaluated };
  await runCli(argv, { ...platform, out: print, err: print });
  return printed;
}

test("the README and the trace format show sessions", () => {
  const names = documents.map(({ name }) => name);
  assert.ok(names.includes("README.md") && names.includes("docs/trace-format.md"), names.join());
});
