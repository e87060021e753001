import assert from "node:assert/strict";
import { test } from "node:test";
import { place } from "../../src/render/picture/dagre.ts";
import { type Drawing, drawingOf } from "../../src/render/picture/drawing.ts";
import { type Layout, layOut } from "../../src/render/picture/layout.ts";
import { INKS, PAPER, QUIET, QUIET_TEXT, TITLE } from "../../src/render/picture/palette.ts";
import { drawable, textWidth } from "../../src/render/picture/text-metrics.ts";
import { renderSvg } from "../../src/render/svg.ts";
import { type Graph, mergeEdges } from "../../src/trace/declared-graph.ts";
import { runPathOf } from "../../src/trace/run-path.ts";
import { runsOf } from "../../src/trace/runs.ts";
import { portion, takingTurns } from "../support/portion.ts";
import { overlapsOf, strayLabels } from "./geometry.ts";
import {
  fullRun,
  LONG_PATH,
  PARCEL,
  publishedGraph,
  RETRY,
  refusedRun,
  TrialRun,
  wovenGraph,
} from "./trial-run.ts";

const it = takingTurns(import.meta.url);

function drawn(run: TrialRun): { readonly drawing: Drawing; readonly layout: Layout; readonly svg: string } {
  const drawing = drawingOf(run.graph, runPathOf(runsOf(run.trace()).main));
  return { drawing, layout: layOut(drawing, place(drawing)), svg: renderSvg(run.trace(), run.graph) };
}

/** Follows the first edge of each node, so that the path has something to show. */
function firstEdges(graph: Graph): TrialRun {
  const outcomes: string[] = [];
  let key = graph.start;
  for (let hops = 0; hops < 60; hops++) {
    const edge = graph.edges.find(({ from }) => from === key);
    if (edge === undefined) break;
    outcomes.push(edge.outcome);
    key = edge.to;
  }
  return new TrialRun(graph).walk(outcomes).end(outcomes.at(-1) ?? null, "COMPLETED", "SUCCESS");
}

function assertClear(run: TrialRun): void {
  const { drawing, layout } = drawn(run);
  assert.equal(layout.boxes.size, run.graph.nodes.length);
  assert.equal(layout.routes.length, mergeEdges(run.graph).length);
  assert.deepEqual(overlapsOf(layout), []);
  assert.deepEqual(strayLabels(layout), []);
  assert.deepEqual(
    layout.routes.map(({ link }) => link),
    drawing.links,
  );
}

const CLEAR: readonly (readonly [string, TrialRun])[] = [
  ["5 nodes, the long path", new TrialRun(PARCEL).walk(LONG_PATH).end("SUCCESS", "COMPLETED", "SUCCESS")],
  ["5 nodes, rejected at once", new TrialRun(PARCEL).walk(["NACK"]).end("NACK", "EXIT_REJECTED")],
  [
    "a self-loop and a way back",
    new TrialRun(RETRY).walk(["ACK", "UNREADABLE", "SUCCESS", "NOT_FOUND", "SUCCESS", "SUCCESS"]),
  ],
  ["18 nodes", firstEdges(wovenGraph(13, 4))],
  ["30 nodes", firstEdges(wovenGraph(24, 5))],
];

for (const [name, run] of CLEAR) {
  const play = run.graph.nodes.length < 10 ? test : it;
  play(`no label, box or edge is in another's way: ${name}`, () => assertClear(run));
}

const PUBLISHED = [
  "WF_REGISTER_ACTOR_UNVERIFIED_V0",
  "WF_GOVERN_AGENT_ACTION_V0",
  "WF_SUBMIT_TRANSACTION_V0",
  "WF_PROPOSE_BLOCK_V0",
  "WF_DEMO_COLLATZ_CONJECTURE_V0",
];

for (const workflow of PUBLISHED) {
  const graph = publishedGraph(workflow);
  const skip = graph === null ? "the published data is not beside the repository" : false;
  it(`no label, box or edge is in another's way: published ${workflow}`, { skip }, () => {
    if (graph !== null) assertClear(firstEdges(graph));
  });
}

