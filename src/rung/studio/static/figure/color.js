// Values to colours: fields on the plane and grey or diverging pictures.
import { clamp, ramp, unpack } from "./dom.js";

/** Tokens between which a field is coloured. */
const scheme = (diverging) => (diverging ? ["field-negative", "field-middle", "field-positive"] : ["field-low", "field-high"]);

/**
 * Paint a field into a canvas whose pixels cover the plane: values at the nodes, bilinear between them.
 * @param {HTMLCanvasElement} canvas already sized
 * @param {object} mark the field mark
 * @param {(px: number) => number} column node column of a pixel column (fraction), or NaN outside the grid
 * @param {(py: number) => number} row node row of a pixel row, likewise
 */
export function paintField(canvas, mark, column, row) {
  const context = canvas.getContext("2d");
  const values = unpack(mark.values), [rows, cols] = mark.values.shape;
  const { width, height } = canvas;
  const image = context.createImageData(width, height);
  const colors = ramp(canvas, scheme(mark.diverging));
  const span = mark.high - mark.low, bands = mark.bands;
  const at = Array.from({ length: width }, (_, x) => column(x));
  for (let y = 0; y < height; y++) {
    const r = row(y);
    if (!(r >= 0 && r <= rows - 1)) continue;
    const r0 = Math.min(Math.floor(r), Math.max(rows - 2, 0)), fr = r - r0, r1 = Math.min(r0 + 1, rows - 1);
    for (let x = 0; x < width; x++) {
      const c = at[x];
      if (!(c >= 0 && c <= cols - 1)) continue;
      const c0 = Math.min(Math.floor(c), Math.max(cols - 2, 0)), fc = c - c0, c1 = Math.min(c0 + 1, cols - 1);
      const low = values[r0 * cols + c0] * (1 - fc) + values[r0 * cols + c1] * fc;
      const high = values[r1 * cols + c0] * (1 - fc) + values[r1 * cols + c1] * fc;
      let t = (low * (1 - fr) + high * fr - mark.low) / span;
      if (!(t === t)) continue;
      t = clamp(t, 0, 1);
      if (bands) t = (Math.min(Math.floor(t * bands), bands - 1) + 0.5) / bands;
      const i = Math.round(t * 255) * 3, o = (y * width + x) * 4;
      image.data[o] = colors[i]; image.data[o + 1] = colors[i + 1]; image.data[o + 2] = colors[i + 2]; image.data[o + 3] = 255;
    }
  }
  context.clearRect(0, 0, width, height);
  context.putImageData(image, 0, 0);
}

/** Paint an image, one canvas pixel a pixel. Grey runs black to white, diverging as a field does. */
export function paintImage(canvas, image) {
  const [height, width, channels] = image.values.shape;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const values = unpack(image.values), context = canvas.getContext("2d"), out = context.createImageData(width, height);
  const colors = channels === 3 ? null : image.diverging ? ramp(canvas, scheme(true)) : null;
  for (let i = 0, n = width * height; i < n; i++) {
    const o = i * 4;
    if (channels === 3) for (let c = 0; c < 3; c++) out.data[o + c] = values[i * 3 + c];
    else {
      const t = Math.round(clamp((values[i] - image.low) / (image.high - image.low), 0, 1) * 255);
      for (let c = 0; c < 3; c++) out.data[o + c] = colors ? colors[t * 3 + c] : t;
    }
    out.data[o + 3] = 255;
  }
  context.putImageData(out, 0, 0);
}
