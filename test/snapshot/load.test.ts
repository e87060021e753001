import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { nodeFiles } from "../../src/platform/node-ports.ts";
import type { Files } from "../../src/ports.ts";
import { SealFault, SnapshotFault } from "../../src/snapshot/errors.ts";
import type { Fqdn } from "../../src/snapshot/fqdn.ts";
import { type OpenOptions, openSnapshot } from "../../src/snapshot/load.ts";
import { readAll } from "../../src/snapshot/read-all.ts";
import { SEAL_FILE } from "../../src/snapshot/seal.ts";
import { verifyFile } from "../../src/snapshot/verify.ts";
import { takingTurns } from "../support/portion.ts";
import { sharedPath, skipWithout } from "../support/shared.ts";
import {
  artifact,
  type Contents,
  contentsOf,
  FOLDER,
  memoryFiles,
  OWN_SNAPSHOT,
  sealed,
  snapshotOf,
} from "./memory-files.ts";

const it = takingTurns(import.meta.url);

const NAME = "test::EV_X_V0" as Fqdn;
const FILE = "artifacts/events/test__EV_X_V0.json";
const [, TEXT] = artifact(NAME, "ev_code: EV_X_V0\ncore: {summary: x}");
const plain = (): Contents => new Map([[FILE, Buffer.from(TEXT)]]);
const withText = (text: string | Uint8Array): Contents => plain().set(FILE, Buffer.from(text));

type Refusal = readonly [code: string, file: string | undefined, line?: number];

async function refusalOf(
  files: Files,
  folder = FOLDER,
  options: OpenOptions = {},
  name = NAME,
): Promise<Refusal> {
  try {
    (await openSnapshot(folder, files, options)).artifact(name);
  } catch (error) {
    assert.ok(error instanceof SnapshotFault || error instanceof SealFault);
    assert.ok(error.wording.what.length > 0);
    const { file, snapshot, line } = error.facts;
    const place = (file ?? snapshot) as string;
    return typeof line === "number" ? [error.code, place, line] : [error.code, place];
  }
  return assert.fail("nothing was refused");
}

