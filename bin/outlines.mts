/**
 * The letters of the shipped font as SVG path data, which pictures are drawn with.
 * `node --import tsx bin/outlines.mts` writes them beside the font; a test says when they are stale.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { drawable } from "../src/render/picture/text-metrics.ts";

const FONTS = join(import.meta.dirname, "../src/render/fonts");

/** Flags of a point, as the OpenType specification has them. */
const ON_CURVE = 1;
const REPEATED = 8;
const X = { isByte: 2, isSameOrPositive: 16 };
const Y = { isByte: 4, isSameOrPositive: 32 };

/** Flags of a component. */
const WORDS = 1;
const MORE = 32;

interface Point {
  readonly x: number;
  readonly y: number;
  readonly isOn: boolean;
}

/**
 * A line for each letter that pictures use: its code point in hexadecimal, and relative path data in units of the font,
 * y downwards, that begins and ends at the letter's origin.
 */
export function outlinesText(font: Buffer): string {
  const letters = charactersOf(font).map((code) => String.fromCodePoint(code));
  const lines = letters
    .filter((letter) => drawable(letter) === letter)
    .map((letter) => `${letter.codePointAt(0)?.toString(16)} ${outline(font, glyphOf(font, letter))}\n`);
  return `The letters of DejaVuSansMono.ttf, written by bin/outlines.mts\n${lines.join("")}`;
}

/** Where the table begins. */
export function tableOf(font: Buffer, tag: string): number {
  return font.readUInt32BE(font.indexOf(tag, 12, "latin1") + 8);
}

/** The part of `cmap` for the basic plane, of format 4: where its arrays begin, and how long each is. */
function segmentsOf(font: Buffer): { readonly ends: number; readonly size: number } {
  const cmap = tableOf(font, "cmap");
  const at = cmap + font.readUInt32BE(cmap + 8);
  if (font.readUInt16BE(at) !== 4) throw new Error(`the first encoding is of format ${font.readUInt16BE(at)}`);
  return { ends: at + 14, size: font.readUInt16BE(at + 6) };
}

/** The code points that have a glyph, in their order. */
export function charactersOf(font: Buffer): readonly number[] {
  const { ends, size } = segmentsOf(font);
  const characters: number[] = [];
  for (let end = ends; end < ends + size; end += 2) {
    const first = font.readUInt16BE(end + size + 2);
    for (let code = first; code <= font.readUInt16BE(end) && code < 0xffff; code++) characters.push(code);
  }
  return characters;
}

function glyphOf(font: Buffer, letter: string): number {
  const code = letter.codePointAt(0) as number;
  const { ends, size } = segmentsOf(font);
  let end = ends;
  while (font.readUInt16BE(end) < code) end += 2;
  const start = end + size + 2;
  const delta = font.readUInt16BE(start + size);
  const range = start + 2 * size;
  const offset = font.readUInt16BE(range);
  const glyph = offset === 0 ? code : font.readUInt16BE(range + offset + 2 * (code - font.readUInt16BE(start)));
  return (glyph + delta) & 0xffff;
}

function outline(font: Buffer, glyph: number): string {
  const loca = tableOf(font, "loca");
  const isLong = font.readUInt16BE(tableOf(font, "head") + 50) === 1;
  const place = (i: number) => (isLong ? font.readUInt32BE(loca + 4 * i) : 2 * font.readUInt16BE(loca + 2 * i));
  if (place(glyph) === place(glyph + 1)) return "";
  const at = tableOf(font, "glyf") + place(glyph);
  const contours = font.readInt16BE(at);
  return contours < 0 ? composed(font, at + 10) : drawn(font, at + 10, contours);
}

/** Of other glyphs, which are moved; none is turned or scaled. */
function composed(font: Buffer, at: number): string {
  const flags = font.readUInt16BE(at);
  const areWords = (flags & WORDS) !== 0;
  const [dx, dy] = areWords
    ? [font.readInt16BE(at + 4), font.readInt16BE(at + 6)]
    : [font.readInt8(at + 4), font.readInt8(at + 5)];
  const part = outline(font, font.readUInt16BE(at + 2));
  const moved = dx === 0 && dy === 0 ? part : pathData("m", [dx, -dy]) + part + pathData("m", [-dx, dy]);
  return (flags & MORE) === 0 ? moved : moved + composed(font, at + (areWords ? 8 : 6));
}

function drawn(font: Buffer, at: number, count: number): string {
  const ends = Array.from({ length: count }, (_, i) => font.readUInt16BE(at + 2 * i) + 1);
  const points = pointsOf(font, at + 2 * count, ends.at(-1) as number);
  return ends.map((end, i) => contourPath(points.slice(ends[i - 1] ?? 0, end))).join("");
}

function pointsOf(font: Buffer, at: number, count: number): readonly Point[] {
  let next = at + 2 + font.readUInt16BE(at);
  const flags: number[] = [];
  while (flags.length < count) {
    const flag = font.readUInt8(next++);
    const times = (flag & REPEATED) === 0 ? 1 : 1 + font.readUInt8(next++);
    flags.push(...Array<number>(times).fill(flag));
  }
  const coordinates = ({ isByte, isSameOrPositive }: typeof X) => {
    let value = 0;
    return flags.map((flag) => {
      const isSet = (flag & isSameOrPositive) !== 0;
      if ((flag & isByte) !== 0) value += isSet ? font.readUInt8(next++) : -font.readUInt8(next++);
      else if (!isSet) {
        value += font.readInt16BE(next);
        next += 2;
      }
      return value;
    });
  };
  const xs = coordinates(X);
  const ys = coordinates(Y);
  return flags.map((flag, i) => ({
    x: xs[i] as number,
    y: -(ys[i] as number),
    isOn: (flag & ON_CURVE) !== 0,
  }));
}

/** From the origin along a closed line of points and back; between two control points there is one on the curve. */
function contourPath(points: readonly Point[]): string {
  const [first, second] = points as [Point, Point];
  const start = first.isOn ? first : second.isOn ? second : middleOf(first, second);
  const rest = first.isOn ? [...points.slice(1), start] : [...points.slice(second.isOn ? 2 : 1), first, start];
  let path = pathData("m", [start.x, start.y]);
  let from = start;
  let control: Point | null = null;
  for (const point of rest) {
    const to: Point = point.isOn || control === null ? point : middleOf(control, point);
    if (control !== null)
      path += pathData("q", [control.x - from.x, control.y - from.y, to.x - from.x, to.y - from.y]);
    else if (point.isOn) path += pathData("l", [to.x - from.x, to.y - from.y]);
    if (control !== null || point.isOn) from = to;
    control = point.isOn ? null : point;
  }
  return `${path}z${pathData("m", [-start.x, -start.y])}`;
}

function middleOf(a: Point, b: Point): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, isOn: true };
}

function pathData(command: string, numbers: readonly number[]): string {
  return command + numbers.join(" ").replaceAll(" -", "-");
}

if (process.argv[1] === import.meta.filename)
  writeFileSync(
    join(FONTS, "DejaVuSansMono.outlines"),
    outlinesText(readFileSync(join(FONTS, "DejaVuSansMono.ttf"))),
  );
