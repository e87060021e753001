/** The picture as pixels. */

import { utf8 } from "../json/text.ts";
import { rasterise } from "../platform/resvg.ts";
import type { ShippedFile } from "../ports.ts";
import { RenderFault } from "./errors.ts";
import { outlinesOf } from "./picture/outlines.ts";
import { outlined } from "./picture/svg-text.ts";

/** One drawn unit is one pixel, unless the picture would then have more pixels than this. */
const MAX_PIXELS = 12_000_000;

const SIZE = /^<svg [^>]*\bwidth="(\d+)" height="(\d+)"/;

/**
 * PNG bytes of a picture made by `renderSvg`; same text and font, same bytes.
 * @throws RenderFault `FONT_MISSING` if the font cannot be used.
 */
export async function renderPng(svg: string, { file, bytes }: ShippedFile): Promise<Uint8Array> {
  const outlines = bytes === null ? null : outlined(svg, outlinesOf(utf8(bytes)));
  if (outlines === null) throw new RenderFault("FONT_MISSING", { file });
  const [, width, height] = SIZE.exec(svg) ?? [];
  const pixels = Number(width) * Number(height);
  return rasterise(outlines, pixels <= MAX_PIXELS ? 1 : Math.sqrt(MAX_PIXELS / pixels));
}
