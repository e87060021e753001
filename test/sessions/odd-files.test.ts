/** Whatever is odd about a snapshot's files: what `run` refuses, `verify` finds, by the same code and file. */

import assert from "node:assert/strict";
import {
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { suite } from "node:test";
import { sha256 } from "../../src/json/canonical.ts";
import { nodeFiles } from "../../src/platform/node-ports.ts";
import { portion, takingTurns } from "../support/portion.ts";
import { document, SNAPSHOT, workspace } from "./world.ts";

const it = takingTurns(import.meta.url);

const WORKFLOW = "agent_governance::WF_REVOKE_GRANT_V0";
const FOLDER = "artifacts/workflows";
const FILE = `${FOLDER}/agent_governance__WF_REVOKE_GRANT_V0.json`;

interface Odd {
  readonly what: string;
  readonly make: (snapshot: string) => void;
  /** Only a sealed snapshot has it. */
  readonly sealedOnly?: true;
  /** What both say; where the file is one that no workflow reads, only `verify` does. */
  readonly found: string;
  readonly isUnread?: true;
}

/** Puts something else in the place of the file. */
const instead =
  (place: (path: string) => void, file = FILE) =>
  (snapshot: string) => {
    const path = join(snapshot, file);
    renameSync(path, `${snapshot}-moved`);
    place(path);
  };

/** A seal by hand over whatever list it is given. */
function sealWith(snapshot: string, change: (lines: string[]) => string[]): void {
  const path = join(snapshot, "seal.json");
  const [, list = ""] = readFileSync(path, "utf8").split('"files":[\n');
  const lines = list.slice(0, list.indexOf("\n]")).split(",\n");
  const made = change(lines).join(",\n");
  const head = JSON.stringify({ schema: "pgs.seal/1", tool: { name: "x", version: "1" }, root: sha256(made) });
  writeFileSync(path, `${head.slice(0, -1)},"digest":"${sha256(head)}","files":[\n${made}\n]}\n`);
}

const isOfFile = (line: string) => line.includes(`"${FILE}"`);

const ODD: readonly Odd[] = [
  {
    what: "a link out of it",
    make: instead((path) => symlinkSync("/etc/hostname", path)),
    found: `LINK_ESCAPES ${FILE}`,
  },
  {
    what: "a link to itself",
    make: instead((path) => symlinkSync(path, path)),
    found: `ARTIFACT_UNREADABLE ${FILE}`,
  },
  {
    what: "a link to nothing",
    make: instead((path) => symlinkSync("nothing.json", path)),
    found: `ARTIFACT_UNREADABLE ${FILE}`,
  },
  {
    what: "an empty folder in the place of a file",
    make: instead((path) => mkdirSync(path)),
    found: `ARTIFACT_UNREADABLE ${FILE}`,
  },
  {
    what: "a folder with a file in the place of a file",
    make: instead((path) => {
      mkdirSync(path);
      writeFileSync(join(path, "x.json"), "{}");
    }),
    found: `ARTIFACT_UNREADABLE ${FILE}`,
  },
  {
    what: "a link to a folder in the place of a file",
    make: instead((path) => symlinkSync("..", path)),
    found: `LINK_TO_FOLDER ${FILE}`,
  },
  {
    what: "a link out of it in the place of a folder",
    make: instead((path) => symlinkSync("../../protocol_snapshot-moved", path), FOLDER),
    found: `LINK_ESCAPES ${FOLDER}`,
  },
  {
    what: "a link inside it in the place of a folder",
    make: (snapshot) => {
      renameSync(join(snapshot, FOLDER), join(snapshot, "elsewhere"));
      symlinkSync("../elsewhere", join(snapshot, FOLDER));
    },
    found: `LINK_TO_FOLDER ${FOLDER}`,
  },
  {
    what: "folders that link to each other in the place of a folder",
    make: instead((path) => {
      symlinkSync(`${path}_too`, path);
      symlinkSync(path, `${path}_too`);
    }, FOLDER),
    found: `ARTIFACT_UNREADABLE ${FOLDER}`,
  },
  {
    what: "a folder in the place of the seal",
    make: (snapshot) => {
      rmSync(join(snapshot, "seal.json"), { force: true });
      mkdirSync(join(snapshot, "seal.json"));
    },
    found: "ARTIFACT_UNREADABLE seal.json",
  },
  {
    what: "a link out of it in the place of the seal",
    make: instead((path) => symlinkSync("../protocol_snapshot-moved", path), "seal.json"),
    sealedOnly: true,
    found: "LINK_ESCAPES seal.json",
  },
  {
    what: "a path listed twice",
    make: (snapshot) =>
      sealWith(snapshot, (lines) => lines.flatMap((line) => (isOfFile(line) ? [line, line] : line))),
    sealedOnly: true,
    found: "SEAL_MALFORMED seal.json",
  },
  {
    what: "a path listed with another size",
    make: (snapshot) =>
      sealWith(snapshot, (lines) =>
        lines.map((line) => (isOfFile(line) ? line.replace(/"size":\d+/, '"size":1') : line)),
      ),
    sealedOnly: true,
    found: `SEALED_FILE_CHANGED ${FILE}`,
  },
  {
    what: "a path listed with a member too many",
    make: (snapshot) =>
      sealWith(snapshot, (lines) =>
        lines.map((line) => (isOfFile(line) ? line.replace('"size"', '"x":1,"size"') : line)),
      ),
    sealedOnly: true,
    found: "SEAL_MALFORMED seal.json",
  },
  {
    what: "a file that is not listed",
    make: (snapshot) => sealWith(snapshot, (lines) => lines.filter((line) => !isOfFile(line))),
    sealedOnly: true,
    found: `FILE_NOT_SEALED ${FILE}`,
  },
  {
    what: "a listed file that is missing",
    make: (snapshot) => unlinkSync(join(snapshot, FILE)),
    sealedOnly: true,
    found: `SEALED_FILE_MISSING ${FILE}`,
  },
  {
    what: "a name that is not UTF-8",
    make: (snapshot) =>
      writeFileSync(Buffer.concat([Buffer.from(`${snapshot}/${FOLDER}/x`), Buffer.from([0xff])]), "{}"),
    found: `NAME_NOT_UTF8 ${FOLDER}/x\ufffd`,
    isUnread: true,
  },
  {
    what: "a link loop where nothing is read",
    make: (snapshot) => symlinkSync("loop", join(snapshot, "loop")),
    found: "ARTIFACT_UNREADABLE loop",
    isUnread: true,
  },
];

suite("what is odd about the files of a snapshot", () => {
  const played = portion({ name: "odd files", diagnostic: console.log }, ODD, 2);
  for (const { what, make, sealedOnly, found, isUnread } of played) {
    for (const isSealed of sealedOnly ? [true] : [true, false]) {
      it(`${what}, ${isSealed ? "sealed" : "unsealed"}: run and verify agree`, async (t) => {
        const place = workspace(t, { snapshot: null });
        const snapshot = place.path("protocol_snapshot");
        cpSync(SNAPSHOT, snapshot, { recursive: true });
        if (!isSealed) rmSync(join(snapshot, "seal.json"));
        make(snapshot);
        const verified = document(await place.session("verify", "--json"));
        const findings = (verified["findings"] as { code: string; facts: { file: string } }[]).map(
          ({ code, facts }) => `${code} ${facts.file}`,
        );
        assert.ok(findings.includes(found), `verify: ${findings.join(", ")}`);
        if (!sealedOnly) assert.equal((await place.session("seal")).code, 3, "what verify finds is not sealed");
        if (isUnread) return;
        const run = await place.session("run", "--wf", WORKFLOW, "--payload", "none.json", "--json");
        assert.equal(run.code, 3);
        const { error } = document(run) as { error: { code: string; details: { file: string } } };
        assert.equal(`${error.code} ${error.details.file}`, found);
      });
    }
  }

  it("an ordinary link to a file of the snapshot and an empty folder are no findings", async (t) => {
    const place = workspace(t, { snapshot: null });
    const snapshot = place.path("protocol_snapshot");
    cpSync(SNAPSHOT, snapshot, { recursive: true });
    renameSync(join(snapshot, FILE), join(snapshot, dirname(FILE), "kept.bin"));
    symlinkSync("kept.bin", join(snapshot, FILE));
    mkdirSync(join(snapshot, "empty"));
    document(await place.session("seal", "--json"));
    assert.equal((await place.session("verify")).code, 0);
    assert.ok(nodeFiles.list(snapshot).every(({ path }) => path !== "empty"));
    assert.equal((await place.session("plan", "--wf", WORKFLOW)).code, 0);
  });
});
