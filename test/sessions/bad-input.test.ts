/** What a run refuses before it begins: each with its own code, one line, a hint where there is one, and nothing left. */

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { COMMANDS } from "../../src/cli/program.ts";
import { openDataRoot } from "../../src/platform/data-root.ts";
import type { DataRoot } from "../../src/ports.ts";
import { fileStores } from "../../src/storage/files/stores.ts";
import { takingTurns } from "../support/portion.ts";
import {
  assertHint,
  assertNothingLeft,
  assertRefused,
  at,
  document,
  FIXTURES,
  fixture,
  lines,
  PROJECT,
  RELEASE,
  tree,
  type Workspace,
  workspace,
} from "./world.ts";

const it = takingTurns(import.meta.url);

interface BadPayload {
  readonly what: string;
  readonly code: string;
  readonly bytes: string | Uint8Array;
  readonly hint?: RegExp;
  /** What else the line must say. */
  readonly says?: RegExp;
  readonly options?: readonly string[];
}

const nested = (depth: number) => `{"a":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`;

const badPayloads: readonly BadPayload[] = [
  { what: "text that is not JSON", code: "PAYLOAD_NOT_JSON", bytes: '{"a": 1,\n oops}', says: /:2/ },
  { what: "an empty file", code: "PAYLOAD_NOT_JSON", bytes: "" },
  { what: "an array", code: "PAYLOAD_NOT_AN_OBJECT", bytes: "[1]", hint: /pgs list/ },
  { what: "invalid UTF-8", code: "PAYLOAD_NOT_UTF8", bytes: Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d) },
  {
    what: "a key twice",
    code: "PAYLOAD_DUPLICATE_KEY",
    bytes: '{"a":{"b":1,"b":2}}',
    says: /\/a\/b/,
    hint: /one/,
  },
  {
    what: "an integer that a double cannot hold",
    code: "PAYLOAD_NUMBER_NOT_HELD",
    bytes: '{"a":[{"amount/x":9007199254740993}]}',
    says: /\/a\/0\/amount~1x/,
    hint: /amount~1x .*double quotes/,
  },
  { what: "300 levels", code: "PAYLOAD_TOO_DEEP", bytes: nested(300), says: /200/, hint: /--max-depth/ },
  {
    what: "more levels than allowed",
    code: "PAYLOAD_TOO_DEEP",
    bytes: nested(12),
    says: / 8 /,
    options: ["--max-depth", "8"],
  },
  {
    what: "more bytes than allowed",
    code: "PAYLOAD_TOO_LARGE",
    bytes: '{"a":"12345"}',
    says: /13 bytes/,
    hint: /--max-bytes/,
    options: ["--max-bytes", "12"],
  },
  {
    what: "merge-conflict markers",
    code: "PAYLOAD_CONFLICT_MARKERS",
    bytes: "<<<<<<< a\n{}\n=======\n{}\n>>>>>>> b\n",
  },
  { what: "half a surrogate pair", code: "PAYLOAD_LONE_SURROGATE", bytes: '{"a":"\\ud800"}' },
];

for (const { what, code, bytes, hint, says, options = [] } of badPayloads) {
  it(`a payload with ${what} is refused as ${code}, from a file and from standard input`, async (t) => {
    const place = workspace(t);
    writeFileSync(place.path("payload.json"), bytes);
    const argv = ["run", "--wf", RELEASE, ...options, "--payload"];

    const fromFile = await place.session(...argv, "payload.json");
    assertRefused(fromFile, 2, code);
    assert.match(fromFile.err, /payload\.json/);
    if (hint !== undefined) assertHint(fromFile, hint);
    if (says !== undefined) assert.match(fromFile.err, says);

    const fromInput = await place.sessionIn({ stdin: () => Buffer.from(bytes) }, ...argv, "-");
    assertRefused(fromInput, 2, code);
    assert.match(fromInput.err, /standard input/);

    const inJson = document(await place.session(...argv, "payload.json", "--json"));
    assert.equal(at(inJson, "error", "code"), code);
    assertNothingLeft(place);
  });
}