test("the check finds a label that covers another, and an edge through a box", () => {
  const { layout } = drawn(new TrialRun(PARCEL).walk(["ACK"]));
  const [first, second, ...rest] = layout.routes;
  assert.ok(first !== undefined && second !== undefined);
  const covered = { ...layout, routes: [{ ...first, label: second.label }, second, ...rest] };
  assert.match(overlapsOf(covered).join(), /label .* covers label/);
  const weigh = layout.boxes.get("CC_WEIGH_PARCEL_V0");
  assert.ok(weigh !== undefined);
  const straight = [
    { x: weigh.x, y: 0 },
    { x: weigh.x, y: layout.height },
  ];
  const crossing = { ...layout, routes: [first, { ...second, track: straight }, ...rest] };
  assert.match(overlapsOf(crossing).join(), /EXIT runs through CC_WEIGH_PARCEL_V0/);
  assert.notDeepEqual(strayLabels(crossing), []);
});

test("every node, every outcome and the whole title are in the picture", () => {
  const svg = renderSvg(fullRun(), PARCEL);
  const texts = textsOf(svg);
  for (const { key } of PARCEL.nodes) assert.ok(texts.includes(key), key);
  for (const { outcome } of PARCEL.edges)
    assert.ok(
      texts.some((text) => text.replace(" /", "") === outcome),
      outcome,
    );
  for (const order of ["1", "2", "3", "4", "5"]) assert.ok(texts.includes(order));
  assert.equal(texts[0], PARCEL.workflow);
  assert.ok(texts.includes("SUCCESS"));
  assert.ok(texts.includes("outcome SUCCESS · exit COMPLETED"));
  assert.ok(texts.some((text) => text.startsWith("trace 20260131T090000000Z__")));
  assert.equal(svg.match(/<path d="[^"]*" stroke="[^"]*" stroke-width="(?:1.2|2.5)"\/>/g)?.length, 7 + 5);
});

test("only the outcome that was taken is set off among those of one edge", () => {
  const { drawing } = drawn(new TrialRun(PARCEL).walk(LONG_PATH));
  const link = drawing.links.find(
    ({ from, to }) => from === "CC_REGISTER_PARCEL_V0" && to === "CC_APPEND_ARRIVAL_V0",
  );
  assert.deepEqual(link?.outcomes, [
    { text: "SUCCESS /", manner: null },
    { text: "ALREADY_EXISTS", manner: "ok" },
  ]);
});

test("an outcome without an edge of its own is shown on the default edge", () => {
  const { drawing } = drawn(new TrialRun(RETRY).walk(["NACK"]).end("NACK", "EXIT_REJECTED"));
  const link = drawing.links.find(({ to }) => to === "EXIT_GIVEN_UP");
  assert.deepEqual(link?.outcomes, [{ text: "default", manner: "alternate" }]);
});

test("a node entered several times shows all its order numbers", () => {
  const { drawing } = drawn(
    new TrialRun(RETRY).walk(["ACK", "UNREADABLE", "SUCCESS", "NOT_FOUND", "UNREADABLE"]),
  );
  assert.equal(drawing.boxes.find(({ key }) => key === "SCAN")?.badge, "2,3…6");
});

test("a refused run shows where and by which code", () => {
  const texts = textsOf(renderSvg(refusedRun(), PARCEL));
  assert.ok(texts.includes("refused: NO_TRANSITION"));
  assert.ok(texts.includes("outcome none · exit NO_TRANSITION · refused"));
});

test("a killed run shows the node without an end", () => {
  const run = new TrialRun(PARCEL).walk(["ACK", "SUCCESS"]);
  const { drawing, svg } = drawn(run);
  assert.deepEqual(
    drawing.boxes.map(({ manner }) => manner),
    ["ok", "ok", "unfinished", null, null],
  );
  assert.ok(textsOf(svg).includes("UNFINISHED"));
  assert.match(svg, /stroke-dasharray/);
});

