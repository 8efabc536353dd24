// The page's one line to the studio: figures, events and changes of the learner's file travel over a single WebSocket.
// (Not Server-Sent Events: a browser allows six of those an address, and a learner opens more tabs than that.)

const listeners = new Map();
let socket = null;
let wait = 250;
let greeting = null; // what to say first on every connection, so that a restarted studio knows the page again

/** Call `listener(message)` for every message of a kind. */
export function on(kind, listener) {
  if (!listeners.has(kind)) listeners.set(kind, []);
  listeners.get(kind).push(listener);
}

/** Send a message; returns false when there is no line. */
export function send(message) {
  if (socket?.readyState !== WebSocket.OPEN) return false;
  socket.send(JSON.stringify(message));
  return true;
}

/** Connect, and stay connected; `hello` is sent first on every connection. */
export function connect(hello) {
  greeting = hello;
  open();
}

function tell(message) {
  for (const listener of listeners.get(message.kind) ?? []) listener(message);
}

function open() {
  const line = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/live`);
  socket = line;
  line.onopen = () => {
    wait = 250;
    if (greeting) send(greeting);
    tell({ kind: "line", up: true });
  };
  line.onmessage = (event) => tell(JSON.parse(event.data));
  line.onclose = () => {
    tell({ kind: "line", up: false });
    setTimeout(open, wait);
    wait = Math.min(wait * 2, 8000);
  };
}
