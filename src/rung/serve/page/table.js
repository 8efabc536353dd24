// A row of a table as the network takes it: the same steps as rung/serve/shipped/table.py, in the same order.

"use strict";

const Table = (() => {
  const LARGEST = 1e30;
  const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

  const written = (value) => (value === null || value === undefined ? "" : String(value).trim());

  /** Return a number, NaN for one that is not known. */
  function number(name, value) {
    const text = written(value);
    if (!text) return NaN;
    if (/^[+-]?inf(inity)?$/i.test(text)) throw new Error(`${name}: a number has an end.`);
    if (/^[+-]?nan$/i.test(text)) {
      throw new Error(`${name}: '${text}' is no number; leave it empty if it is not known.`);
    }
    if (!NUMBER.test(text)) throw new Error(`${name}: '${text.slice(0, 40)}' is no number.`);
    if (Math.abs(Number(text)) > LARGEST) throw new Error(`${name}: ${text} is larger than the network can hold.`);
    return Number(text);
  }

  /** Return the network's inputs, a batch of one, of a value for every column by its name. */
  function inputs(row, settings) {
    const { scaler } = settings;
    const edges = settings.edges ?? {};
    const curved = settings.logarithm ?? [];
    const bins = new Map(Object.entries(edges).map(([name, begins]) => [`${name} bin`, [name, begins]]));
    const numbers = new Map();
    const words = [];
    for (const [name, kind] of Object.entries(settings.columns)) {
      if (bins.has(name)) {
        const [of, begins] = bins.get(name);
        const value = numbers.get(of);
        words.push([name, Number.isNaN(value) ? "" : String(begins.filter((begin) => begin <= value).length)]);
      } else if (kind === "number") numbers.set(name, number(name, row[name]));
      else words.push([name, written(row[name])]);
    }
    const table = [...numbers].map(([name, v]) => (curved.includes(name) ? Math.log1p(Number.isNaN(v) ? v : Math.max(v, 0)) : v));
    const made = table.map((v, i) => ((Number.isNaN(v) ? scaler.median[i] : v) - scaler.mean[i]) / scaler.scale[i]);
    if (scaler.indicators) made.push(...scaler.gaps.map((i) => Number(Number.isNaN(table[i]))));
    const asIds = settings.layout === "ids";
    const ids = words.map(([name, word], i) => {
      const known = settings.categories.values[i];
      const at = known.indexOf(word);
      if (at < 0 && !bins.has(name)) throw new Error(`${name}: training never saw '${word}'.`);
      if (!asIds) made.push(...known.map((one) => Number(one === word)));
      return at + 1;
    });
    const x = { dims: [1, made.length], data: Float32Array.from(made) };
    return asIds ? { x0: x, x1: { dims: [1, ids.length], data: ids } } : { x };
  }

  /** Return what should be said beside the answer: numbers that lie outside what training saw. */
  function remarks(row, settings) {
    return settings.fields.flatMap(({ name, kind, low, high }) => {
      const text = written(row[name]);
      if (kind !== "number" || !text || (low <= Number(text) && Number(text) <= high)) return [];
      const told = name.replaceAll("_", " ");
      return [`${told}: ${text} lies outside what training saw (${low} to ${high}); there the answer is a guess.`];
    });
  }

  /** Return what every column is worth: the answer less the answer with the typical value, weightiest first. */
  function why(ask, row, settings) {
    const whole = ask(row);
    const parts = settings.fields.map(({ name, typical }) => ({
      name,
      given: row[name],
      typical,
      worth: whole - ask({ ...row, [name]: typical }),
    }));
    return parts.sort((a, b) => Math.abs(b.worth) - Math.abs(a.worth));
  }

  return { inputs, remarks, why, written };
})();
