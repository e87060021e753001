/** Cases drawn from the corpus: one thing of each is hostile, and every command meets it. */

import { parse, stringify } from "yaml";
import { sha256 } from "../src/json/canonical.ts";
import type { Json, JsonObject } from "../src/json/value.ts";
import { buildSnapshot } from "../src/snapshot/build/build.ts";
import { derive, machineText } from "../src/snapshot/derive.ts";
import { isFqdn } from "../src/snapshot/fqdn.ts";
import { sealText } from "../src/snapshot/seal.ts";
import type { Chance } from "./chance.ts";
import type { Corpus, Option } from "./corpus.ts";
import { jsonText, mutated, mutatedText } from "./mutate.ts";
import type { Case, Content } from "./play.ts";
import { mutatedTrace } from "./traces.ts";

type Draw = (corpus: Corpus, chance: Chance) => Omit<Case, "kind">;
type Line = readonly string[];

export function drawCase(corpus: Corpus, chance: Chance, kind: Kind = chance.one(KINDS)): Case {
  return { kind, ...DRAWS[kind](corpus, chance) };
}

const DATA = ["data", "data", "data-lost-record", "data-broken", "data-no-audit", "data-bad-window", null];

const DRAWS = {
  payload: drawPayload,
  data: drawData,
  trace: drawTrace,
  snapshot: drawSnapshot,
  scenario: drawScenario,
  vector: drawVector,
  attestation: drawAttestation,
  seal: drawSeal,
  configuration: drawConfiguration,
  "command line": drawCommandLine,
} satisfies Record<string, Draw>;

export type Kind = keyof typeof DRAWS;
export const KINDS = Object.keys(DRAWS) as readonly Kind[];

/** The next number of mutations: one most often, several now and then. */
const times = (chance: Chance) => (chance.once(3) ? 1 + chance.below(4) : 1);

function repeatedly<T>(chance: Chance, value: T, change: (value: T) => T): T {
  let changed = value;
  for (let i = times(chance); i > 0; i--) changed = change(changed);
  return changed;
}

function content(made: string | Buffer): Content {
  return typeof made === "string" && made.isWellFormed()
    ? made
    : { base64: Buffer.from(made).toString("base64") };
}

/** JSON text of which the value or the text is changed. */
function mutatedJson(text: string, chance: Chance): Content {
  if (chance.once(5)) return content(mutatedText(text, chance));
  const value = JSON.parse(text) as Json;
  return content(
    jsonText(
      repeatedly(chance, value, (one) => mutated(one, chance, value)),
      chance.once(2) ? 2 : 0,
    ),
  );
}

function mutatedYaml(text: string, chance: Chance): string | Buffer {
  if (chance.once(2)) return mutatedText(text, chance);
  const value = parse(text) as Json;
  return stringify(repeatedly(chance, value, (one) => mutated(one, chance, value)));
}

function run(fqdn: string, ...more: Line): Line {
  return ["run", fqdn, "--payload", "given/payload.json", "--durability", "process", ...more];
}

function drawPayload({ workflows }: Corpus, chance: Chance): Omit<Case, "kind"> {
  const { fqdn, payloads } = chance.one(workflows);
  const before = chance.once(2) ? [run(fqdn, "--no-png")] : [];
  const text = mutatedJson(JSON.stringify(chance.one(payloads)), chance);
  const quick = chance.once(8) ? [] : ["--no-png"];
  return {
    data: chance.one(DATA),
    files: { "given/payload.json": text },
    lines: [...before, run(fqdn, ...quick), ["examine", "@trace"], chance.one(readers(chance, "@trace"))],
    sound: true,
  };
}

