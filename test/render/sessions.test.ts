/** Runs that wait, waited or were cancelled, as pictures and pages show them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { toGraph } from "../../src/plan/graph.ts";
import { renderHtml } from "../../src/render/html/html.ts";
import { renderMarkdown } from "../../src/render/markdown.ts";
import { renderSvg } from "../../src/render/svg.ts";
import { MADE } from "../engine/sessions.ts";

async function pagesOf(name: keyof typeof MADE) {
  const { plan, trial } = await MADE[name]();
  const graph = toGraph(plan);
  const { events } = trial;
  return {
    svg: renderSvg(events, graph),
    markdown: renderMarkdown(events, graph),
    html: renderHtml(events, graph),
  };
}

/** The cells of each row below the heading of a page. */
function rowsOf(markdown: string, heading: string): readonly (readonly string[])[] {
  const section = markdown.split(`## ${heading}\n\n`)[1]?.split("\n\n")[0] ?? "";
  return section
    .split("\n")
    .slice(2)
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

const texts = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);
const dashes = (svg: string) => [...svg.matchAll(/stroke-dasharray="([^"]*)"/g)].map(([, text]) => text);

test("the node in which a run waits has its own outline, its own sign, and its own entry in the legend", async () => {
  const { svg } = await pagesOf("it waits");
  assert.deepEqual(dashes(svg), ["2 3"]);
  assert.equal(svg.match(/<circle/g)?.length, 2, "one on the box, one in the legend");
  assert.ok(texts(svg).includes("WAITING"));
  const wait = "waits for release-1 until 2026-01-31T10:00:00.120Z";
  assert.equal(texts(svg).filter((text) => text === wait).length, 2, "in the title and in the box");
  assert.ok(texts(svg).includes("waits"));
  assert.ok(!texts(svg).includes("cancelled"));
});

test("the node in which a run was cancelled has others", async () => {
  const { svg } = await pagesOf("it was cancelled while it waited");
  assert.deepEqual(dashes(svg), ["9 3 2 3"]);
  assert.equal(svg.match(/<circle/g)?.length, 2);
  assert.equal(texts(svg).filter((text) => text === "cancelled").length, 2, "in the box and in the legend");
  assert.ok(!texts(svg).includes("waits"));
});

test("the picture of a run that waited and ended is that of any run", async () => {
  const { svg, markdown } = await pagesOf("it was answered");
  assert.deepEqual([dashes(svg), svg.match(/<circle/g)], [[], null]);
  assert.ok(!texts(svg).includes("waits") && !texts(svg).includes("cancelled"));
  assert.ok(!markdown.includes("## Waits for"));
});

test("the diagram of the Markdown names the state of the node", async () => {
  const waiting = (await pagesOf("it waits")).markdown;
  assert.ok(waiting.includes('n1["WORK (2): waits"]'));
  assert.match(waiting, /classDef waiting .*stroke-dasharray/);
  const cancelled = (await pagesOf("it was cancelled while it waited")).markdown;
  assert.ok(cancelled.includes('n1["WORK (2): cancelled"]'));
});

test("a page says what the run waits for", async () => {
  const { markdown, html } = await pagesOf("it waits");
  assert.match(markdown, /^\*\*WAITING\*\* for 1 event or moment, listed below\.$/m);
  assert.deepEqual(rowsOf(markdown, "Waits for"), [
    [
      ...["`0`", "`WORK`", "`wait`", "an event", "`release-1`", "`2026-01-31T10:00:00.120Z`"],
      ...["`Release it?`", '`["yes","no"]`'],
    ],
  ]);
  assert.deepEqual(rowsOf(markdown, "Path")[1], ["2", "`WORK`", "waits", "–", "–"]);
  assert.deepEqual(rowsOf(markdown, "Side effects")[0]?.slice(6), ["waits", "–"]);
  for (const told of ["WAITING", "<h2>Waits for</h2>", "Release it?", "2026-01-31T10:00:00.120Z"])
    assert.ok(html.includes(told), told);
});

test("a page lists the sessions: why each began, who answered what, and on which runtime", async () => {
  const { markdown, html } = await pagesOf("it was answered");
  const of = (row: readonly string[] | undefined) => row?.slice(3);
  const [first, second] = rowsOf(markdown, "Sessions");
  assert.deepEqual(of(first), ["the run began", "–", "–", "–", "`trial` `0`", "the run was suspended"]);
  assert.deepEqual(of(second), [
    ...["an event was delivered", "`release-1`", '`"yes"`', "`trial::AC_ANN_V0`", "`trial` `0`"],
    "the run ended",
  ]);
  assert.ok(html.includes("<h2>Sessions</h2>") && html.includes("an event was delivered"));
});

test("a page of nested runs says which of them wait", async () => {
  const { markdown, html } = await pagesOf("of three runs beside each other, the second was answered");
  assert.deepEqual(
    rowsOf(markdown, "Nested runs").map(([run, , , status]) => [run, status]),
    [
      ["`0.1`", "WAITING"],
      ["`0.2`", "SUCCESS"],
      ["`0.3`", "WAITING"],
    ],
  );
  assert.deepEqual(rowsOf(markdown, "Side effects")[0]?.slice(6), ["a nested run waits", "–"]);
  assert.ok(html.includes("a nested run waits"));
});

test("a run that was cancelled says why and by whom", async () => {
  const { markdown, html } = await pagesOf("it was cancelled while it waited");
  assert.match(markdown, /^\*\*CANCELLED\*\*/m);
  const [, last] = rowsOf(markdown, "Sessions");
  assert.deepEqual(
    [last?.[3], last?.[6], last?.[8]],
    ['the run was cancelled: `"not needed"`', "`trial::AC_ANN_V0`", "the run ended"],
  );
  assert.ok(html.includes("not needed"));
});
