/** Assembled snapshots at the command line: found, listed, verified, trusted, run, and kept beside their traces. */

import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { changeText, inAuthored } from "../../src/snapshot/hint.ts";
import {
  assembled,
  type Generation,
  manifested,
  projectionsOf,
  put,
  read,
} from "../snapshot/assembled-files.ts";
import type { Contents } from "../snapshot/memory-files.ts";
import { takingTurns } from "../support/portion.ts";
import { assertHint, assertRefused, at, document, type Workspace, workspace } from "./world.ts";

const it = takingTurns(import.meta.url);

function write(folder: string, contents: Contents): void {
  for (const [path, bytes] of contents) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
}

/** A workspace with `snapshot/`, which is found by its name. */
function placeOf(t: TestContext, generation: Generation = "v5"): Workspace {
  const place = workspace(t, { snapshot: null });
  write(place.path("snapshot"), assembled(generation));
  return place;
}

const COUNT = "library::WF_COUNT_V0";

suite("assembled snapshots", () => {
  for (const generation of ["v5", "release 9"] as const) {
    test(`${generation}: list, show, plan, verify and run work, and the kept protocol examines the trace`, async (t) => {
      const place = placeOf(t, generation);
      const listed = document(await place.session("list", "--json"));
      assert.equal(at(listed, "workflows", 0, "workflow"), COUNT);
      const shown = document(await place.session("show", "capability_transforms::CT_PURE_SAME_V0", "--json"));
      assert.equal(shown["seal"], "sealed");
      assert.match(String(shown["file"]), /^canonical\/platform\//);
      assert.equal((await place.session("plan", "--wf", COUNT)).code, 0);
      const verified = document(await place.session("verify", "--json"));
      assert.deepEqual([verified["ok"], verified["form"]], [true, `assembled (${generation})`]);
      const root = String(verified["root"]);
      writeFileSync(place.path("payload.json"), "{}");
      const run = ["run", "--wf", COUNT, "--payload", "payload.json", "--no-png", "--no-md"];
      const ran = document(await place.session(...run, "--json", "--expect-seal", root));
      assert.deepEqual(ran["snapshot"], { root, seal: "sealed" });
      assertRefused(await place.session(...run, "--expect-seal", "0".repeat(64)), 3, "SEAL_UNEXPECTED_ROOT");
      rmSync(place.path("snapshot"), { recursive: true });
      const examined = document(await place.session("examine", place.traces().at(-1) as string, "--json"));
      assert.deepEqual([examined["intact"], at(examined, "replayed", "ok")], [true, true]);
    });
  }

  it("a snapshot named in pgs.json is used, whatever its folder is called", async (t) => {
    const place = placeOf(t);
    renameSync(place.path("snapshot"), place.path("approved"));
    writeFileSync(place.path("pgs.json"), '{"snapshot":"approved"}');
    const said = await place.session("list");
    assert.equal(said.code, 0, said.err);
    assert.match(said.out, new RegExp(COUNT));
  });

  test("it is neither sealed nor locked here", async (t) => {
    const place = placeOf(t);
    for (const command of [["seal"], ["capabilities", "lock"]])
      assertRefused(await place.session(...command), 3, "ASSEMBLED_SNAPSHOT");
  });

  it("a place in an artifact is in the file that the snapshot has", async (t) => {
    for (const generation of ["v5", "release 9"] as const) {
      const place = placeOf(t, generation);
      writeFileSync(place.path("payload.json"), '{"undeclared":1}');
      const run = [
        "run",
        "--wf",
        COUNT,
        "--payload",
        "payload.json",
        "--no-png",
        "--no-md",
        "--strict-payload",
      ];
      assert.equal((await place.session(...run)).code, 1);
      const examined = document(await place.session("examine", place.traces().at(-1) as string, "--json"));
      const file = String(at(examined, "classification", "place", "file"));
      assert.ok(existsSync(place.path(`snapshot/${file}`)), file);
    }
  });

  it("an artifact that is missing is not asked for in a folder that it would not be in", async (t) => {
    const contents = new Map(assembled());
    const intent = [...contents.keys()].find((path) => path.includes("/intents/")) ?? "";
    contents.delete(intent);
    projectionsOf("library", contents);
    const place = workspace(t, { snapshot: null });
    write(place.path("snapshot"), manifested(contents));
    const said = await place.session("plan", "--wf", COUNT);
    assertRefused(said, 3, "WORKFLOW_DOES_NOT_COMPILE");
    assertHint(said, /^have the snapshot assembled again with library::IN_/);
  });

  test("without cases, it is said where they would be, and not that its Markdown could have them", async (t) => {
    const said = await placeOf(t).session("conformance");
    assertRefused(said, 3, "NO_CONFORMANCE_CASES");
    assert.match(said.err, /\(transform_conformance\)/);
    assert.doesNotMatch(said.err, /## Conformance/);
  });

  it("a changed file is found by verify and refused by a run that reads it, each with its name", async (t) => {
    const place = placeOf(t);
    const file = `canonical/library/workflows/library__WF_COUNT_V0.json`;
    writeFileSync(place.path(`snapshot/${file}`), "{}");
    for (const [command, code] of [
      [["verify"], 7],
      [["plan", "--wf", COUNT], 3],
    ] as const) {
      const said = await place.session(...command);
      assert.equal(said.code, code);
      assert.match(said.err, /CONSTITUENT_CHANGED/);
      assert.ok(said.err.includes(file), said.err);
    }
  });
});

type Lay = (place: Workspace) => void;
const text =
  (path: string, content: string): Lay =>
  ({ path: placeAt }) => {
    mkdirSync(dirname(placeAt(path)), { recursive: true });
    writeFileSync(placeAt(path), content);
  };
const CANONICAL = text("other/canonical/x.json", "{}");
const all =
  (...lays: readonly Lay[]): Lay =>
  (place) => {
    for (const lay of lays) lay(place);
  };

const OTHERS: readonly (readonly [about: string, lay: Lay, code: string, hint?: RegExp])[] = [
  ["a manifest alone", text("other/manifest.json", "{}"), "SNAPSHOT_FORM_UNSUPPORTED"],
  ["a folder manifest.json alone", text("other/manifest.json/x", ""), "SNAPSHOT_FORM_UNSUPPORTED"],
  [
    "a folder manifest.json beside canonical/",
    all(CANONICAL, text("other/manifest.json/x", "")),
    "ARTIFACT_UNREADABLE",
  ],
  [
    "a manifest of another program",
    all(CANONICAL, text("other/manifest.json", '{"name":"x"}')),
    "MANIFEST_MALFORMED",
  ],
  [
    "a manifest that is no JSON",
    all(CANONICAL, text("other/manifest.json", "<<<<<<< ours")),
    "CONFLICT_MARKERS",
  ],
  [
    "two forms at once",
    all(({ path }) => write(path("other"), assembled()), text("other/artifacts/workflows/x.json", "{}")),
    "SNAPSHOT_FORM_UNSUPPORTED",
    /^move one of them/,
  ],
  ["an empty manifest", all(CANONICAL, text("other/manifest.json", "")), "NOT_JSON"],
  [
    "a manifest that is too large to be one",
    all(CANONICAL, text("other/manifest.json", ""), ({ path }) =>
      truncateSync(path("other/manifest.json"), 2 ** 28),
    ),
    "ARTIFACT_UNREADABLE",
  ],
  [
    "a manifest that is somewhere else",
    all(CANONICAL, text("elsewhere.json", "{}"), ({ path }) =>
      symlinkSync(path("elsewhere.json"), path("other/manifest.json")),
    ),
    "LINK_ESCAPES",
  ],
  ["canonical/ without a manifest", CANONICAL, "SNAPSHOT_MISSING"],
  [
    "a tokenized projection",
    all(text("other/tokenized/x/dispatch.json", "{}"), text("other/tokenized/x/handlers.json", "{}")),
    "SNAPSHOT_FORM_UNSUPPORTED",
    /canonical\//,
  ],
  [
    "a tokenized projection near its artifacts",
    all(
      ({ path }) => write(path("snapshot"), assembled()),
      text("other/x/dispatch.json", "{}"),
      text("other/x/handlers.json", "{}"),
    ),
    "SNAPSHOT_FORM_UNSUPPORTED",
    /^type --snapshot snapshot$/,
  ],
];

suite("folders that are no snapshot", () => {
  for (const [about, lay, code, hint] of OTHERS) {
    test(`${about}: ${code}`, async (t) => {
      const place = workspace(t, { snapshot: null });
      lay(place);
      const said = await place.session("list", "--snapshot", "other");
      assertRefused(said, 3, code);
      if (hint !== undefined) assertHint(said, hint);
      const verified = await place.session("verify", "--snapshot", "other");
      assert.ok([3, 7].includes(verified.code), verified.err);
      assert.match(verified.err, new RegExp(code));
    });
  }
});

test("the signature of an assembled snapshot that is required and not there is asked for where it is made", async (t) => {
  const place = placeOf(t);
  const contents = new Map();
  put(contents, "signature.json", {});
  const pem = generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "pem" });
  writeFileSync(place.path("key.pem"), pem);
  const said = await place.session("verify", "--key", "key.pem");
  assert.match(said.err, /SIGNATURE_MISSING/);
  assertHint(said, /signed where it is assembled/);
  write(place.path("snapshot"), contents);
  const malformed = await place.session("verify", "--key", "key.pem");
  assert.match(malformed.err, /SIGNATURE_MALFORMED/);
});