it("a payload as deep as the limit passes", async (t) => {
  const place = workspace(t);
  writeFileSync(place.path("payload.json"), nested(200));
  const said = await place.session("run", "--wf", RELEASE, "--payload", "payload.json", "--no-png");
  assert.equal(said.code, 1, said.err);
  assert.equal(place.traces().length, 1);
});

test("a payload that is missing or a folder is refused", async (t) => {
  const place = workspace(t);
  mkdirSync(place.path("folder"));
  assertRefused(await place.session("run", "--wf", RELEASE, "--payload", "nowhere.json"), 2, "FILE_MISSING");
  const folder = await place.session("run", "--wf", RELEASE, "--payload", "folder");
  assertRefused(folder, 2, "FILE_UNREADABLE");
  assert.match(folder.err, /EISDIR/);
  assertNothingLeft(place);
});

interface BadLine {
  readonly argv: readonly string[];
  readonly code: string;
  readonly hint?: RegExp;
  readonly says?: RegExp;
}

const badLines: readonly BadLine[] = [
  { argv: ["run", "--wf", RELEASE, "--paylod", "x"], code: "BAD_USAGE", hint: /--payload/, says: /--paylod/ },
  { argv: ["run", "--wf", RELEASE, "--xyzzyx"], code: "BAD_USAGE", hint: /--help/ },
  { argv: ["run", "--wf"], code: "BAD_USAGE", says: /--wf/ },
  { argv: ["run", "--wf", RELEASE, "payload.json"], code: "BAD_USAGE" },
  { argv: ["rnu"], code: "BAD_USAGE", hint: /run/ },
  { argv: ["xyzzyx"], code: "BAD_USAGE", hint: /--help/ },
  { argv: ["run"], code: "BAD_USAGE", says: /no workflow/, hint: /full name.*pgs list/ },
  { argv: ["plan"], code: "BAD_USAGE", says: /no workflow/ },
  { argv: ["plan", RELEASE, "--wf", RELEASE], code: "BAD_USAGE", says: /twice/, hint: /--wf/ },
  { argv: ["run", "--wff", RELEASE], code: "BAD_USAGE", says: /--wff/, hint: /--wf instead/ },
  {
    argv: ["export", "a.jsonl", "--fromat", "reference-v0"],
    code: "BAD_USAGE",
    says: /--fromat/,
    hint: /--format/,
  },
  { argv: ["export", "a.jsonl"], code: "BAD_USAGE", says: /--format/ },
  { argv: ["help", "nope"], code: "BAD_USAGE", says: /nope/ },
  { argv: ["help", "rnu"], code: "BAD_USAGE", hint: /type run instead of rnu/ },
  { argv: ["rnu", "--help"], code: "BAD_USAGE", hint: /type run instead of rnu/ },
  { argv: ["--jsno", "run", RELEASE], code: "BAD_USAGE", hint: /--json instead/ },
  { argv: ["examine", ""], code: "BAD_USAGE", says: /empty/ },
  { argv: ["examine"], code: "BAD_USAGE", says: /trace/ },
  { argv: ["examine", "scenarios", "--head", "0".repeat(64)], code: "FILE_MISSING" },
  ...[
    "abc",
    "A".repeat(64),
    "0".repeat(63),
    "0".repeat(65),
    `sha256:${"0".repeat(64)}`,
    "g".repeat(64),
  ].flatMap((hash) =>
    [
      ["examine", "a.jsonl", "--head", hash],
      ["verify", "--expect-seal", hash],
      ["run", RELEASE, "--expect-seal", hash],
    ].map((argv) => ({ argv, code: "BAD_USAGE", says: /lower case/, hint: /all 64 digits/ })),
  ),
  { argv: ["--payload", "x", "run", RELEASE], code: "BAD_USAGE", hint: /after the command: pgs run --payload/ },
  { argv: ["--payload=x", "run", RELEASE], code: "BAD_USAGE", hint: /after the command: pgs run --payload/ },
  { argv: ["--steps", "examine", "a.jsonl"], code: "BAD_USAGE", hint: /pgs examine --steps/ },
  { argv: ["--steps", "run", RELEASE], code: "BAD_USAGE", says: /unknown option/, hint: /--help/ },
  { argv: ["data", "lock"], code: "BAD_USAGE", hint: /type locks/ },
  { argv: ["data", "lokcs"], code: "BAD_USAGE", hint: /type locks/ },
  { argv: ["completion", "bsh"], code: "BAD_USAGE", hint: /type bash instead of bsh/ },
  { argv: ["data", "lock"], code: "BAD_USAGE", says: /argument 'lock' should be locks/ },
  { argv: ["completion", "x"], code: "BAD_USAGE", hint: /type bash or zsh or fish/ },
  {
    argv: ["verify", "--sarif", "protocol_snapshot/new.json"],
    code: "BAD_USAGE",
    says: /folder of the snapshot, which takes no other files/,
    hint: /--sarif FILE/,
  },
  { argv: ["examine", "nowhere.jsonl"], code: "FILE_MISSING", says: /nowhere\.jsonl/ },
  { argv: ["examine", "protocol_snapshot"], code: "TRACES_MISSING", says: /protocol_snapshot/ },
  {
    argv: ["show", "release_governance::CC_RECORD_RELEAS_V0"],
    code: "UNKNOWN_ARTIFACT",
    hint: /CC_RECORD_RELEASE_V0/,
  },
  { argv: ["show", "../x"], code: "NOT_AN_FQDN" },
  {
    argv: ["run", "--wf", "release_governance::WF_RELESE_CHANGE_V0"],
    code: "UNKNOWN_WORKFLOW",
    hint: new RegExp(RELEASE),
  },
  { argv: ["run", "--wf", "release_governance::WF_RELEASE_V0"], code: "UNKNOWN_WORKFLOW", hint: /pgs list/ },
  { argv: ["run", "--wf", "nothing::WF_LIKE_IT_AT_ALL_V0"], code: "UNKNOWN_WORKFLOW", hint: /pgs list/ },
  { argv: ["run", "--wf", "release_governance::CC_RECORD_RELEASE_V0"], code: "UNKNOWN_WORKFLOW" },
  { argv: ["run", "--wf", "WF_RELEASE_CHANGE_V0"], code: "NOT_AN_FQDN", hint: new RegExp(RELEASE) },
  { argv: ["run", "--wf", "xyzzy"], code: "NOT_AN_FQDN", hint: /pgs list/ },
  { argv: ["plan", "--wf", "WF_RELEASE_CHANGE_V0"], code: "NOT_AN_FQDN", hint: new RegExp(RELEASE) },
  { argv: ["run", "--wf", RELEASE, "--clock", "yesterday"], code: "BAD_CLOCK", hint: /\d{4}-\d\d-\d\dT/ },
  { argv: ["run", "--wf", RELEASE, "--clock", "2026-02-30T09:00:00Z"], code: "BAD_CLOCK" },
  { argv: ["run", "--wf", RELEASE, "--clock", "9999-12-31T23:59:59-12:00"], code: "BAD_CLOCK", says: /in UTC/ },
  { argv: ["run", "--wf", RELEASE, "--max-hops", "0"], code: "BAD_USAGE", says: /--max-hops/ },
  { argv: ["run", "--wf", RELEASE, "--max-hops", "-3"], code: "BAD_USAGE", says: /--max-hops/ },
  { argv: ["run", "--wf", RELEASE, "--max-hops", "1e3"], code: "BAD_USAGE", says: /--max-hops/ },
  { argv: ["run", "--wf", RELEASE, "--max-bytes", "many"], code: "BAD_USAGE", says: /--max-bytes/ },
  { argv: ["run", "--wf", RELEASE, "--durability", "none"], code: "BAD_USAGE", says: /device, process/ },
];

