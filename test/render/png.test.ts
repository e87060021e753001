import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Resvg } from "@resvg/resvg-js";
import { RenderFault } from "../../src/render/errors.ts";
import { drawable, FONT_FAMILY, textWidth } from "../../src/render/picture/text-metrics.ts";
import { renderPng } from "../../src/render/png.ts";
import { renderSvg } from "../../src/render/svg.ts";
import { takingTurns } from "../support/portion.ts";
import { FONT, fullRun, PARCEL } from "./trial-run.ts";

const it = takingTurns(import.meta.url);

const SVG = renderSvg(fullRun(), PARCEL);

function sizeOf(png: Uint8Array): readonly [number, number] {
  const header = new DataView(png.buffer, png.byteOffset);
  return [header.getUint32(16), header.getUint32(20)];
}

test("the picture is a PNG of the drawn size", () => {
  const png = renderPng(SVG, FONT);
  assert.deepEqual([...png.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(SVG) as RegExpExecArray;
  assert.deepEqual(sizeOf(png), [Number(width), Number(height)]);
});

test("rendering twice gives the same bytes", () => {
  assert.deepEqual(renderPng(SVG, FONT), renderPng(SVG, FONT));
});

it("a huge picture stays under twelve million pixels and keeps its proportions", () => {
  const huge = SVG.replace(/width="\d+" height="\d+" viewBox="[^"]*"/, 'width="9000" height="3000"');
  const [width, height] = sizeOf(renderPng(huge, FONT));
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
  const font = { fontFiles: [FONT], loadSystemFonts: false, defaultFontFamily: FONT_FAMILY };
  const { pixels } = new Resvg(svg, { font }).render();
  let dark = 0;
  for (let i = 0; i < pixels.length; i += 4) {
    const sum = (pixels[i] as number) + (pixels[i + 1] as number) + (pixels[i + 2] as number);
    if (sum < 240) dark++;
  }
  return dark;
}

for (const file of ["no-such-font.ttf", import.meta.filename]) {
  test(`without a usable font the picture is refused: ${file.endsWith(".ts") ? "not a font" : "no file"}`, () => {
    const isMissing = (fault: unknown) => fault instanceof RenderFault && fault.code === "FONT_MISSING";
    assert.throws(() => renderPng(SVG, join(import.meta.dirname, file)), isMissing);
  });
}

test("the shipped font has a letter, as wide as the layout takes it, for everything drawable keeps", () => {
  const font = readFileSync(FONT);
  const table = (tag: string) => {
    const at = font.indexOf(tag, 12, "latin1");
    return font.subarray(font.readUInt32BE(at + 8), font.readUInt32BE(at + 8) + font.readUInt32BE(at + 12));
  };
  const [unitsPerEm, glyphs] = [table("head").readUInt16BE(18), table("hhea").readUInt16BE(34)];
  for (let i = 0; i < glyphs; i++) {
    assert.equal(table("hmtx").readUInt16BE(4 * i) / unitsPerEm, textWidth("m", 1));
  }
  const covered = charactersOf(table("cmap"));
  for (let point = 0; point < 0x10000; point++) {
    for (const letter of drawable(String.fromCodePoint(point))) {
      assert.ok(covered.has(letter.codePointAt(0) ?? 0), `U+${point.toString(16)}`);
    }
  }
  assert.ok(font.length < 90_000);
});

/** The characters of a `cmap` table's first subtable of format 4. */
function charactersOf(cmap: Buffer): ReadonlySet<number> {
  const offsets = Array.from({ length: cmap.readUInt16BE(2) }, (_, i) => cmap.readUInt32BE(4 + 8 * i + 4));
  const at = offsets.find((offset) => cmap.readUInt16BE(offset) === 4);
  assert.ok(at !== undefined);
  const segments = cmap.readUInt16BE(at + 6) / 2;
  const characters = new Set<number>();
  for (let i = 0; i < segments; i++) {
    const end = cmap.readUInt16BE(at + 14 + 2 * i);
    const start = cmap.readUInt16BE(at + 16 + 2 * segments + 2 * i);
    for (let c = start; c <= end && c !== 0xffff; c++) characters.add(c);
  }
  return characters;
}
