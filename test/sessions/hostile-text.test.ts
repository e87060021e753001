/**
 * Text from outside in every place that a command prints: none of it is obeyed. What is in snapshot, payload, trace,
 * scenario, file name or argument may hold a line break, a terminal's control sequence, a build server's command or a
 * mark that turns the line around.
 */

import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Json, JsonObject } from "../../src/json/value.ts";
import { forge } from "../examine/examination.ts";
import { below, oneOf } from "../examine/matrix/choice.ts";
import { PLAYS_ALL, portion, takingTurns } from "../support/portion.ts";
import { artifactFile, reauthor } from "./reauthor.ts";
import { ownSnapshot } from "./signed.ts";
import { FIXTURES, fixture, PROJECT, RELEASE, type Said, type Workspace, workspace } from "./world.ts";

const it = takingTurns(import.meta.url);

const HOSTILE =
  "x\u001b[2J\r\nHOSTILE\n::error::HOSTILE\n ::stop-commands::HOSTILE ##[add-mask] ##vso[task]\u2028HOSTILE\u202e\u009b31m\u{e0041}y";

const UNSEEN = /[^\P{Cc}\n\t]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Nothing that is printed or left for people is obeyed by who shows it. */
function assertHarmless(text: string, what: string, mayAnnotate = false, isPrinted = true): void {
  const at = (found: RegExpExecArray) =>
    JSON.stringify(text.slice(Math.max(0, found.index - 80), found.index + 60));
  const unseen = UNSEEN.exec(text);
  assert.equal(unseen, null, `${what}: ${unseen && at(unseen)}`);
  const begun = /^\s*HOSTILE/m.exec(text);
  assert.equal(begun, null, `${what}: a line of its own: ${begun && at(begun)}`);
  if (!isPrinted) return;
  const command =
    /^[^\S\n]*::(?!(?:error|warning|notice) (?:file|title)=)/m.exec(text) ?? /##(?:\[|vso\[)/.exec(text);
  assert.ok(command === null || (mayAnnotate && text.startsWith("::")), `${what}: ${command && at(command)}`);
}

async function harmless(place: Workspace, ...argv: readonly string[]): Promise<Said> {
  const said = await place.session(...argv);
  const what = JSON.stringify(argv.join(" ")).slice(0, 200);
  assert.notEqual(said.code, 70, `${what}\n${said.err}`);
  assertHarmless(said.out, `${what}: stdout`, argv.includes("--github"));
  assertHarmless(said.err, `${what}: stderr`);
  return said;
}

/** Every way in which one text in the value, or one name, may be replaced. */
function spoilt(value: Json, put: string): readonly Json[] {
  if (typeof value === "string") return [put];
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value))
    return value.flatMap((item: Json, i) => spoilt(item, put).map((one) => value.with(i, one) as Json));
  return Object.entries(value).flatMap(([key, item]: [string, Json]) => {
    const { [key]: _, ...rest } = value as JsonObject;
    return [{ ...rest, [put]: item }, ...spoilt(item, put).map((one) => ({ ...value, [key]: one }))] as Json[];
  });
}

const hasPayload = (line: Json) => Object.hasOwn(line as JsonObject, "payload");

const REPORTS = [[], ["--json"], ["--github"], ["--summary", "-"], ["--junit", "-"], ["--sarif", "-"]] as const;

it("of a payload", async (t) => {
  for (const name of ["wf-release-change/completed", "wf-release-change/nack-everything-wrong"]) {
    const payload = JSON.parse(readFileSync(fixture(name), "utf8")) as JsonObject;
    for (const one of portion(t, spoilt(payload, HOSTILE), 1)) {
      const place = workspace(t, { data: join(FIXTURES, "data") });
      writeFileSync(place.path("p.json"), JSON.stringify(one));
      await harmless(place, "run", "--wf", RELEASE, "--payload", "p.json", "--no-png", "--follow");
      const [trace] = place.traces() as [string];
      assertHarmless(readFileSync(trace.replace(/jsonl$/, "md"), "utf8"), "the run's Markdown", false, false);
      await harmless(place, "examine", trace, "--steps");
      await harmless(place, "render", trace, "--html", "-");
    }
  }
});