test("a key is named by its label, unless that is made to mislead; one file has one signature", async (t) => {
  const place = placeOf(t);
  const [ours, theirs] = [generateKeyPairSync("ed25519"), generateKeyPairSync("ed25519")];
  const keys = [ours, theirs].map(({ publicKey }, i) => {
    writeFileSync(place.path(`${i}.pem`), publicKey.export({ type: "spki", format: "pem" }));
    return ["--key", `${i}.pem`];
  });
  const der = ours.publicKey.export({ type: "spki", format: "der" });
  const label = createHash("sha256").update(der.subarray(-32)).digest("hex").slice(0, 16);
  const root = String(read(assembled(), "manifest.json")["snapshot_id"]);
  const signature = sign(null, Buffer.from(root), ours.privateKey).toString("base64");
  const signedAs = (key_id: string) => {
    const contents = new Map();
    put(contents, "signature.json", { algorithm: "ed25519", key_id, signature, snapshot_id: root });
    write(place.path("snapshot"), contents);
  };
  signedAs(label);
  assert.match((await place.session("verify", ...(keys[0] ?? []))).out, new RegExp(`\n {2}${label} +valid `));
  assertHint(
    await place.session("verify", "--require-signature", "2", ...keys.flat()),
    /^require one signature/,
  );
  signedAs("\u001b[31m valid");
  assert.match((await place.session("verify")).out, /\n {2}\(no key id\) /);
});

test("a change of a sealed artifact ends with what makes its form whole again", () => {
  const change = (file: string | null) => changeText(["core", "x"], { do: "remove" }, file);
  assert.match(change("artifacts/workflows/x.json"), /, then type pgs seal$/);
  assert.match(change("canonical/x/workflows/x.json"), /, then have the snapshot assembled again$/);
  assert.equal(change(null), "remove /frontmatter/core/x");
  const authored = { file: "protocol/x.md", line: 3 };
  assert.equal(
    inAuthored(authored, change("canonical/x/workflows/x.json")),
    "in protocol/x.md:3, remove /core/x, then type pgs compile",
  );
  assert.match(inAuthored(authored, change("artifacts/workflows/x.json")), /, then type pgs build$/);
});