function drawData({ workflows, stores }: Corpus, chance: Chance): Omit<Case, "kind"> {
  const { fqdn, payloads } = chance.one(workflows);
  const payload = JSON.stringify(chance.one(payloads));
  const file = chance.one([
    ...Object.keys(stores),
    "release_governance/releases.jsonl",
    "agent_governance/tool_grants.jsonl",
    "release_governance/environment_state.json",
  ]);
  const odd = [
    "",
    "{",
    "[]",
    "null",
    "\u0000",
    '{"a":1,"a":2}',
    '{"key":1}\n',
    '{"record":[]}\n{"rec',
    '{"key":"k","address":"a"}',
  ];
  const text = chance.once(2) ? content(chance.one(odd)) : mutatedJson(stores[file] ?? "[{}]", chance);
  const lines = [run(fqdn, "--no-png"), ["examine", "@trace"], ["data", "locks"], run(fqdn, "--no-png")];
  return {
    data: chance.one(DATA.slice(0, 3)),
    files: { "given/payload.json": payload, [`data/${file}`]: text },
    lines,
    sound: true,
  };
}

/** What can be asked about a trace. */
function readers(chance: Chance, trace: string): readonly Line[] {
  const step = chance.one([
    "2",
    "5",
    "999",
    "EVALUATE_QUORUM",
    "REGISTER_RELEASE.register",
    "IN_RELEASE_REQUESTED",
    "EXIT_RELEASED",
    "0",
  ]);
  return [
    ["examine", trace, ...chance.one([[], ["--json"]])],
    ["examine", trace, "--steps"],
    ["examine", trace, "--from-step", step],
    ["examine", trace, "--until", step, "--steps"],
    ["examine", trace, "traces", "--json"],
    ["render", trace, "--html", "out/a.html", "--md", "out/a.md", "--svg", "out/a.svg"],
    ["render", trace, "--html", "-"],
    ["diff", trace, "given/other.jsonl", "--nondeterministic"],
    ["diff", "given/other.jsonl", trace, "--json"],
    ["export", trace, "--format", "reference-v0"],
    ["attest", trace, "--key", "given/key.pem", "--attestation", "out/a.json"],
    ["coverage", trace, "--untaken", "--lcov", "out/lcov", "--svg", "out/c.svg"],
    ["test", "out/s.scenario.yaml", "--from-trace", trace],
  ];
}

function drawTrace({ traces, foreign, privateKey }: Corpus, chance: Chance): Omit<Case, "kind"> {
  const isForeign = chance.once(8);
  const from = chance.one(traces);
  const made = isForeign ? mutatedLines(foreign, chance) : content(mutatedTrace(from, chance));
  const id = /"execution_id":"([^"]*)"/.exec(from)?.[1] ?? "x";
  const trace = chance.once(4) ? "given/trace.jsonl" : `traces/${id}/${id}.jsonl`;
  return {
    data: chance.one(DATA),
    files: {
      [trace]: made,
      "given/other.jsonl": chance.once(3) ? chance.one(traces) : from,
      "given/key.pem": privateKey,
    },
    lines: [["examine", trace], chance.one(readers(chance, trace)), chance.one(readers(chance, trace))],
  };
}

/** One line of it is a JSON value of its own, and is changed. */
function mutatedLines(text: string, chance: Chance): Content {
  const lines = text.split("\n");
  const at = chance.below(lines.length);
  const [, line, comma] = /^(\{.*\})(,?)$/.exec(lines[at] as string) ?? [];
  if (line === undefined) return content(mutatedText(text, chance));
  return content(lines.with(at, `${jsonText(mutated(JSON.parse(line) as Json, chance))}${comma}`).join("\n"));
}

const inSnapshot = (files: Readonly<Record<string, Content>>) =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [`protocol_snapshot/${path}`, text]));

