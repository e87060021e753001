import assert from "node:assert/strict";
import { test } from "node:test";
import { place } from "../../../src/render/picture/dagre.ts";
import { type Drawing, drawingOf } from "../../../src/render/picture/drawing.ts";
import { placeOnce } from "../../../src/render/picture/kept-placement.ts";
import { renderSvg } from "../../../src/render/svg.ts";
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

test("a picture is the same with an empty cache, with a full one and with none", () => {
  const cache = memory();
  const drawn = () => renderSvg(fullRun(), PARCEL, { place: placeOnce(cache) });
  assert.deepEqual([drawn(), drawn()], Array(2).fill(renderSvg(fullRun(), PARCEL)));
  assert.equal(cache.texts.size, 1);
});

test("what is kept for a drawing is not computed again", () => {
  const cache = memory();
  const { width } = placeOnce(cache)(DRAWING);
  for (const [name, text] of cache.texts) cache.write(name, text.replace(`${width}`, "12345"));
  assert.equal(placeOnce(cache)(DRAWING).width, 12_345);
});

test("another size, name, start or link is another drawing", () => {
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
  for (const drawing of others) assert.deepEqual(placeOnce(cache)(drawing), place(drawing));
  assert.equal(cache.texts.size, others.length);
});

test("a kept text that is cut off, or of another drawing, is passed over and replaced", () => {
  const cache = memory();
  const placement = placeOnce(cache)(DRAWING);
  const [[name, text]] = [...cache.texts] as [[string, string]];
  const cut = Array.from({ length: 4 }, (_, i) => text.slice(0, Math.floor((i * text.length) / 4)));
  const { boxes, links } = placement;
  const others = [
    { ...placement, width: null },
    { ...placement, boxes: boxes.slice(1) },
    { ...placement, links: links.slice(1) },
    { ...placement, boxes: boxes.map(({ x }) => ({ x, y: "0" })) },
    { ...placement, links: links.map(({ label }) => ({ label })) },
  ].map((other) => JSON.stringify(other));
  for (const wrong of [...cut, ...others, "null", "[]"]) {
    cache.write(name, wrong);
    assert.deepEqual(placeOnce(cache)(DRAWING), placement, wrong);
    assert.equal(cache.read(name), text);
  }
});
