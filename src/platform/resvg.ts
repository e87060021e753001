/** The rasteriser, by the shortest way to its native part. */

import { createRequire } from "node:module";
import type { RenderedImage, ResvgRenderOptions } from "@resvg/resvg-js";

interface Picture {
  readonly width: number;
  readonly height: number;
  render(): Pick<RenderedImage, "asPng">;
}

/** The class of the native part: it takes the options as JSON. */
type NativePicture = new (svg: string, options: string) => Picture;

let native: NativePicture | undefined;

const WHOLE: ResvgRenderOptions = {
  font: { loadSystemFonts: false },
  // Without a crop, the pixels are copied; an empty one crops nothing.
  crop: { left: 0, top: 0, right: 0, bottom: 0 },
};

/** Of a picture without text: no font is looked for. */
export function openPicture(svg: string, options: Pick<ResvgRenderOptions, "fitTo"> = {}): Picture {
  native ??= nativePicture();
  return new native(svg, JSON.stringify({ ...options, ...WHOLE }));
}

/**
 * `@resvg/resvg-js` asks Node for a report on the whole process to learn which C library there is, which takes longer
 * than to load its native part. Where that for the usual C library of Linux cannot be loaded, it does the choosing.
 */
function nativePicture(): NativePicture {
  const require = createRequire(createRequire(import.meta.filename).resolve("@resvg/resvg-js"));
  try {
    return require(`@resvg/resvg-js-${process.platform}-${process.arch}-gnu`).Resvg;
  } catch {
    return require("./js-binding.js").Resvg;
  }
}