function drawSnapshot(corpus: Corpus, chance: Chance): Omit<Case, "kind"> {
  const { snapshot, workflows, traces } = corpus;
  const { fqdn, payloads } = chance.one(workflows);
  const changed = chance.one([authoredAnew, authoredAnew, derivedAnew, derivedAnew, spoilt])(snapshot, chance);
  const files = chance.once(5) ? changed : { ...changed, "seal.json": sealed({ ...snapshot, ...changed }) };
  const artifact = chance.one(Object.keys(changed));
  const about = artifact.replace(/^.*\/|\.(json|md)$/g, "").replace("__", "::");
  const all: readonly Line[] = [
    ["verify"],
    ["check", ...chance.one([[], ["--coverage"], ["--json"], ["--sarif", "out/s.json"]])],
    ["plan", fqdn, ...chance.one([[], ["--json"]])],
    ["plan", about],
    ["list"],
    ["show", about],
    ["conformance"],
    ["certify", "given/vectors"],
    ["test"],
    ["gate", "--github"],
    ["seal"],
    ["diff", "original", "protocol_snapshot", ...chance.one([[], ["--json"]])],
    ["examine", "given/trace.jsonl"],
    ["coverage", "given/trace.jsonl", "--png", "out/c.png", "--cobertura", "out/c.xml"],
  ];
  return {
    data: chance.one(DATA.slice(0, 3)),
    files: {
      ...inSnapshot(files),
      "given/payload.json": JSON.stringify(chance.one(payloads)),
      "given/trace.jsonl": chance.one(traces),
      "given/vectors/a.json": chance.one(Object.values(corpus.vectors)),
    },
    lines: [run(fqdn, "--no-png"), ["check"], chance.one(all), chance.one(all), ["examine", "@trace"]],
  };
}

type Files = Readonly<Record<string, Content>>;
type Texts = Readonly<Record<string, string>>;

/** The seal that these files should have. */
function sealed(files: Files): string {
  const listed = Object.entries(files).filter(([path]) => path !== "seal.json");
  const bytes = (one: Content) =>
    typeof one === "string" ? Buffer.from(one) : Buffer.from(one.base64, "base64");
  return sealText(
    listed.map(([path, one]) => ({ path, bytes: bytes(one) })),
    { name: "fuzz", version: "0" },
  ).text;
}

/** A Machine block is changed, and everything made from it. */
function authoredAnew(snapshot: Texts, chance: Chance): Files {
  const authored = Object.keys(snapshot).filter((path) => ARTIFACT.test(path));
  const chosen = chance.one(authored);
  const files = authored.map((path) => {
    const envelope = JSON.parse(snapshot[path] as string) as JsonObject;
    const text = String(envelope["content"]);
    return {
      path: path.replace(ARTIFACT, "$1$2.md"),
      text: path === chosen ? withMachine(text, chance) : text,
    };
  });
  const { files: built, problems } = buildSnapshot(files);
  if (problems.some(({ severity }) => severity === "error")) return derivedAnew(snapshot, chance);
  return Object.fromEntries([...built].filter(([one, is]) => snapshot[one] !== is));
}

const ARTIFACT = /^(governance\/)?artifacts\/(.+)\.json$/;

/** An artifact's content is changed and what is derived from it, so that it agrees with itself alone. */
function derivedAnew(snapshot: Texts, chance: Chance): Files {
  const path = chance.one(
    Object.keys(snapshot).filter((one) => one.includes("artifacts/") && one.endsWith(".json")),
  );
  const envelope = JSON.parse(snapshot[path] as string) as JsonObject;
  const text = withMachine(String(envelope["content"]), chance);
  const name = String(envelope["fqdn_id"]);
  try {
    const derived = isFqdn(name) ? derive(name, text) : {};
    const made = { ...envelope, content: text, content_hash: sha256(text), ...derived };
    return { [path]: content(`${JSON.stringify(made, null, 2)}\n`) };
  } catch {
    return spoilt(snapshot, chance);
  }
}

function withMachine(markdown: string, chance: Chance): string {
  const block = machineText(markdown);
  if (block === null) return String(mutatedText(markdown, chance));
  const yaml = String(mutatedYaml(block.text, chance)).replace(/\n$/, "");
  return markdown.slice(0, block.start) + yaml + markdown.slice(block.start + block.text.length);
}

function spoilt(snapshot: Texts, chance: Chance): Files {
  const path = chance.one(Object.keys(snapshot));
  const text = snapshot[path] as string;
  return { [path]: path.endsWith(".json") ? mutatedJson(text, chance) : content(mutatedText(text, chance)) };
}

