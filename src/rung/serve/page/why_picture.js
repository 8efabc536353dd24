// Which places of a picture speak for an answer: the same as rung/serve/shipped/why_picture.py.

"use strict";

const Why = (() => {
  const AT_ONCE = 8; // covered pictures, between which the page answers to whoever uses it
  const [FOR, AGAINST] = [[212, 95, 18], [28, 109, 179]];

  /** Return {values, method, read} of a class; `on` is asked whether it is still wanted. */
  async function map(model, x, target, settings, on = () => true) {
    const [height, width] = settings.size;
    const { evidence } = Onnx.run(model, { x });
    if (evidence) {
      const [, , h, w] = evidence.dims;
      const small = Float64Array.from(evidence.data.slice(target * h * w, (target + 1) * h * w), (v) => Math.max(v, 0) / (h * w));
      const read =
        "Where the last layer of maps found what speaks for this answer: coarse, as these maps have " +
        `${h} x ${w} places. What speaks against it is left out.`;
      return { values: drawnOut(small, h, w, height, width), method: "Grad-CAM", read };
    }
    const score = (data) => Onnx.run(model, { x: { dims: x.dims, data } }).scores.data[target];
    const whole = score(x.data);
    const sums = new Float64Array(height * width);
    const times = new Float64Array(height * width);
    const size = Math.max(1, round(Math.min(height, width) / 7));
    const stride = Math.max(1, Math.floor(size / 2));
    let asked = 0;
    for (let top = 0; top < Math.max(height - size, 0) + stride; top += stride) {
      for (let left = 0; left < Math.max(width - size, 0) + stride; left += stride) {
        if (++asked % AT_ONCE === 0) await new Promise((resolve) => setTimeout(resolve));
        if (!on()) return { values: sums, method: "", read: "" };
        const data = x.data.slice();
        const each = (act) => {
          for (let y = top; y < Math.min(top + size, height); y++) {
            for (let z = left; z < Math.min(left + size, width); z++) act(y * width + z);
          }
        };
        each((at) => {
          for (let c = 0; c < settings.channels; c++) data[c * height * width + at] = 0;
        });
        const fall = whole - score(data);
        each((at) => ((sums[at] += fall), times[at]++));
      }
    }
    const read =
      "How much the score of this answer falls when a patch is covered: orange speaks for it; blue against it, for " +
      "there the score rises. Of two places that say the same neither shows.";
    return { values: sums.map((v, i) => v / times[i]), method: "occlusion", read };
  }

  /** Return the nearest whole number, of two as near the even one, as Python does. */
  const round = (v) => (v % 1 === 0.5 ? 2 * Math.round(v / 2) : Math.round(v));

  /** Return a map at another size, in straight lines between the middles of its places. */
  function drawnOut(small, h, w, height, width) {
    const places = (old, size) =>
      Array.from({ length: size }, (_, i) => {
        const at = Math.min(Math.max(((i + 0.5) * old) / size - 0.5, 0), old - 1);
        const low = Math.floor(at);
        return [low, Math.min(low + 1, old - 1), at - low];
      });
    const [down, across] = [places(h, height), places(w, width)];
    const made = new Float64Array(height * width);
    down.forEach(([top, bottom, share], y) =>
      across.forEach(([left, right, part], x) => {
        const row = (at) => small[at * w + left] * (1 - part) + small[at * w + right] * part;
        made[y * width + x] = row(top) * (1 - share) + row(bottom) * share;
      }),
    );
    return made;
  }

  /** Colour the picture on a canvas by a map: grey where it is 0, orange for the answer, blue against it. */
  function overlay(canvas, values) {
    const context = canvas.getContext("2d");
    const image = context.getImageData(0, 0, canvas.width, canvas.height);
    const most = values.reduce((a, v) => Math.max(a, Math.abs(v)), 0) / 0.75;
    values.forEach((v, i) => {
      const [r, g, b] = image.data.subarray(4 * i, 4 * i + 3);
      const grey = 40 + (180 * (r + g + b)) / 3 / 255;
      const share = most > 0 ? Math.abs(v) / most : 0;
      (v > 0 ? FOR : AGAINST).forEach((colour, c) => (image.data[4 * i + c] = grey * (1 - share) + colour * share));
    });
    context.putImageData(image, 0, 0);
  }

  return { map, overlay };
})();