test("every prefix of a trace can be drawn, the empty one too", (t) => {
  const events = fullRun();
  for (const length of portion(t, [...Array(events.length + 1).keys()], 6))
    assertWellFormed(renderSvg(events.slice(0, length), PARCEL));
});

test("the picture is well-formed XML whatever the names hold", () => {
  const name = `<b a="1">&amp;' \u0000\u001b] \u202e日本 ]]> --> ${"long ".repeat(40)}`;
  const graph: Graph = {
    workflow: name,
    start: name,
    nodes: [
      { key: name, type: "IN", label: name },
      { key: `${name}2`, type: "EXIT", label: name },
    ],
    edges: [{ from: name, to: `${name}2`, outcome: name }],
  };
  const svg = renderSvg(new TrialRun(graph).walk([]).trace(), graph);
  assertWellFormed(svg);
  assert.doesNotMatch(svg.trimEnd(), /[\p{Cc}\p{Cf}\p{Cs}]/u);
});

test("what has no letter is left out, what the font lacks is marked", () => {
  assert.equal(drawable("a\u0000b\ud800\u202ec 日 é Ω Ж → ✓"), "abc \ufffd é Ω Ж → ✓");
});

test("the same run gives the same picture", () => {
  assert.equal(renderSvg(fullRun(), PARCEL), renderSvg(fullRun(), structuredClone(PARCEL)));
});

it("text fits its box beside the order number", () => {
  for (const [, run] of CLEAR) {
    for (const box of drawn(run).drawing.boxes) {
      const widest = Math.max(
        textWidth(box.name, 13),
        textWidth(box.detail, 11.5),
        textWidth(box.report, 11.5),
      );
      assert.ok(widest + box.badgeWidth + 20 <= box.width, box.key);
    }
  }
});

test("every text has a contrast of at least 4.5 to 1", () => {
  const pairs = [
    [TITLE, PAPER],
    [QUIET_TEXT, PAPER],
    [QUIET.text, QUIET.fill],
    [INKS.unfinished.line, PAPER],
    ...Object.values(INKS).flatMap(({ fill, line, text }) => [
      [text, fill],
      [text, PAPER],
      [PAPER, line],
    ]),
  ] as const;
  for (const [a, b] of pairs) assert.ok(contrast(a as string, b as string) >= 4.5, `${a} on ${b}`);
});

/** WCAG 2 contrast ratio. */
function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const channel = (at: number) => {
    const c = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

function textsOf(svg: string): readonly string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text as string);
}

/** Tags nest, attributes are quoted, every `&` is a known reference, and nothing else is left over. */
function assertWellFormed(svg: string): void {
  const open: string[] = [];
  const rest = svg.replace(
    /<(\/?)([a-z]+)((?: [a-zA-Z:-]+="[^"<&]*")*)(\/?)>/g,
    (_, close, name, __, empty) => {
      if (close !== "") assert.equal(open.pop(), name);
      else if (empty === "") open.push(name);
      return "";
    },
  );
  assert.deepEqual(open, []);
  assert.doesNotMatch(rest.replace(/&(?:amp|lt|gt|quot|apos);/g, ""), /[<>&]/);
}

test("a node may have any name, that of a prototype or of the layout's own helpers, too", () => {
  for (const name of ["__proto__", "constructor", "_d1", "\u0001"]) {
    const run = new TrialRun({
      workflow: "depot::WF_X_V0",
      start: name,
      nodes: [
        { key: name, type: "IN", label: "x" },
        { key: "EXIT", type: "EXIT", label: "COMPLETED" },
      ],
      edges: [{ from: name, to: "EXIT", outcome: "ACK" }],
    });
    assertClear(run.walk(["ACK"]));
  }
  assert.deepEqual(Object.keys(Object.prototype), [], "layouting adds nothing to every object");
});
