// The line to Python: one message at a time, and while it is away only the latest of each value is kept.

const PATIENCE = 4000; // milliseconds after which an answer is no longer waited for

/** `post(message)` sends; call `answered()` for every scene that comes back. */
export class Wire {
  constructor(id, post) {
    this.id = id;
    this.post = post;
    this.values = {};
    this.events = [];
    this.away = false;
  }

  /** A value was moved. Points come as { index: [x, y] } and are gathered. */
  set(key, value) {
    const gathered = value && typeof value === "object" && !Array.isArray(value);
    this.values[key] = gathered ? { ...this.values[key], ...value } : value;
    this.plan();
  }

  /** Something happened; every event is sent, in order. `extra` ones are dropped while others wait. */
  event(name, value, extra = false) {
    if (extra && this.events.length) return;
    this.events.push(value === undefined ? { event: name } : { event: name, value });
    this.plan();
  }

  answered() {
    this.away = false;
    clearTimeout(this.timer);
    this.plan();
  }

  /** Send when the present task is over: what one pointer event moves goes together, and nothing waits for a frame. */
  plan() {
    if (this.planned) return;
    this.planned = true;
    queueMicrotask(() => { this.planned = false; this.flush(); });
  }

  flush() {
    if (this.away || this.closed) return;
    if (Object.keys(this.values).length) {
      this.go({ set: this.values });
      this.values = {};
    } else if (this.events.length) this.go(this.events.shift());
  }

  go(message) {
    this.away = true;
    this.timer = setTimeout(() => this.answered(), PATIENCE);
    this.post({ figure: this.id, ...message });
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
  }
}