for (const { argv, code, hint, says } of badLines) {
  it(`pgs ${argv.join(" ")} is refused as ${code}`, async (t) => {
    const place = workspace(t);
    const said = await place.session(...argv);
    assertRefused(said, 2, code);
    if (hint !== undefined) assertHint(said, hint);
    if (says !== undefined) assert.match(said.err, says);
    const [command, ...rest] = argv;
    const inJson = await place.session(command as string, "--json", ...rest);
    assert.deepEqual([at(document(inJson), "error", "code"), inJson.err], [code, ""]);
    assertNothingLeft(place);
  });
}

test("a data root that is a file is refused as storage, and the file is as it was", async (t) => {
  const place = workspace(t);
  writeFileSync(place.path("data"), "mine");
  const argv = ["run", "--wf", RELEASE, "--payload", fixture("wf-release-change/completed")];
  const said = await place.session(...argv);
  assertRefused(said, 5, "DATA_ROOT_UNUSABLE");
  assertHint(said, /--data-root/);
  assert.deepEqual([readFileSync(place.path("data"), "utf8"), tree(place.path("traces"))], ["mine", []]);
});

test("a traces folder that cannot be made is refused as storage before any effect", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  writeFileSync(place.path("traces"), "mine");
  const before = tree(place.path("data"));
  const argv = ["run", "--wf", RELEASE, "--payload", fixture("wf-release-change/completed")];
  for (const traces of ["traces", "traces/below"]) {
    const said = await place.session(...argv, "--traces", traces);
    assertRefused(said, 5, "TRACE_UNWRITABLE");
    assertHint(said, /--traces/);
  }
  assert.deepEqual([readFileSync(place.path("traces"), "utf8"), tree(place.path("data"))], ["mine", before]);
});