it("of a trace", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const payload = fixture("wf-release-change/nack-everything-wrong");
  await place.session("run", "--wf", RELEASE, "--payload", payload, "--no-png", "--max-hops", "1");
  await place.session("run", "--wf", RELEASE, "--payload", fixture("wf-release-change/completed"), "--no-png");
  const traces = place.traces();
  assert.equal(traces.length, 2);
  for (const trace of traces) {
    const text = readFileSync(trace, "utf8");
    const count = text.split("\n").length - 1;
    for (const i of portion(t, [...Array(count).keys()], 1)) {
      const line = JSON.parse(text.split("\n")[i] as string) as JsonObject;
      for (const [k, one] of spoilt(line, HOSTILE).filter(hasPayload).entries()) {
        // Lines of one type have their members at the same places: each place is tried on some of them.
        if ((i + k) % 6 !== 0) continue;
        writeFileSync(
          place.path("t.jsonl"),
          forge(text, (all) => all.map((its, j) => (j === i ? (one as never) : its))),
        );
        await harmless(place, "examine", "t.jsonl");
        const more = [
          ["render", "t.jsonl", "--md", "-"],
          ["render", "t.jsonl", "--html", "-"],
          ["render", "t.jsonl", "--svg", "-"],
          ["diff", "t.jsonl", trace],
          ["coverage", "t.jsonl", "--untaken"],
          ["examine", "t.jsonl", "--json"],
        ];
        if (k % 2 === 0) await harmless(place, ...oneOf(more, "trace", trace, i, k));
      }
    }
  }
});

