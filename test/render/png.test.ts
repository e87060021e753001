import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { Resvg } from "@resvg/resvg-js";
import { charactersOf, outlinesText, tableOf } from "../../bin/outlines.mts";
import { rasterise } from "../../src/platform/resvg.ts";
import { RenderFault } from "../../src/render/errors.ts";
import { NAME_SIZE, SMALL_SIZE } from "../../src/render/picture/drawing.ts";
import { TITLE_SIZE } from "../../src/render/picture/picture.ts";
import { svgText } from "../../src/render/picture/svg-text.ts";
import { drawable, FONT_FAMILY, textWidth } from "../../src/render/picture/text-metrics.ts";
import { renderPng } from "../../src/render/png.ts";
import { renderSvg } from "../../src/render/svg.ts";
import { takingTurns } from "../support/portion.ts";
import { FONT, fullRun, OUTLINES, PARCEL } from "./trial-run.ts";

const it = takingTurns(import.meta.url);

const SVG = renderSvg(fullRun(), PARCEL);
const SHIPPED = { file: OUTLINES, bytes: readFileSync(OUTLINES) };
const TTF = readFileSync(FONT);

const FONT_OPTIONS = { fontFiles: [FONT], loadSystemFonts: false, defaultFontFamily: FONT_FAMILY };

function sizeOf(png: Uint8Array): readonly [number, number] {
  const header = new DataView(png.buffer, png.byteOffset);
  return [header.getUint32(16), header.getUint32(20)];
}

test("the picture is a PNG of the drawn size", async () => {
  const png = await renderPng(SVG, SHIPPED);
  assert.deepEqual([...png.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(SVG) as RegExpExecArray;
  assert.deepEqual(sizeOf(png), [Number(width), Number(height)]);
});

test("rendering twice gives the same bytes", async () => {
  assert.deepEqual(await renderPng(SVG, SHIPPED), await renderPng(SVG, SHIPPED));
});

test("the native part that the package itself chooses draws the same", async () => {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><path d="M3 3l30 20" stroke="red"/></svg>';
  const { renderAsync } = createRequire(import.meta.url)("@resvg/resvg-js/js-binding.js");
  assert.deepEqual(await rasterise(svg, 1), (await renderAsync(svg)).asPng());
});

test("the event loop turns while a picture is drawn: only then are the pixels of the pictures before freed", async () => {
  let isTurned = false;
  setImmediate(() => {
    isTurned = true;
  });
  await renderPng(SVG, SHIPPED);
  assert.ok(isTurned);
});

it("a huge picture stays under twelve million pixels and keeps its proportions", async () => {
  const huge = SVG.replace(/width="\d+" height="\d+" viewBox="[^"]*"/, 'width="9000" height="3000"');
  const [width, height] = sizeOf(await renderPng(huge, SHIPPED));
  assert.ok(width * height <= 12_000_000 && width * height > 11_900_000, `${width}x${height}`);
  assert.ok(Math.abs(width / height - 3) < 0.01);
});

test("text is really drawn", () => {
  const withText = darkPixels(SVG);
  const without = darkPixels(SVG.replace(/<text[^>]*>[^<]*<\/text>/g, ""));
  assert.ok(withText > without + 2000, `${withText} dark pixels with text, ${without} without`);
});

/** Pixels as dark as letters are. */
function darkPixels(svg: string): number {
  const { pixels } = new Resvg(svg, { font: FONT_OPTIONS }).render();
  let dark = 0;
  for (let i = 0; i < pixels.length; i += 4) {
    const sum = (pixels[i] as number) + (pixels[i + 1] as number) + (pixels[i + 2] as number);
    if (sum < 240) dark++;
  }
  return dark;
}

for (const [what, bytes] of Object.entries({ "no file": null, "another file": Buffer.from("no font\n") })) {
  test(`without the letters of the font the picture is refused: ${what}`, async () => {
    const isMissing = (fault: unknown) => fault instanceof RenderFault && fault.code === "FONT_MISSING";
    await assert.rejects(renderPng(SVG, { file: "letters", bytes }), isMissing);
  });
}

test("the letters are those of the font that lies beside them", () => {
  const text = SHIPPED.bytes.toString("latin1");
  assert.equal(text, outlinesText(TTF), "stale: node --import tsx bin/outlines.mts writes it");
});

test("a picture with a letter that the font does not have is refused", async () => {
  await assert.rejects(renderPng(SVG.replace("</text>", "\u4e2d</text>"), SHIPPED), RenderFault);
});

/** Every letter of the font in each size, thin and strong. */
function everyLetter(letters: readonly string[]): string {
  const lines = letters.flatMap((letter, i) => [
    svgText(letter.repeat(2), { x: 5.3, y: 20 * i + 10 }, "#1f2328", SMALL_SIZE),
    svgText(letter, { x: 40, y: 20 * i + 10 }, "#59636e", NAME_SIZE),
    svgText(letter, { x: 60, y: 20 * i + 10 }, "#1a7f37", TITLE_SIZE, true),
  ]);
  const size = `width="80" height="${20 * letters.length}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="${FONT_FAMILY}" font-size="${SMALL_SIZE}">${lines.join("")}</svg>`;
}

test("letters drawn from their outlines are those that the rasteriser draws of the font's file", async () => {
  const letters = charactersOf(TTF)
    .map((code) => String.fromCodePoint(code))
    .filter((letter) => drawable(letter) === letter);
  for (let i = 0; i < letters.length; i += 100) {
    const svg = everyLetter(letters.slice(i, i + 100));
    const drawn = new Resvg(svg, { font: FONT_OPTIONS }).render().asPng();
    assert.ok(drawn.equals(await renderPng(svg, SHIPPED)), `from ${letters[i]} on`);
  }
  assert.ok(
    new Resvg(SVG, { font: FONT_OPTIONS })
      .render()
      .asPng()
      .equals(await renderPng(SVG, SHIPPED)),
  );
});

test("the shipped font has a letter, as wide as the layout takes it, for everything drawable keeps", () => {
  const at = (tag: string) => tableOf(TTF, tag);
  for (let i = 0; i < TTF.readUInt16BE(at("hhea") + 34); i++) {
    const width = TTF.readUInt16BE(at("hmtx") + 4 * i);
    assert.equal(width / TTF.readUInt16BE(at("head") + 18), textWidth("m", 1));
  }
  const covered = new Set(charactersOf(TTF));
  for (let point = 0; point < 0x10000; point++) {
    for (const letter of drawable(String.fromCodePoint(point))) {
      assert.ok(covered.has(letter.codePointAt(0) ?? 0), `U+${point.toString(16)}`);
    }
  }
  assert.ok(SHIPPED.bytes.length < 180_000);
});