test("a trace that is removed while the run goes on ends it, and what took place is said", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const argv = ["run", "--wf", RELEASE, "--payload", fixture("wf-release-change/completed"), "--no-png"];
  const removing = ({ store, ...root }: DataRoot): DataRoot => ({
    ...root,
    store(path) {
      const opened = store(path);
      return {
        ...opened,
        append(text) {
          rmSync(place.path("traces"), { recursive: true, force: true });
          opened.append(text);
        },
      };
    },
  });
  const said = await place.sessionIn(
    { openStores: (root) => fileStores(removing(openDataRoot(root))) },
    ...argv,
  );
  assertRefused(said, 5, "TRACE_UNWRITABLE");
  assert.match(
    said.err,
    /ENOENT; these effects were completed: REGISTER on RELEASES by REGISTER_RELEASE\.register \(/,
  );
  assertHint(said, /check the stores/);
  assert.deepEqual(
    tree(place.path("data")).filter((name) => name.includes("audit")),
    [],
    "nothing follows",
  );
});

it("a store that a link leads out of the data root is refused, and what is there stays as it is", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  writeFileSync(place.path("outside.jsonl"), "mine\n");
  symlinkSync(place.path("outside.jsonl"), place.path("data/release_governance/releases.jsonl"));
  const argv = ["run", "--wf", RELEASE, "--payload", fixture("wf-release-change/completed"), "--no-png"];
  const said = await place.session(...argv);
  assert.equal(said.code, 4, said.err);
  assert.match(said.err, /^pgs: STORE_PATH_ESCAPES .*\(REGISTER_RELEASE, step register\)$/m);
  assertHint(said, /link/);
  assert.equal(readFileSync(place.path("outside.jsonl"), "utf8"), "mine\n");
  const [trace] = place.traces();
  const error = lines(trace as string).find(({ event_type }) => event_type === "error");
  assert.deepEqual(at(error, "payload", "facts"), { store: "release_governance/releases.jsonl" });
});