function drawScenario({ scenarios }: Corpus, chance: Chance): Omit<Case, "kind"> {
  const name = chance.one(Object.keys(scenarios));
  const text = content(mutatedYaml(scenarios[name] as string, chance));
  const file = `scenarios/${name}`;
  const reports = ["--junit", "out/j.xml", "--sarif", "out/s.json", "--summary", "out/s.md"];
  const all: readonly Line[] = [
    ["test", file, "--json"],
    ["test", file, "--update"],
    ["test", file, ...reports],
    ["test", "--coverage", "--filter", "release"],
    ["gate", ...reports],
  ];
  return { data: null, files: { [file]: text }, lines: [["test", file], chance.one(all)] };
}

function drawVector({ vectors }: Corpus, chance: Chance): Omit<Case, "kind"> {
  const text = mutatedJson(chance.one(Object.values(vectors)), chance);
  const more = chance.one([[], ["--json"], ["--untaken"], ["--junit", "out/j.xml"]]);
  return {
    data: null,
    files: { "given/vectors/a.json": text },
    lines: [["certify", "given/vectors", ...more]],
  };
}

function drawAttestation(corpus: Corpus, chance: Chance): Omit<Case, "kind"> {
  const { attestation, publicKey, privateKey } = corpus;
  const envelope = JSON.parse(attestation.text) as { readonly payload: string };
  const statement = Buffer.from(envelope.payload, "base64").toString();
  const inside = Buffer.from(String(jsonText(mutated(JSON.parse(statement) as Json, chance)))).toString(
    "base64",
  );
  const text = chance.once(2)
    ? mutatedJson(attestation.text, chance)
    : JSON.stringify({ ...envelope, payload: inside });
  const key = chance.once(4) ? content(mutatedText(publicKey, chance)) : publicKey;
  const named = ["--attestation", "given/a.json"];
  return {
    data: null,
    files: {
      "given/t.jsonl": attestation.trace,
      "given/a.json": text,
      "given/pub.pem": key,
      "given/key.pem": chance.once(4) ? content(mutatedText(privateKey, chance)) : privateKey,
      "out/a.json": text,
    },
    lines: [
      ["attest", "given/t.jsonl", "--verify", "--key", "given/pub.pem", ...named],
      ["attest", "given/t.jsonl", "--verify", "--json", ...named],
      ["attest", "given/t.jsonl", "--key", "given/key.pem", "--attestation", "out/a.json"],
    ],
  };
}

function drawSeal(
  { signedSeal, publicKey, privateKey, workflows }: Corpus,
  chance: Chance,
): Omit<Case, "kind"> {
  const seal = chance.once(2) ? mutatedLines(signedSeal, chance) : mutatedJson(signedSeal, chance);
  const trust = ["--key", "given/pub.pem"];
  return {
    data: null,
    files: { "protocol_snapshot/seal.json": seal, "given/pub.pem": publicKey, "given/key.pem": privateKey },
    lines: [
      ["verify", ...trust],
      ["plan", chance.one(workflows).fqdn],
      ["check", ...trust, "--json"],
      ["seal", ...chance.one([[], ["--key", "given/key.pem"]])],
      ["verify", "--json", ...trust],
    ],
  };
}

const CONFIGURATION: JsonObject = {
  rules: { "artifact-unused": { off: "some are kept for later" }, "call-recurses": "note" },
  baseline: "given/b.json",
  fail_on: "warning",
};
const WORKSPACE: JsonObject = {
  snapshot: "protocol_snapshot",
  data_root: "data",
  traces: "./traces",
  vectors: null,
  capabilities: [],
  check: CONFIGURATION,
};
const KNOWN = {
  fingerprint: "0".repeat(64),
  rule: "artifact-unused",
  file: "artifacts/a.json",
  message: "unused",
};
const BASELINE: JsonObject = { schema: "pgs.check-baseline/1", findings: [KNOWN] };

