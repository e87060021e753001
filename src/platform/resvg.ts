/** The rasteriser, by the shortest way to its native part. */

import { createRequire } from "node:module";
import type { RenderedImage, ResvgRenderOptions } from "@resvg/resvg-js";

/** The native part: it takes the options as JSON. */
interface Native {
  renderAsync(svg: string, options: string): Promise<Pick<RenderedImage, "asPng">>;
}

let native: Native | undefined;

/**
 * PNG bytes of a picture without text, `zoom` times as large as it says. The pixels are made in another thread, and
 * are freed when the event loop turns: whoever draws many pictures, one after the other, holds those of a few.
 */
export async function rasterise(svg: string, zoom: number): Promise<Uint8Array> {
  native ??= openNative();
  const options: ResvgRenderOptions = {
    fitTo: { mode: "zoom", value: zoom },
    font: { loadSystemFonts: false },
    // Without a crop, the pixels are copied; an empty one crops nothing.
    crop: { left: 0, top: 0, right: 0, bottom: 0 },
  };
  return (await native.renderAsync(svg, JSON.stringify(options))).asPng();
}

/**
 * `@resvg/resvg-js` asks Node for a report on the whole process to learn which C library there is, which takes longer
 * than to load its native part. Where that for the usual C library of Linux cannot be loaded, it does the choosing.
 */
function openNative(): Native {
  const require = createRequire(createRequire(import.meta.filename).resolve("@resvg/resvg-js"));
  try {
    return require(`@resvg/resvg-js-${process.platform}-${process.arch}-gnu`);
  } catch {
    return require("./js-binding.js");
  }
}
