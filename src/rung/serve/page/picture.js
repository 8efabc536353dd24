// A picture as the network takes it: the same steps as rung/serve/shipped/picture.py, in the same order.

"use strict";

const Picture = (() => {
  const LARGEST = 40_000_000;
  const FAINT = 0.25;

  /** Return the pixels of a canvas as grey values or channels, (height, width[, 3]), on white. */
  function planes(image, channels) {
    const size = image.width * image.height;
    const told = (n) => n.toLocaleString("en");
    if (size > LARGEST) throw new Error(`This picture has ${told(size)} pixels; at most ${told(LARGEST)} go.`);
    const made = Array.from({ length: channels }, () => new Float64Array(size));
    for (let i = 0; i < size; i++) {
      const [r, g, b, a] = image.data.subarray(4 * i, 4 * i + 4);
      const on = (v) => (v * a) / 255 + 255 * (1 - a / 255);
      if (channels === 1) made[0][i] = 0.299 * on(r) + 0.587 * on(g) + 0.114 * on(b);
      else (made[0][i] = on(r)), (made[1][i] = on(g)), (made[2][i] = on(b));
    }
    return made.map((data) => ({ height: image.height, width: image.width, data }));
  }

  /** Return a plane at another size: every new pixel is the mean of the area that it covers. */
  function resized(plane, height, width) {
    const share = (old, now, i, j) =>
      (Math.max(0, Math.min(((i + 1) * old) / now, j + 1) - Math.max((i * old) / now, j)) * now) / old;
    const narrow = new Float64Array(plane.height * width);
    for (let x = 0; x < width; x++) {
      const from = Math.floor((x * plane.width) / width);
      const to = Math.min(plane.width, Math.ceil(((x + 1) * plane.width) / width));
      for (let y = 0; y < plane.height; y++) {
        for (let k = from; k < to; k++) {
          narrow[y * width + x] += share(plane.width, width, x, k) * plane.data[y * plane.width + k];
        }
      }
    }
    const made = new Float64Array(height * width);
    for (let y = 0; y < height; y++) {
      const from = Math.floor((y * plane.height) / height);
      const to = Math.min(plane.height, Math.ceil(((y + 1) * plane.height) / height));
      for (let k = from; k < to; k++) {
        const part = share(plane.height, height, y, k);
        for (let x = 0; x < width; x++) made[y * width + x] += part * narrow[k * width + x];
      }
    }
    return { height, width, data: made };
  }

  /** Return how bright the paper is: the median along the edges. */
  function brightness({ height: h, width: w, data }) {
    const edge = [];
    for (let x = 0; x < w; x++) edge.push(data[x], data[(h - 1) * w + x]);
    for (let y = 0; y < h; y++) edge.push(data[y * w], data[y * w + w - 1]);
    edge.sort((a, b) => a - b);
    return (edge[(edge.length - 1) >> 1] + edge[edge.length >> 1]) / 2;
  }

  /** Return a plane of the training's own size, dark ink on light paper turned about. */
  function turned(plane, settings) {
    if (!settings.ink || brightness(plane) < 128) return plane;
    return { ...plane, data: plane.data.map((v) => 255 - v) };
  }

  /** Return ink on paper as MNIST's digits were made: 20 of 28 pixels high or wide, its mass in the middle. */
  function asMnist(grey, [height, width]) {
    const { height: h, width: w, data } = grey;
    const paper = brightness(grey);
    const ink = data.map((v) => Math.max(paper >= 128 ? paper - v : v - paper, 0));
    const most = ink.reduce((a, b) => Math.max(a, b), 0);
    if (most < 16) throw new Error("There is nothing drawn here.");
    let [top, bottom, left, right] = [h, -1, w, -1];
    for (let i = 0; i < ink.length; i++) {
      ink[i] = ink[i] < FAINT * most ? 0 : ink[i] * (255 / most);
      if (!ink[i]) continue;
      const [y, x] = [Math.floor(i / w), i % w];
      (top = Math.min(top, y)), (bottom = Math.max(bottom, y));
      (left = Math.min(left, x)), (right = Math.max(right, x));
    }
    const cut = { height: bottom - top + 1, width: right - left + 1 };
    cut.data = new Float64Array(cut.height * cut.width);
    for (let y = 0; y < cut.height; y++) {
      cut.data.set(ink.subarray((top + y) * w + left, (top + y) * w + right + 1), y * cut.width);
    }
    const ratio = (Math.min(height, width) * 20) / 28 / Math.max(cut.height, cut.width);
    const round = (v) => Math.floor(v + 0.5);
    const small = resized(cut, Math.max(1, round(cut.height * ratio)), Math.max(1, round(cut.width * ratio)));
    let [mass, down, across] = [0, 0, 0];
    small.data.forEach((v, i) => {
      mass += v;
      down += v * (Math.floor(i / small.width) + 0.5);
      across += v * ((i % small.width) + 0.5);
    });
    const within = (v, most) => Math.min(Math.max(round(v), 0), most);
    const y0 = within(height / 2 - down / mass, height - small.height);
    const x0 = within(width / 2 - across / mass, width - small.width);
    const made = new Float64Array(height * width);
    for (let y = 0; y < small.height; y++) {
      made.set(small.data.subarray(y * small.width, (y + 1) * small.width), (y0 + y) * width + x0);
    }
    return { height, width, data: made };
  }

  const bytes = (plane) => Uint8Array.from(plane.data, (v) => Math.min(Math.max(Math.floor(v + 0.5), 0), 255));

  /** Return an ImageData as bytes of the training's size, one channel after another. */
  function fitted(image, settings) {
    const [height, width] = settings.size;
    const found = planes(image, settings.channels).map((plane) =>
      plane.height === height && plane.width === width ? turned(plane, settings)
      : settings.ink ? asMnist(plane, settings.size)
      : resized(plane, height, width),
    );
    const made = new Uint8Array(found.length * height * width);
    found.forEach((plane, i) => made.set(bytes(plane), i * height * width));
    return made;
  }

  /** Return the network's input, a batch of one, of bytes as `fitted` gives them. */
  function input(pixels, settings) {
    const size = pixels.length / settings.channels;
    const of = (told, i) => Math.fround(Array.isArray(told) ? told[told.length > 1 ? Math.floor(i / size) : 0] : told);
    const { offset, scale } = settings;
    const data = Float32Array.from(pixels, (v, i) => Math.fround(v - of(offset, i)) / of(scale, i));
    const dims = settings.layout === "rows" ? [1, data.length] : [1, settings.channels, ...settings.size];
    return { dims, data };
  }

  return { fitted, input };
})();
