import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { renderMarkdown } from "../../src/render/markdown.ts";
import { fullRun, HOSTILE, hostileRun, PARCEL, readBack, refusedRun, TrialRun } from "./trial-run.ts";

/** What of the page is markup: the text with every code span and reference taken out. */
function markupOf(page: string): string {
  return page.replace(/<code>(?:[^<>`|]|&#\d+;)*<\/code>/g, "C").replace(/`[^`\n]+`/g, "C");
}

test("a run renders to the recorded page", () => {
  const expected = readFileSync(join(import.meta.dirname, "parcel-run.expected"), "utf8");
  assert.equal(renderMarkdown(fullRun(), PARCEL), expected);
});

test("events read back from their lines render to the same page as the events that were said", () => {
  const events = fullRun();
  assert.equal(renderMarkdown(readBack(events), PARCEL), renderMarkdown(events, PARCEL));
});

for (const text of HOSTILE) {
  test(`hostile text stays text: ${JSON.stringify(text)}`, () => {
    const { events, graph } = hostileRun(text);
    const page = renderMarkdown(events, graph);
    const plain = renderMarkdown(hostileRun("plain").events, hostileRun("plain").graph);
    assert.equal(page.split("\n").length, plain.split("\n").length, "no line is added");
    assert.equal(page.split("```").length, 3, "one fence");
    assert.doesNotMatch(page, /[\p{Cf}\p{Zl}\p{Zp}\0\r]/u);
    const [before = "", mermaid = "", after = ""] = page.split("```");
    const shape = (side: string) =>
      markupOf(side)
        .replace(/\]\([^)\s]*\)/g, "](L)")
        .replace(/\d\.\d{3}/g, "0.000");
    const [plainBefore = "", plainMermaid = "", plainAfter = ""] = plain.split("```");
    assert.equal(shape(before), shape(plainBefore));
    assert.equal(shape(after).replace(/ \(\d+ characters\)/g, ""), shape(plainAfter));
    assert.equal(mermaid.replace(/"[^"]*"/g, '""'), plainMermaid.replace(/"[^"]*"/g, '""'));
  });
}

test("a trace that stops early says so, and which side effect may be incomplete", () => {
  const events = fullRun();
  const cut = events.findIndex((event) => event.event_type === "side_effect_end");
  const page = renderMarkdown(events.slice(0, cut), PARCEL);
  assert.match(
    page,
    /^\*\*UNFINISHED\*\*: .*its last event is `side_effect_start` in `CC_REGISTER_PARCEL_V0`/m,
  );
  assert.match(page, /`REGISTER` \| `PARCELS` \| no end recorded \| may be incomplete \|/);
  assert.match(page, /class n2 unfinished/);
});

test("every prefix of a trace renders, the empty one too", () => {
  const events = fullRun();
  for (let length = 0; length < events.length; length++) {
    assert.match(renderMarkdown(events.slice(0, length), PARCEL), /\*\*UNFINISHED\*\*/);
  }
});

test("a refused run names the error, its facts and the hint", () => {
  const page = renderMarkdown(refusedRun(), PARCEL);
  assert.match(page, /^\*\*FAILED\*\* with no outcome, .*refused with `NO_TRANSITION`/m);
  assert.match(page, /facts `\{"outcome":"PARTIAL_FAILURE",/);
  assert.match(page, /hint: `declare next\.PARTIAL_FAILURE for this node in depot::WF_ADMIT_PARCEL_V0`/);
  assert.match(page, /\| 3 \| `CC_REGISTER_PARCEL_V0` \| refused: `NO_TRANSITION` \| – \| – \|/);
});

test("a long value is shortened, and its length is told", () => {
  const run = new TrialRun(PARCEL).walk(["NACK"]);
  run.say("violation", "IN_PARCEL_ARRIVED_V0", {
    violation_code: "INTENT_VIOLATION",
    actual: "x".repeat(5000),
  });
  const page = renderMarkdown(run.end("NACK", "EXIT_REJECTED").trace(), PARCEL);
  assert.match(page, /x…x/);
  assert.match(page, /\(5002 characters\)/);
  assert.ok(page.length < 6000);
});

test("the head of the chain is the hash of the last event", () => {
  const events = fullRun();
  assert.ok(
    renderMarkdown(events, PARCEL).includes(`after ${events.length} events: \`${events.at(-1)?.hash}\``),
  );
});
