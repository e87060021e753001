/** How scenario vectors are played: as `pgs run` runs, with all it prints and leaves, below a folder of their own. */

import { Fault } from "../errors/base.ts";
import { classify } from "../examine/classify.ts";
import { places } from "../examine/locate/locate.ts";
import { SourceTrace } from "../examine/source-trace.ts";
import { HOPS } from "../json/limits.ts";
import { utf8 } from "../json/text.ts";
import { toGraph } from "../plan/graph.ts";
import { renderMarkdown } from "../render/markdown.ts";
import { tooLarge } from "../render/picture/size.ts";
import { renderSvg } from "../render/svg.ts";
import type { CommandRun, ScenarioEnvironment } from "../scenarios/environment.ts";
import type { Output } from "../scenarios/expect/leaks.ts";
import type { TestPorts } from "../scenarios/test-scenarios.ts";
import { DEFAULT_LIMITS, parsePayload } from "../workspace/payload.ts";
import { resumeRun } from "../workspace/resume-run.ts";
import { payloadNotices } from "../workspace/run-workflow.ts";
import { type Platform, toContext } from "./context.ts";
import { exitCodeOfFault, exitCodeOfRun } from "./exit-codes.ts";
import { hintLines, noticesText, refusalText } from "./print.ts";
import { filesText, toJsonText, toText } from "./run-view.ts";

export function scenarioEnvironment(world: Platform): ScenarioEnvironment {
  const { files, clock, entropy, tool } = world;
  return {
    ...{ files, clock, entropy, tool },
    fixedClock: (epochMs) => world.fixedClock(epochMs),
    seededEntropy: (seed) => world.seededEntropy(seed),
    openTempFolder: (within) => world.openTempFolder(within),
    pause: () => world.pause(),
    openStores: (root) => world.openStores(root),
    openMail: (environment) => world.openMail(Object.fromEntries(environment)),
    openRemote: () => world.openRemote(world.env),
    openTrace: (traces, id) => world.openTrace(traces, id),
    resumeRun({ file, ...request }) {
      const bytes = files.read(file) ?? new Uint8Array();
      const name = file.slice(file.lastIndexOf("/") + 1);
      const trace = new SourceTrace(name, file, { size: bytes.length, pieces: () => [bytes] });
      return resumeRun({ ...request, trace, locked: world.lockTraceFile(file) });
    },
    maxHops: HOPS,
    parsePayload: (bytes) => parsePayload(bytes, DEFAULT_LIMITS, "the payload"),
    exitCodeOf: (end) => (end instanceof Fault ? exitCodeOfFault(end) : exitCodeOfRun(end)),
    outputsOf: (ran) => outputsOf(ran, world),
    outputsOfRefusal: (fault) => [{ name: "the refusal", text: refusalText(fault) }],
  };
}

export function testPorts(platform: Platform): TestPorts {
  return { ...platform, environment: scenarioEnvironment(platform) };
}

/** The picture is the text of its SVG. */
function outputsOf(
  { plan, result, summary, events, trace, exitCode }: CommandRun,
  world: Platform,
): readonly Output[] {
  const base = `${result.folder}/${result.traceId}`;
  const files = { jsonl: `${base}.jsonl`, md: `${base}.md`, png: `${base}.png` };
  const found = classify(summary);
  const hints = found === null ? [] : places(found, summary, plan).map(({ hint }) => hint);
  const notices = payloadNotices(plan, summary.payload);
  const report = { plan, result, summary, notices, jsonl: files.jsonl, exitCode, hints };
  const context = toContext({}, world);
  const graph = toGraph(plan);
  const drawn = tooLarge(graph) === null ? [{ name: "the picture", text: renderSvg(events, graph) }] : [];
  const { head, tail } = toJsonText(report);
  const { fault } = result.ending;
  return [
    { name: "the trace", text: utf8(trace) },
    { name: "the Markdown", text: renderMarkdown(events, graph) },
    ...drawn,
    { name: "the report", text: `${toText(report, (_, text) => text, context)}${filesText(files, context)}` },
    { name: "the JSON document", text: `${head}${tail(files)}` },
    { name: "the notices", text: noticesText(notices, context) },
    { name: "the hints", text: hintLines(hints) },
    ...(fault === undefined ? [] : [{ name: "the refusal", text: refusalText(fault) }]),
  ];
}
