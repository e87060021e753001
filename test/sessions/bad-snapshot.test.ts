/** Snapshots that are refused, each by its own code, and nothing is run. */

import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { takingTurns } from "../support/portion.ts";
import { artifactFile, edit, reauthor, unsealedCopy } from "./reauthor.ts";
import {
  assertHint,
  assertNothingLeft,
  assertRefused,
  at,
  document,
  fixture,
  RELEASE,
  SNAPSHOT,
  type Workspace,
  workspace,
} from "./world.ts";

const it = takingTurns(import.meta.url);

const CONTRACT = "release_governance::CC_REGISTER_RELEASE_V0";
const STRUCTURE = "release_governance::STRUCTURE_RELEASE_STORAGE_V0";

function run(place: Workspace, ...more: readonly string[]) {
  return place.session("run", "--wf", RELEASE, "--payload", fixture("wf-release-change/completed"), ...more);
}

interface Spoilt {
  readonly what: string;
  readonly code: string;
  readonly says?: RegExp;
  spoil(file: string, folder: string): void;
}

const spoilt: readonly Spoilt[] = [
  {
    what: "merge-conflict markers",
    code: "CONFLICT_MARKERS",
    spoil: (file) => edit(file, (text) => `<<<<<<< ours\n${text}=======\n${text}>>>>>>> theirs\n`),
  },
  {
    what: "a key twice",
    code: "DUPLICATE_KEY",
    says: /\/version/,
    spoil: (file) => edit(file, (text) => text.replace(/\n\}\n$/, ',\n  "version": "0"\n}\n')),
  },
  {
    what: "invalid UTF-8",
    code: "NOT_UTF8",
    spoil: (file) => writeFileSync(file, Buffer.concat([readFileSync(file), Uint8Array.of(0xff)])),
  },
  { what: "no JSON", code: "NOT_JSON", spoil: (file) => edit(file, (text) => text.slice(0, -3)) },
  { what: "an array", code: "NOT_AN_OBJECT", spoil: (file) => writeFileSync(file, "[]") },
  {
    what: "another name than its file",
    code: "FQDN_MISMATCH",
    says: /CC_RENAMED_V0/,
    spoil: (file) =>
      edit(file, (text) =>
        text.replace(`"fqdn_id": "${CONTRACT}"`, '"fqdn_id": "release_governance::CC_RENAMED_V0"'),
      ),
  },
  {
    what: "a link out of the snapshot in its place",
    code: "LINK_ESCAPES",
    spoil: (file, folder) => {
      renameSync(file, join(folder, "../outside.json"));
      symlinkSync(join(folder, "../outside.json"), file);
    },
  },
  {
    what: "an executed field that its text does not say",
    code: "EXECUTED_FIELD_DIFFERS",
    says: /\/frontmatter\/core\/pipeline/,
    spoil: (file) => edit(file, (text) => text.replace('"op": "REGISTER"', '"op": "DEREGISTER"')),
  },
  {
    what: "a text that its hash does not fit",
    code: "CONTENT_HASH_MISMATCH",
    spoil: (file) => edit(file, (text) => text.replace("arrives at the same name", "arrives at another name")),
  },
  {
    what: "no artifact at all",
    code: "WORKFLOW_DOES_NOT_COMPILE",
    says: /CC_REGISTER_RELEASE_V0/,
    spoil: (file) => rmSync(file),
  },
];

for (const { what, code, says, spoil } of spoilt) {
  it(`an artifact of the closure with ${what} is refused as ${code}, naming the file`, async (t) => {
    const place = workspace(t, { snapshot: null });
    const folder = place.path("protocol_snapshot");
    unsealedCopy(folder);
    spoil(artifactFile(folder, CONTRACT), folder);

    const said = await run(place);
    assertRefused(said, 3, code);
    if (code !== "WORKFLOW_DOES_NOT_COMPILE") {
      assert.match(said.err, /capability_contracts\/release_governance__CC_REGISTER_RELEASE_V0\.json/);
    }
    if (says !== undefined) assert.match(said.err, says);
    assertNothingLeft(place);
  });
}

it("the same artifact outside the closure hinders nobody", async (t) => {
  const place = workspace(t, { snapshot: null });
  const folder = place.path("protocol_snapshot");
  unsealedCopy(folder);
  writeFileSync(artifactFile(folder, "agent_governance::CC_REGISTER_GRANT_V0"), "no JSON");
  const said = await run(place, "--no-png");
  assert.notEqual(said.code, 3, said.err);
  assert.equal(place.traces().length, 1);
});

test("a snapshot that is not there is refused, with a hint", async (t) => {
  const place = workspace(t, { snapshot: null });
  for (const argv of [["run", "--wf", RELEASE], ["plan", "--wf", RELEASE], ["list"], ["verify"], ["seal"]]) {
    const said = await place.session(...argv);
    assertRefused(said, 3, "SNAPSHOT_MISSING");
    assertHint(said, /--snapshot/);
  }
  assertNothingLeft(place);
});

