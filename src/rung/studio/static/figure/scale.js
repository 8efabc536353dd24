// From numbers to pixels, and round numbers for an axis.

/** A scale from [low, high] to [start, end] pixels, with `.back(pixel)`. */
export function scale([low, high], [start, end], log = false) {
  const into = log ? Math.log10 : (value) => value;
  const from = log ? (value) => 10 ** value : (value) => value;
  const a = into(low), b = into(high);
  const f = (value) => start + ((into(value) - a) / (b - a)) * (end - start);
  f.back = (pixel) => from(a + ((pixel - start) / (end - start)) * (b - a));
  f.domain = [low, high];
  f.range = [start, end];
  f.log = log;
  return f;
}

/** About `count` round numbers within [low, high]. */
export function ticks([low, high], count, log = false) {
  if (log) return logTicks(low, high, count);
  const rough = (high - low) / Math.max(1, count), power = 10 ** Math.floor(Math.log10(rough));
  const far = (step) => Math.abs(Math.log(step / rough));
  const step = [1, 2, 5, 10].map((m) => m * power).reduce((best, next) => (far(next) < far(best) ? next : best));
  const out = [];
  for (let i = Math.ceil(low / step - 1e-9); i <= Math.floor(high / step + 1e-9); i++) out.push(Number((i * step).toPrecision(12)));
  return out;
}

function logTicks(low, high, count) {
  const first = Math.ceil(Math.log10(low) - 1e-9), last = Math.floor(Math.log10(high) + 1e-9);
  if (last - first < 1) {
    const out = [];
    for (let p = first - 1; p <= last; p++) for (const m of [1, 2, 5]) out.push(m * 10 ** p);
    return out.filter((value) => value >= low * 0.999 && value <= high * 1.001);
  }
  const every = Math.ceil((last - first + 1) / Math.max(2, count));
  const out = [];
  for (let p = first; p <= last; p += every) out.push(10 ** p);
  return out;
}
