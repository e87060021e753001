/** The picture as pixels. */

import type { ResvgRenderOptions } from "@resvg/resvg-js";
import { openPicture } from "../platform/resvg.ts";
import { RenderFault } from "./errors.ts";
import { FONT_FAMILY } from "./picture/text-metrics.ts";

/** One drawn unit is one pixel, unless the picture would then have more pixels than this. */
const MAX_PIXELS = 12_000_000;

/**
 * PNG bytes of a picture made by `renderSvg`; same text and font, same bytes.
 * @throws RenderFault `FONT_MISSING` if the font cannot be read.
 */
export function renderPng(svg: string, fontFile: string): Uint8Array {
  const font = { fontFiles: [fontFile], loadSystemFonts: false, defaultFontFamily: FONT_FAMILY };
  if (!hasLetters({ font })) throw new RenderFault("FONT_MISSING", { file: fontFile });
  const picture = openPicture(svg, { font });
  const pixels = picture.width * picture.height;
  if (pixels <= MAX_PIXELS) return picture.render().asPng();
  const value = Math.sqrt(MAX_PIXELS / pixels);
  return openPicture(svg, { font, fitTo: { mode: "zoom", value } })
    .render()
    .asPng();
}

/** Resvg does not report an unreadable font, it just omits the text: so this checks the size of a letter. */
function hasLetters(options: ResvgRenderOptions): boolean {
  const letter = `<svg xmlns="http://www.w3.org/2000/svg"><text y="9" font-family="${FONT_FAMILY}">M</text></svg>`;
  return openPicture(letter, options).getBBox() !== undefined;
}