const nested = `{"a":`.repeat(201) + 1 + "}".repeat(201);
const artifacts: readonly (readonly [about: string, contents: Contents, ...refusal: Refusal])[] = [
  ["a folder without artifacts", new Map([["x.json", Buffer.from("{}")]]), "SNAPSHOT_MISSING", FOLDER],
  ["a byte that is no UTF-8", withText(Buffer.from([0x7b, 0x0a, 0xff])), "NOT_UTF8", FILE, 2],
  ["text that is no JSON", withText(TEXT.replace(/"version": "0"/, '"version": 0"')), "NOT_JSON", FILE, 17],
  ["an empty file", withText(""), "NOT_JSON", FILE, 1],
  ["merge-conflict markers", withText(TEXT.replace("{\n", "{\n<<<<<<< ours\n")), "CONFLICT_MARKERS", FILE, 2],
  ["a key twice", withText(TEXT.replace("{\n", '{\n"version": "1",\n')), "DUPLICATE_KEY", FILE, 18],
  ["deep nesting", withText(TEXT.replace('"references": []', `"references": ${nested}`)), "TOO_DEEP", FILE, 16],
  [
    "a number no double holds",
    withText(TEXT.replace('"version": "0"', '"version": 9007199254740993')),
    "NUMBER_NOT_HELD",
    FILE,
    17,
  ],
  [
    "half a surrogate pair",
    withText(TEXT.replace('"version": "0"', '"version": "\\ud800"')),
    "LONE_SURROGATE",
    FILE,
    17,
  ],
  ["a list", withText("[]"), "NOT_AN_OBJECT", FILE, 1],
  [
    "another name than its file's",
    withText(TEXT.replace('"test::EV_X_V0"', '"test::EV_Y_V0"')),
    "FQDN_MISMATCH",
    FILE,
    6,
  ],
  [
    "another code than its name's",
    withText(TEXT.replace('"artifact_code": "EV_X_V0"', '"artifact_code": "EV_Y_V0"')),
    "FQDN_MISMATCH",
    FILE,
    2,
  ],
  ["no type", withText(TEXT.replace('"artifact_type"', '"type"')), "FQDN_MISMATCH", FILE, 2],
  [
    "content that is no text",
    withText(TEXT.replace(/"content": ".*"/, '"content": 1')),
    "MALFORMED_ARTIFACT",
    FILE,
    4,
  ],
  [
    "a content_hash that is no hash",
    withText(TEXT.replace(/"content_hash": "./, '"content_hash": "x')),
    "MALFORMED_ARTIFACT",
    FILE,
    5,
  ],
  [
    "a frontmatter that is a list",
    withText(TEXT.replace(/"frontmatter": \{[\s\S]*?\n {2}\}/, '"frontmatter": []')),
    "MALFORMED_ARTIFACT",
    FILE,
    7,
  ],
  [
    "other content than its hash says",
    withText(TEXT.replace("## Machine", "## machine")),
    "CONTENT_HASH_MISMATCH",
    FILE,
    5,
  ],
  [
    "an executed field with another value",
    withText(TEXT.replace('"summary": "x"', '"summary": "y"')),
    "EXECUTED_FIELD_DIFFERS",
    FILE,
    10,
  ],
  [
    "an executed field that its text does not have",
    withText(TEXT.replace('"layer_code"', '"cs_ir": {},\n  "layer_code"')),
    "EXECUTED_FIELD_DIFFERS",
    FILE,
    13,
  ],
];

for (const [about, contents, ...refusal] of artifacts) {
  test(`an unsealed artifact with ${about} is refused`, async () => {
    assert.deepEqual(await refusalOf(memoryFiles(contents)), refusal);
  });
}

test("an artifact whose own text has no Machine block is refused", async () => {
  const content = "# EV_X_V0\n";
  const { sha256 } = await import("../../src/json/canonical.ts");
  const envelope = { ...(JSON.parse(TEXT) as object), content, content_hash: sha256(content) };
  assert.deepEqual(await refusalOf(memoryFiles(withText(JSON.stringify(envelope)))), [
    "CONTENT_UNREADABLE",
    FILE,
    1,
  ]);
});

const unlisted = sealed(plain());
unlisted.set("artifacts/events/test__EV_Y_V0.json", Buffer.from(TEXT.replaceAll("EV_X", "EV_Y")));
const gone = sealed(plain());
gone.delete(FILE);
gone.set("artifacts/x.json", Buffer.from("{}"));
const root = /"root":"([^"]+)"/.exec(String(sealed(plain()).get(SEAL_FILE)))?.[1] as string;

const seals: readonly (readonly [
  about: string,
  contents: Contents,
  options: OpenOptions,
  name: string,
  ...Refusal,
])[] = [
  [
    "a changed file",
    sealed(plain()).set(FILE, Buffer.from(TEXT.replace('"x"', '"y"'))),
    {},
    NAME,
    "SEALED_FILE_CHANGED",
    FILE,
    10,
  ],
  [
    "a file that grew by nothing but a line end",
    sealed(plain()).set(FILE, Buffer.from(`${TEXT}\n`)),
    {},
    NAME,
    "SEALED_FILE_CHANGED",
    FILE,
    19,
  ],
  [
    "a file that nobody sealed",
    unlisted,
    {},
    "test::EV_Y_V0",
    "FILE_NOT_SEALED",
    "artifacts/events/test__EV_Y_V0.json",
  ],
  ["a sealed file that is gone", gone, {}, NAME, "SEALED_FILE_MISSING", FILE],
  [
    "a seal that is no seal",
    plain().set(SEAL_FILE, Buffer.from("{}")),
    {},
    NAME,
    "SEAL_MALFORMED",
    SEAL_FILE,
    1,
  ],
  [
    "another root than the expected one",
    sealed(plain()),
    { expectSeal: root.replace(/./, (digit) => (digit === "0" ? "1" : "0")) },
    NAME,
    "SEAL_UNEXPECTED_ROOT",
    SEAL_FILE,
  ],
  ["no seal where one is expected", plain(), { expectSeal: root }, NAME, "SEAL_ABSENT", SEAL_FILE],
];

