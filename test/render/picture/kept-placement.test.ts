import assert from "node:assert/strict";
import { test } from "node:test";
import { version } from "@dagrejs/dagre";
import { place } from "../../../src/render/picture/dagre.ts";
import { type Drawing, drawingOf } from "../../../src/render/picture/drawing.ts";
import { PLACED_BY, placementOf } from "../../../src/render/picture/kept-placement.ts";
import { runPathOf } from "../../../src/trace/run-path.ts";
import { runsOf } from "../../../src/trace/runs.ts";
import { fullRun, PARCEL } from "../trial-run.ts";

const DRAWING: Drawing = drawingOf(PARCEL, runPathOf(runsOf(fullRun()).main));

/** A cache in memory; `texts` is what it holds. */
function memory(texts = new Map<string, string>()) {
  return {
    texts,
    read: (name: string) => texts.get(name) ?? null,
    write: (name: string, text: string) => void texts.set(name, text),
  };
}

test("a drawing is placed alike with an empty cache, with a full one and with none", async () => {
  const cache = memory();
  const placed = [
    await placementOf(DRAWING, cache),
    await placementOf(DRAWING, cache),
    await placementOf(DRAWING, null),
  ];
  assert.deepEqual(placed, Array(3).fill(place(DRAWING)));
  assert.equal(cache.texts.size, 1);
});

test("what is kept for a drawing is not computed again", async () => {
  const cache = memory();
  const { width } = await placementOf(DRAWING, cache);
  for (const [name, text] of cache.texts) cache.write(name, text.replace(`${width}`, "12345"));
  assert.equal((await placementOf(DRAWING, cache)).width, 12_345);
});

test("another size, name, start or link is another drawing", async () => {
  const { boxes, links, start } = DRAWING;
  const [box, link] = [boxes[0], links[0]] as const;
  assert.ok(box !== undefined && link !== undefined);
  const others: readonly Drawing[] = [
    DRAWING,
    { ...DRAWING, start: boxes.find(({ key }) => key !== start)?.key ?? "" },
    { ...DRAWING, boxes: [{ ...box, width: box.width + 1 }, ...boxes.slice(1)] },
    { ...DRAWING, boxes: [{ ...box, height: box.height + 1 }, ...boxes.slice(1)] },
    { ...DRAWING, boxes: boxes.toReversed() },
    { ...DRAWING, links: [{ ...link, width: link.width + 1 }, ...links.slice(1)] },
    { ...DRAWING, links: [{ ...link, height: link.height + 1 }, ...links.slice(1)] },
    { ...DRAWING, links: [{ ...link, isMain: !link.isMain }, ...links.slice(1)] },
    { ...DRAWING, links: links.slice(1) },
  ];
  const cache = memory();
  for (const drawing of others) assert.deepEqual(await placementOf(drawing, cache), place(drawing));
  assert.equal(cache.texts.size, others.length);
});

test("another version of dagre is another name for what is kept", () => {
  assert.match(PLACED_BY, new RegExp(`^dagre ${version},`));
});
