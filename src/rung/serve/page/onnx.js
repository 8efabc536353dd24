// A small reader and interpreter of ONNX in plain JavaScript: enough for the networks that rung exports.
// A page opened from a file may fetch nothing and compile no module, so onnxruntime's own cannot be used here.
// rung runs every exported network through this file and through onnxruntime in its tests.

"use strict";

const Onnx = (() => {
  // -- reading: protocol buffers, the few fields of ONNX that matter ---------------------------------------

  /** Return the fields of a message: {number: [values]}; a value is a number, or the bytes of what it holds. */
  function fields(bytes) {
    const found = {};
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    const varint = () => {
      let value = 0n;
      for (let shift = 0n; ; shift += 7n) {
        const byte = bytes[at++];
        value |= BigInt(byte & 127) << shift;
        if (byte < 128) return Number(BigInt.asIntN(64, value));
      }
    };
    while (at < bytes.length) {
      const key = varint();
      const kind = key & 7;
      let value;
      if (kind === 0) value = varint();
      else if (kind === 1) (value = view.getFloat64(at, true)), (at += 8);
      else if (kind === 5) (value = view.getFloat32(at, true)), (at += 4);
      else if (kind === 2) {
        const length = varint();
        value = bytes.subarray(at, (at += length));
      } else throw new Error(`a field of kind ${kind}, which ONNX does not have`);
      (found[key >> 3] ??= []).push(value);
    }
    return found;
  }

  const text = (bytes) => (bytes ? new TextDecoder().decode(bytes) : "");

  /** Return whole numbers, which may stand one by one or packed into one piece. */
  function whole(values = []) {
    return values.flatMap((value) => (typeof value === "number" ? [value] : fields0(value)));
  }

  function fields0(bytes) {
    const found = [];
    let value = 0n;
    let shift = 0n;
    for (const byte of bytes) {
      value |= BigInt(byte & 127) << shift;
      shift += 7n;
      if (byte < 128) {
        found.push(Number(BigInt.asIntN(64, value)));
        value = shift = 0n;
      }
    }
    return found;
  }

  function floats(values = []) {
    return values.flatMap((value) =>
      typeof value === "number" ? [value] : Array.from(new Float32Array(value.slice().buffer)),
    );
  }

  /** Return {dims, data} of a TensorProto. */
  function constant(bytes) {
    const f = fields(bytes);
    const kind = f[2][0];
    const raw = f[9]?.[0].slice().buffer;
    if (kind === 1) return tensor(whole(f[1]), raw ? new Float32Array(raw) : Float32Array.from(floats(f[4])));
    if (kind === 7) {
      const data = raw ? Array.from(new BigInt64Array(raw), Number) : whole(f[7]);
      return tensor(whole(f[1]), data);
    }
    if (kind === 6) return tensor(whole(f[1]), raw ? Array.from(new Int32Array(raw)) : whole(f[5]));
    if (kind === 9) return tensor(whole(f[1]), raw ? Array.from(new Uint8Array(raw)) : whole(f[5]));
    throw new Error(`constants of kind ${kind} are not read`);
  }

  function attributes(list = []) {
    const found = {};
    for (const bytes of list) {
      const f = fields(bytes);
      const kind = f[20]?.[0];
      found[text(f[1][0])] =
        kind === 1 ? f[2][0]
        : kind === 2 ? (f[3]?.[0] ?? 0)
        : kind === 3 ? text(f[4]?.[0])
        : kind === 4 ? constant(f[5][0])
        : kind === 6 ? floats(f[7])
        : whole(f[8]);
    }
    return found;
  }

  /** Return the model in a file: its nodes, constants, inputs, outputs and what it says of itself. */
  function read(bytes) {
    const model = fields(bytes);
    const graph = fields(model[7][0]);
    const named = (list = []) => list.map((value) => text(fields(value)[1][0]));
    const constants = {};
    for (const bytes of graph[5] ?? []) constants[text(fields(bytes)[8][0])] = constant(bytes);
    const metadata = {};
    for (const entry of model[14] ?? []) {
      const f = fields(entry);
      metadata[text(f[1][0])] = text(f[2]?.[0]);
    }
    const nodes = (graph[1] ?? []).map((node) => {
      const f = fields(node);
      const kind = text(f[4][0]);
      if (!(kind in OPERATORS)) throw new Error(`this page cannot compute ${kind}`);
      return { kind, inputs: (f[1] ?? []).map(text), outputs: f[2].map(text), settings: attributes(f[5]) };
    });
    return { nodes, constants, inputs: named(graph[11]), outputs: named(graph[12]), metadata };
  }

  // -- running ---------------------------------------------------------------------------------------------

  const product = (dims) => dims.reduce((a, b) => a * b, 1);
  const tensor = (dims, data) => ({ dims, data });
  const zeros = (dims) => tensor(dims, new Float32Array(product(dims)));

  /** Return all outputs {name: {dims, data}} of a model to inputs {name: {dims, data}}. */
  function run(model, inputs) {
    const values = { ...model.constants, ...inputs };
    for (const node of model.nodes) {
      const given = node.inputs.map((name) => (name ? values[name] : undefined));
      values[node.outputs[0]] = OPERATORS[node.kind](given, node.settings);
    }
    return Object.fromEntries(model.outputs.map((name) => [name, values[name]]));
  }

  /** Apply a function to every number. */
  const each = (f) => ([x], settings) =>
    tensor(x.dims, Float32Array.from(x.data, (v) => f(v, settings)));

  /** Combine two tensors number by number, the smaller one repeated along the axes that it lacks. */
  const pairwise = (f) => ([a, b]) => {
    const rank = Math.max(a.dims.length, b.dims.length);
    const full = (t) => [...Array(rank - t.dims.length).fill(1), ...t.dims];
    const [p, q] = [full(a), full(b)];
    const dims = p.map((n, i) => (n === 1 ? q[i] : n));
    const steps = (shape) => {
      let step = 1;
      return shape.map(() => 0).map((_, i) => {
        const axis = rank - 1 - i;
        const mine = shape[axis] === 1 ? 0 : step;
        step *= shape[axis];
        return mine;
      }).reverse();
    };
    const [sa, sb] = [steps(p), steps(q)];
    const out = zeros(dims);
    const place = Array(rank).fill(0);
    for (let i = 0, ia = 0, ib = 0; i < out.data.length; i++) {
      out.data[i] = f(a.data[ia], b.data[ib]);
      for (let axis = rank - 1; axis >= 0; axis--) {
        ia += sa[axis];
        ib += sb[axis];
        if (++place[axis] < dims[axis]) break;
        ia -= sa[axis] * dims[axis];
        ib -= sb[axis] * dims[axis];
        place[axis] = 0;
      }
    }
    return out;
  };

  /** Call f(plane start, plane number) for windows of (N, C, H, W), and collect what it returns. */
  function windows(x, settings, f) {
    const [n, c, h, w] = x.dims;
    const [kh, kw] = settings.kernel_shape;
    const [sh, sw] = settings.strides ?? [1, 1];
    const [dh, dw] = settings.dilations ?? [1, 1];
    const [top, left, bottom, right] = settings.pads ?? [0, 0, 0, 0];
    const size = (length, pads, kernel, stride, dilation) =>
      Math[settings.ceil_mode ? "ceil" : "floor"]((length + pads - dilation * (kernel - 1) - 1) / stride) + 1;
    const oh = size(h, top + bottom, kh, sh, dh);
    const ow = size(w, left + right, kw, sw, dw);
    const out = zeros([n, c, oh, ow]);
    for (let plane = 0, o = 0; plane < n * c; plane++) {
      for (let i = 0; i < oh; i++) {
        for (let j = 0; j < ow; j++) {
          const inside = [];
          for (let a = 0; a < kh; a++) {
            const y = i * sh - top + a * dh;
            if (y < 0 || y >= h) continue;
            for (let b = 0; b < kw; b++) {
              const z = j * sw - left + b * dw;
              if (z >= 0 && z < w) inside.push(x.data[(plane * h + y) * w + z]);
            }
          }
          out.data[o++] = f(inside, kh * kw);
        }
      }
    }
    return out;
  }

  /** Convolve maps (N, C, H, W), or rows (N, C, L), which are maps of height 1. */
  function convolution([x, weight, bias], settings) {
    if (x.dims.length === 3) {
      const flat = (t) => tensor([t.dims[0], t.dims[1], 1, t.dims[2]], t.data);
      const [left, right] = settings.pads ?? [0, 0];
      const across = { ...settings, pads: [0, left, 0, right] };
      for (const key of ["strides", "dilations"]) across[key] = [1, settings[key]?.[0] ?? 1];
      const { dims, data } = convolution([flat(x), flat(weight), bias], across);
      return tensor([dims[0], dims[1], dims[3]], data);
    }
    const [n, c, h, w] = x.dims;
    const [m, cg, kh, kw] = weight.dims;
    const groups = settings.group ?? 1;
    const [sh, sw] = settings.strides ?? [1, 1];
    const [dh, dw] = settings.dilations ?? [1, 1];
    const [top, left, bottom, right] = settings.pads ?? [0, 0, 0, 0];
    const oh = Math.floor((h + top + bottom - dh * (kh - 1) - 1) / sh) + 1;
    const ow = Math.floor((w + left + right - dw * (kw - 1) - 1) / sw) + 1;
    const out = zeros([n, m, oh, ow]);
    const sums = new Float64Array(oh * ow);
    for (let example = 0; example < n; example++) {
      for (let map = 0; map < m; map++) {
        sums.fill(bias ? bias.data[map] : 0);
        const first = Math.floor(map / (m / groups)) * cg;
        for (let k = 0; k < cg; k++) {
          const plane = (example * c + first + k) * h * w;
          for (let a = 0; a < kh; a++) {
            for (let b = 0; b < kw; b++) {
              const factor = weight.data[((map * cg + k) * kh + a) * kw + b];
              for (let i = 0; i < oh; i++) {
                const y = i * sh - top + a * dh;
                if (y < 0 || y >= h) continue;
                for (let j = 0; j < ow; j++) {
                  const z = j * sw - left + b * dw;
                  if (z >= 0 && z < w) sums[i * ow + j] += factor * x.data[plane + y * w + z];
                }
              }
            }
          }
        }
        out.data.set(sums, (example * m + map) * oh * ow);
      }
    }
    return out;
  }

  /** Multiply matrices: a (..., rows, inner), b (inner, columns), or b with a's leading axes. */
  function matmul([a, b]) {
    const [rows, inner] = a.dims.slice(-2);
    const columns = b.dims.at(-1);
    const many = product(a.dims.slice(0, -2));
    const shared = b.dims.length === 2;
    const out = zeros([...a.dims.slice(0, -1), columns]);
    const sums = new Float64Array(columns);
    for (let s = 0; s < many; s++) {
      const other = shared ? 0 : s * inner * columns;
      for (let i = 0; i < rows; i++) {
        sums.fill(0);
        for (let k = 0; k < inner; k++) {
          const factor = a.data[(s * rows + i) * inner + k];
          for (let j = 0, from = other + k * columns; j < columns; j++) sums[j] += factor * b.data[from + j];
        }
        out.data.set(sums, (s * rows + i) * columns);
      }
    }
    return out;
  }

  function gemm([a, b, c], { alpha = 1, beta = 1, transA = 0, transB = 0 }) {
    const [rows, inner] = transA ? [a.dims[1], a.dims[0]] : a.dims;
    const columns = transB ? b.dims[0] : b.dims[1];
    const out = zeros([rows, columns]);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        let sum = 0;
        for (let k = 0; k < inner; k++) {
          const left = a.data[transA ? k * rows + i : i * inner + k];
          sum += left * b.data[transB ? j * inner + k : k * columns + j];
        }
        out.data[i * columns + j] = alpha * sum + (c ? beta * c.data[c.data.length === 1 ? 0 : j] : 0);
      }
    }
    return out;
  }

  function batchNorm([x, scale, shift, mean, variance], { epsilon = 1e-5 }) {
    const channels = x.dims[1];
    const inner = product(x.dims.slice(2));
    const out = zeros(x.dims);
    for (let i = 0; i < x.data.length; i++) {
      const c = Math.floor(i / inner) % channels;
      const factor = scale.data[c] / Math.sqrt(variance.data[c] + epsilon);
      out.data[i] = (x.data[i] - mean.data[c]) * factor + shift.data[c];
    }
    return out;
  }

  function softmax([x], { axis = -1 }) {
    const at = (axis + x.dims.length) % x.dims.length;
    const length = x.dims[at];
    const inner = product(x.dims.slice(at + 1));
    const out = zeros(x.dims);
    for (let i = 0; i < x.data.length / length; i++) {
      const start = Math.floor(i / inner) * length * inner + (i % inner);
      let most = -Infinity;
      for (let k = 0; k < length; k++) most = Math.max(most, x.data[start + k * inner]);
      let sum = 0;
      for (let k = 0; k < length; k++) sum += Math.exp(x.data[start + k * inner] - most);
      for (let k = 0; k < length; k++) {
        out.data[start + k * inner] = Math.exp(x.data[start + k * inner] - most) / sum;
      }
    }
    return out;
  }

  function transpose([x], { perm }) {
    const dims = perm.map((axis) => x.dims[axis]);
    const out = tensor(dims, x.data.slice());
    const steps = perm.map((axis) => product(x.dims.slice(axis + 1)));
    for (let i = 0; i < out.data.length; i++) {
      let rest = i;
      let from = 0;
      for (let axis = dims.length - 1; axis >= 0; axis--) {
        from += (rest % dims[axis]) * steps[axis];
        rest = Math.floor(rest / dims[axis]);
      }
      out.data[i] = x.data[from];
    }
    return out;
  }

  function reshape([x, shape], { allowzero = 0 }) {
    const dims = Array.from(shape.data, (n, i) => (n === 0 && !allowzero ? x.dims[i] : n));
    const open = dims.indexOf(-1);
    if (open >= 0) dims[open] = x.data.length / -product(dims);
    return tensor(dims, x.data);
  }

  function flatten([x], { axis = 1 }) {
    return tensor([product(x.dims.slice(0, axis)), product(x.dims.slice(axis))], x.data);
  }

  /** Fold the numbers along some axes, all if none are named: f(so far, next) from `start` on. */
  function fold(x, axes, keep, f, start) {
    const rank = x.dims.length;
    const gone = axes?.length ? Array.from(axes, (axis) => (axis + rank) % rank) : x.dims.map((_, i) => i);
    const kept = x.dims.map((n, i) => (gone.includes(i) ? 1 : n));
    const made = new Float64Array(product(kept)).fill(start);
    for (let i = 0; i < x.data.length; i++) {
      let rest = i;
      let to = 0;
      let step = 1;
      for (let axis = rank - 1; axis >= 0; axis--) {
        if (kept[axis] > 1) (to += (rest % x.dims[axis]) * step), (step *= kept[axis]);
        rest = Math.floor(rest / x.dims[axis]);
      }
      made[to] = f(made[to], x.data[i]);
    }
    return tensor(keep ? kept : x.dims.filter((_, i) => !gone.includes(i)), Float32Array.from(made));
  }

  const sum = (x, axes, keep) => fold(x, axes, keep, (a, b) => a + b, 0);

  function mean(x, axes, keep) {
    const total = sum(x, axes, keep);
    const count = x.data.length / total.data.length;
    return tensor(total.dims, total.data.map((v) => v / count));
  }

  function layerNorm([x, scale, shift], { axis = -1, epsilon = 1e-5 }) {
    const size = product(x.dims.slice(axis));
    const out = zeros(x.dims);
    for (let start = 0; start < x.data.length; start += size) {
      const part = x.data.subarray(start, start + size);
      const middle = part.reduce((a, b) => a + b, 0) / size;
      const spread = Math.sqrt(part.reduce((a, b) => a + (b - middle) ** 2, 0) / size + epsilon);
      for (let i = 0; i < size; i++) {
        out.data[start + i] = ((part[i] - middle) / spread) * scale.data[i] + (shift ? shift.data[i] : 0);
      }
    }
    return out;
  }

  // -- texts: words looked up, shapes that depend on their number, and what is masked ---------------------------

  const blank = (x, length) => (x.data instanceof Float32Array ? new Float32Array(length) : Array(length));

  function gather([x, index], { axis = 0 }) {
    const at = (axis + x.dims.length) % x.dims.length;
    const [outer, length] = [product(x.dims.slice(0, at)), x.dims[at]];
    const inner = product(x.dims.slice(at + 1));
    const data = blank(x, outer * index.data.length * inner);
    for (let o = 0, to = 0; o < outer; o++) {
      for (const place of index.data) {
        const from = (o * length + (place < 0 ? place + length : place)) * inner;
        for (let i = 0; i < inner; i++) data[to++] = x.data[from + i];
      }
    }
    return tensor([...x.dims.slice(0, at), ...index.dims, ...x.dims.slice(at + 1)], data);
  }

  /** Copy numbers: `steps` says how far apart neighbours along each axis lie in x, `first` where they begin. */
  function picked(x, dims, steps, first = 0) {
    const data = blank(x, product(dims));
    const place = dims.map(() => 0);
    for (let i = 0, from = first; i < data.length; i++) {
      data[i] = x.data[from];
      for (let axis = dims.length - 1; axis >= 0; axis--) {
        from += steps[axis];
        if (++place[axis] < dims[axis]) break;
        from -= steps[axis] * dims[axis];
        place[axis] = 0;
      }
    }
    return tensor(dims, data);
  }

  /** Repeat x along the axes that it lacks or is 1 long on, so that it fits both shapes. */
  function expand([x, shape]) {
    const wanted = Array.from(shape.data ?? shape);
    const rank = Math.max(wanted.length, x.dims.length);
    const mine = [...Array(rank - x.dims.length).fill(1), ...x.dims];
    const theirs = [...Array(rank - wanted.length).fill(1), ...wanted];
    const dims = mine.map((n, i) => (n === 1 ? theirs[i] : n));
    return picked(x, dims, mine.map((n, i) => (n === 1 ? 0 : product(mine.slice(i + 1)))));
  }

  function where([asked, yes, no]) {
    const dims = expand([expand([asked, yes.dims]), no.dims]).dims;
    const [c, a, b] = [asked, yes, no].map((t) => expand([t, dims]));
    return tensor(dims, a.data.map((v, i) => (c.data[i] ? v : b.data[i])));
  }

  function slice([x, starts, ends, axes, steps]) {
    const dims = [...x.dims];
    const apart = x.dims.map((_, i) => product(x.dims.slice(i + 1)));
    let first = 0;
    starts.data.forEach((start, i) => {
      const axis = axes ? (axes.data[i] + dims.length) % dims.length : i;
      const [length, step] = [x.dims[axis], steps ? steps.data[i] : 1];
      const inside = (v, low, high) => Math.min(Math.max(v < 0 ? v + length : v, low), high);
      const from = step > 0 ? inside(start, 0, length) : inside(start, 0, length - 1);
      const to = step > 0 ? inside(ends.data[i], 0, length) : inside(ends.data[i], -1, length - 1);
      dims[axis] = Math.max(0, Math.ceil((to - from) / step));
      first += from * apart[axis];
      apart[axis] *= step;
    });
    return picked(x, dims, apart, first);
  }

  function concat(given, { axis }) {
    const at = (axis + given[0].dims.length) % given[0].dims.length;
    const outer = product(given[0].dims.slice(0, at));
    const sizes = given.map((t) => product(t.dims.slice(at)));
    const data = blank(given[0], outer * sizes.reduce((a, b) => a + b, 0));
    for (let o = 0, to = 0; o < outer; o++) {
      given.forEach((t, k) => {
        for (let i = 0; i < sizes[k]; i++) data[to++] = t.data[o * sizes[k] + i];
      });
    }
    const dims = [...given[0].dims];
    dims[at] = given.reduce((length, t) => length + t.dims[at], 0);
    return tensor(dims, data);
  }

  function scatter([x, index, updates]) {
    const depth = index.dims.at(-1);
    const inner = product(x.dims.slice(depth));
    const data = x.data.slice();
    for (let k = 0; k < index.data.length / depth; k++) {
      let to = 0;
      for (let d = 0; d < depth; d++) to = to * x.dims[d] + index.data[k * depth + d];
      for (let i = 0; i < inner; i++) data[to * inner + i] = updates.data[k * inner + i];
    }
    return tensor(x.dims, data);
  }

  function unsqueeze([x, axes]) {
    const rank = x.dims.length + axes.data.length;
    const dims = [...x.dims];
    for (const axis of Array.from(axes.data, (a) => (a + rank) % rank).sort((a, b) => a - b)) dims.splice(axis, 0, 1);
    return tensor(dims, x.data);
  }

  function squeeze([x, axes]) {
    const gone = axes && Array.from(axes.data, (axis) => (axis + x.dims.length) % x.dims.length);
    return tensor(x.dims.filter((n, i) => (gone ? !gone.includes(i) : n !== 1)), x.data);
  }

  function range([start, limit, step]) {
    const [from, by] = [start.data[0], step.data[0]];
    const length = Math.max(0, Math.ceil((limit.data[0] - from) / by));
    return tensor([length], Array.from({ length }, (_, i) => from + i * by));
  }

  function cast([x], { to }) {
    if (to === 1) return tensor(x.dims, Float32Array.from(x.data));
    return tensor(x.dims, Array.from(x.data, to === 9 ? (v) => (v ? 1 : 0) : Math.trunc));
  }

  /** Long short-term memory over (T, N, d): (T, directions, N, h). A row stops at its length, and begins there backwards. */
  function lstm([x, w, r, b, lengths, first, kept], { hidden_size: h, direction = "forward" }) {
    const [steps, rows, d] = x.dims;
    const directions = w.dims[0];
    const out = zeros([steps, directions, rows, h]);
    const bend = (v) => 1 / (1 + Math.exp(-v));
    const z = new Float64Array(4 * h);
    for (let k = 0; k < directions; k++) {
      const back = direction === "reverse" || k === 1;
      for (let n = 0; n < rows; n++) {
        const start = (k * rows + n) * h;
        const state = first ? first.data.slice(start, start + h) : new Float32Array(h);
        const cell = kept ? kept.data.slice(start, start + h) : new Float32Array(h);
        const length = lengths ? lengths.data[n] : steps;
        for (let s = 0; s < length; s++) {
          const t = back ? length - 1 - s : s;
          const at = (t * rows + n) * d;
          for (let g = 0; g < 4 * h; g++) {
            let value = b ? b.data[k * 8 * h + g] + b.data[k * 8 * h + 4 * h + g] : 0;
            for (let i = 0, from = (k * 4 * h + g) * d; i < d; i++) value += w.data[from + i] * x.data[at + i];
            for (let i = 0, from = (k * 4 * h + g) * h; i < h; i++) value += r.data[from + i] * state[i];
            z[g] = value;
          }
          const to = ((t * directions + k) * rows + n) * h;
          for (let i = 0; i < h; i++) {
            // the gates stand as in, out, forget, candidate
            cell[i] = bend(z[2 * h + i]) * cell[i] + bend(z[i]) * Math.tanh(z[3 * h + i]);
            state[i] = out.data[to + i] = bend(z[h + i]) * Math.tanh(cell[i]);
          }
        }
      }
    }
    return out;
  }

  const average = (values, all, padded) => values.reduce((a, b) => a + b, 0) / (padded ? all : values.length);

  const OPERATORS = {
    Abs: each(Math.abs),
    Add: pairwise((a, b) => a + b),
    And: pairwise((a, b) => (a && b ? 1 : 0)),
    AveragePool: ([x], s) => windows(x, s, (values, all) => average(values, all, s.count_include_pad)),
    BatchNormalization: batchNorm,
    Cast: cast,
    Clip: ([x, low, high]) =>
      tensor(x.dims, x.data.map((v) => Math.min(Math.max(v, low?.data[0] ?? -Infinity), high?.data[0] ?? Infinity))),
    Concat: concat,
    Conv: convolution,
    Cos: each(Math.cos),
    Div: pairwise((a, b) => a / b),
    Dropout: ([x]) => x,
    Elu: each((v, { alpha = 1 }) => (v > 0 ? v : alpha * (Math.exp(v) - 1))),
    Equal: pairwise((a, b) => (a === b ? 1 : 0)),
    Exp: each(Math.exp),
    Expand: expand,
    Flatten: flatten,
    Gather: gather,
    Gemm: gemm,
    GlobalAveragePool: ([x]) => mean(x, [2, 3], true),
    Greater: pairwise((a, b) => (a > b ? 1 : 0)),
    GreaterOrEqual: pairwise((a, b) => (a >= b ? 1 : 0)),
    Identity: ([x]) => x,
    IsNaN: each((v) => (Number.isNaN(v) ? 1 : 0)),
    LayerNormalization: layerNorm,
    LeakyRelu: each((v, { alpha = 0.01 }) => (v > 0 ? v : alpha * v)),
    Less: pairwise((a, b) => (a < b ? 1 : 0)),
    LessOrEqual: pairwise((a, b) => (a <= b ? 1 : 0)),
    Log: each(Math.log),
    LSTM: lstm,
    MatMul: matmul,
    MaxPool: ([x], s) => windows(x, s, (values) => Math.max(...values)),
    Mul: pairwise((a, b) => a * b),
    Neg: each((v) => -v),
    Not: each((v) => (v ? 0 : 1)),
    Or: pairwise((a, b) => (a || b ? 1 : 0)),
    Range: range,
    ReduceMax: ([x, axes], { keepdims = 1 }) => fold(x, axes?.data, keepdims, Math.max, -Infinity),
    ReduceMean: ([x, axes], { keepdims = 1 }) => mean(x, axes?.data, keepdims),
    ReduceSum: ([x, axes], { keepdims = 1 }) => sum(x, axes?.data, keepdims),
    Relu: each((v) => Math.max(v, 0)),
    Reshape: reshape,
    ScatterND: scatter,
    Shape: ([x], { start = 0, end }) => {
      const dims = x.dims.slice(start, end);
      return tensor([dims.length], dims);
    },
    Sigmoid: each((v) => 1 / (1 + Math.exp(-v))),
    Sin: each(Math.sin),
    Slice: slice,
    Softmax: softmax,
    Sqrt: each(Math.sqrt),
    Squeeze: squeeze,
    Sub: pairwise((a, b) => a - b),
    Tanh: each(Math.tanh),
    Transpose: transpose,
    Unsqueeze: unsqueeze,
    Where: where,
  };

  return { read, run, OPERATORS };
})();