for (const [about, contents, options, name, ...refusal] of seals) {
  test(`a snapshot with ${about} is refused`, async () => {
    assert.deepEqual(await refusalOf(memoryFiles(contents), FOLDER, options, name as Fqdn), refusal);
  });
}

test("a seal entry whose hash was changed is refused with the entry's line", async () => {
  const contents = sealed(plain());
  const text = String(contents.get(SEAL_FILE)).replace(
    /("sha256":")(.)/,
    (_, key, digit) => key + (digit === "0" ? "1" : "0"),
  );
  assert.deepEqual(await refusalOf(memoryFiles(contents.set(SEAL_FILE, Buffer.from(text)))), [
    "SEAL_ROOT_MISMATCH",
    SEAL_FILE,
    2,
  ]);
});

test("the expected root is let through, and is what the snapshot is known by", async () => {
  const snapshot = await openSnapshot(FOLDER, memoryFiles(sealed(plain())), { expectSeal: root });
  assert.equal(snapshot.state, "sealed");
  assert.equal(snapshot.rootOf([]), root);
  assert.equal(snapshot.artifact(NAME)?.frontmatter["ev_code"], "EV_X_V0");
});

test("an unsealed snapshot is known by the files that were used of it", async () => {
  const contents = snapshotOf({ "test::EV_X_V0": "ev_code: EV_X_V0", "test::EV_Y_V0": "ev_code: EV_Y_V0" });
  const snapshot = await openSnapshot(FOLDER, memoryFiles(contents));
  const [x, y] = ["test::EV_X_V0", "test::EV_Y_V0"].map((name) => snapshot.artifact(name as Fqdn));
  assert.ok(x && y);
  assert.equal(snapshot.state, "verified");
  assert.equal(snapshot.rootOf([x, y]), snapshot.rootOf([y, x]));
  assert.notEqual(snapshot.rootOf([x, y]), snapshot.rootOf([x]));
});

test("each file is read once, however often it is asked for, and no other", async () => {
  const contents = sealed(plain().set("artifacts/events/test__EV_Y_V0.json", Buffer.from("no artifact")));
  const read: string[] = [];
  const files = memoryFiles(contents);
  const spy: Files = {
    ...files,
    read(path) {
      read.push(path);
      return files.read(path);
    },
  };
  const snapshot = await openSnapshot(FOLDER, spy);
  assert.equal(snapshot.artifact(NAME), snapshot.artifact(NAME));
  assert.deepEqual(read, [`${FOLDER}/${SEAL_FILE}`, `${FOLDER}/${FILE}`]);
});

test("what the snapshot does not hold is undefined, not refused", async () => {
  for (const contents of [plain(), sealed(plain())]) {
    const snapshot = await openSnapshot(FOLDER, memoryFiles(contents));
    for (const name of ["test::EV_NO_V0", "test::NOKIND_X", "test::WF_X_V0"])
      assert.equal(snapshot.artifact(name as Fqdn), undefined);
    assert.deepEqual(snapshot.names("EV"), [NAME]);
    assert.deepEqual(snapshot.names("WF"), []);
  }
});

test("a storage structure may live among the governance artifacts", async () => {
  const [path, text] = artifact("test::STRUCTURE_X_V0", "structure_code: STRUCTURE_X_V0");
  for (const contents of [plain(), sealed(plain().set(`governance/${path}`, Buffer.from(text)))]) {
    contents.set(`governance/${path}`, Buffer.from(text));
    const loaded = (await openSnapshot(FOLDER, memoryFiles(contents))).artifact("test::STRUCTURE_X_V0" as Fqdn);
    assert.equal(loaded?.file, `governance/${path}`);
  }
});

// ---- on a real disk: links and what cannot be read ----

const temporary = mkdtempSync(join(tmpdir(), "pgs-load-"));
after(() => rmSync(temporary, { recursive: true, force: true }));

function onDisk(name: string, contents: Contents): string {
  const folder = join(temporary, name, "snapshot");
  for (const [path, bytes] of contents) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  return folder;
}

test("an artifact that is a link out of the snapshot is refused", async () => {
  const folder = onDisk("link", new Map([["artifacts/events/other.json", Buffer.from("{}")]]));
  writeFileSync(join(folder, "../outside.json"), TEXT);
  symlinkSync("../../../outside.json", join(folder, FILE));
  assert.deepEqual(await refusalOf(nodeFiles, folder), ["LINK_ESCAPES", FILE]);
});

test("an artifact in a folder that is a link out of the snapshot is refused", async () => {
  const folder = onDisk("folder-link", new Map([["artifacts/x.json", Buffer.from("{}")]]));
  mkdirSync(join(folder, "../outside"));
  writeFileSync(join(folder, "../outside/test__EV_X_V0.json"), TEXT);
  symlinkSync("../../outside", join(folder, "artifacts/events"));
  assert.deepEqual(await refusalOf(nodeFiles, folder), ["LINK_ESCAPES", "artifacts/events"]);
});

test("a link into a folder whose name only begins like the snapshot's is refused", async () => {
  const folder = onDisk("prefix", new Map([["artifacts/events/other.json", Buffer.from("{}")]]));
  mkdirSync(`${folder}-other`);
  writeFileSync(`${folder}-other/x.json`, TEXT);
  symlinkSync("../../../snapshot-other/x.json", join(folder, FILE));
  assert.deepEqual(await refusalOf(nodeFiles, folder), ["LINK_ESCAPES", FILE]);
});

test("a seal that is a link out of the snapshot is refused", async () => {
  const folder = onDisk("seal-link", plain());
  writeFileSync(join(folder, "../seal.json"), sealed(plain()).get(SEAL_FILE) as Uint8Array);
  symlinkSync("../seal.json", join(folder, SEAL_FILE));
  assert.deepEqual(await refusalOf(nodeFiles, folder), ["LINK_ESCAPES", SEAL_FILE]);
});

test("a link that stays inside the snapshot, and a link to the snapshot, are followed", async () => {
  const folder = onDisk("inside", new Map([["artifacts/kept.json", Buffer.from(TEXT)]]));
  mkdirSync(join(folder, "artifacts/events"));
  symlinkSync("../kept.json", join(folder, FILE));
  symlinkSync("snapshot", join(folder, "../linked"));
  for (const way of [folder, join(folder, "../linked")])
    assert.equal((await openSnapshot(way, nodeFiles)).artifact(NAME)?.fqdn, NAME);
});

test("an artifact that is a folder cannot be read", async () => {
  const folder = onDisk("directory", new Map([[`${FILE}/x`, Buffer.from("")]]));
  assert.deepEqual(await refusalOf(nodeFiles, folder), ["ARTIFACT_UNREADABLE", FILE]);
});

test("a path of the snapshot that is no folder is a missing snapshot", async () => {
  const folder = onDisk("file", new Map([["artifacts", Buffer.from("")]]));
  assert.deepEqual(await refusalOf(nodeFiles, folder), ["SNAPSHOT_MISSING", folder]);
});

// ---- whole snapshots ----

for (const [about, folder, skip] of [
  ["the own", OWN_SNAPSHOT, false],
  ["the published", sharedPath("published/protocol_snapshot"), skipWithout("published/protocol_snapshot")],
] as const) {
  it(`${about} snapshot verifies without a finding`, { skip }, () => {
    const findings: Error[] = [];
    const all = readAll(folder, nodeFiles, findings as never);
    assert.ok(all.length > 50);
    assert.deepEqual([...findings, ...all.flatMap(verifyFile)], []);
  });
}

it("a changed executed field of any own artifact is a finding of the whole", () => {
  const contents = contentsOf(OWN_SNAPSHOT);
  for (const [path, bytes] of contents) {
    if (!path.startsWith("artifacts/")) continue;
    const text = Buffer.from(bytes)
      .toString("utf8")
      .replace('"frontmatter": {', '"frontmatter": {\n    "added": 1,');
    const findings = verifyFile({ path, bytes: Buffer.from(text) });
    assert.deepEqual(
      findings.map(({ code, facts }) => [code, facts["pointer"]]),
      [["EXECUTED_FIELD_DIFFERS", "/frontmatter/added"]],
      path,
    );
  }
});