test("a sealed artifact of which one byte changed is refused, naming the line", async (t) => {
  const place = workspace(t, { snapshot: null });
  const folder = place.path("protocol_snapshot");
  cpSync(SNAPSHOT, folder, { recursive: true });
  const file = artifactFile(folder, CONTRACT);
  const line =
    readFileSync(file, "utf8")
      .split("\n")
      .findIndex((text) => text.includes('"op": "REGISTER"')) + 1;
  edit(file, (text) => text.replace('"op": "REGISTER"', '"op": "REGISTEr"'));
  const said = await run(place);
  assertRefused(said, 3, "SEALED_FILE_CHANGED");
  assert.match(said.err, new RegExp(`CC_REGISTER_RELEASE_V0\\.json:${line}\\)`));
  assertNothingLeft(place);
});

interface Uncompilable {
  readonly what: string;
  readonly artifact: string;
  readonly from: string;
  readonly to: string;
}

const uncompilable: readonly Uncompilable[] = [
  {
    what: "a store path out of the data root",
    artifact: STRUCTURE,
    from: "path: release_governance/releases.jsonl",
    to: "path: ../../etc/releases.jsonl",
  },
  {
    what: "an absolute store path",
    artifact: STRUCTURE,
    from: "path: release_governance/releases.jsonl",
    to: "path: /etc/releases.jsonl",
  },
  {
    what: "a filter in a path",
    artifact: CONTRACT,
    from: "target_ref: $.inputs.artifact_digest",
    to: 'target_ref: "$..[?(@.x)]"',
  },
  {
    what: "a script in a path",
    artifact: CONTRACT,
    from: "target_ref: $.inputs.artifact_digest",
    to: 'target_ref: "$.inputs[(process.exit(1))]"',
  },
  {
    what: "an action that names no step",
    artifact: CONTRACT,
    from: "SUCCESS: continue",
    to: "SUCCESS: elsewhere",
  },
  {
    what: "a node that leads nowhere",
    artifact: RELEASE,
    from: "SUCCESS: EXIT_RELEASED",
    to: "SUCCESS: EXIT_NOWHERE",
  },
];

for (const { what, artifact, from, to } of uncompilable) {
  it(`a workflow with ${what} does not compile, and the artifact is named`, async (t) => {
    const place = workspace(t, { snapshot: null });
    const folder = place.path("protocol_snapshot");
    unsealedCopy(folder);
    reauthor(folder, artifact, (markdown) => markdown.replace(from, to));

    const said = await run(place);
    assertRefused(said, 3, "WORKFLOW_DOES_NOT_COMPILE");
    assert.match(said.err, new RegExp(artifact.replace("::", "__")));
    const [reason, ...others] = reasonsOf(document(await run(place, "--json")));
    assert.ok(reason?.file.includes(artifact.replace("::", "__")), JSON.stringify(reason));
    assert.match(reason?.pointer ?? "", /^\/frontmatter\/core\//);
    assert.deepEqual(others, []);
    assertNothingLeft(place);
  });
}

interface Reason {
  readonly code: string;
  readonly file: string;
  readonly pointer: string;
  readonly content_line: number;
  readonly hint: string;
}

function reasonsOf(refusal: unknown): readonly Reason[] {
  assert.equal(at(refusal, "error", "code"), "WORKFLOW_DOES_NOT_COMPILE");
  return at(refusal, "error", "details", "reasons") as readonly Reason[];
}

it("a workflow that does not compile for two reasons is told both", async (t) => {
  const place = workspace(t, { snapshot: null });
  const folder = place.path("protocol_snapshot");
  unsealedCopy(folder);
  for (const { artifact, from, to } of [uncompilable[2], uncompilable[5]] as Uncompilable[]) {
    reauthor(folder, artifact, (markdown) => markdown.replace(from, to));
  }
  const said = await run(place);
  assertRefused(said, 3, "WORKFLOW_DOES_NOT_COMPILE");
  const reasons = reasonsOf(document(await run(place, "--json")));
  assert.equal(reasons.length, 2);
  for (const { code, file, pointer, content_line: line, hint } of reasons) {
    assert.ok(said.err.includes(code) && said.err.includes(file) && said.err.includes(pointer), said.err);
    assert.ok(hint.startsWith(`in ${file}, line ${line} of its Markdown, change ${pointer} to `), hint);
    assert.ok(said.err.includes(`\n  hint: ${hint}\n`), said.err);
  }
  const planned = document(await place.session("plan", "--wf", RELEASE, "--json"));
  assert.deepEqual(reasonsOf(planned), reasons);
});

test("a folder in the place of an artifact is refused", async (t) => {
  const place = workspace(t, { snapshot: null });
  const folder = place.path("protocol_snapshot");
  unsealedCopy(folder);
  const file = artifactFile(folder, CONTRACT);
  rmSync(file);
  mkdirSync(file);
  assertRefused(await run(place), 3, "ARTIFACT_UNREADABLE");
  assertNothingLeft(place);
});
