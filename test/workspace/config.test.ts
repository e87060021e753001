/** `pgs.json`: what it may say, how it is refused, and that the reader and the published schema agree. */

import assert from "node:assert/strict";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { Ajv } from "ajv";
import { Fault } from "../../src/errors/base.ts";
import { SIZE } from "../../src/json/limits.ts";
import { nodeFiles } from "../../src/platform/node-ports.ts";
import { readWorkspaceFile } from "../../src/workspace/config.ts";

function folder(t: TestContext): string {
  const made = realpathSync(mkdtempSync(join(tmpdir(), "pgs-workspace-")));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

const read = (at: string) => readWorkspaceFile(at, "pgs.json", nodeFiles);

function readText(t: TestContext, text: string) {
  const at = folder(t);
  writeFileSync(join(at, "pgs.json"), text);
  return { at, read: () => read(at) };
}

/** Code, line and pointer of the refusal, and its hint. */
function refusalOf(work: () => unknown) {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof Fault, String(error));
    const { line = null, pointer = null } = error.facts;
    return { code: error.code, line, pointer, hint: error.wording.hint ?? "" };
  }
  return assert.fail("it is not refused");
}

suite("pgs.json", () => {
  test("an empty object gives the default paths", (t) => {
    const { at, read } = readText(t, "{}");
    assert.deepEqual(read(), {
      file: `${at}/pgs.json`,
      authored: null,
      onto: null,
      snapshot: `${at}/protocol_snapshot`,
      dataRoot: `${at}/data`,
      traces: `${at}/traces`,
      scenarios: `${at}/scenarios`,
      vectors: null,
      capabilities: [],
      check: null,
    });
  });

  test("every member is read, and its paths start at the folder of the file", (t) => {
    const members = {
      $schema: "x",
      authored: "src/protocol",
      onto: "base/protocol_snapshot",
      snapshot: "./out/../built",
      data_root: "var/data/",
      traces: "var/traces",
      scenarios: "tests",
      vectors: "vectors",
      capabilities: ["./capabilities", "@acme/rules", "plain", "./more"],
      check: { fail_on: "warning" },
    };
    const { at, read } = readText(t, JSON.stringify(members));
    const { check, ...paths } = read();
    assert.deepEqual(check?.value, { fail_on: "warning" });
    assert.deepEqual(paths, {
      file: `${at}/pgs.json`,
      authored: `${at}/src/protocol`,
      onto: `${at}/base/protocol_snapshot`,
      snapshot: `${at}/built`,
      dataRoot: `${at}/var/data`,
      traces: `${at}/var/traces`,
      scenarios: `${at}/tests`,
      vectors: `${at}/vectors`,
      capabilities: [`${at}/capabilities`, "@acme/rules", "plain", `${at}/more`],
    });
  });

  test("authored is the folder protocol where there is one", (t) => {
    const { at, read } = readText(t, "{}");
    mkdirSync(join(at, "protocol"));
    assert.equal(read().authored, `${at}/protocol`);
  });

  for (const [text, code, line, pointer, hint] of [
    [
      '{\n  "snapshots": "x"\n}',
      "WORKSPACE_MEMBER_UNKNOWN",
      2,
      "/snapshots",
      /^write snapshot instead of snapshots$/,
    ],
    ['{"zzz": 1}', "WORKSPACE_MEMBER_UNKNOWN", 1, "/zzz", /the members are authored, onto, snapshot/],
    ['{"toString": 1}', "WORKSPACE_MEMBER_UNKNOWN", 1, "/toString", /./],
    ['{\n\n"snapshot": 3}', "WORKSPACE_MEMBER_MALFORMED", 3, "/snapshot", /a folder below the workspace/],
    ['{"snapshot": ""}', "WORKSPACE_MEMBER_MALFORMED", 1, "/snapshot", /./],
    ['{"traces": "a\\u0000b"}', "WORKSPACE_MEMBER_MALFORMED", 1, "/traces", /./],
    ['{"vectors": 1}', "WORKSPACE_MEMBER_MALFORMED", 1, "/vectors", /null/],
    ['{"capabilities": "./x"}', "WORKSPACE_MEMBER_MALFORMED", 1, "/capabilities", /a list/],
    ['{"capabilities": [\n"./x", "X y"]}', "WORKSPACE_MEMBER_MALFORMED", 2, "/capabilities/1", /npm package/],
    ['{"capabilities": ["a/b"]}', "WORKSPACE_MEMBER_MALFORMED", 1, "/capabilities/0", /\.\/folder/],
    ['{"capabilities": ["a", "a"]}', "WORKSPACE_MEMBER_MALFORMED", 1, "/capabilities/1", /another/],
    ['{"check": []}', "WORKSPACE_MEMBER_MALFORMED", 1, "/check", /rules/],
    [
      '{"snapshot": "."}',
      "WORKSPACE_FOLDERS_OVERLAP",
      1,
      "/snapshot",
      /another folder for data_root or for snapshot/,
    ],
    ['{"authored": "p",\n"snapshot": "p/out"}', "WORKSPACE_FOLDERS_OVERLAP", 2, "/snapshot", /./],
    ['{"authored": "out/p",\n"snapshot": "out"}', "WORKSPACE_FOLDERS_OVERLAP", 1, "/authored", /./],
    ['{"authored": "p", "snapshot": "p/../p"}', "WORKSPACE_FOLDERS_OVERLAP", 1, "/snapshot", /./],
    [
      '{"capabilities": ["./c"],\n"snapshot": "c/s"}',
      "WORKSPACE_FOLDERS_OVERLAP",
      2,
      "/snapshot",
      /capabilities/,
    ],
    ['{"capabilities": ["x", "."]}', "WORKSPACE_FOLDERS_OVERLAP", 1, "/capabilities/1", /./],
    ['{"traces": "protocol_snapshot/t"}', "WORKSPACE_FOLDERS_OVERLAP", 1, "/traces", /./],
    ['{"capabilities": ["./c"], "data_root": "c/d"}', "WORKSPACE_FOLDERS_OVERLAP", 1, "/data_root", /./],
    ['{"scenarios": "protocol_snapshot"}', "WORKSPACE_FOLDERS_OVERLAP", 1, "/scenarios", /./],
    ['{"snapshot": "../x"}', "WORKSPACE_PATH_ESCAPES", 1, "/snapshot", /--snapshot DIR/],
    ['{"traces": "/x"}', "WORKSPACE_PATH_ESCAPES", 1, "/traces", /--traces DIR/],
    ['{"data_root": "a/../../b"}', "WORKSPACE_PATH_ESCAPES", 1, "/data_root", /--data-root DIR/],
    [
      '{"authored": "../x"}',
      "WORKSPACE_PATH_ESCAPES",
      1,
      "/authored",
      /^name a folder below that of pgs.json$/,
    ],
    ['{"capabilities": ["../x"]}', "WORKSPACE_PATH_ESCAPES", 1, "/capabilities/0", /npm/],
    ['{"capabilities": ["./../x"]}', "WORKSPACE_PATH_ESCAPES", 1, "/capabilities/0", /npm/],
    ["", "WORKSPACE_FILE_UNREADABLE", 1, null, /./],
    ["[]", "WORKSPACE_FILE_UNREADABLE", 1, null, /^$/],
    ['{"snapshot": "a",\n"snapshot": "b"}', "WORKSPACE_FILE_UNREADABLE", 2, null, /remove one of the two/],
    ["<<<<<<< a\n{}\n=======\n{}\n>>>>>>> b\n", "WORKSPACE_FILE_UNREADABLE", 1, null, /delete lines/],
  ] as const)
    test(`${JSON.stringify(text)} is refused with ${code}`, (t) => {
      const { hint: said, ...found } = refusalOf(readText(t, text).read);
      assert.deepEqual(found, { code, line, pointer });
      assert.match(said, hint);
    });

  for (const [what, code, make] of [
    ["a folder", "WORKSPACE_FILE_UNUSABLE", (file: string) => mkdirSync(file)],
    [
      "a link to another workspace's file",
      "WORKSPACE_FILE_LINKED",
      (file: string) => {
        writeFileSync(`${file}.other`, "{}");
        symlinkSync(`${file}.other`, file);
      },
    ],
    [
      "larger than any such file",
      "WORKSPACE_FILE_TOO_LARGE",
      (file: string) => {
        writeFileSync(file, "{}");
        truncateSync(file, SIZE.workspaceFile + 1);
      },
    ],
    [
      "larger than any text",
      "WORKSPACE_FILE_TOO_LARGE",
      (file: string) => {
        writeFileSync(file, "{}");
        truncateSync(file, SIZE.text + 1);
      },
    ],
  ] as const)
    test(`a pgs.json that is ${what} is refused with ${code}`, (t) => {
      const at = folder(t);
      make(join(at, "pgs.json"));
      const found = refusalOf(() => read(at));
      assert.equal(found.code, code);
      assert.notEqual(found.hint, "");
    });
});