it("of a snapshot", async (t) => {
  const place = ownSnapshot(t, { data: join(FIXTURES, "data") });
  const folder = place.path("protocol_snapshot");
  const payload = fixture("wf-release-change/completed");
  await place.session("run", "--wf", RELEASE, "--payload", payload, "--no-png");
  const [trace] = place.traces() as [string];
  const names = readdirSync(join(folder, "artifacts"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json"))
    .map((name) => (name.split("/").at(-1) as string).slice(0, -".json".length).replaceAll("__", "::"));
  let tried = 0;
  const enough = PLAYS_ALL ? 30 : 1;
  for (let i = 0; tried < enough; i++) {
    const fqdn = oneOf(names, "artifact", i);
    const file = artifactFile(folder, fqdn);
    const before = readFileSync(file);
    if (!spoilArtifact(folder, fqdn, i)) continue;
    tried++;
    const commands = [
      ["plan", "--wf", RELEASE],
      ["list"],
      ["show", fqdn],
      ["show", fqdn, "--authored"],
      ["draw", RELEASE, ...oneOf([["--html"], ["--svg"]], "drawing", i), "-"],
      ["check", ...oneOf(REPORTS, "check", i)],
      ["verify", ...oneOf(REPORTS, "verify", i)],
      ["conformance", ...oneOf(REPORTS, "conformance", i)],
      ["run", "--wf", RELEASE, "--payload", payload, "--no-png", "--follow"],
      ["test", join(PROJECT, "scenarios/release.scenario.yaml"), ...oneOf(REPORTS, "test", i)],
      ["coverage", trace, "--untaken", "--lcov", "-"],
      ["diff", folder, join(PROJECT, "protocol_snapshot")],
      ["examine", trace],
    ];
    for (let k = 0; k < 3; k++) await harmless(place, ...(commands[(i + 4 * k) % commands.length] as string[]));
    writeFileSync(file, before);
  }
});

/** Puts the text in place of a name or a value of the artifact's front matter; false where that makes no artifact. */
function spoilArtifact(folder: string, fqdn: string, i: number): boolean {
  const put = JSON.stringify(HOSTILE)
    .replace(/\u{e0041}/gu, "\\U000e0041")
    .replace(/[\u0080-\uffff]/g, (one) => {
      return `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`;
    });
  try {
    reauthor(folder, fqdn, (markdown) => {
      const places = [...markdown.matchAll(/^( +(?:- )?)([\w$]+)(: +)([^\s{[&|>].*)$/gm)];
      const place = oneOf(places, "place", i);
      const [whole, indent, name, colon, value] = place;
      const spoilt =
        below(3, "name", i) === 0 ? `${indent}${put}${colon}${value}` : `${indent}${name}${colon}${put}`;
      return markdown.slice(0, place.index) + spoilt + markdown.slice(place.index + whole.length);
    });
    return true;
  } catch {
    return false;
  }
}

it("of names of files and folders, and of arguments", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const payload = fixture("wf-release-change/completed");
  await place.session("run", "--wf", RELEASE, "--payload", payload, "--no-png");
  const [trace] = place.traces() as [string];
  // A slash would begin another name.
  const named = HOSTILE.replaceAll("/", "");
  writeFileSync(place.path(`${named}.jsonl`), readFileSync(trace));
  writeFileSync(
    place.path(`broken ${named}.jsonl`),
    readFileSync(trace, "utf8").replace('"sequence":3', '"sequence":4'),
  );
  mkdirSync(place.path(named));
  writeFileSync(place.path(`${named}/${named}.scenario.yaml`), "scenario: [\n");
  writeFileSync(place.path(`${named}/b.scenario.yaml`), `scenario: ${JSON.stringify(HOSTILE)}\nsteps: []\n`);
  writeFileSync(place.path(`${named}/${named}.json`), "{");
  const lines = [
    [HOSTILE],
    ["help", HOSTILE],
    [`--${HOSTILE}`],
    ["run", `--${HOSTILE}`],
    ["run", HOSTILE],
    ["run", "--wf", HOSTILE, "--payload", payload],
    ["run", "--wf", RELEASE, "--payload", HOSTILE],
    ["run", "--wf", RELEASE, "--payload", `${named}/${named}.json`],
    ["run", "--wf", RELEASE, "--payload", payload, "--actor", HOSTILE],
    ["run", "--wf", RELEASE, "--payload", payload, "--clock", HOSTILE],
    ["run", "--wf", RELEASE, "--payload", payload, "--max-hops", HOSTILE],
    ["run", "--wf", RELEASE, "--payload", payload, "--durability", HOSTILE],
    ["run", "--wf", RELEASE, "--payload", payload, "--traces", `${named}/traces`, "--no-png"],
    ["run", "--wf", RELEASE, "--payload", payload, "--snapshot", HOSTILE],
    ["plan", HOSTILE],
    ["show", HOSTILE],
    ["draw", HOSTILE, "--svg", "-"],
    ["draw", RELEASE, "--html", `${named}/${named}.html`],
    ["draw", RELEASE, "--html", `${named}/${named}.json`],
    ["list", "--workspace", HOSTILE],
    ["examine", HOSTILE],
    ["examine", `${named}.jsonl`],
    ["examine", `broken ${named}.jsonl`],
    ["examine", trace, "--head", HOSTILE],
    ["examine", trace, "--from-step", HOSTILE],
    ["render", `${named}.jsonl`],
    ["render", `broken ${named}.jsonl`, "--md", "-"],
    ["diff", trace, `${named}.jsonl`],
    ["diff", trace, `broken ${named}.jsonl`],
    ["export", `${named}.jsonl`, "--format", HOSTILE],
    ["export", `${named}.jsonl`, "--format", "reference-v0", "--out", `${named}.out`],
    ["attest", `${named}.jsonl`, "--key", HOSTILE],
    ["attest", `${named}.jsonl`, "--verify", "--key", HOSTILE],
    ["check", "--config", HOSTILE],
    ["check", "--baseline", HOSTILE, "--update-baseline"],
    ["check", "--baseline", `${named}/${named}.json`],
    ["conformance", "--case", HOSTILE],
    ["certify", HOSTILE],
    ["certify", named],
    ["test", HOSTILE],
    ["test", join(PROJECT, "scenarios"), "--filter", HOSTILE],
    ["coverage", `broken ${named}.jsonl`],
    ["coverage", `${named}.jsonl`, "--lcov", "-"],
    ["coverage", `${named}.jsonl`, "--cobertura", "-"],
    ["data", HOSTILE],
    ["data", "locks", "--release", HOSTILE],
    ["seal", "--key", HOSTILE],
    ["verify", "--expect-seal", HOSTILE],
    ...REPORTS.map((report) => ["test", named, ...report]),
    ...REPORTS.map((report) => ["gate", "--scenarios", named, ...report]),
  ];
  for (const argv of portion(t, lines, 4)) await harmless(place, ...argv);
});

test("of a scenario", async (t) => {
  const place = workspace(t);
  mkdirSync(place.path("s"));
  const scenario: JsonObject = {
    scenario: "A grant",
    about: "what it is about",
    criteria: [{ id: "C1", statement: "It is granted." }],
    given: { data: `${FIXTURES}/data` },
    steps: [
      {
        name: "grant",
        workflow: "agent_governance::WF_GRANT_TOOL_V0",
        payload: JSON.parse(readFileSync(fixture("wf-grant-tool/completed"), "utf8")) as Json,
        expect: { exit_reason: "EXIT_DENIED", path: ["NOWHERE"] },
        satisfies: ["C1"],
      },
    ],
  };
  for (const [i, one] of portion(t, spoilt(scenario, HOSTILE), 1).entries()) {
    writeFileSync(place.path("s/a.scenario.yaml"), JSON.stringify(one));
    await harmless(place, "test", "s");
    await harmless(
      place,
      "test",
      "s",
      "--untaken",
      "--coverage",
      ...(REPORTS[i % REPORTS.length] as readonly string[]),
    );
  }
});