/** The commands, and the options with a value of each, as the help lists them. */
async function valued(
  place: Workspace,
): Promise<readonly (readonly [command: string, options: readonly string[]])[]> {
  const commands = COMMANDS.map(({ name }) => name);
  return Promise.all(
    commands.map(async (name) => {
      const help = await place.session(name, "--help");
      return [
        name,
        [...help.out.matchAll(/^ +(?:-\w, )?(--[a-z-]+) [<[]/gm)].map(([, one]) => one as string),
      ] as const;
    }),
  );
}

const COLLECTED = ["--answer", "--key", "--require", "--tag"];

it("of every command each option with a value refuses an empty one, and a second one unless it collects", async (t) => {
  const place = workspace(t);
  for (const [name, options] of await valued(place)) {
    for (const option of options) {
      const empty = await place.session(name, option, "");
      assert.equal(empty.code, 2, `${name} ${option} ''`);
      assert.match(empty.err, new RegExp(`^pgs: BAD_USAGE .*${option}`), name);
      const twice = await place.session(name, `${option}=1`, `${option}=1`);
      if (!COLLECTED.includes(option))
        assert.match(
          twice.err,
          /BAD_USAGE .*(?:more than once|Allowed choices|should be one of|should be a hash|should be lower-case|should be an ISO|should be a date)/,
          name,
        );
    }
  }
  assertNothingLeft(place);
});

it("options that all commands have may come before the command", async (t) => {
  const place = workspace(t);
  for (const [name] of await valued(place)) {
    // What init writes is there the second time.
    if (name === "init") continue;
    const [before, after] = [
      await place.session("--json", "--snapshot", "nowhere", name),
      await place.session(name, "--json", "--snapshot", "nowhere"),
    ];
    assert.deepEqual(before, after, name);
  }
  const twice = await place.session("--data-root", "a", "list", "--data-root", "b");
  assertRefused(twice, 2, "BAD_USAGE");
});

test("a workflow may be named without an option", async (t) => {
  const place = workspace(t);
  assert.deepEqual(await place.session("plan", RELEASE), await place.session("plan", "--wf", RELEASE));
});

test("each way to ask for the version is answered", async (t) => {
  const place = workspace(t);
  for (const word of ["--version", "-V", "-v", "version"]) {
    assert.deepEqual(await place.session(word), { code: 0, out: "pgs-runner 0.0.0-test\n", err: "" }, word);
  }
});

it("a byte order mark is refused in every JSON file from outside, and the hint is right when followed; YAML allows it", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const write = (name: string, text: string) => {
    mkdirSync(dirname(place.path(name)), { recursive: true });
    writeFileSync(place.path(name), text);
  };
  const payload = readFileSync(fixture("wf-release-change/completed"), "utf8");
  const scenario = {
    scenario: "s",
    steps: [
      { name: "one", workflow: RELEASE, payload: JSON.parse(payload), expect: { exit_reason: "COMPLETED" } },
    ],
  };
  await place.session("check", "--baseline", "baseline.json", "--update-baseline");
  const baseline = readFileSync(place.path("baseline.json"), "utf8");
  const vector = readFileSync(join(PROJECT, "test/vectors/good/tool-grants.json"), "utf8");
  const files: readonly (readonly [file: string, text: string, ...argv: string[]])[] = [
    ["p.json", payload, "run", RELEASE, "--payload", "p.json", "--no-png", "--no-md"],
    ["s.scenario.json", JSON.stringify(scenario), "test", "s.scenario.json"],
    ["vectors/v.json", vector, "certify", "vectors"],
    ["config.json", '{"fail_on": "error"}', "check", "--config", "config.json"],
    ["baseline.json", baseline, "check", "--baseline", "baseline.json"],
  ];
  for (const [file, text, ...argv] of files) {
    write(file, `\ufeff${text}`);
    const said = await place.session(...argv);
    assert.equal(said.code, 2, `${file}: ${said.out}${said.err}`);
    assert.match(said.err, /byte order mark|BYTE_ORDER_MARK/, file);
    assertHint(said, /^in \S+, save the file as UTF-8 without a byte order mark$/);
    write(file, text);
    const saved = await place.session(...argv);
    assert.notEqual(saved.code, 2, `${file}: ${saved.err}`);
    rmSync(place.path(file));
  }
  write("s.scenario.yaml", `\ufeff${JSON.stringify(scenario)}`);
  assert.notEqual((await place.session("test", "s.scenario.yaml")).code, 2);
});