test("the reader accepts exactly what the published schema accepts, but for paths that leave the workspace, or are all of it", (t) => {
  const load = (name: string) =>
    JSON.parse(readFileSync(join(import.meta.dirname, "../../schemas", name), "utf8")) as object;
  const ajv = new Ajv({ strict: false });
  ajv.addSchema(load("check-config.schema.json"), "check-config.schema.json");
  const validate = ajv.compile(load("pgs.schema.json"));
  const values = [
    "a",
    "a/b",
    "",
    ".",
    "./a",
    "/a",
    "a\\b",
    "A b",
    "@s/p",
    "@s",
    1,
    true,
    null,
    [],
    ["a"],
    ["./a"],
    ["a", "a"],
    [1],
    {},
  ];
  const names = [
    "$schema",
    "authored",
    "snapshot",
    "data_root",
    "traces",
    "scenarios",
    "vectors",
    "capabilities",
    "check",
    "other",
  ];
  const at = folder(t);
  for (const name of names)
    for (const value of values) {
      writeFileSync(join(at, "pgs.json"), JSON.stringify({ [name]: value }));
      const isValid = validate({ [name]: value });
      const said = `${name}: ${JSON.stringify(value)}`;
      if (isValid && value === "." && name !== "$schema")
        assert.equal(refusalOf(() => read(at)).code, "WORKSPACE_FOLDERS_OVERLAP", said);
      else if (isValid) assert.doesNotThrow(() => read(at), said);
      else assert.match(refusalOf(() => read(at)).code, /^WORKSPACE_(MEMBER|PATH)_/, said);
    }
});