function drawConfiguration(_: Corpus, chance: Chance): Omit<Case, "kind"> {
  if (chance.once(3)) {
    const text = mutatedJson(JSON.stringify(WORKSPACE), chance);
    return { data: null, files: { "pgs.json": text }, lines: [["check"], ["list"], ["list", "--json"]] };
  }
  const isBaseline = chance.once(2);
  const text = mutatedJson(JSON.stringify(isBaseline ? BASELINE : CONFIGURATION), chance);
  const baseline = isBaseline ? text : JSON.stringify(BASELINE);
  return {
    data: null,
    files: {
      "pgs-check.json": isBaseline ? JSON.stringify(CONFIGURATION) : text,
      "given/b.json": baseline,
      "out/b.json": baseline,
    },
    lines: [["check"], ["check", "--baseline", "out/b.json", "--update-baseline"], ["check", "--json"]],
  };
}

// ---- command lines ----

function drawCommandLine(corpus: Corpus, chance: Chance): Omit<Case, "kind"> {
  const { name, operands, options } = chance.one(corpus.commands);
  const given = operands.flatMap((word) => (chance.once(8) ? [] : [wordFor(word, corpus, chance)]));
  const chosen = Array.from({ length: chance.below(5) }, () => chance.one(options)).flatMap((option) =>
    worded(option, corpus, chance),
  );
  const whole = [name, ...given, ...chosen];
  const odd = chance.one([
    "",
    "--",
    "-",
    "-x",
    "--nonsense",
    "a\u0000b",
    "\ud800",
    "--json=1",
    "x".repeat(5000),
    "--wf=",
  ]);
  const at = chance.below(whole.length + 1);
  const line = chance.once(4) ? whole.toSpliced(at, chance.below(2), odd) : whole;
  const { payloads } = chance.one(corpus.workflows);
  return {
    data: chance.one(DATA),
    files: {
      "given/payload.json": JSON.stringify(chance.one(payloads)),
      "given/trace.jsonl": chance.one(corpus.traces),
      "given/vectors/a.json": chance.one(Object.values(corpus.vectors)),
      "given/key.pem": corpus.privateKey,
      "given/pub.pem": corpus.publicKey,
    },
    lines: [line],
    stdin: chance.one(["", "{}", JSON.stringify(chance.one(payloads)), "{"]),
  };
}

function worded({ flag, value, choices }: Option, corpus: Corpus, chance: Chance): Line {
  if (value === undefined) return [flag];
  const word = choices.length > 0 && !chance.once(6) ? chance.one(choices) : wordFor(value, corpus, chance);
  return chance.once(4) ? [`${flag}=${word}`] : [flag, word];
}

const NUMBERS = ["1", "0", "-1", "2", "100", "1e9", "999999999999999", "1.5", "x"];
const PLACES = [
  "given/payload.json",
  "given/trace.jsonl",
  "given/vectors",
  "given/key.pem",
  "given/pub.pem",
  "traces",
  "data",
  "scenarios",
  "scenarios/tool.scenario.yaml",
  "out/new",
  "out/new/deep",
  "out",
  "-",
  "given/none",
  "given/payload.json/x",
  "n".repeat(300),
];
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  N: NUMBERS,
  PERCENT: NUMBERS,
  RFC3339: [
    "2026-01-31T09:00:00Z",
    "2026-01-31",
    "9999-12-31T23:59:59.999999999Z",
    "0000-01-01T00:00:00+23:59",
    "x",
  ],
  HASH: ["0".repeat(64), "x"],
  ROOT: ["0".repeat(64), "x"],
  TEXT: ["x", "release", "(", "\u0000"],
  STEP: ["1", "5", "0", "EVALUATE_QUORUM", "A.b", "."],
  PART: ["verify", "check", "x"],
  what: ["locks", "x"],
};

/** A value that an option or an operand of this name may have, or one of another name. */
function wordFor(word: string, { workflows, snapshot }: Corpus, chance: Chance): string {
  if (chance.once(10)) return chance.one(Object.values(TEXTS).flat());
  if (["FQDN", "workflow", "artifact"].includes(word)) {
    const known = Object.keys(snapshot).map((path) => path.replace(/^.*\/|\..*$/g, "").replace("__", "::"));
    return chance.one([chance.one(workflows).fqdn, chance.one(known), "WF_GRANT_TOOL_V0", "x::WF_Y_V0", "::"]);
  }
  return chance.one(TEXTS[word] ?? PLACES);
}
